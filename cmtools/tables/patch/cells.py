"""Some cells of a manager's own book changed and nothing else.

openpyxl would rewrite the whole book and lose what it does not know: shapes, some charts and
validations, and the stored values of formulas, without which the book could not be checked again.
Here the XML of the rows concerned is cut out, changed and put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from xml.sax.saxutils import escape

from cmtools.problems import column_letters
from cmtools.tables.parsers import escape_text
from cmtools.tables.sheet_xml import column_number

CellValue = Decimal | int | str | None
CellValues = Mapping[tuple[int, int], CellValue]
"""(row, column), counted from 1 → the new value; None empties the cell."""

ATTRIBUTE = rb'\b%s\s*=\s*["\']([^"\']*)["\']'
_ROW = rb"<%brow\b([^>]*?)(?:/>|>(.*?)</%brow>)"
_CELL = rb"<%bc\b([^>]*?)(?:/>|>.*?</%bc>)"
_NAME = re.compile(ATTRIBUTE % b"r")
_STYLE = re.compile(ATTRIBUTE % b"s")
_SPANS = re.compile(rb'\sspans\s*=\s*["\'][^"\']*["\']')
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")


def patch_cells(xml: bytes, cells: CellValues) -> bytes:
    """Change these cells of a sheet; a cell keeps its style, a new one takes its column's."""
    root = re.search(rb"<(\w+:)?worksheet\b", xml[:4096])
    prefix = (root and root[1]) or b""
    by_row: dict[int, dict[int, CellValue]] = {}
    for (row, column), value in cells.items():
        by_row.setdefault(row, {})[column] = value
    styles = _column_styles(xml)
    number = 0

    def change(row: re.Match[bytes]) -> bytes:
        nonlocal number
        named = _NAME.search(row[1])
        number = int(named[1]) if named else number + 1
        if number not in by_row:
            return row[0]
        return _change_row(prefix, row, number, by_row[number], styles)

    xml = _DIMENSION.sub(b"", xml, count=1)
    return re.sub(_ROW % (prefix, prefix), change, xml, flags=re.DOTALL)


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


def _change_row(
    prefix: bytes,
    row: re.Match[bytes],
    number: int,
    values: Mapping[int, CellValue],
    styles: Mapping[int, bytes],
) -> bytes:
    cells: dict[int, bytes] = {}
    column = 0
    for cell in re.finditer(_CELL % (prefix, prefix), row[2] or b"", re.DOTALL):
        named = _NAME.search(cell[1])
        column = column_number(re.sub(rb"\d", b"", named[1])) if named else column + 1
        if column in values:
            style = _STYLE.search(cell[1])
            cells[column] = _cell_xml(prefix, number, column, values[column], style and style[1])
        elif named:
            cells[column] = cell[0]
        else:
            place = f' r="{column_letters(column)}{number}"'.encode()
            head = len(prefix) + 2
            cells[column] = cell[0][:head] + place + cell[0][head:]
    for column, value in values.items():
        if column not in cells:
            cells[column] = _cell_xml(prefix, number, column, value, styles.get(column))
    start = b"<%brow%b>" % (prefix, _SPANS.sub(b"", row[1]).rstrip())
    return start + b"".join(cells[c] for c in sorted(cells)) + b"</%brow>" % prefix


def _cell_xml(prefix: bytes, row: int, column: int, value: CellValue, style: bytes | None) -> bytes:
    p = prefix
    head = b'<%bc r="%b%d"' % (p, column_letters(column).encode(), row)
    if style:
        head += b' s="%b"' % style
    match value:
        case None:
            return head + b"/>"
        case str():
            content = escape(escape_text(value)).encode()
            text = b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>' % (p, p, content, p, p)
            return head + b' t="inlineStr">' + text + b"</%bc>" % p
        case _:
            return head + b"><%bv>%b</%bv></%bc>" % (p, f"{value:f}".encode(), p, p)


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
