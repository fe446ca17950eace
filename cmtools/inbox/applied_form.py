"""A dropped agenda or form for the director: its answers are written into the books at once.

What was written before is the same when a killed watcher does it again.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cmtools.agenda.applied_forms import AppliedForms, apply_forms, is_applied_form
from cmtools.agenda.outcome import Outcome, RowState
from cmtools.books.loader import BookFile
from cmtools.changed_book import replace_books
from cmtools.errors import BookBusy, Unavailable, UnavailableNow
from cmtools.inbox import messages as texts
from cmtools.inbox.drop import Drop, DropResult
from cmtools.locks import hold_lock
from cmtools.pricing.agreed_book import LOCK
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.workspace import Workspace, copy_path

APPLIED = "ПРИНЯТО: ответы записаны в книги"
NOT_APPLIED = "НЕ ПРИНЯТО: ответы не записаны"
SOME_LEFT = "{verdict}; не записано строк: {count}"
LEFT = (RowState.CHANGED, RowState.BAD)
STATES = {
    RowState.CHANGED: "изменилось",
    RowState.LISTED: "за вами",
    RowState.BAD: "ошибка",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedDrop:
    """The result of a dropped form; `orders`: book → its orders that the answers are about."""

    result: DropResult
    orders: Mapping[str, Set[str]] = field(default_factory=dict)


def apply_dropped_form(
    workspace: Workspace, drop: Drop, reader: WorkbookReader, today: date
) -> AppliedDrop | None:
    """Write the answers of a form into the books; None where a drop is no such form.

    The books as they were are kept beside the form.

    Raises:
        BookBusy: one of the books is open, or changes at this moment.
        OSError: no rights, no room.
    """
    if not is_applied_form(reader.read_whole(drop.copy)):
        return None

    def save(
        books: Sequence[tuple[BookFile, Path]], before: Mapping[str, str | None]
    ) -> Sequence[str]:
        replace_books(workspace, books, before, lambda book: _kept_path(drop, book))
        return [book.name for book, _ in books]

    try:
        with hold_lock(workspace.path(LOCK)):
            done = apply_forms(workspace, [drop.copy], save, today)
    except UnavailableNow as error:
        raise BookBusy(errno.EBUSY, str(error)) from error
    except Unavailable as error:
        return AppliedDrop(
            result=DropResult(
                verdict=NOT_APPLIED, accepted=False, repeatable=False, refusals=(str(error),)
            )
        )
    return AppliedDrop(result=_result(drop, done), orders=done.orders)


def _kept_path(drop: Drop, book: BookFile) -> Path:
    """Return where a book as it was is kept: beside the form."""
    return copy_path(drop.result / book.path.name, texts.KEPT)


def _result(drop: Drop, done: AppliedForms) -> DropResult:
    errors = [problem for problem in done.problems if problem.is_error]
    written = [row for row in done.rows if row.state is RowState.DONE]
    same = sum(row.state is RowState.SAME for row in done.rows)
    left = [row for row in done.rows if row.state in LEFT]
    actions = [" — ".join(filter(None, (f"записано: {r.title}", r.message))) for r in written]
    actions += [f"изменена книга: {name}" for name in done.files]
    if same:
        actions.append(f"записано раньше: {same}")
    accepted = not errors and len(left) in range(len(done.rows) or 1)
    verdict = APPLIED if accepted else NOT_APPLIED
    return DropResult(
        verdict=SOME_LEFT.format(verdict=verdict, count=len(left)) if left else verdict,
        accepted=accepted,
        repeatable=False,
        renews_agenda=True,
        actions=tuple(actions),
        refusals=(*texts.describe_problems(errors, drop.name), *_row_lines(done.rows)),
    )


def _row_lines(rows: Sequence[Outcome]) -> list[str]:
    return [
        f"{row.title}: {STATES[row.state]} — {row.message}" for row in rows if row.state in STATES
    ]
