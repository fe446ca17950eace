"""The parsed cells of some rows as arrays, with one item a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class AmbiguousSheet(Exception):
    """A sheet says two things of one cell; the text says of which, in Russian."""


class CellKind(IntEnum):
    """What a cell holds, which says what its `payload` is."""

    NUMBER = 0  # itself
    SHARED = 1  # the index of one of the shared texts of the workbook
    TEXT = 2  # the index in `CellArrays.texts`
    BOOLEAN = 3  # 1 or 0
    ERROR = 4  # #N/A and the like
    UNCOMPUTED = 5  # a formula that no program has computed: it has no value
    EMPTY = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class CellArrays:
    """The cells of some rows that are not empty, each row from left to right.

    row, column: counted from 1.
    style: the index of the style of the cell.
    first_row, last_row: the first and last of these rows, be they empty or not.
    """

    row: Ints
    column: Ints
    kind: Ints
    payload: Floats
    style: Ints
    texts: Sequence[str]
    first_row: int
    last_row: int
