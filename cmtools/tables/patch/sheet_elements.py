"""The elements of a sheet's XML around its rows, found and added without parsing the rows."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from cmtools.problems import column_letters
from cmtools.tables.sheet_xml import column_number, find_merged_ranges

_ROOT = re.compile(rb"<(\w+:)?worksheet\b")
_TAG = re.compile(rb"""<(/?)(?:\w+:)?(\w+)(?:"[^"]*"|'[^']*'|[^>"'])*?(/?)>""")
_SHARED_RESULT = re.compile(
    rb"<(?:\w+:)?f\b(?=[^>]*\bt\s*=\s*[\"'](?:array|dataTable))"
    rb"[^>]*\bref\s*=\s*[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)"
)
_SELECTED = re.compile(rb"""\btabSelected\s*=\s*(?:"(?:1|true)"|'(?:1|true)')""")
_HEAD = 4096
_AFTER_DRAWING = (
    b"legacyDrawingHF",
    b"drawingHF",
    b"picture",
    b"oleObjects",
    b"controls",
    b"AlternateContent",
    b"webPublishItems",
    b"tableParts",
    b"extLst",
    b"worksheet",
)
"""What follows the legacy drawing of a sheet (CT_Worksheet), up to the end of the sheet."""


def is_worksheet(xml: bytes) -> bool:
    """Whether the part is a sheet of cells, not of a chart or a dialog."""
    return _ROOT.search(xml, 0, _HEAD) is not None


def element_prefix(xml: bytes) -> bytes:
    """Return the prefix of a sheet's elements, with its colon; mostly there is none."""
    root = _ROOT.search(xml, 0, _HEAD)
    return (root and root[1]) or b""


def deselect_tab(xml: bytes) -> bytes:
    """Take a sheet out of the selected ones."""
    head, start, rest = xml.partition(b"sheetData")  # a sheet shown in two windows says it twice
    changed, count = _SELECTED.subn(b'tabSelected="0"', head)
    return changed + start + rest if count else xml


def find_legacy_drawing(xml: bytes) -> bytes | None:
    """Return the tag that names the legacy drawing of a sheet."""
    tags = (tag for tag in _tags_after_rows(xml) if tag[2] == b"legacyDrawing")
    return next((tag[0] for tag in tags), None)


def add_legacy_drawing(xml: bytes, attributes: str) -> bytes:
    """Give a sheet that has none a legacy drawing."""
    following = (tag.start() for tag in _tags_after_rows(xml) if tag[2] in _AFTER_DRAWING)
    position = next(following, xml.rfind(b"</"))
    element = b"<%blegacyDrawing %b/>" % (element_prefix(xml), attributes.encode())
    return xml[:position] + element + xml[position:]


def find_hidden_cells(xml: bytes, cells: Iterable[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Return those of the cells (row, column) that a merged range hides: all but its first."""
    ordered = sorted(cells)
    hidden = []
    for top, first, bottom, last in find_merged_ranges(xml, end_of_rows(xml)):
        corner = (top, first)
        start, end = bisect_left(ordered, corner), bisect_right(ordered, (bottom, last))
        hidden += [
            cell for cell in ordered[start:end] if first <= cell[1] <= last and cell != corner
        ]
    return frozenset(hidden)


def merged_rows(xml: bytes) -> set[int]:
    """Return the rows in which cells are merged."""
    ranges = find_merged_ranges(xml, end_of_rows(xml))
    return {row for top, _, bottom, _ in ranges for row in range(top, bottom + 1)}


def find_shared_result(
    xml: bytes, cells: Iterable[tuple[int, int]], rows: Iterable[int]
) -> str | None:
    """Return the area of a formula over several cells, of which a change would touch one."""
    changed, emptied = [*cells], {*rows}
    for area in _SHARED_RESULT.finditer(xml):
        columns = range(column_number(area[1]), column_number(area[3]) + 1)
        own = range(int(area[2]), int(area[4]) + 1)
        is_cut = any(row in own and column in columns for row, column in changed)
        if len(own) * len(columns) > 1 and (is_cut or 0 < len(emptied & {*own}) < len(own)):
            return f"{column_letters(columns[0])}{own[0]}:{column_letters(columns[-1])}{own[-1]}"
    return None


def _tags_after_rows(xml: bytes) -> Iterator[re.Match[bytes]]:
    """Find the start tags of the sheet's own elements after its rows, and its end tag."""
    depth = 0
    for tag in _TAG.finditer(xml, end_of_rows(xml)):
        if depth == 0:
            yield tag
        if not tag[3]:
            depth += -1 if tag[1] else 1


def end_of_rows(xml: bytes) -> int:
    """Return where the rows of a sheet end."""
    prefix = element_prefix(xml)
    end = xml.find(b"</%bsheetData" % prefix)
    start = xml.find(b"<%bsheetData" % prefix) if end < 0 else end
    return xml.find(b">", start) + 1
