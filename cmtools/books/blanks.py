"""Books written with their drop-downs fed: the blanks, and books filled by the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cmtools.books.catalog import BOOKS
from cmtools.books.default_rows import shipped_headings, shipped_rows
from cmtools.books.settings import ANY_KIND
from cmtools.tables.columns import SheetColumn
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Book, Table
from cmtools.tables.writer.dropdowns import DropdownLists, foreign_columns
from cmtools.tables.writer.heading import Heading
from cmtools.tables.writer.workbook import SheetRows, write_book


def write_blanks(folder: Path, books: Sequence[Book] = BOOKS) -> list[Path]:
    """Write the blank of each book into a folder; what is shipped filled is filled."""
    rows, headings = shipped_rows(), shipped_headings()
    return [write_filled(folder / book.file_name, book, rows, headings) for book in books]


def write_filled(
    path: Path,
    book: Book,
    rows: Mapping[Table[Any], SheetRows],
    headings: Mapping[Table[Any], Heading] | None = None,
) -> Path:
    """Write a book with rows; `rows` may hold other books' too, for the lists to copy from."""
    write_book(path, book, rows, lists_from_rows(book, rows), headings)
    return path


def lists_from_rows(book: Book, rows: Mapping[Table[Any], SheetRows]) -> DropdownLists:
    """Return what the drop-downs offer of other books, from the rows written into those."""
    lists = {}
    for source in foreign_columns(book):
        titles = [source.table.fields[name].title for name in _shown_fields(source)]
        found = [[row.get(title) for title in titles] for row in rows.get(source.table, ())]
        lists[source] = _options(source, found)
    return lists


def lists_from_dataset(book: Book, dataset: Dataset) -> DropdownLists:
    """Return what the drop-downs offer of other books, from what was read."""
    lists = {}
    for source in foreign_columns(book):
        if source.table in dataset:
            columns = [
                [value for sheet in dataset.sheets(source.table) for value in sheet.values[name]]
                for name in _shown_fields(source)
            ]
            lists[source] = _options(source, zip(*columns, strict=True))
    return lists


def _shown_fields(source: SheetColumn) -> list[str]:
    label = source.table.label if source.is_key else None
    return [source.name, label] if label else [source.name]


def _options(source: SheetColumn, rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the entries of a drop-down, each once.

    Keys with their labels in the order of their sheet, then the bare keys, since people type them;
    the values of another column in the order of letters.
    """
    filled = [row for row in rows if row[0] and row[0] != ANY_KIND]
    keys = dict.fromkeys(str(row[0]) for row in filled)
    if not source.is_key:
        return sorted(keys)
    labelled = [f"{row[0]} {row[1]}" for row in filled if row[1:] and row[1]]
    return [*labelled, *keys]
