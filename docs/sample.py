"""The books of the sample after a change of the declarations: the same cells on today's blanks.

The sample is edited by hand. Only a book whose sheets, titles or rules of entry are no longer those
of its blank is written anew from its cells; colours and widths of a person's own are lost then.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from cmtools.books.catalog import BOOKS
from cmtools.books.orders import ORDER_BOOK
from cmtools.demo import FAULTY_BOOK, sample_folder
from cmtools.tables.table import Book, Table
from cmtools.tables.writer.workbook import SheetRows
from cmtools.workspace import bundled_folder
from docs.blanks import shipped_rows, write_filled


def outdated_books() -> dict[Path, Book]:
    """Return the sample's books that are not made as their blanks are."""
    return {path: book for path, book in _books().items() if _form(path) != _form(_blank_of(book))}


def renew(books: Mapping[Path, Book]) -> None:
    """Write books of the sample anew, with the cells that they hold."""
    rows: dict[Table[Any], SheetRows] = dict(shipped_rows())
    for path, book in _books().items():
        if path.name != FAULTY_BOOK.name:
            rows |= _rows(path, book)
    for path, book in books.items():
        write_filled(path, book, {**rows, **_rows(path, book)})


def _books() -> dict[Path, Book]:
    books = {sample_folder() / book.file_name: book for book in BOOKS}
    books[sample_folder() / FAULTY_BOOK] = ORDER_BOOK
    return {path: book for path, book in books.items() if path.exists()}


def _blank_of(book: Book) -> Path:
    return bundled_folder("workbooks") / book.file_name


def _form(path: Path) -> list[object]:
    """Return the sheets of a book with their titles and rules of entry; not the rows."""
    return [
        (
            sheet.title,
            [cell.value for cell in sheet[1]],
            [
                (str(rule.sqref), rule.type, rule.formula1, rule.formula2, rule.prompt, rule.error)
                for rule in sheet.data_validations.dataValidation
            ],
        )
        for sheet in _open(path)
        if sheet.sheet_state == "visible"
    ]


def _rows(path: Path, book: Book) -> dict[Table[Any], SheetRows]:
    """Return the cells of a book by table and title, as they are."""
    workbook = _open(path)
    rows: dict[Table[Any], SheetRows] = {}
    for table in book.tables:
        if table.title in workbook.sheetnames:
            titles, *lines = workbook[table.title].iter_rows(values_only=True)
            rows[table] = [
                dict(zip(map(str, titles), line, strict=True)) for line in lines if any(line)
            ]
    return rows


def _open(path: Path) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on what it does not keep
        return load_workbook(path)
