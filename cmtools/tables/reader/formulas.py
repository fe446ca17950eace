"""The formulas of a sheet as texts that do not depend on their row.

A cell of the formula's own row is written without its number, `C¤*D¤`: so a formula is the same
text in any row, and a formula that a row shares with others is written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from cmtools.problems import column_letters
from cmtools.tables.reader.xml_text import unescape_xml
from cmtools.tables.sheet_xml import column_number, normalize_tags, strip_prefix

OWN_ROW = "¤"

_FORMULA = re.compile(
    rb'<c\b[^>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"[^>]{0,200}>\s{0,9}'
    rb"<f\b([^>]{0,200}?)(?:/>|>([^<]{0,32768})</f>)"
)
_TAG = re.compile(rb"<f[\s/>]")
_SHARED = re.compile(rb'\bsi="(\d{1,9})"')
_KEPT = r'"(?:[^"]|"")*" | \'(?:[^\']|\'\')*\' | \[[^\[\]]*\]'
_CELL = r"(?<![\w.$])(?P<column>\$?[A-Z]{1,3})(?P<row>\$?(?:\d{1,7}|¤))(?![\w(.!])"
_ANY_CELL = re.compile(f"(?P<kept>{_KEPT}) | {_CELL}", re.VERBOSE)
_OWN_CELL = re.compile(rf"(?P<kept>{_KEPT} | ![$A-Z0-9:]+) | {_CELL}", re.VERBOSE)
"""The same, but no cells of other sheets."""


class CellFormula(str):
    """A formula as its text, without `=` before it; its own row is `¤`."""

    __slots__ = ()

    def at(self, row: int) -> str:
        """Return the formula as it is written in a row of that number."""
        return _replace(
            _OWN_CELL, self, lambda column, number: f"{column}{number.replace(OWN_ROW, str(row))}"
        )


def has_formulas(xml: bytes) -> bool:
    """Tell whether a sheet has any formula."""
    return _TAG.search(strip_prefix(xml)) is not None


def find_formulas(xml: bytes) -> Mapping[tuple[int, int], CellFormula]:
    """Return cell (row, column) → its formula."""
    if not has_formulas(xml):
        return {}
    formulas: dict[tuple[int, int], CellFormula] = {}
    shared: dict[bytes, tuple[int, int, str]] = {}
    for cell in _FORMULA.finditer(normalize_tags(xml)):
        row, column = int(cell[2]), column_number(cell[1])
        text = unescape_xml((cell[4] or b"").decode("utf-8", "replace"))
        group = _SHARED.search(cell[3])
        if group and text:
            shared[group[1]] = row, column, text
        elif group and group[1] in shared:
            first_row, first_column, first = shared[group[1]]
            text = move_formula(first, row - first_row, column - first_column)
        if text:
            formulas[row, column] = CellFormula(_replace(_OWN_CELL, text, _own_row(row)))
    return formulas


def _own_row(row: int) -> Callable[[str, str], str]:
    return lambda column, number: f"{column}{OWN_ROW if number == str(row) else number}"


def move_formula(text: str, rows: int, columns: int) -> str:
    """Write a formula as it is so many rows further down and columns further right."""

    def move(column: str, row: str) -> str:
        if not column.startswith("$"):
            column = column_letters(max(column_number(column.encode()) + columns, 1))
        if not row.startswith("$"):
            row = str(int(row) + rows)
        return column + row

    return _replace(_ANY_CELL, text, move)


def _replace(pattern: re.Pattern[str], text: str, reference: Callable[[str, str], str]) -> str:
    """Write each cell that a formula refers to anew; texts and names stay."""

    def write(match: re.Match[str]) -> str:
        return match["kept"] or reference(match["column"], match["row"])

    return pattern.sub(write, text)
