"""The books changed by the answers of a form: copies beside them, or the books after a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cmtools import known_files
from cmtools.agenda.outcome import Outcome
from cmtools.books.loader import BookFile
from cmtools.changed_book import refuse_open
from cmtools.errors import Unavailable
from cmtools.files import atomic_write, checksum, copy
from cmtools.pricing.session import Session
from cmtools.problems import Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import EditRefused, SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue
from cmtools.workspace import ANSWERED, backup_path, copy_path

Edits = Mapping[str, Mapping[str, SheetEdit]]
"""Name of a book → sheet → what changes in it."""


def find_edits(dataset: Dataset, outcomes: Iterable[Outcome]) -> Edits:
    """Gather what all rows of the forms change."""
    cells: dict[tuple[str, str], dict[tuple[int, int], CellValue]] = {}
    new: dict[tuple[str, str], list[dict[int, CellValue]]] = {}
    bounds: dict[tuple[str, str], tuple[int, int]] = {}
    for outcome in outcomes:
        for cell in outcome.cells:
            place = (cell.file, cell.sheet)
            cells.setdefault(place, {})[cell.row, cell.column] = cell.value
        for row in outcome.rows:
            place = (row.source.file, row.source.sheet)
            columns = row.source.columns
            new.setdefault(place, []).append({columns[n]: v for n, v in row.values.items()})
            sheet = next(s for s in dataset.sheets(row.table) if s.source.file == place[0])
            bounds[place] = (sheet.header, max([sheet.header, *sheet.rows]))
    edits: dict[str, dict[str, SheetEdit]] = {}
    for file, title in {**cells, **new}:
        header, last = bounds.get((file, title), (0, 0))
        edits.setdefault(file, {})[title] = SheetEdit(
            cells=cells.get((file, title), {}),
            appended=new.get((file, title), ()),
            header=header,
            last_row=last,
        )
    return edits


def write_answers(
    session: Session,
    edits: Edits,
    before: Mapping[str, str | None],
    check: Callable[[Mapping[str, Path]], Sequence[Problem]],
    now: datetime | None,
) -> tuple[list[str], Sequence[Problem]]:
    """Write the changed books; return the files made, and the errors that forbid it.

    before: the checksums of the books when they were read. check: changed books by name → the
    errors of all books with these in their places. now: names the backups; None for copies beside.

    Raises:
        Unavailable: a book is open, was changed meanwhile, or cannot be changed without a loss.
        OSError: no rights, no room.
    """
    books = {book.name: book for book in session.targets if book.name in edits}
    if now is not None:
        for book in books.values():
            refuse_open(book)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        changed: dict[str, Path] = {}
        for number, (name, book) in enumerate(books.items()):
            changed[name] = folder / f"{number}.xlsx"
            try:
                write_edits(book.path, edits[name], changed[name])
            except EditRefused as error:
                reason = f"«{name}» нельзя изменить без потерь: {error}"
                raise Unavailable(reason) from error
        errors = check(changed)
        if errors:
            return [], errors
        for name, book in books.items():
            if checksum(book.path) != before[name]:
                raise Unavailable(f"«{name}» изменили, пока читались ответы: повторите")
        files = [path for name in books for path in _place(session, books[name], changed, now)]
    return [session.workspace.name(path) for path in files], ()


def _place(
    session: Session, book: BookFile, changed: Mapping[str, Path], now: datetime | None
) -> list[Path]:
    """Put a changed book beside the book, or in its place after a backup."""
    if now is None:
        target = copy_path(book.path, ANSWERED)
        copy(changed[book.name], target)
        return [target]
    root = session.workspace.root
    backup = backup_path(book.path, now)
    copy(book.path, backup)
    is_known = known_files.is_known(root, book.path)
    with atomic_write(book.path.resolve()) as aside:
        aside.write_bytes(changed[book.name].read_bytes())
    if is_known:
        known_files.add_file(root, book.path)
    return [backup, book.path]


def with_changed(books: Iterable[BookFile], changed: Mapping[str, Path]) -> list[BookFile]:
    """Return books with the changed ones in their places."""
    return [replace(book, path=changed.get(book.name, book.path)) for book in books]
