"""The cells of some rows as they are found: one number a cell in each of a few columns."""

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


class CellKind(IntEnum):
    """What a cell holds, and what its `payload` is."""

    NUMBER = 0  # itself
    SHARED = 1  # the number of a text that the whole book shares
    TEXT = 2  # the number of one of these rows' own texts
    BOOLEAN = 3  # 1 or 0
    ERROR = 4  # #N/A and the like
    UNCOMPUTED = 5  # a formula that was never computed
    EMPTY = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class CellArrays:
    """The cells of some rows that hold anything, row by row, from left to right.

    row, column: counted from 1.
    style: the number of the cell's format.
    first_row, last_row: which rows these are, those without cells included.
    """

    row: Ints
    column: Ints
    kind: Ints
    payload: Floats
    style: Ints
    texts: Sequence[str]
    first_row: int
    last_row: int
