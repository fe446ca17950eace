"""Forms that came back, applied to the books of a workspace: what `apply` and the inbox do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.agenda.answered_books import Save, find_edits, new_errors, reopen, write_answers
from cmtools.agenda.approvals import APPROVAL_FORM, apply_approvals
from cmtools.agenda.duties import find_duties
from cmtools.agenda.duty_answers import apply_duty_answers, without_clashes
from cmtools.agenda.duty_form import DUTY_FORM
from cmtools.agenda.outcome import Outcome
from cmtools.agenda.rows import read_rows
from cmtools.books.register import JOURNAL
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.files import checksum
from cmtools.forms.proof import read_secret
from cmtools.forms.reply import Reply, find_mark, open_reply
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.problems import Place, Problem, problem_at
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import Workspace

FORMS = {form.name: form for form in (DUTY_FORM, APPROVAL_FORM)}


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedForms:
    """What became of the forms: their marks, each row, the files made, what forbids it."""

    forms: tuple[str, ...]
    rows: tuple[Outcome, ...]
    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def is_applied_form(cells: WorkbookCells) -> bool:
    """Tell whether a workbook is one of the forms that are applied here, by its mark."""
    found = find_mark(cells)
    return found is not None and found[0].form in FORMS


def apply_forms(
    workspace: Workspace, paths: Sequence[Path], save: Save, today: date
) -> AppliedForms:
    """Write the answers of forms into the books of a workspace.

    Raises:
        Unavailable: a book is open, was changed meanwhile, or cannot be changed without a loss.
        OSError: no rights, no room.
    """
    problems: list[Problem] = []
    replies: list[Reply] = []
    secret = read_secret(workspace.root)
    with Reader(workspace.limits()) as reader:
        for path in paths:
            cells = reader.read_whole(path)
            found = find_mark(cells)
            form = FORMS.get(found[0].form, DUTY_FORM) if found else DUTY_FORM
            reply = open_reply(cells, form, secret)
            if isinstance(reply, Reply):
                replies.append(reply)
            else:
                problems.append(problem_at(Place(file=workspace.name(path)), reply))
    before = {book.name: checksum(book.path) for book in workspace.books()}
    session = price_books(open_books(workspace.root, (), today, STANDARD_DOCUMENTS))
    outcomes = without_clashes([o for reply in replies for o in _answer(session, reply)])
    changes = (cell for outcome in outcomes for cell in outcome.cells)
    new_rows = (row for outcome in outcomes for row in outcome.rows)
    edits = find_edits(session.loaded.dataset, changes, new_rows)
    files: Sequence[str] = ()

    def check(changed: Mapping[str, Path]) -> Sequence[Problem]:
        return new_errors(session, reopen(session, changed, today))

    if edits:
        files, errors = write_answers(session, edits, before, check, save)
        problems += errors
    return AppliedForms(
        forms=tuple(reply.mark.number for reply in replies),
        rows=tuple(outcomes),
        files=tuple(files),
        problems=tuple(problems),
    )


def _answer(session: Session, reply: Reply) -> list[Outcome]:
    """Say what becomes of the rows of a form, by the books on the day of the form."""
    rows = read_rows(session, date.fromisoformat(reply.mark.subject[0]))
    if reply.mark.form == APPROVAL_FORM.name:
        return apply_approvals(reply, session, rows)
    journals = session.loaded.dataset.sheets(JOURNAL)
    journal = journals[0].source if journals else None
    return apply_duty_answers(reply, rows, find_duties(rows), journal)
