"""Some cells of a manager's own book changed and nothing else.

openpyxl would rewrite the whole book and lose what it does not know: shapes, some charts and
validations, and the stored values of formulas, without which the book could not be checked again.
Here the XML of the rows concerned is cut out, changed and put back.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import repeat
from typing import NamedTuple, Protocol, TypeVar

from cmtools.problems import column_letters
from cmtools.tables.parsers import Cell, escape_text, format_value
from cmtools.tables.patch.sheet_elements import element_prefix
from cmtools.tables.reader.formulas import CellFormula
from cmtools.tables.sheet_xml import column_number

_T = TypeVar("_T")
CellValue = Decimal | Cell
CellValues = Mapping[tuple[int, int], CellValue]
"""(row, column), counted from 1 → the new value; None empties the cell."""

ATTRIBUTE = rb'\b%s\s*=\s*["\']([^"\']*)["\']'
_ROW = rb"<%brow\b([^>]*?)(?:/>|>(.*?)</%brow>)"
_ROW_START = rb"<%brow\b([^>]*)>"
_CELL = rb"<%bc\b([^>]*?)(?:/>|>.*?</%bc>)"
_NAME = re.compile(ATTRIBUTE % b"r")
_STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d*)[\"']")
_SPANS = re.compile(rb'\sspans\s*=\s*["\'][^"\']*["\']')
_HIDDEN = re.compile(rb'\shidden\s*=\s*["\'][^"\']*["\']')
_DIMENSION = re.compile(
    rb'(<(?:\w+:)?dimension\b[^>]*?\bref\s*=\s*["\'])([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?(["\'])'
)
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|f|is)\b")


class ValueFormats(Protocol):
    """Fits values and the styles of cells to each other: in Excel a date is a number."""

    def fit(self, value: CellValue, style: int) -> tuple[CellValue, int]:
        """Return a value as it is written, and the style that shows it."""


def patch_cells(xml: bytes, cells: CellValues, formats: ValueFormats | None = None) -> bytes:
    """Change these cells of a sheet; a cell keeps its style, a new one takes its column's.

    A cell whose row is not written is left out.
    """
    return _grow_dimension(_edit_rows(xml, _by_row(cells), _value_writer(formats)), cells)


def append_rows(
    xml: bytes,
    first: int,
    rows: Sequence[Mapping[int, CellValue]],
    formats: ValueFormats,
    *,
    styled_as: int,
) -> bytes:
    """Write rows from the row `first` on, in the styles of another one; 0: of their columns."""
    content = next((row[2] or b"" for _, row in find_rows(xml, {styled_as})), b"")
    known = cells_of_row(element_prefix(xml), content, styled_as)
    styles = {column: _style_of(cell) for column, cell in known.items()}
    cells: dict[tuple[int, int], CellValue] = {
        (number, column): row.get(column)
        for number, row in enumerate(rows, start=first)
        for column in {*styles, *row}
    }
    by_row, write = _by_row(cells), _value_writer(formats, styles)
    xml = _edit_rows(insert_missing_rows(xml, by_row), by_row, write, shown=True)
    return _grow_dimension(xml, cells)


def _value_writer(
    formats: ValueFormats | None, styles: Mapping[int, bytes | None] | None = None
) -> Callable[[_Place, CellValue], bytes]:
    """Return what writes a value into a cell, in its style or that of `styles` by column."""

    def write(place: _Place, value: CellValue) -> bytes:
        style = (styles or {}).get(place.column, place.style)
        if formats is not None:
            value, number = formats.fit(value, int(style or 0))
            style = b"%d" % number if number else None
        return _cell_xml(place.prefix, place.row, place.column, value, style)

    return write


def _grow_dimension(xml: bytes, cells: Iterable[tuple[int, int]]) -> bytes:
    """Let the area that a sheet says it fills hold these cells too."""
    places = [*cells]

    def grow(area: re.Match[bytes]) -> bytes:
        columns = [column_number(letters) for letters in (area[2], area[4]) if letters]
        rows = [int(number) for number in (area[3], area[5]) if number]
        columns += [column for _, column in places]
        rows += [row for row, _ in places]
        first = f"{column_letters(min(columns))}{min(rows)}"
        last = f"{column_letters(max(columns))}{max(rows)}"
        return area[1] + (first if first == last else f"{first}:{last}").encode() + area[6]

    return _DIMENSION.sub(grow, xml, count=1)


def empty_rows(xml: bytes, rows: Collection[int]) -> bytes:
    """Empty all cells of these rows; the rows, and the styles of the cells, stay."""
    cells = {
        (number, column): None
        for number, row in find_rows(xml, rows)
        for column in cells_of_row(element_prefix(xml), row[2] or b"", number)
    }
    return patch_cells(xml, cells)


def filled_columns(xml: bytes) -> dict[int, set[int]]:
    """Return row → its columns that hold something, of the rows that do."""
    prefix = element_prefix(xml)
    return {
        number: {
            column
            for column, cell in cells_of_row(prefix, row[2], number).items()
            if is_filled(cell)
        }
        for number, row in find_rows(xml)
        if row[2] and is_filled(row[2])
    }


def find_rows(
    xml: bytes, numbers: Container[int] | None = None
) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield the number of each written row, or of those asked for, and its XML.

    [1] are the attributes of a row, [2] its cells.
    """
    prefix = element_prefix(xml)
    pattern = re.compile(_ROW % (prefix, prefix), re.DOTALL)
    for number, start in find_starts(xml):
        if numbers is None or number in numbers:
            row = pattern.match(xml, start)
            if row is not None:
                yield number, row


