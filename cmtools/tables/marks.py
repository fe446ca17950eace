"""Cells whose value a reader silently loses: errors, and formulas that were never computed.

calamine returns an empty string for both, so the sheet's XML is searched for them. The search is
a few regular expressions over bytes: the 100 000-row sheet that calamine parses in a second takes
a tenth of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cmtools.tables.container import Limits, too_large
from cmtools.tables.values import grouped

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384

# Each pattern starts with a literal, which makes the search fast, and looks ahead a bounded way,
# which keeps it linear whatever a hostile sheet holds.
_LAST_ROW = re.compile(rb'<row [^>]{0,200}?\br="(\d+)"')
_BEYOND_Z = re.compile(rb' r="[A-Z]{2,9}\d')
_BEYOND_ZZ = re.compile(rb' r="([A-Z]{3,9})\d')
_CELL = re.compile(rb' r="([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb'<c (?:[^>]{0,200}? )?t="e"[^>]{0,200}>')
_FORMULA = re.compile(
    rb"<c\b([^>]{0,200})>\s{0,99}<f\b(?:[^>]{0,999}/>|[^>]{0,999}>[^<]*</f>)\s{0,99}"
    rb"(<v>[^<]+<|<v>(?=</v>)|<v\s?/>)?"
)
_ROOT_PREFIX = re.compile(rb"<(\w{1,20}):worksheet\b")
_HEAD = 1 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """The cells (row, column), counted from 1, that hold no value that can be trusted."""

    errors: frozenset[tuple[int, int]] = frozenset()
    unsaved: frozenset[tuple[int, int]] = frozenset()


def plain(xml: bytes) -> bytes:
    """The XML as Excel itself would write it: no prefix, double quotes, one space between.

    How a sheet is written is judged by its beginning.
    """
    head = xml[:_HEAD]
    if prefix := _ROOT_PREFIX.search(head):
        xml = xml.replace(b"<" + prefix[1] + b":", b"<").replace(b"</" + prefix[1] + b":", b"</")
    if b" =" in head or b"= " in head:
        xml = re.sub(rb"\s{0,99}=\s{0,99}(?=[\"'])", b"=", xml)
    if b"='" in head:
        xml = xml.replace(b"'", b'"')
    if b'\nr="' in head or b'\tr="' in head:
        xml = xml.replace(b"\n", b" ").replace(b"\t", b" ")
    return xml


def find_marks(xml: bytes) -> Marks:
    """The error cells and the formulas without a stored value of a `plain` sheet."""
    errors: frozenset[tuple[int, int]] = frozenset()
    unsaved: frozenset[tuple[int, int]] = frozenset()
    if b' t="e"' in xml:
        errors = frozenset(_where(xml, found) for found in _ERROR.finditer(xml))
    if re.search(rb"<f[ >/]", xml):
        formulas = _FORMULA.finditer(xml)
        unsaved = frozenset(_where(xml, found) for found in formulas if not _is_stored(found))
    return Marks(errors=errors, unsaved=unsaved - errors)


def formula_cells(xml: bytes) -> frozenset[tuple[int, int]]:
    """The cells (row, column) of a `plain` sheet that hold a formula."""
    return frozenset(_where(xml, found) for found in _FORMULA.finditer(xml))


def _is_stored(formula: re.Match[bytes]) -> bool:
    value = formula[2] or b""
    return value.endswith(b"<") or (value != b"" and b' t="str"' in formula[1])


def _where(xml: bytes, cell: re.Match[bytes]) -> tuple[int, int]:
    """The position of a cell: as its tag says, or counted where the tag is silent."""
    if named := _CELL.search(cell[0]):
        return int(named[2]), column_number(named[1])
    row_start = xml.rfind(b"<row", 0, cell.start())
    numbered = _LAST_ROW.match(xml, row_start)
    row = int(numbered[1]) if numbered else xml.count(b"<row", 0, cell.start())
    return row, len(re.findall(rb"<c\b", xml[row_start : cell.start()])) + 1


def column_number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_grid(xml: bytes, limits: Limits) -> None:
    """Refuse a `plain` sheet that a reader would lay out as too large a rectangle of cells.

    Raises:
        Refused: with the size of the grid, or with a cell that lies outside of any sheet.
    """
    rows = _last_row(xml)
    columns = 26
    if _BEYOND_Z.search(xml):
        wide = _BEYOND_ZZ.search(xml)
        columns = column_number(wide[1]) if wide else 702
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise too_large(f"ячейка в строке {rows}, столбце {columns}")
    if rows * columns > limits.grid_cells:  # only now is it worth counting
        columns = max(map(column_number, {found[0] for found in _CELL.findall(xml)}), default=1)
    if rows * columns > limits.grid_cells:
        cells, limit = grouped(rows * columns), grouped(limits.grid_cells)
        raise too_large(f"лист занимает {cells} ячеек, предел {limit}")


def _last_row(xml: bytes) -> int:
    """The number of the last row; rows stand in order, and one that does not is no danger."""
    found = _LAST_ROW.match(xml, max(xml.rfind(b"<row "), 0))
    return int(found[1]) if found else xml.count(b"<row")
