"""The books changed by the answers of a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from cmtools.agenda.outcome import Outcome
from cmtools.books.loader import BookFile
from cmtools.errors import Unavailable
from cmtools.pricing.session import Session
from cmtools.problems import Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import EditRefused, SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue

Edits = Mapping[str, Mapping[str, SheetEdit]]
"""Name of a book → sheet → what changes in it."""
Save = Callable[[BookFile, Path, str | None], Sequence[str]]
"""Puts a changed book where it belongs: the book, its changed copy, its checksum when it was read;
returns the names of the files."""


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
    save: Save,
) -> tuple[list[str], Sequence[Problem]]:
    """Write the changed books; return the files made, and the errors that forbid it.

    before: the checksums of the books when they were read. check: changed books by name → the
    errors of all books with these in their places.

    Raises:
        Unavailable: a book was changed meanwhile, or cannot be changed without a loss.
        OSError: no rights, no room.
    """
    books = [book for book in session.targets if book.name in edits]
    with TemporaryDirectory() as folder:
        changed = {b.name: Path(folder, f"{number}.xlsx") for number, b in enumerate(books)}
        for book in books:
            try:
                write_edits(book.path, edits[book.name], changed[book.name])
            except EditRefused as error:
                reason = f"«{book.name}» нельзя изменить без потерь: {error}"
                raise Unavailable(reason) from error
        errors = check(changed)
        if errors:
            return [], errors
        files: list[str] = []
        for book in books:
            files += save(book, changed[book.name], before[book.name])
    return files, ()


def with_changed(books: Iterable[BookFile], changed: Mapping[str, Path]) -> list[BookFile]:
    """Return books with the changed ones in their places."""
    return [replace(book, path=changed.get(book.name, book.path)) for book in books]
