"""Formulas that cells share, written out where the cell that holds the text of them changes."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape

from cmtools.tables.reader.formulas import move_formula
from cmtools.tables.reader.xml_text import unescape_xml
from cmtools.tables.sheet_xml import column_number

_SHARED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br\s*=\s*["\']([A-Z]{1,3})(\d{1,7})["\'][^>]*>\s*'
    rb"(<(?:\w+:)?f\b[^>]*?\bt\s*=\s*[\"']shared[\"'][^>]*?(?:/>|>([^<]*)</(?:\w+:)?f>))"
)
_GROUP = re.compile(rb"\bsi\s*=\s*[\"'](\d+)[\"']")


def write_out_shared(
    xml: bytes, cells: Collection[tuple[int, int]], rows: Collection[int]
) -> bytes:
    """Give cells formulas of their own where that of their group is in these cells or rows."""
    if b"shared" not in xml:
        return xml
    texts: dict[bytes, tuple[int, int, str]] = {}
    for row, column, group, text, _ in _shared_formulas(xml):
        if text:
            texts[group] = row, column, text
    lost = {g for g, (row, column, _) in texts.items() if row in rows or (row, column) in cells}
    pieces, done = [], 0
    for row, column, group, _, (start, end) in _shared_formulas(xml):
        if group in lost:
            first_row, first_column, text = texts[group]
            own = escape(
                move_formula(text, row - first_row, column - first_column), quote=False
            ).encode()
            tag = xml[start + 1 : xml.index(b"f", start + 1)] + b"f"
            pieces += [xml[done:start], b"<%b>%b</%b>" % (tag, own, tag)]
            done = end
    return b"".join([*pieces, xml[done:]])


def _shared_formulas(xml: bytes) -> list[tuple[int, int, bytes, str, tuple[int, int]]]:
    """Return row, column, group, text and place of each formula that is shared."""
    found = []
    for cell in _SHARED.finditer(xml):
        group = _GROUP.search(cell[3])
        if group:
            text = unescape_xml((cell[4] or b"").decode())
            found.append((int(cell[2]), column_number(cell[1]), group[1], text, cell.span(3)))
    return found