def find_starts(xml: bytes) -> Iterator[tuple[int, int]]:
    """Yield the number of each written row and where in the XML it starts."""
    number = 0
    for tag in re.finditer(_ROW_START % element_prefix(xml), xml):
        number = _row_number(tag[1], number)
        yield number, tag.start()


def is_filled(xml: bytes) -> bool:
    """Tell whether a cell, or one of some cells, has a value or a formula."""
    return _FILLED.search(xml) is not None


def restyle_cells(xml: bytes, cells: Mapping[tuple[int, int], Callable[[int], int]]) -> bytes:
    """Give cells another style: each function takes the style's number and returns the new one.

    A cell that is not written is created, and so is its row.
    """
    by_row = _by_row(cells)

    def write(place: _Place, style_of: Callable[[int], int]) -> bytes:
        style = b' s="%d"' % style_of(int(place.style or 0))
        empty = _cell_xml(place.prefix, place.row, place.column, None, None)
        tag, end, content = (place.cell or empty).partition(b">")
        tag = _NAME.sub(lambda name: name[0] + style, _STYLE.sub(b"", tag), count=1)
        return tag + end + content

    return _edit_rows(insert_missing_rows(xml, by_row), by_row, write)


def replace_rows(xml: bytes, rows: Iterable[Sequence[CellValue]]) -> bytes | None:
    """Replace all rows of a sheet; None where the sheet is not written as ours are."""
    content = b"".join(row_xml(number, values) for number, values in enumerate(rows, start=1))
    changed, count = re.subn(
        rb"<sheetData\s*/>|<sheetData\b[^>]*>.*</sheetData>",
        lambda _: b"<sheetData>" + content + b"</sheetData>",
        xml,
        count=1,
        flags=re.DOTALL,
    )
    return changed if count else None


def row_xml(
    number: int,
    values: Iterable[CellValue],
    styles: Iterable[bytes | None] = repeat(None),
    attributes: bytes = b"",
) -> bytes:
    """Write a row with values from its first column on; None leaves a cell out."""
    cells = (
        _cell_xml(b"", number, column, value, style)
        for column, (value, style) in enumerate(zip(values, styles, strict=False), start=1)
        if value is not None
    )
    return b'<row r="%d"%b>%b</row>' % (number, attributes, b"".join(cells))


class _Place(NamedTuple):
    """A cell to write: where, its XML if it has any, the number of its style."""

    prefix: bytes
    row: int
    column: int
    cell: bytes | None
    style: bytes | None


def _by_row(cells: Mapping[tuple[int, int], _T]) -> dict[int, dict[int, _T]]:
    by_row: dict[int, dict[int, _T]] = {}
    for (row, column), value in cells.items():
        by_row.setdefault(row, {})[column] = value
    return by_row


