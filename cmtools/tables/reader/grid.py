"""The cells of a workbook as they travel from the process that reads it: sheets by columns."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

from cmtools.problems import Fault
from cmtools.tables.parsers import Cell
from cmtools.tables.reader.formulas import CellFormula


@dataclass(frozen=True, slots=True)
class PackedColumn(Sequence[Cell]):
    """The cells of a column from row 1 on: distinct values, and the index of each cell in them.

    So a parser handles each value once.
    """

    values: Sequence[Cell]
    indices: array[int]

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[Cell]:
        return map(self.values.__getitem__, self.indices)

    @overload
    def __getitem__(self, key: int) -> Cell: ...

    @overload
    def __getitem__(self, key: slice) -> PackedColumn: ...

    def __getitem__(self, key: int | slice) -> Cell | PackedColumn:
        if isinstance(key, slice):
            return PackedColumn(self.values, self.indices[key])
        return self.values[self.indices[key]]


def convert(cells: Sequence[Cell], function: Callable[[Cell], Any]) -> Sequence[Any]:
    """Return what a function makes of each cell; it is called once for each distinct value."""
    if isinstance(cells, PackedColumn):
        return PackedColumn([*map(function, cells.values)], cells.indices)
    return [*map(function, cells)]


@dataclass(frozen=True, kw_only=True, slots=True)
class InvalidCells:
    """The cells (row, column), counted from 1, whose value is lost; they read as empty.

    errors: #N/A and the like. uncomputed: formulas that no program has computed.
    """

    errors: frozenset[tuple[int, int]] = frozenset()
    uncomputed: frozenset[tuple[int, int]] = frozenset()


class MergedRows(NamedTuple):
    """The first column of a merged range of several rows, and these; counted from 1."""

    column: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """The cells of a sheet by columns, from A1 on; all columns have the same length.

    merged: ranges of several rows; the columns repeat their values.
    formulas: of a workbook that was read whole, cell (row, column) → its formula.
    """

    name: str
    columns: Sequence[Sequence[Cell]]
    invalid: InvalidCells = field(default_factory=InvalidCells)
    merged: Sequence[MergedRows] = ()
    formulas: Mapping[tuple[int, int], CellFormula] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.columns[0]) if self.columns else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkbookCells:
    """A workbook as far as it was read: `fault` says why it was refused, if it was.

    sheets: the names of all sheets in order. grids: the sheets that were asked for.
    properties: see `reader.properties`.
    """

    sheets: Sequence[str] = ()
    warnings: Sequence[Fault] = ()
    grids: Sequence[Grid] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
