"""Rows written below the last one of a range; what ended at that row holds for them too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.cells import CellValue, ValueFormats, append_rows, filled_columns
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.sheet_elements import end_of_rows, merged_rows
from cmtools.tables.sheet_xml import LAST_ROW, column_number

_RANGES = re.compile(
    rb"<(?:\w+:)?sparkline\b.*?</(?:\w+:)?sparkline>"  # it is in one cell
    rb"|((?:\bsqref|<(?:\w+:)?autoFilter\b[^>]*?\bref)\s*=\s*[\"'])([^\"']*)"
    rb"|(<\w+:sqref>)([^<]*)",
    re.DOTALL,
)
_AREA = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)(?::(\$?[A-Z]{1,3}\$?)(\d+))?(?![\d!:])")
_GROWN_NAMES = ("_xlnm._FilterDatabase", "_xlnm.Print_Area")


class SheetFull(Exception):
    """Raised for rows that would come below the last one that a sheet can have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Room:
    """Where rows go: from `first` on; `last` is the row that they follow in the range.

    has_rows: whether that is a row like them; else it is the row of the titles.
    """

    last: int
    first: int
    count: int
    has_rows: bool

    @property
    def is_below(self) -> bool:
        """Whether they follow the range at once."""
        return self.first == self.last + 1

    def grow(self, areas: str) -> str:
        """Let areas that end at the last row, or within the new ones, reach to the end of these."""
        return _AREA.sub(self._grow, areas)

    def _grow(self, area: re.Match[str]) -> str:
        left, top, right, bottom = (
            area[1],
            int(area[2]),
            area[3] or area[1],
            int(area[4] or area[2]),
        )
        end = self.first + self.count - 1
        lowest = self.last if self.has_rows else self.last + 1
        if not (top <= lowest and self.last <= bottom < end):
            return area[0]
        if self.is_below:
            return f"{left}{top}:{right}{end}"
        return f"{area[0]} {left}{self.first}:{right}{end}"


def append_to_range(
    package: Package,
    part: str,
    rows: Sequence[Mapping[int, CellValue]],
    formats: ValueFormats,
    *,
    last: int,
    styled_as: int,
) -> bool:
    """Append rows to a sheet below the row `last` of a range, in the styles of a row or of columns.

    Where something else is below, they come under it, and are no part of the range's table;
    return whether they are below the range.

    Raises:
        SheetFull: there is no room below.
    """
    xml = package[part]
    filled = filled_columns(xml)
    tables = _tables(package, part)
    columns = {column for row in rows for column in row}
    for table in tables:
        left, top, right, bottom = _corners(table)
        if top <= last <= bottom and not columns.isdisjoint(range(left, right + 1)):
            columns |= {*range(left, right + 1)}
    wanted = range(last + 1, last + len(rows) + 1)
    taken = {row for row, used in filled.items() if not used.isdisjoint(columns)}
    taken |= merged_rows(xml)
    is_free = taken.isdisjoint(wanted)
    first = last + 1 if is_free else max([*filled, *taken]) + 1
    if first + len(rows) > LAST_ROW + 1:
        raise SheetFull(
            f"под строкой {first - 1} нет места для новых строк ({len(rows)}): "
            "уберите то, что ниже ваших строк"
        )
    room = _Room(last=last, first=first, count=len(rows), has_rows=styled_as > 0)
    package[part] = _grow_ranges(append_rows(xml, first, rows, formats, styled_as=styled_as), room)
    if is_free:
        _grow_names(package, part, room)
        for table in tables:
            if not int(table.get("totalsRowCount", "0")):
                for element in (table, *table.iterchildren("{*}autoFilter")):
                    element.set("ref", room.grow(element.get("ref", "")))
    return is_free


def _grow_ranges(xml: bytes, room: _Room) -> bytes:
    """Let checks, conditional formats and the filter hold for the new rows too."""
    end = end_of_rows(xml)

    def grow(match: re.Match[bytes]) -> bytes:
        tag, areas = (match[1], match[2]) if match[1] else (match[3], match[4])
        if tag is None or (b"autoFilter" in tag and not room.is_below):
            return match[0]
        return tag + room.grow(areas.decode()).encode()

    return xml[:end] + _RANGES.sub(grow, xml[end:])


def _grow_names(package: Package, part: str, room: _Room) -> None:
    """Let the names by which Excel knows the filtered and the printed area grow too."""
    book = package.tree(package.workbook)
    titles = [normalize_name(sheet.get("name", "")) for sheet in book.iter("{*}sheet")]
    title = next(name for name, own in package.sheets().items() if own == part)
    index = str(titles.index(normalize_name(title)))
    for name in book.iter("{*}definedName"):
        if name.get("name") in _GROWN_NAMES and name.get("localSheetId") == index and name.text:
            name.text = re.sub(r"(?<=!)[^!,]+", lambda area: room.grow(area[0]), name.text)


def _tables(package: Package, part: str) -> list[etree._Element]:
    names = (
        package.find(relation.part)
        for relation in package.relations(part)
        if relation.kind == "table"
    )
    trees = [package.tree(name) for name in names if name]
    return [tree for tree in trees if _AREA.fullmatch(tree.get("ref", ""))]


def _corners(table: etree._Element) -> tuple[int, int, int, int]:
    """Return the first column, the first row, the last column and the last row of a table."""
    area = _AREA.fullmatch(table.get("ref", ""))
    assert area is not None
    left, right = (column_number(letters.encode()) for letters in (area[1], area[3] or area[1]))
    return left, int(area[2]), right, int(area[4] or area[2])
