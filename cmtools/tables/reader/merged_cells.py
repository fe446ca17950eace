"""The value of merged cells, which Excel keeps in the first one, in each of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cmtools.tables.reader.grid import Grid, InvalidCells, MergedRows, PackedColumn
from cmtools.tables.sheet_xml import find_merged_ranges


def find_merged_rows(xml: bytes, height: int) -> Sequence[MergedRows]:
    """Return the merged ranges of several rows among the first `height` ones."""
    ranges = find_merged_ranges(xml, max(xml.rfind(b"</sheetData"), 0))
    merged = (MergedRows(left, top, min(bottom, height)) for top, left, bottom, _ in ranges)
    return [rows for rows in merged if 0 < rows.first < rows.last and rows.column > 0]


def fill_merged_rows(grid: Grid, merged: Sequence[MergedRows], most_cells: int) -> Grid:
    """Repeat the value of each range in its rows; a row of nothing else stays blank.

    Raises:
        ValueError: the ranges overlap each other.
    """
    merged = [rows for rows in merged if rows.column <= len(grid.columns)]
    if not merged:
        return grid
    if sum(rows.last - rows.first for rows in merged) > most_cells:
        raise ValueError("merged ranges overlap")
    indices = [np.frombuffer(column.indices, np.uint32).copy() for column in _pack(grid)]
    is_filled = np.any([column != 0 for column in indices], axis=0)
    lost = {*grid.invalid.errors}, {*grid.invalid.uncomputed}
    for column, first, last in merged:
        rows = np.arange(first, last)[is_filled[first:last]]  # from 0: the rows after the first
        indices[column - 1][rows] = indices[column - 1][first - 1]
        for cells in lost:
            if (first, column) in cells:
                cells.update((row + 1, column) for row in rows.tolist())
    columns = [
        replace(column, indices=type(column.indices)("I", filled.tobytes()))
        for column, filled in zip(_pack(grid), indices, strict=True)
    ]
    errors, uncomputed = map(frozenset, lost)
    invalid = InvalidCells(errors=errors, uncomputed=uncomputed)
    return replace(grid, columns=columns, invalid=invalid, merged=merged)


def _pack(grid: Grid) -> list[PackedColumn]:
    return [column for column in grid.columns if isinstance(column, PackedColumn)]
