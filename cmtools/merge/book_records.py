"""The records of a book that was read: its declared sheets, and those that a manager added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

from cmtools.books.catalog import recognise_book
from cmtools.books.orders import CONTRACTS, ORDERS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import CONTRACTORS, STAGES
from cmtools.books.tasks import TASKS
from cmtools.merge.conflict import RowCells
from cmtools.merge.records import BookRecords, Owner, Record, SheetRecords, place_of
from cmtools.merge.sheet_rows import (
    cell_text,
    column_names,
    filled_rows,
    formulas_by_row,
    loose_record,
    own_records,
    sheet_records,
)
from cmtools.tables.columns import CODE
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import (
    Cell,
    Percent,
    format_value,
    is_empty,
    normalize_name,
    normalize_title,
)
from cmtools.tables.reader.grid import Grid, PackedColumn, WorkbookCells, convert
from cmtools.tables.reader.properties import MODIFIED_BY
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.service_sheets import is_service_sheet
from cmtools.tables.sheet import TOTALS, Sheet
from cmtools.tables.table import Book, Table

VERSION_PROPERTY = "cmtools-version"
_KEYS: Mapping[Table[Any], tuple[str, ...]] = {TASKS: ("on", "text", "doer")}
_OWNERS = (ORDERS, CONTRACTS, CLIENTS)
_REFERRED: tuple[Table[Any], ...] = (CLIENTS, STAGES, CONTRACTORS)
"""The tables of other books to which rows refer."""
_EQUAL_TO_NUMBERS = frozenset((bool, Percent))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadBook:
    """A book that was read for a merge.

    book: which of the declared books it is.
    sources: its declared sheets by title.
    modified_by: who saved it last, as the file says.
    stamp: see `find_stamp`.
    """

    book: Book
    records: BookRecords
    sources: Mapping[str, _Source]
    modified_by: str
    stamp: int | None


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A declared sheet as it was read: its values, its cells, those of nothing but spaces None."""

    sheet: Sheet[Any]
    grid: Grid

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """The fields that have a column, and their titles."""
        return {name: self.sheet.table.fields[name].title for name in self.sheet.source.columns}

    @cached_property
    def names(self) -> Mapping[int, str]:
        """The columns of data and their names; (=) columns are none."""
        places = self.sheet.source.columns
        declared = {places[name]: title for name, title in self.fields.items()}
        computed = {*self.sheet.computed_columns.values()}
        return column_names(self.grid, self.sheet.header, declared, computed)

    @cached_property
    def contents(self) -> Mapping[int, object]:
        """All that the record of a row is made of, by the row's number; a row in error has none."""
        columns = (_exact(self.grid.columns[column - 1]) for column in self.names)
        cells = dict(enumerate(zip(*columns, strict=True), start=1))
        formulas = formulas_by_row(self.grid, self.names)
        bad = set().union(*self.sheet.bad.values())
        rows = zip(self.sheet.rows, *self.sheet.values.values(), strict=True)
        return {
            row: (cells.get(row), formulas.get(row), values)
            for index, (row, *values) in enumerate(rows)
            if index not in bad
        }


class BookRefused(Exception):
    """Raised for a file that cannot be merged; says why in Russian."""


def read_book(
    path: Path,
    reader: WorkbookReader,
    company: Dataset,
    like: ReadBook | None = None,
) -> ReadBook:
    """Read a book for a merge.

    `company` has the settings and the register, whose spelling decides what a reference means.
    Rows that stand just so in a book that it is `like` are the very records of that one.

    Raises:
        BookRefused: it is no workbook, damaged, or none of the program's books.
        OSError: the file cannot be opened.
    """
    cells = reader.read_whole(path)
    if cells.fault is not None:
        raise BookRefused(f"«{path.name}»: {cells.fault.message} — {cells.fault.hint}")
    book = recognise_book(cells.sheets)
    if book is None:
        raise BookRefused(f"«{path.name}» — не книга cmtools: её листы неизвестны")
    sources: dict[str, _Source] = {}
    own: list[Grid] = []
    tables = {normalize_name(table.title): table for table in book.tables}
    for grid in cells.grids:
        filled = replace(grid, columns=[convert(column, _blank_to_none) for column in grid.columns])
        if table := tables.pop(normalize_name(grid.name), None):
            sources[table.title] = _Source(sheet=Sheet(table, path.name, grid), grid=filled)
        elif not is_service_sheet(grid.name):
            own.append(filled)
    others = [table for table in _REFERRED if table not in book.tables]
    known = [sheet for table in others for sheet in company.sheets(table)]
    declared = [source.sheet for source in sources.values()]
    Dataset([*declared, *known]).link(sheet.table for sheet in declared)
    found = [_declared_records(source, _same_rows(source, like)) for source in sources.values()]
    found += map(own_records, own)
    return ReadBook(
        book=book,
        records={sheet.title: sheet for sheet in found},
        sources=sources,
        modified_by=cells.properties.get(MODIFIED_BY, ""),
        stamp=find_stamp(cells),
    )


def find_stamp(cells: WorkbookCells) -> int | None:
    """Return the number of the version that a file bears; None without one, 0 if none of ours."""
    stamp = cells.properties.get(VERSION_PROPERTY)
    if not stamp:
        return None
    return int(stamp) if re.fullmatch(r"[1-9]\d{0,17}", stamp) else 0