def _edit_rows(
    xml: bytes,
    by_row: Mapping[int, Mapping[int, _T]],
    write: Callable[[_Place, _T], bytes],
    *,
    shown: bool = False,
) -> bytes:
    """Write the cells of these rows anew; `write` is given each cell and what it shall become.

    shown: rows that were hidden are shown.
    """
    prefix = element_prefix(xml)
    styles = _column_styles(xml)
    pieces: list[bytes] = []
    done = 0
    for number, row in find_rows(xml, by_row):
        cells = cells_of_row(prefix, row[2] or b"", number)
        for column, value in by_row[number].items():
            cell = cells.get(column)
            style = _style_of(cell) if cell else styles.get(column)
            cells[column] = write(_Place(prefix, number, column, cell, style), value)
        attributes = _SPANS.sub(b"", row[1]).rstrip()
        attributes = _HIDDEN.sub(b"", attributes) if shown else attributes
        content = b"".join(cells[column] for column in sorted(cells))
        changed = b"<%brow%b>%b</%brow>" % (prefix, attributes, content, prefix)
        pieces += [xml[done : row.start()], changed]
        done = row.end()
    return b"".join([*pieces, xml[done:]])


def _style_of(cell: bytes) -> bytes | None:
    found = _STYLE.search(cell, 0, cell.index(b">"))
    return found[1] if found else None


def _row_number(attributes: bytes, last: int) -> int:
    named = _NAME.search(attributes)
    return int(named[1]) if named else last + 1


def cells_of_row(prefix: bytes, content: bytes, number: int) -> dict[int, bytes]:
    """Return column → the XML of its cell; a cell without a reference is given one."""
    cells: dict[int, bytes] = {}
    column = 0
    for cell in re.finditer(_CELL % (prefix, prefix), content, re.DOTALL):
        named = _NAME.search(cell[1])
        column = column_number(named[1].rstrip(b"0123456789")) if named else column + 1
        cells[column] = cell[0]
        if not named:
            place = f' r="{column_letters(column)}{number}"'.encode()
            head = len(prefix) + 2
            cells[column] = cell[0][:head] + place + cell[0][head:]
    return cells


def insert_missing_rows(xml: bytes, numbers: Iterable[int]) -> bytes:
    """Insert empty rows where a sheet, its rows in order, has none of these numbers."""
    prefix = element_prefix(xml)
    rows = [*find_starts(xml)]
    known, starts = [number for number, _ in rows], [start for _, start in rows]
    missing = sorted(set(numbers).difference(known))
    if not missing:
        return xml
    if not starts:
        xml = re.sub(rb"<(%bsheetData)\b([^>]*)/>" % prefix, rb"<\1\2></\1>", xml, count=1)
    starts.append(xml.index(b"</%bsheetData" % prefix))
    pieces: list[bytes] = []
    done = 0
    for number in missing:
        start = starts[bisect(known, number)]
        pieces += [xml[done:start], b'<%brow r="%d"/>' % (prefix, number)]
        done = start
    return b"".join([*pieces, xml[done:]])


def _cell_xml(prefix: bytes, row: int, column: int, value: CellValue, style: bytes | None) -> bytes:
    p = prefix
    head = b'<%bc r="%b%d"' % (p, column_letters(column).encode(), row)
    if style:
        head += b' s="%b"' % style
    match value:
        case None | "":
            return head + b"/>"
        case CellFormula():
            content = escape(value.at(row), quote=False).encode()
            return head + b"><%bf>%b</%bf></%bc>" % (p, content, p, p)
        case bool():
            return head + b' t="b"><%bv>%d</%bv></%bc>' % (p, value, p, p)
        case str():
            content = escape(escape_text(value), quote=False).encode()
            text = b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>' % (p, p, content, p, p)
            return head + b' t="inlineStr">' + text + b"</%bc>" % p
        case int() | float() | Decimal():
            digits = repr(value) if isinstance(value, float) else f"{Decimal(value):f}"
            return head + b"><%bv>%b</%bv></%bc>" % (p, digits.encode(), p, p)
        case _:
            return _cell_xml(p, row, column, format_value(value), style)


def _column_styles(xml: bytes) -> dict[int, bytes]:
    """Return column → the style of its cells that are not written."""
    styles: dict[int, bytes] = {}
    for column in _COLUMN.findall(xml[: xml.find(b"sheetData")]):
        style = re.search(ATTRIBUTE % b"style", column)
        first, last = (re.search(ATTRIBUTE % name, column) for name in (b"min", b"max"))
        if style and first and last:
            for position in range(int(first[1]), min(int(last[1]), 1000) + 1):
                styles[position] = style[1]
    return styles
