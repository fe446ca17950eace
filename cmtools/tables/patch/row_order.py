"""The rows of a sheet in the order of their numbers, each of them once.

Not all programs write them so; Excel repairs such a sheet, and a copy of ours must not need that.
Nor do all write which cell a cell is; formulas are moved and shared by these places.
"""

from __future__ import annotations

import re
from itertools import pairwise

from cmtools.tables.patch.cells import cells_of_row, find_rows, find_starts, is_filled
from cmtools.tables.patch.sheet_elements import element_prefix
from cmtools.tables.reader.formulas import has_formulas

_UNNAMED = re.compile(rb"<(?:\w+:)?c\b(?![^>]*\br\s*=)")


def order_rows(xml: bytes) -> bytes:
    """Sort the rows of a sheet and join those of one number; of two cells the filled one stays."""
    is_ordered = all(before < after for (before, _), (after, _) in pairwise(find_starts(xml)))
    if is_ordered and not (has_formulas(xml) and _UNNAMED.search(xml)):
        return xml
    rows = [*find_rows(xml)]
    prefix = element_prefix(xml)
    tags: dict[int, bytes] = {}
    cells: dict[int, dict[int, bytes]] = {}
    for number, row in rows:
        tags.setdefault(number, _number_cells(row[1], number).rstrip())
        known = cells.setdefault(number, {})
        for column, cell in cells_of_row(prefix, row[2] or b"", number).items():
            if column not in known or is_filled(cell):
                known[column] = cell
    ordered = b"".join(
        b"<%brow%b>%b</%brow>" % (prefix, tags[number], b"".join(of_row), prefix)
        for number in sorted(tags)
        for of_row in [[cells[number][column] for column in sorted(cells[number])]]
    )
    return xml[: rows[0][1].start()] + ordered + xml[rows[-1][1].end() :]


def _number_cells(attributes: bytes, number: int) -> bytes:
    """Return the attributes of a row with its number; the columns that it spans may be others."""
    attributes = re.sub(rb"\s(?:r|spans)\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", attributes)
    return b' r="%d"%b' % (number, attributes)
