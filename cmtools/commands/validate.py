"""`cmtools validate`: every mistake in the books, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.pricing.session import Session
from cmtools.problems import has_errors
from cmtools.workspace import ANNOTATED


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidateResult(Result):
    """The problems of the `checked` books; the files are their painted copies."""

    checked: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"ok": not has_errors(self.problems), "problems": problems_as_json(self.problems)}


def validate(
    root: Path, files: Sequence[Path] = (), *, today: date, annotate: bool = False
) -> ValidateResult:
    """Check the given books, or all of the workspace at or above `root`.

    With `annotate`, a painted copy is made beside each book that has problems.

    Raises:
        WorkspaceError, Unavailable: see `open_books`.
    """
    session = open_session(root, today, files)
    return ValidateResult(
        problems=session.problems,
        checked=tuple(target.name for target in session.targets),
        files=_write_painted_copies(session) if annotate else (),
    )


def _write_painted_copies(session: Session) -> tuple[str, ...]:
    from cmtools.changed_book import write_copy
    from cmtools.tables.patch.annotated_copy import annotate

    names = []
    for target in session.targets:
        problems = [problem for problem in session.problems if problem.place.file == target.name]
        if problems and target.name in session.loaded.books:
            write = partial(annotate, target.path, problems=problems)
            copy = write_copy(session.workspace, target.path, ANNOTATED, write)
            names.append(session.workspace.name(copy))
    return tuple(names)
