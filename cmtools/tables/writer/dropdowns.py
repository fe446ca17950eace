"""What a drop-down offers: a choice, the keys of a sheet, or a list copied from another book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from cmtools.problems import column_letters
from cmtools.tables.columns import Field
from cmtools.tables.patch.cells import replace_rows
from cmtools.tables.patch.package import Package
from cmtools.tables.service_sheets import LISTS_SHEET
from cmtools.tables.table import Book, Table

LAST_ROW = 1_048_576

DropdownLists = Mapping[Table[Any], Sequence[str]]
"""Table of another book → what a drop-down offers of it, in order."""


def foreign_tables(book: Book) -> list[Table[Any]]:
    """Return the tables of other books that the columns refer to; each is a column of «Списки»."""
    found = dict.fromkeys(
        field.column.refers
        for table in book.tables
        for field in table.fields.values()
        if field.column.refers is not None and field.column.refers not in book.tables
    )
    return list(found)


def list_name(table: Table[Any]) -> str:
    """Return the defined name of a table's list."""
    return "Список_" + table.title.replace(" ", "_")


def list_ranges(book: Book, lists: DropdownLists) -> Iterator[tuple[str, str]]:
    """Yield (name, reference) of every list that the book's drop-downs use.

    A list of the book itself grows with its sheet; one of another book ends with what was copied.
    """
    for position, table in enumerate(foreign_tables(book), start=1):
        letters, last = column_letters(position), max(len(lists.get(table, ())), 1) + 1
        yield list_name(table), f"={LISTS_SHEET}!${letters}$2:${letters}${last}"
    own = {
        field.column.refers
        for table in book.tables
        for field in table.fields.values()
        if field.column.refers in book.tables
    }
    for table in book.tables:
        if table in own:
            letters = column_letters(list(table.fields).index(table.key.name) + 1)
            sheet = f"'{table.title}'" if " " in table.title else table.title
            column = f"{sheet}!${letters}:${letters}"
            yield (
                list_name(table),
                f"={sheet}!${letters}$2:INDEX({column},MAX(2,COUNTA({column})))",
            )


def refresh_lists(package: Package, book: Book, lists: DropdownLists) -> None:
    """Copy the lists of other books anew into a book that has a sheet «Списки» of ours.

    Nothing is changed while one of those books could not be read.
    """
    part = package.sheets().get(LISTS_SHEET)
    names = {
        name.get("name"): name for name in package.tree(package.workbook).iter("{*}definedName")
    }
    tables = foreign_tables(book)
    if part is None or any(t not in lists or list_name(t) not in names for t in tables):
        return
    columns = [[table.title, *lists[table]] for table in tables]
    fresh = replace_rows(package[part], zip_longest(*columns))
    if fresh is None:
        return
    package[part] = fresh
    for name, reference in list_ranges(book, lists):
        if name in names and LISTS_SHEET in reference:
            names[name].text = reference.lstrip("=")


def dropdown_source(field: Field) -> str | list[str] | None:
    """Return the source of a field's drop-down for xlsxwriter; None where there is none."""
    if field.column.refers is not None:
        return "=" + list_name(field.column.refers)
    return list(field.choices) or None
