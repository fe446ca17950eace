"""Forms that came back, applied to the books of a workspace: what `apply` and the inbox do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.agenda.answered_books import Edits, edited_books, find_edits, new_errors, reopen
from cmtools.agenda.approvals import APPROVAL_FORM, apply_approvals
from cmtools.agenda.duties import find_duties
from cmtools.agenda.duty_answers import apply_duty_answers
from cmtools.agenda.duty_form import DUTY_FORM
from cmtools.agenda.duty_writers import CONTACTS
from cmtools.agenda.outcome import Outcome, RowState
from cmtools.agenda.row_refusals import refuse_wrong, without_clashes
from cmtools.agenda.rows import read_rows
from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDERS
from cmtools.books.register import JOURNAL
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.files import checksum
from cmtools.forms.proof import read_secret
from cmtools.forms.reply import Reply, find_mark, open_reply
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.problems import Place, Problem, problem_at
from cmtools.tables.dataset import Dataset
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import Workspace

FORMS = {form.name: form for form in (DUTY_FORM, APPROVAL_FORM)}
Save = Callable[[Sequence[tuple[BookFile, Path]], Mapping[str, str | None]], Sequence[str]]
"""Puts changed books where they belong, in their places all or none: each book with its changed
copy, and the checksums by name as the books were read; returns the names of the files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedForms:
    """What became of the forms: their marks, each row, the files made, what forbids it.

    orders: book → its orders that the rows are about.
    """

    forms: tuple[str, ...]
    rows: tuple[Outcome, ...]
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    orders: Mapping[str, Set[str]]


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
    dataset = session.loaded.dataset

    def edits_of(outcomes: Sequence[Outcome]) -> Edits:
        changes = (cell for outcome in outcomes for cell in outcome.cells)
        return find_edits(dataset, changes, (row for outcome in outcomes for row in outcome.rows))

    def errors_of(outcomes: Sequence[Outcome]) -> Sequence[Problem]:
        with edited_books(session, edits_of(outcomes)) as changed:
            return new_errors(session, reopen(session, changed, today)) if changed else ()

    outcomes = without_clashes([o for reply in replies for o in _answer(session, reply)])
    outcomes = refuse_wrong(outcomes, errors_of)
    with edited_books(session, edits_of(outcomes)) as changed:
        books = [(book, changed[book.name]) for book in session.targets if book.name in changed]
        files = save(books, before)
    return AppliedForms(
        forms=tuple(reply.mark.number for reply in replies),
        rows=tuple(outcomes),
        files=tuple(files),
        problems=tuple(problems),
        orders=_touched_orders(dataset, outcomes),
    )


def _touched_orders(dataset: Dataset, outcomes: Sequence[Outcome]) -> Mapping[str, Set[str]]:
    """Return book → its orders of which the rows wrote something, now or when it was given first.

    A contact is entered in the register alone.
    """
    states = (RowState.DONE, RowState.SAME)
    numbers = {o.order for o in outcomes if o.state in states and o.kind not in CONTACTS}
    books: dict[str, set[str]] = {}
    for order in dataset.records(ORDERS):
        if order.number in numbers:
            books.setdefault(order.source.file, set()).add(order.number)
    return books


def _answer(session: Session, reply: Reply) -> list[Outcome]:
    """Say what becomes of the rows of a form, by the books on the day of the form."""
    rows = read_rows(session, date.fromisoformat(reply.mark.subject[0]))
    if reply.mark.form == APPROVAL_FORM.name:
        return apply_approvals(reply, session, rows)
    journals = session.loaded.dataset.sheets(JOURNAL)
    journal = journals[0].source if journals else None
    return apply_duty_answers(reply, rows, find_duties(rows), journal)