def _same_rows(source: _Source, like: ReadBook | None) -> Mapping[int, Record]:
    """Return the records of another book, by row, that this one would make just so."""
    title = source.sheet.table.title
    if like is None or title not in like.sources or like.sources[title].names != source.names:
        return {}
    contents, others = source.contents, like.sources[title].contents
    return {
        record.row: record
        for record in like.records[title].rows
        if record.row in contents and contents[record.row] == others.get(record.row)
    }


def _declared_records(source: _Source, same: Mapping[int, Record]) -> SheetRecords:
    """Return the rows of a declared sheet but totals; those that are the `same` as they are."""
    sheet, grid, fields = source.sheet, source.grid, source.fields
    read = [index for index, row in enumerate(sheet.rows) if row not in same]
    columns = [_meanings(source, name, read) for name in fields]
    known = {
        sheet.rows[index]: (identity, texts)
        for index, identity, *texts in zip(read, _identities(sheet, read), *columns, strict=True)
    }
    others = {*source.names.values()} - {*fields.values()}
    rows = [*same.values()]
    for row, cells in filled_rows(grid, sheet.header, source.names, skipped=same):
        if row in known:
            (key, name, owner), texts = known[row]
            own = {title: cell_text(cell) for title, cell in cells.items() if title in others}
            own |= {title: text for title, text in zip(fields.values(), texts, strict=True) if text}
            rows.append(Record(cells=cells, meanings=own, key=key, name=name, owner=owner, row=row))
        elif not _is_total(cells):
            rows.append(loose_record(row, cells))
    rows.sort(key=attrgetter("row"))
    return sheet_records(sheet.table.title, grid, sheet.header, source.names, rows)


def _identities(
    sheet: Sheet[Any], indices: Iterable[int]
) -> Iterator[tuple[str, str, Owner | None]]:
    """Yield the key, the name and the owner of each of these rows."""
    keys = [sheet.values[name] for name in _key_fields(sheet.table)]
    owners = [(sheet.values[name], title) for name, title in _owner_fields(sheet.table).items()]
    for index in indices:
        key, name, owner = "", f"строка {sheet.rows[index]}", None
        for values, title in owners:
            if values[index] is not None:
                name = values[index]
                owner = Owner(sheet=title, key=normalize_name(name))
                break
        parts = [values[index] for values in keys]
        if parts and None not in parts:
            texts = [*map(format_value, parts)]
            key, name = "\n".join(map(normalize_name, texts)), " · ".join(texts)
        yield key, name, owner


def sheet_places(sheet: Sheet[Any]) -> Iterator[tuple[str, int]]:
    """Yield the place, as `place_of` names it, and the number of each row of a declared sheet."""
    identities = _identities(sheet, range(len(sheet.rows)))
    for row, (key, _, owner) in zip(sheet.rows, identities, strict=True):
        yield place_of(Record(cells={}, meanings={}, key=key, owner=owner)), row


@cache
def _key_fields(table: Table[Any]) -> tuple[str, ...]:
    return _KEYS.get(table) or next(iter(table.unique_fields), ())


@cache
def _owner_fields(table: Table[Any]) -> Mapping[str, str]:
    """Return field → the title of the sheet that it refers to, of those that name an owner."""
    referred = {name: field.column.refers for name, field in table.fields.items()}
    return {name: target.title for name, target in referred.items() if target in _OWNERS}


def _meanings(source: _Source, name: str, indices: Sequence[int]) -> list[str]:
    """Return what the cells of a declared column mean in some rows."""
    sheet, grid = source.sheet, source.grid
    field, column = sheet.table.fields[name], sheet.source.columns[name]
    is_name = field.column.refers is not None or field.kind is CODE
    write = normalize_name if is_name else _meaning
    values = [*map(sheet.values[name].__getitem__, indices)]
    known = {value: "" if value is None else write(value) for value in {*values}}
    meanings = [*map(known.__getitem__, values)]
    bad = sheet.bad[name]
    if bad or grid.formulas:
        for at, index in enumerate(indices):
            row = sheet.rows[index]
            if formula := grid.formulas.get((row, column)):
                meanings[at] = cell_text(formula)
            elif index in bad:
                typed = cell_text(grid.columns[column - 1][row - 1])
                meanings[at] = normalize_name(typed) if is_name else typed
    return meanings


def _meaning(value: Any) -> str:
    """Write a parsed value so that equal ones are equal texts."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return cell_text(value)


def _exact(cells: Sequence[Cell]) -> Sequence[object]:
    """Return what equals no cell of another kind: True and 100 % equal the number 1."""
    values = cells.values if isinstance(cells, PackedColumn) else cells
    if _EQUAL_TO_NUMBERS.isdisjoint(map(type, values)):
        return cells
    return convert(cells, lambda c: (type(c), c) if type(c) in _EQUAL_TO_NUMBERS else c)


def _blank_to_none(cell: Cell) -> Cell:
    """Return a cell, None where it holds nothing but spaces."""
    return None if is_empty(cell) else cell


def _is_total(cells: RowCells) -> bool:
    first = next(iter(cells.values()))
    return isinstance(first, str) and normalize_title(first).startswith(TOTALS)
