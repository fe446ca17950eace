"""Cells as calamine reads them, in a process of its own; see `guard` for the other side.

A sheet's cells travel by columns, in blocks of rows; a block's column that repeats itself is sent
as its distinct values and an index of each cell, so that the other side handles each value once.
"""

from __future__ import annotations

import gc
import pickle
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cmtools.problems import Fault
from cmtools.tables import messages
from cmtools.tables.values import Cell

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

BLOCK_ROWS = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Which sheets of which book to read, and with how much memory."""

    path: Path
    sheets: Sequence[str]
    memory_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Some rows of the sheet, by columns: (values, None) or (distinct values, index of each)."""

    columns: Sequence[tuple[Sequence[Cell], array[int] | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetEnd:
    """The sheet is read; told at once, as the next one may take its time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """The book is read, or refused with a fault."""

    fault: Fault | None = None


Frame = Block | SheetEnd | End


def read(request: Request) -> Iterator[Frame]:
    """A book's sheets as frames, in the order asked for: Blocks and SheetEnd a sheet, then End."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(request.path) as book:
            for name in request.sheets:
                yield from _blocks(book.get_sheet_by_name(name))
                yield SheetEnd()
    except PasswordError:
        yield End(fault=messages.FILE_ENCRYPTED())
    except CalamineError:
        yield End(fault=messages.FILE_DAMAGED(detail="листы не читаются"))
    else:
        yield End()


def _blocks(sheet: CalamineSheet) -> Iterator[Block]:
    if sheet.start is None:
        return
    rows = sheet.iter_rows()
    while block := list(islice(rows, BLOCK_ROWS)):
        left = [([""] * len(block), None)] * sheet.start[1]
        yield Block(columns=[*left, *map(_packed, zip(*block, strict=True))])


def _packed(cells: Sequence[Cell]) -> tuple[Sequence[Cell], array[int] | None]:
    distinct = set(cells)
    if len(distinct) > len(cells) // 2 or True in distinct or False in distinct:
        return cells, None  # 1 and TRUE are the same key: such a column travels as it is
    places = {cell: index for index, cell in enumerate(distinct)}
    return list(places), array("H", map(places.__getitem__, cells))


def main() -> None:
    """Answer requests from stdin with frames on stdout until stdin ends."""
    gc.disable()  # cells make no cycles
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            request = pickle.load(requests)
        except EOFError:
            return
        limit_memory(request.memory_bytes)
        try:
            for frame in read(request):
                pickle.dump(frame, answers, protocol=pickle.HIGHEST_PROTOCOL)
                answers.flush()  # the other side works on it while the next sheet is read
        except OSError as error:
            pickle.dump(error, answers)
            answers.flush()


def limit_memory(limit: int) -> None:
    """Hold this process to so many bytes of address space, where the system can."""
    if sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))  # a child of ours may need more
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
