"""`cmtools validate`: every mistake in the books, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cmtools.commands.results import Outcome
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.problems import has_errors
from cmtools.workspace import ANNOTATED, beside


def validate(
    root: Path, files: Sequence[Path] = (), *, today: date, annotate: bool = False
) -> Outcome:
    """Check the given books, or all of the workspace at or above `root`.

    With `annotate`, a painted copy is made beside each book that has problems.

    Raises:
        WorkspaceError, Unavailable: see `open_books`.
    """
    opened = price_books(open_books(root, files, today))
    made = _annotate(opened) if annotate else ()
    return Outcome(
        problems=opened.problems,
        data={
            "ok": not has_errors(opened.problems),
            "problems": [problem.as_json() for problem in opened.problems],
        },
        facts={"checked": [target.name for target in opened.targets]},
        files=made,
    )


def _annotate(opened: Session) -> tuple[str, ...]:
    from cmtools.tables.patch.annotated_copy import annotate

    made = []
    for target in opened.targets:
        own = [problem for problem in opened.problems if problem.place.file == target.name]
        if own and target.name in opened.loaded.books:
            copy = beside(target.path, ANNOTATED)
            annotate(target.path, copy, own)
            made.append(opened.workspace.name(copy))
    return tuple(made)
