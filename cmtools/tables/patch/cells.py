"""A manager's own book with some cells changed and nothing else.

openpyxl would rewrite the whole book and lose what it does not know: shapes, some charts and
validations, and the stored values of formulas, without which the book could not be checked again.
Here the XML of the rows concerned is cut out, changed and put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from cmtools.problems import column_letters
from cmtools.tables.parsers import escape_text
from cmtools.tables.patch.package import WORKBOOK, Package
from cmtools.tables.sheet_xml import column_number

CellValue = Decimal | int | str | None
CellValues = Mapping[tuple[int, int], CellValue]
"""(row, column), counted from 1 → the new value; None empties the cell."""

_ATTRIBUTE = rb'\b%s\s*=\s*["\']([^"\']*)["\']'
_ROW_NUMBER = re.compile(_ATTRIBUTE % b"r")
_STYLE = re.compile(_ATTRIBUTE % b"s")
_SPANS = re.compile(rb'\sspans\s*=\s*["\'][^"\']*["\']')
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How the sheet writes its elements: with which prefix."""

    prefix: bytes

    @property
    def row(self) -> re.Pattern[bytes]:
        return re.compile(
            rb"<%srow\b([^>]*?)(?:/>|>(.*?)</%srow>)" % (self.prefix, self.prefix), re.DOTALL
        )

    @property
    def cell(self) -> re.Pattern[bytes]:
        return re.compile(
            rb"<%sc\b([^>]*?)(?:/>|>.*?</%sc>)" % (self.prefix, self.prefix), re.DOTALL
        )


def patch_cells(xml: bytes, cells: CellValues) -> bytes:
    """Change these cells of a sheet; a cell keeps its style, a new one takes its column's."""
    prefix = re.search(rb"<(\w+:)?worksheet\b", xml[:4096])
    syntax = _Syntax((prefix and prefix[1]) or b"")
    by_row: dict[int, dict[int, CellValue]] = {}
    for (row, column), value in cells.items():
        by_row.setdefault(row, {})[column] = value
    styles = _column_styles(xml)
    number = 0

    def change(row: re.Match[bytes]) -> bytes:
        nonlocal number
        named = _ROW_NUMBER.search(row[1])
        number = int(named[1]) if named else number + 1
        if number not in by_row:
            return row[0]
        return _changed_row(syntax, row, number, by_row[number], styles)

    return syntax.row.sub(change, _DIMENSION.sub(b"", xml, count=1))


def replace_sheet_data(xml: bytes, cells: CellValues) -> bytes | None:
    """Replace all cells of a sheet; None where the sheet is not written as ours are."""
    rows: dict[int, dict[int, CellValue]] = {}
    for (row, column), value in cells.items():
        rows.setdefault(row, {})[column] = value
    plain = _Syntax(b"")
    content = b"".join(
        b'<row r="%d">' % row
        + b"".join(_cell(plain, row, column, values[column], None) for column in sorted(values))
        + b"</row>"
        for row, values in sorted(rows.items())
    )
    changed, count = re.subn(
        rb"<sheetData\s*/>|<sheetData\b[^>]*>.*</sheetData>",
        lambda _: b"<sheetData>" + content + b"</sheetData>",
        xml,
        count=1,
        flags=re.DOTALL,
    )
    return changed if count else None


def _changed_row(
    syntax: _Syntax,
    row: re.Match[bytes],
    number: int,
    values: Mapping[int, CellValue],
    styles: Mapping[int, bytes],
) -> bytes:
    cells: dict[int, bytes] = {}
    column = 0
    for cell in syntax.cell.finditer(row[2] or b""):
        named = _ROW_NUMBER.search(cell[1])
        column = column_number(re.sub(rb"\d", b"", named[1])) if named else column + 1
        if column in values:
            style = _STYLE.search(cell[1])
            cells[column] = _cell(syntax, number, column, values[column], style and style[1])
        elif named:
            cells[column] = cell[0]
        else:
            place = f' r="{column_letters(column)}{number}"'.encode()
            head = len(syntax.prefix) + 2
            cells[column] = cell[0][:head] + place + cell[0][head:]
    for column, value in values.items():
        if column not in cells:
            cells[column] = _cell(syntax, number, column, value, styles.get(column))
    start = b"<%srow%s>" % (syntax.prefix, _SPANS.sub(b"", row[1]).rstrip())
    return start + b"".join(cells[c] for c in sorted(cells)) + b"</%srow>" % syntax.prefix


