"""The books changed by what a command writes: the answers of a form, a request, a handover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from cmtools.agenda.outcome import CellChange, NewRow
from cmtools.books.loader import load_books
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.errors import Unavailable
from cmtools.pricing.session import OpenBooks, Session
from cmtools.problems import Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import EditRefused, SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.reader.sandbox import Reader

Edits = Mapping[str, Mapping[str, SheetEdit]]
"""Name of a book → sheet → what changes in it."""


def find_edits(dataset: Dataset, changes: Iterable[CellChange], rows: Iterable[NewRow]) -> Edits:
    """Gather changed cells and new rows by sheet; a value that has no column is left out."""
    cells: dict[tuple[str, str], dict[tuple[int, int], CellValue]] = {}
    new: dict[tuple[str, str], list[dict[int, CellValue]]] = {}
    bounds: dict[tuple[str, str], tuple[int, int]] = {}
    for cell in changes:
        place = (cell.file, cell.sheet)
        cells.setdefault(place, {})[cell.row, cell.column] = cell.value
    for row in rows:
        place = (row.source.file, row.source.sheet)
        columns = row.source.columns
        values = {columns[name]: value for name, value in row.values.items() if name in columns}
        new.setdefault(place, []).append(values)
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


@contextmanager
def edited_books(session: Session, edits: Edits) -> Iterator[Mapping[str, Path]]:
    """Write changed copies of books aside; give them by the names of the books.

    Raises:
        Unavailable: a book cannot be changed without a loss.
        OSError: no rights, no room.
    """
    with TemporaryDirectory() as folder:
        changed = {}
        for number, book in enumerate(session.targets):
            if book.name not in edits:
                continue
            changed[book.name] = Path(folder, f"{number}.xlsx")
            try:
                write_edits(book.path, edits[book.name], changed[book.name])
            except EditRefused as error:
                reason = f"«{book.name}» нельзя изменить без потерь: {error}"
                raise Unavailable(reason) from error
        yield changed


def reopen(session: Session, changed: Mapping[str, Path], today: date) -> OpenBooks:
    """Read the books of a session anew, with changed ones in their places.

    Raises:
        OSError: a book cannot be opened.
    """
    books = [replace(book, path=changed.get(book.name, book.path)) for book in session.targets]
    with Reader(session.workspace.limits()) as reader:
        loaded = load_books([], books, reader, today, STANDARD_DOCUMENTS)
    return OpenBooks(
        workspace=session.workspace,
        loaded=loaded,
        targets=books,
        asked={book.name for book in books},
        problems=loaded.problems,
    )


def new_errors(session: Session, books: OpenBooks) -> list[Problem]:
    """Return the errors of changed books that those of a session do not have."""
    known = {_what(problem) for problem in session.loaded.problems}
    return [p for p in books.problems if p.is_error and _what(p) not in known]


def _what(problem: Problem) -> tuple[object, ...]:
    """Return what a problem is, wherever its row stands."""
    return problem.code, problem.place.file, problem.place.sheet, problem.column, problem.value
