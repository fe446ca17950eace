"""The records of a book that was read: its declared sheets, and those that a manager added."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cmtools.books.catalog import recognise_book
from cmtools.books.orders import CONTRACTS, ORDERS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import CONTRACTORS, STAGES
from cmtools.books.tasks import TASKS
from cmtools.merge.conflict import RowCells
from cmtools.merge.records import BookRecords, Owner, Record, SheetRecords, place_of
from cmtools.problems import column_letters
from cmtools.tables.columns import CODE
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import (
    Cell,
    format_value,
    is_empty,
    normalize_name,
    normalize_title,
    squeeze,
)
from cmtools.tables.reader.formulas import CellFormula
from cmtools.tables.reader.grid import Grid, WorkbookCells
from cmtools.tables.reader.properties import MODIFIED_BY
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.service_sheets import is_service_sheet
from cmtools.tables.sheet import TOTALS, Sheet
from cmtools.tables.table import Book, Table

VERSION_PROPERTY = "cmtools-version"
UNTITLED = "столбец"
ABOVE = "над таблицей"
_KEYS: Mapping[Table[Any], tuple[str, ...]] = {TASKS: ("on", "text", "doer")}
_OWNERS = (ORDERS, CONTRACTS, CLIENTS)
_REFERRED: tuple[Table[Any], ...] = (CLIENTS, STAGES, CONTRACTORS)
"""The tables of other books to which rows refer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadBook:
    """A book that was read for a merge.

    book: which of the declared books it is.
    modified_by: who saved it last, as the file says.
    stamp: see `find_stamp`.
    """

    book: Book
    records: BookRecords
    modified_by: str
    stamp: int | None


Unchanged = Mapping[str, Mapping[int, Record]]
"""Title of a sheet → rows by their numbers."""


class BookRefused(Exception):
    """Raised for a file that cannot be merged; says why in Russian."""


def read_book(
    path: Path,
    reader: WorkbookReader,
    company: Dataset,
    unchanged: Unchanged = MappingProxyType({}),
) -> ReadBook:
    """Read a book for a merge.

    `company` has the settings and the register, whose spelling decides what a reference means.
    `unchanged` are rows that are known to stand in the file just so.

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
    declared: list[tuple[Sheet[Any], Grid]] = []
    own: list[Grid] = []
    tables = {normalize_name(table.title): table for table in book.tables}
    for grid in cells.grids:
        name = normalize_name(grid.name)
        if table := tables.pop(name, None):
            declared.append((Sheet(table, path.name, grid), grid))
        elif not is_service_sheet(grid.name):
            own.append(grid)
    others = [table for table in _REFERRED if table not in book.tables]
    own_sheets = [sheet for sheet, _ in declared]
    known = [sheet for table in others for sheet in company.sheets(table)]
    Dataset([*own_sheets, *known]).link(sheet.table for sheet in own_sheets)
    found = [
        _declared_records(sheet, grid, unchanged.get(sheet.table.title, {}))
        for sheet, grid in declared
    ]
    found += map(_own, own)
    return ReadBook(
        book=book,
        records={sheet.title: sheet for sheet in found},
        modified_by=cells.properties.get(MODIFIED_BY, ""),
        stamp=find_stamp(cells),
    )


def find_stamp(cells: WorkbookCells) -> int | None:
    """Return the number of the version that a file bears; None without one, 0 if none of ours."""
    stamp = cells.properties.get(VERSION_PROPERTY)
    if not stamp:
        return None
    return int(stamp) if re.fullmatch(r"[1-9]\d{0,17}", stamp) else 0


def _declared_records(
    sheet: Sheet[Any], grid: Grid, unchanged: Mapping[int, Record]
) -> SheetRecords:
    """Return the rows of a declared sheet; (=) columns and totals are no data."""
    table = sheet.table
    fields = {column: table.fields[name].title for name, column in sheet.source.columns.items()}
    names = _column_names(grid, sheet.header, fields, {*sheet.computed_columns.values()})
    meanings = {table.fields[n].title: _meanings(sheet, n, grid) for n in sheet.source.columns}
    at = {row: index for index, row in enumerate(sheet.rows)}
    identify = _identities(sheet)
    same = at.keys() & unchanged.keys()
    rows = [unchanged[row] for row in same]
    for row, cells in _rows(grid, sheet.header, names, skipped=same):
        index = at.get(row)
        if index is not None:
            own = {title: _text(cell) for title, cell in cells.items() if title not in meanings}
            own |= {t: text for t, texts in meanings.items() if (text := texts[index])}
            key, name, owner = identify(index)
            rows.append(Record(cells=cells, meanings=own, key=key, name=name, owner=owner, row=row))
        elif not _is_total(cells):
            rows.append(_loose(row, cells))
    rows.sort(key=attrgetter("row"))
    return _sheet_records(table.title, grid, sheet.header, names, rows)


def _identities(sheet: Sheet[Any]) -> Callable[[int], tuple[str, str, Owner | None]]:
    """Return what gives each row, by its index, its key, its name and its owner."""
    keys = [sheet.values[name] for name in _key_fields(sheet.table)]
    owners = [(sheet.values[name], title) for name, title in _owner_fields(sheet.table).items()]

    def identify(index: int) -> tuple[str, str, Owner | None]:
        owner, name = None, f"строка {sheet.rows[index]}"
        for values, title in owners:
            if values[index] is not None:
                owner, name = Owner(sheet=title, key=normalize_name(values[index])), values[index]
                break
        key = [values[index] for values in keys]
        if not key or None in key:
            return "", name, owner
        texts = [*map(format_value, key)]
        return "\n".join(map(normalize_name, texts)), " · ".join(texts), owner

    return identify


def sheet_places(sheet: Sheet[Any]) -> Iterator[tuple[str, int]]:
    """Yield the place, as `place_of` names it, and the number of each row of a declared sheet."""
    identify = _identities(sheet)
    for index, row in enumerate(sheet.rows):
        key, _, owner = identify(index)
        yield place_of(Record(cells={}, meanings={}, key=key, owner=owner)), row


@cache
def _key_fields(table: Table[Any]) -> tuple[str, ...]:
    return _KEYS.get(table) or next(iter(table.unique_fields), ())


@cache
def _owner_fields(table: Table[Any]) -> Mapping[str, str]:
    """Return field → the title of the sheet that it refers to, of those that name an owner."""
    referred = {name: field.column.refers for name, field in table.fields.items()}
    return {name: target.title for name, target in referred.items() if target in _OWNERS}


def _meanings(sheet: Sheet[Any], name: str, grid: Grid) -> list[str]:
    """Return what each cell of a declared column means, in the order of the rows."""
    field, column = sheet.table.fields[name], sheet.source.columns[name]
    is_name = field.column.refers is not None or field.kind is CODE
    known: dict[Any, str] = {None: ""}
    meanings: list[str] = []
    for value in sheet.values[name]:
        if value not in known:
            known[value] = normalize_name(value) if is_name else _meaning(value)
        meanings.append(known[value])
    for index in sheet.bad[name]:
        typed = _text(grid.columns[column - 1][sheet.rows[index] - 1])
        meanings[index] = normalize_name(typed) if is_name else typed
    if grid.formulas:
        for index, row in enumerate(sheet.rows):
            if formula := grid.formulas.get((row, column)):
                meanings[index] = _text(formula)
    return meanings


def _meaning(value: Any) -> str:
    """Write a parsed value so that equal ones are equal texts."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return _text(value)


