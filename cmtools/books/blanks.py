"""Books written with their drop-downs fed: the blanks, and books filled by the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cmtools.books.catalog import BOOKS
from cmtools.books.default_rows import shipped_headings, shipped_rows
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Book, Table
from cmtools.tables.writer.dropdowns import DropdownLists, foreign_tables
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
    return {
        table: [dropdown_option(table, row) for row in rows.get(table, ())]
        for table in foreign_tables(book)
    }


def lists_from_dataset(book: Book, dataset: Dataset) -> DropdownLists:
    """Return what the drop-downs offer of other books, from what was read."""
    return {t: dropdown_options(t, dataset) for t in foreign_tables(book) if t in dataset}


def dropdown_options(table: Table[Any], dataset: Dataset) -> list[str]:
    """Return the entries of a drop-down over a table that was read."""
    found = []
    for sheet in dataset.sheets(table):
        keys = sheet.values[table.key.name]
        labels = sheet.values[table.label] if table.label else [None] * len(keys)
        found += [f"{k} {v}" if v else k for k, v in zip(keys, labels, strict=True) if k]
    return found


def dropdown_option(table: Table[Any], row: Mapping[str, object]) -> str:
    """Return the entry of a row in a drop-down: its key, with its label behind it."""
    key = str(row[table.key.title])
    return f"{key} {row[table.fields[table.label].title]}" if table.label else key
