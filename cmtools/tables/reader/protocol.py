"""What a reading process is asked, and in which pieces it answers."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cmtools.problems import Fault
from cmtools.tables.parsers import Cell
from cmtools.tables.reader.container import Limits

Packed = tuple[Sequence[Cell], "array[int] | None"]
"""A column: (its cells, None) or (its distinct values, the index of each cell)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadRequest:
    """Which book to read, its sheets of which names (as `same` makes them), within what bounds."""

    path: Path
    wanted: frozenset[str]
    limits: Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """The book is open: all its sheet names in order, and what to warn of."""

    sheets: tuple[str, ...]
    warnings: tuple[Fault, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetStart:
    """The blocks that follow are those of this sheet."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """The cells (row, column), counted from 1, that hold no value that can be trusted."""

    errors: frozenset[tuple[int, int]] = frozenset()
    unsaved: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class CellBlock:
    """Some rows of the sheet, by columns; the first block begins in A1."""

    height: int
    columns: Sequence[Packed]


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetEnd:
    """The sheet is read; told at once, as the next one may take its time."""

    marks: Marks


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """The book is read, or refused with a fault."""

    fault: Fault | None = None


Frame = Start | SheetStart | CellBlock | SheetEnd | End