def _text(cell: Cell) -> str:
    """Write a cell as a text in which spaces do not count, but lines do."""
    if cell is None:
        return ""
    if isinstance(cell, CellFormula):
        return f"={cell}"
    return "\n".join(map(squeeze, format_value(cell).splitlines())).strip("\n")


def _own(grid: Grid) -> SheetRecords:
    """Return the rows of a manager's own sheet: by its first column if there is a header row.

    Without one, rows are named by their numbers and columns by their letters.
    """
    letters = _column_names(grid, 0, {})
    header = next((row for row, cells in _rows(grid, 0, letters) if _is_header(cells)), 0)
    names = _column_names(grid, header, {})
    first = next((t for t in names.values() if not t.startswith(UNTITLED)), "")
    rows = []
    for row, cells in _rows(grid, header, names):
        name = _text(cells.get(first)) if header else f"строка {row}"
        record = _loose(row, cells)
        rows.append(replace(record, key=normalize_name(name), name=name) if name else record)
    return _sheet_records(grid.name, grid, header, names, rows)


def _is_header(cells: RowCells) -> bool:
    return len(cells) > 1 and all(type(cell) is str for cell in cells.values())


def _sheet_records(
    title: str, grid: Grid, header: int, names: Mapping[int, str], rows: Sequence[Record]
) -> SheetRecords:
    """Put the rows of a sheet together with those above the header.

    The latter are compared with what stands in the same cells above a header in the same row.
    """
    letters = _column_names(grid, 0, {})
    above = [
        replace(_loose(row, cells), key=f"{ABOVE}\n{header}\n{row}", name=f"{ABOVE}, строка {row}")
        for row, cells in _rows(grid, 0, letters, last=header - 1)
    ]
    columns = {name: column for column, name in names.items() if not name.startswith(UNTITLED)}
    return SheetRecords(
        title=title,
        columns=columns,
        header=header,
        width=len(grid.columns),
        rows=[*above, *rows],
    )


def _loose(row: int, cells: RowCells) -> Record:
    meanings = {title: _text(cell) for title, cell in cells.items()}
    return Record(cells=cells, meanings=meanings, name=f"строка {row}", row=row)


def _is_total(cells: RowCells) -> bool:
    first = next(iter(cells.values()))
    return isinstance(first, str) and normalize_title(first).startswith(TOTALS)


def _column_names(
    grid: Grid, header: int, declared: Mapping[int, str], left_out: Collection[int] = ()
) -> dict[int, str]:
    """Return column → its name: the title that stands in the header, once, else its letters."""
    names = dict(declared)
    taken = {*names.values()}
    for column, cells in enumerate(grid.columns, start=1):
        if column in names or column in left_out:
            continue
        cell = cells[header - 1] if 0 < header <= len(cells) else None
        title = "" if cell is None else squeeze(format_value(cell))
        if not title or title in taken:
            title = f"{UNTITLED} {column_letters(column)}"
        taken.add(title)
        names[column] = title
    return dict(sorted(names.items()))


def _rows(
    grid: Grid,
    header: int,
    names: Mapping[int, str],
    last: int | None = None,
    skipped: Collection[int] = (),
) -> Iterator[tuple[int, RowCells]]:
    """Yield the rows below the header that hold something: the number, and the cells by name."""
    formulas: dict[int, dict[str, CellFormula]] = {}
    for (row, column), formula in grid.formulas.items():
        if column in names:
            formulas.setdefault(row, {})[names[column]] = formula
    columns = [grid.columns[column - 1][header:last] for column in names]
    titles = (*names.values(),)
    for row, values in enumerate(zip(*columns, strict=True), start=header + 1):
        if row in skipped:
            continue
        filled = zip(titles, values, strict=True)
        cells = {t: v for t, v in filled if v is not None and not is_empty(v)}
        cells |= formulas.get(row, {})
        if cells:
            yield row, cells
