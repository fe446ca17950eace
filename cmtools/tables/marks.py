"""Cells whose value a reader silently loses: errors, and formulas that were never computed.

calamine returns an empty string for both, so the sheet's XML is searched for them. The search is
a few regular expressions over bytes: the 100 000-row sheet that calamine parses in a second takes
a tenth of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cmtools.tables.container import Limits, too_large

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384

# Each pattern starts with a literal: that is what makes the search fast.
_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"')
_FAR_CELL = re.compile(rb' r="(?:([A-Z]{2,3})(\d+)|[A-Z](\d{7,}))"')
_CELL = re.compile(rb' r="([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb'<c (?:[^>]*? )?t="e"[^>]*>')
_FORMULA = re.compile(
    rb"<c\b([^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(<v>[^<]+<|<v>(?=</v>)|<v\s*/>)?"
)
_ROOT_PREFIX = re.compile(rb"<(\w+):worksheet\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """The cells (row, column), counted from 1, that hold no value that can be trusted."""

    errors: frozenset[tuple[int, int]] = frozenset()
    unsaved: frozenset[tuple[int, int]] = frozenset()


def plain(xml: bytes) -> bytes:
    """The XML as Excel itself would write it: no prefix, double quotes, one space between."""
    if prefix := _ROOT_PREFIX.search(xml[:4096]):
        xml = xml.replace(b"<" + prefix[1] + b":", b"<").replace(b"</" + prefix[1] + b":", b"</")
    if b" r =" in xml or b" t =" in xml or b"= " in xml:
        xml = re.sub(rb"\s*=\s*(?=[\"'])", b"=", xml)
    if b"='" in xml:
        xml = xml.replace(b"'", b'"')
    if b'\nr="' in xml or b'\tr="' in xml:
        xml = re.sub(rb"\s+", b" ", xml)
    return xml


def find_marks(xml: bytes) -> Marks:
    """The error cells and the formulas without a stored value of a `plain` sheet."""
    errors: frozenset[tuple[int, int]] = frozenset()
    unsaved: frozenset[tuple[int, int]] = frozenset()
    if b' t="e"' in xml:
        errors = frozenset(_where(xml, found) for found in _ERROR.finditer(xml))
    if b"<f>" in xml or b"<f " in xml or b"<f/>" in xml:
        formulas = _FORMULA.finditer(xml)
        unsaved = frozenset(_where(xml, found) for found in formulas if not _is_stored(found))
    return Marks(errors=errors, unsaved=unsaved - errors)


def _is_stored(formula: re.Match[bytes]) -> bool:
    value = formula[2] or b""
    return value.endswith(b"<") or (value != b"" and b' t="str"' in formula[1])


def _where(xml: bytes, cell: re.Match[bytes]) -> tuple[int, int]:
    """The position of a cell: as its tag says, or counted where the tag is silent."""
    if named := _CELL.search(cell[0]):
        return int(named[2]), column_number(named[1])
    row_start = xml.rfind(b"<row", 0, cell.start())
    numbered = _ROW.match(xml, row_start)
    row = int(numbered[1]) if numbered else xml.count(b"<row", 0, cell.start())
    return row, len(re.findall(rb"<c\b", xml[row_start : cell.start()])) + 1


def column_number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_grid(xml: bytes, limits: Limits) -> None:
    """Refuse a sheet that a reader would lay out as too large a rectangle of cells.

    Raises:
        Refused: with the size of the grid, or with a cell that lies outside of any sheet.
    """
    rows = max(map(int, _ROW.findall(xml)), default=1)
    columns = 26
    for letters, row, far_row in _FAR_CELL.findall(xml):
        columns = max(columns, column_number(letters))
        rows = max(rows, int(row or far_row))
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise too_large(f"ячейка в строке {rows}, столбце {columns}")
    if columns == 26 and rows * columns > limits.grid_cells:  # only now is it worth counting
        columns = max(map(column_number, {found[0] for found in _CELL.findall(xml)}), default=1)
    if rows * columns > limits.grid_cells:
        cells, limit = (
            f"{count:,}".replace(",", "\u00a0") for count in (rows * columns, limits.grid_cells)
        )
        raise too_large(f"лист занимает {cells} ячеек, предел {limit}")
