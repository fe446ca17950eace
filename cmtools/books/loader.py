"""Files read into one dataset: recognised, parsed, linked and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.books.catalog import BOOKS, SHEETS, recognise_book
from cmtools.books.copies import books_with_same_orders, order_numbers, same_orders_problems
from cmtools.books.cross_rules import check_across, seller_warning
from cmtools.books.document_rules import StandardDocuments, check_documents
from cmtools.books.look_alikes import warn_of_look_alikes
from cmtools.books.plan import approval_problems
from cmtools.problems import Fault, Place, Problem, problem_at, sort_problems
from cmtools.tables import messages
from cmtools.tables.dataset import Dataset
from cmtools.tables.headers import has_columns
from cmtools.tables.parsers import normalize_name, quote_names
from cmtools.tables.reader.grid import Grid
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Book, Table


@dataclass(frozen=True, kw_only=True, slots=True)
class BookFile:
    """A file to read: its path, its name for people, and which book it should be, if known."""

    path: Path
    name: str
    book: Book | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedBooks:
    """What was read: the dataset, the book that each file is, and every problem, in order."""

    dataset: Dataset
    books: dict[str, Book]
    problems: tuple[Problem, ...]


def load_books(
    guests: Sequence[BookFile],
    own: Sequence[BookFile],
    reader: WorkbookReader,
    today: date,
    documents: StandardDocuments,
) -> LoadedBooks:
    """Read files as one set of books and check them; mistakes are problems.

    A guest stands in for the own books of its kind. `documents` are those that a stage may ask for
    besides the company's own.

    Raises:
        OSError: a file cannot be opened.
    """
    reading = BookLoader(reader)
    for file in guests:
        reading.read(file)
    replaced = set(reading.books.values())
    for file in own:
        if file.book not in replaced:
            reading.read(file)
    doubled = books_with_same_orders(order_numbers(reading.sheets))
    sheets = (sheet for sheet in reading.sheets if sheet.source.file not in doubled)
    dataset = Dataset(sheets, reading.lost)
    dataset.check(today)
    check_across(dataset)
    warn_of_look_alikes(dataset)
    check_documents(dataset, documents)
    seller = seller_warning(dataset)
    problems = [*reading.problems, *same_orders_problems(doubled), *dataset.problems]
    problems += approval_problems(dataset)
    if seller:
        problems.append(seller)
    return LoadedBooks(dataset=dataset, books=reading.books, problems=sort_problems(problems))


class BookLoader:
    """What has been read so far: sheets, the book that each file is, problems of whole sheets.

    lost: the tables that a book should have, but that could not be read.

    Where `tables` are given, all sheets are read, but those of the others are not looked into.
    """

    def __init__(
        self, reader: WorkbookReader, tables: Collection[Table[Any]] | None = None
    ) -> None:
        self._reader = reader
        self._tables = tables
        self.books: dict[str, Book] = {}
        self.sheets: list[Sheet[Any]] = []
        self.lost: set[Table[Any]] = set()
        self.problems: list[Problem] = []

    def read(self, file: BookFile) -> None:
        """Read a file and add what it holds.

        Raises:
            OSError: the file cannot be opened.
        """
        cells = self._reader.read(file.path, SHEETS)
        self._note(file, cells.warnings)
        if cells.fault is not None:
            self._note(file, [cells.fault])
            self.lost.update(file.book.tables if file.book else ())
            return
        book = file.book or recognise_book(cells.sheets)
        if book is None:
            known = quote_names(known.name for known in BOOKS)
            self._note(file, [messages.FILE_UNKNOWN(books=known)])
            tables = [table for book in BOOKS for table in book.tables]
            renamed = self._renamed_sheets(file, tables, cells.sheets)
            self.problems += _sheet_problems(file.name, [*renamed], cells.sheets, renamed)
            return
        self.books[file.name] = book
        sheets: list[Sheet[Any]] = []
        for grid in cells.grids:
            sheets += self._sheet(file.name, book, grid, sheets)
        self.sheets += sheets
        self.lost.update({*book.tables} - {sheet.table for sheet in sheets})
        renamed = self._renamed_sheets(file, book.tables, cells.sheets)
        self.problems += _sheet_problems(file.name, book.tables, cells.sheets, renamed)

    def _note(self, file: BookFile, faults: Iterable[Fault]) -> None:
        self.problems += (problem_at(Place(file=file.name), fault) for fault in faults)

    def _sheet(
        self, file: str, book: Book, grid: Grid, before: Sequence[Sheet[Any]]
    ) -> Iterator[Sheet[Any]]:
        """Parse a grid, unless it is no sheet of the book or the second of its name."""
        for table in book.tables:
            if normalize_name(table.title) != normalize_name(grid.name) or any(
                s.table is table for s in before
            ):
                continue
            if self._tables is None or table in self._tables:
                yield Sheet(table, file, grid)

    def _renamed_sheets(
        self, file: BookFile, tables: Iterable[Table[Any]], names: Sequence[str]
    ) -> dict[Table[Any], str]:
        """Return missing table → the sheet of another name that has its columns."""
        present = frozenset(map(normalize_name, names))
        missing = [
            table
            for table in tables
            if not (table.optional or table.card or normalize_name(table.title) in present)
        ]
        if not missing or present <= SHEETS:
            return {}
        grids = self._reader.read(file.path, present - SHEETS).grids
        return {table: grid.name for table in missing for grid in grids if has_columns(table, grid)}


def _sheet_problems(
    file: str,
    tables: Sequence[Table[Any]],
    names: Sequence[str],
    renamed: Mapping[Table[Any], str],
) -> Iterator[Problem]:
    present = [normalize_name(name) for name in names]
    for table in tables:
        count = present.count(normalize_name(table.title))
        fault: Fault | None = None
        if table in renamed:
            fault = messages.SHEET_RENAMED(sheet=table.title, other=renamed[table])
        elif count == 0 and not table.optional:
            fault = messages.SHEET_MISSING(sheet=table.title)
        elif count > 1:
            fault = messages.SHEET_TWICE(sheet=table.title)
        if fault:
            yield problem_at(Place(file=file, sheet=table.title), fault)