def _cell(syntax: _Syntax, row: int, column: int, value: CellValue, style: bytes | None) -> bytes:
    p = syntax.prefix
    head = b'<%sc r="%s%d"' % (p, column_letters(column).encode(), row)
    if style:
        head += b' s="%s"' % style
    match value:
        case None:
            return head + b"/>"
        case str():
            content = escape(escape_text(value)).encode()
            return (
                head
                + b' t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>'
                % (p, p, content, p, p, p)
            )
        case _:
            return head + b"><%sv>%s</%sv></%sc>" % (p, f"{value:f}".encode(), p, p)


def _column_styles(xml: bytes) -> dict[int, bytes]:
    """Return column → the style of its cells that are not written."""
    styles: dict[int, bytes] = {}
    for column in _COLUMN.findall(xml[: xml.find(b"sheetData")]):
        style = re.search(_ATTRIBUTE % b"style", column)
        first, last = (re.search(_ATTRIBUTE % name, column) for name in (b"min", b"max"))
        if style and first and last:
            for position in range(int(first[1]), min(int(last[1]), 1000) + 1):
                styles[position] = style[1]
    return styles


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainSheet:
    """A sheet that cmtools adds: a header, rows, the width of each column and its number format."""

    name: str
    header: Sequence[str]
    widths: Sequence[int]
    formats: Sequence[str]
    rows: Iterable[Sequence[CellValue]]


def add_sheet(package: Package, sheet: PlainSheet) -> None:
    """Add a sheet at the end of a book, or put it in the place of the one of its name."""
    from cmtools.tables.patch.styles import add_formats

    header_look, *column_looks = add_formats(package, sheet.formats)
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(sheet.widths, start=1)
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0" showGridLines="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>"
    ).encode()
    plain = _Syntax(b"")
    header = (
        _cell(plain, 1, column, title, b"%d" % header_look)
        for column, title in enumerate(sheet.header, start=1)
    )
    content += b'<row r="1" ht="44" customHeight="1">' + b"".join(header) + b"</row>"
    content += b"".join(_plain_rows(sheet.rows, [b"%d" % look for look in column_looks]))
    last = column_letters(len(sheet.header))
    content += (
        f'</sheetData><autoFilter ref="A1:{last}1"/><pageMargins left="0.4" right="0.4" top="0.5" '
        'bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9" '
        'orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()
    package.add_sheet(sheet.name, content)


def _plain_rows(rows: Iterable[Sequence[CellValue]], looks: Sequence[bytes]) -> Iterator[bytes]:
    plain = _Syntax(b"")
    for number, values in enumerate(rows, start=2):
        cells = (
            _cell(plain, number, column, value, look)
            for column, (value, look) in enumerate(zip(values, looks, strict=True), start=1)
            if value is not None
        )
        yield b'<row r="%d">' % number + b"".join(cells) + b"</row>"


def request_recalculation(package: Package) -> None:
    """Have Excel compute the book's formulas when it is opened, in an order of its own."""
    package.drop(["xl/calcChain.xml"])
    package.compute_on_load()


def drop_foreign_parts(package: Package) -> None:
    """Drop macros and links to other files; a formula that used a link keeps its value."""
    if package.drop(package.macros()):
        package.make_plain_book()
    if package.drop(name for name in package.names() if name.startswith("xl/externalLinks/")):
        package.remove_elements(WORKBOOK, "externalReferences")
        for name in list(package.tree(WORKBOOK).iter("{*}definedName")):
            parent = name.getparent()
            if re.search(r"\[\d+\]", name.text or "") and parent is not None:
                parent.remove(name)
        for part in package.sheets().values():
            package[part] = _without_linked_formulas(package[part])


def _without_linked_formulas(xml: bytes) -> bytes:
    """Remove formulas that name another file, with those that share one; keep values."""
    linked = re.compile(rb"<(?:\w+:)?f\b([^>]*)>[^<]*\[\d+\][^<]*</(?:\w+:)?f>")
    shared = {
        number[1]
        for formula in linked.finditer(xml)
        if (number := re.search(_ATTRIBUTE % b"si", formula[1]))
    }
    xml = linked.sub(b"", xml)
    for group in shared:
        xml = re.sub(rb'<(?:\w+:)?f\b[^>]*\bsi=["\']%s["\'][^>]*/>' % group, b"", xml)
    return xml
