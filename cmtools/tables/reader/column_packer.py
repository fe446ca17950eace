"""Collect the cells of a sheet by columns, and pack each column into its distinct values."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cmtools.problems import column_letters
from cmtools.tables.parsers import Cell, Percent
from cmtools.tables.reader.cell_arrays import AmbiguousSheet, CellArrays, CellKind, Floats, Ints
from cmtools.tables.reader.grid import InvalidCells, PackedColumn
from cmtools.tables.reader.number_formats import ShownAs, to_date, to_duration


@dataclass(frozen=True, kw_only=True, slots=True)
class CellFormats:
    """What the cells of a workbook refer to: shared texts, styles, the first day of its calendar.

    shown_as: a `ShownAs` of each style; its last item is for styles that do not exist.
    """

    shared_texts: Sequence[str]
    shown_as: Ints
    is_1904: bool


class _ColumnCells(NamedTuple):
    """Some cells of one column; the row is counted from 0, `group` is kind and format."""

    row: Ints
    group: Ints
    payload: Floats


_FORMATS = len(ShownAs)


class ColumnPacker:
    """Collects the cells of one sheet; `height` and `width` are those of the rectangle so far."""

    def __init__(self, formats: CellFormats) -> None:
        self._formats = formats
        self._columns: defaultdict[int, list[_ColumnCells]] = defaultdict(list)
        self._texts: list[str] = []
        self._invalid: dict[CellKind, set[tuple[int, int]]] = {
            CellKind.ERROR: set(),
            CellKind.UNCOMPUTED: set(),
        }
        self.height = 0
        self.width = 0

    def add(self, cells: CellArrays) -> None:
        """Add the cells of some more rows."""
        if not len(cells.row):
            return
        self.height = max(self.height, int(cells.row.max()))
        self.width = max(self.width, int(cells.column.max()))
        for kind, places in self._invalid.items():
            which = np.flatnonzero(cells.kind == kind)
            places.update(zip(cells.row[which].tolist(), cells.column[which].tolist(), strict=True))
        payload = np.where(cells.kind == CellKind.TEXT, len(self._texts), 0) + cells.payload
        self._texts += cells.texts
        shown_as = self._formats.shown_as.take(cells.style, mode="clip")
        group = (cells.kind * _FORMATS + shown_as).astype(np.uint8)
        row = (cells.row - 1).astype(np.int32)
        order = np.argsort(cells.column, kind="stable")
        column = cells.column.take(order)
        starts = np.flatnonzero(np.diff(column, prepend=0))
        for number, which in zip(
            column.take(starts).tolist(), np.split(order, starts[1:]), strict=True
        ):
            part = _ColumnCells(row.take(which), group.take(which), payload.take(which))
            self._columns[number].append(part)

    def invalid_cells(self) -> InvalidCells:
        """Return the places of cells without a value."""
        errors, uncomputed = (frozenset(places) for places in self._invalid.values())
        return InvalidCells(errors=errors, uncomputed=uncomputed)

    def pack(self) -> list[PackedColumn]:
        """Return the columns from A on; the cells that were added are dropped.

        Raises:
            AmbiguousSheet: a cell was added twice with different values.
            ValueError: a cell refers to a text that does not exist.
        """
        return [self._pack(number + 1) for number in range(self.width)]

    def _pack(self, column: int) -> PackedColumn:
        values: list[Cell] = [""]
        index = np.zeros(self.height, np.uint32)
        if parts := self._columns.pop(column, []):
            row, group, payload = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
            found = np.zeros(len(row), np.uint32)
            for number in np.flatnonzero(np.bincount(group)).tolist():
                which = np.flatnonzero(group == number)
                distinct, inverse = np.unique(payload.take(which), return_inverse=True)
                found[which] = inverse + len(values)
                kind, shown_as = divmod(number, _FORMATS)
                values += self._values(CellKind(kind), ShownAs(shown_as), distinct)
            index[row] = found
            for at in np.flatnonzero(index[row] != found).tolist():
                one, other = values[found[at]], values[index[row[at]]]
                if (type(one), one) != (type(other), other):
                    cell = f"{column_letters(column)}{row[at] + 1}"
                    raise AmbiguousSheet(f"ячейка {cell} записана дважды, значения разные")
        return PackedColumn(values, array("I", index.tobytes()))

    def _values(self, kind: CellKind, shown_as: ShownAs, payload: Floats) -> list[Cell]:
        """Return the values of cells of one kind and format."""
        match kind:
            case CellKind.NUMBER:
                return _show(payload.tolist(), shown_as, is_1904=self._formats.is_1904)
            case CellKind.SHARED | CellKind.TEXT:
                texts = self._formats.shared_texts if kind is CellKind.SHARED else self._texts
                if payload[-1] >= len(texts):
                    raise ValueError("there is no such text")
                return [texts[number] for number in payload.astype(np.int64).tolist()]
            case CellKind.BOOLEAN:
                return [*(payload != 0).tolist()]
            case _:
                return [""] * len(payload)


def _show(numbers: list[float], shown_as: ShownAs, *, is_1904: bool) -> list[Cell]:
    """Return what a format shows of numbers."""
    if shown_as is ShownAs.NUMBER:
        return [*numbers]
    if shown_as is ShownAs.PERCENT:
        return [Percent(number) for number in numbers]
    if shown_as is ShownAs.DURATION:
        return [to_duration(number) for number in numbers]
    return [to_date(number, is_1904=is_1904) for number in numbers]
