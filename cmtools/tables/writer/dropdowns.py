"""What a drop-down offers: a choice, the keys of a sheet, or a list copied from another book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from cmtools.problems import column_letters
from cmtools.tables.columns import Field, SheetColumn
from cmtools.tables.patch.cells import replace_rows
from cmtools.tables.patch.package import Package
from cmtools.tables.service_sheets import LISTS_SHEET
from cmtools.tables.table import Book

DropdownLists = Mapping[SheetColumn, Sequence[str]]
"""Column of another book → what a drop-down offers of it, in order."""


def foreign_columns(book: Book) -> list[SheetColumn]:
    """Return the columns of other books that drop-downs offer; each is a column of «Списки»."""
    return [source for source in _list_sources(book) if source.table not in book.tables]


def _list_sources(book: Book) -> list[SheetColumn]:
    sources = (f.list_source for table in book.tables for f in table.fields.values())
    return list(dict.fromkeys(source for source in sources if source is not None))


def list_title(source: SheetColumn) -> str:
    """Return what a list is called: by its sheet, where it is not of its keys by its column too."""
    title = source.table.title
    return title if source.is_key else f"{title} {source.table.fields[source.name].title}"


def list_name(source: SheetColumn) -> str:
    """Return the defined name of a list."""
    return "Список_" + list_title(source).replace(" ", "_")


def list_ranges(book: Book, lists: DropdownLists) -> Iterator[tuple[str, str]]:
    """Yield (name, reference) of every list that the book's drop-downs use.

    A list of the book itself grows with its sheet; one of another book ends with what was copied.
    """
    for position, source in enumerate(foreign_columns(book), start=1):
        letters, last = column_letters(position), max(len(lists.get(source, ())), 1) + 1
        yield list_name(source), f"={LISTS_SHEET}!${letters}$2:${letters}${last}"
    own = {*_list_sources(book)} - {*foreign_columns(book)}
    for source in sorted(own, key=list_name):
        table = source.table
        letters = column_letters(list(table.fields).index(source.name) + 1)
        sheet = f"'{table.title}'" if " " in table.title else table.title
        column = f"{sheet}!${letters}:${letters}"
        yield list_name(source), f"={sheet}!${letters}$2:INDEX({column},MAX(2,COUNTA({column})))"


def refresh_lists(package: Package, book: Book, lists: DropdownLists) -> bool:
    """Copy the lists of other books anew into a book that has a sheet «Списки» of ours.

    Return whether they differ from those that the book had.
    Nothing is changed while one of those books could not be read. A book made before a list was
    offered lacks its name.
    """
    part = package.sheets().get(LISTS_SHEET)
    names = {
        name.get("name"): name for name in package.tree(package.workbook).iter("{*}definedName")
    }
    sources = foreign_columns(book)
    if part is None or any(source not in lists for source in sources):
        return False
    columns = [[list_title(source), *lists[source]] for source in sources]
    old = package[part]
    fresh = replace_rows(old, zip_longest(*columns))
    if fresh is None or fresh == old:
        return False
    package[part] = fresh
    for name, reference in list_ranges(book, lists):
        if name in names and LISTS_SHEET in reference:
            names[name].text = reference.lstrip("=")
    return True


def dropdown_source(field: Field) -> str | list[str] | None:
    """Return the source of a field's drop-down for xlsxwriter; None where there is none."""
    if field.list_source is not None:
        return "=" + list_name(field.list_source)
    offers = field.column.offers
    return list(field.choices or (offers if isinstance(offers, tuple) else ())) or None
