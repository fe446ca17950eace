"""One book from a file to blocks of cells; runs as a process of its own, see `guard`.

A sheet's cells travel by columns, in blocks of rows; a block's column that repeats itself is sent
as its distinct values and an index of each cell, so that the other side handles each value once.
"""

from __future__ import annotations

import pickle
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cmtools.problems import Fault
from cmtools.tables import messages
from cmtools.tables.container import Limits, Refused, damaged, opened
from cmtools.tables.marks import Marks, check_grid, find_marks, plain
from cmtools.tables.values import Cell, same

BLOCK_ROWS = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Which book to read, which of its sheets (by `same` name), within which limits."""

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
    """A wanted sheet begins."""

    name: str
    marks: Marks


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Some rows of the sheet, by columns: (values, None) or (distinct values, index of each)."""

    columns: Sequence[tuple[Sequence[Cell], array[int] | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """The book is read, or refused with a fault."""

    fault: Fault | None = None


Frame = Start | SheetStart | Block | End


def read(request: Request) -> Iterator[Frame]:
    """A book as frames: Start, then SheetStart and Blocks a sheet, then End.

    Raises:
        OSError: the file cannot be opened.
    """
    try:
        with opened(request.path, request.limits) as contents:
            yield Start(sheets=tuple(contents.sheets), warnings=contents.warnings)
            marks = {
                name: _marks(contents.part(part), request.limits)
                for name, part in contents.sheets.items()
                if same(name) in request.wanted
            }
            contents.prove_the_rest()
        yield from _cells(request.path, marks)
        yield End()
    except Refused as refusal:
        yield End(fault=refusal.fault)


def _marks(xml: bytes, limits: Limits) -> Marks:
    xml = plain(xml)
    check_grid(xml, limits)
    return find_marks(xml)


def _cells(path: Path, marks: dict[str, Marks]) -> Iterator[Frame]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(path) as book:
            for name, found in marks.items():
                sheet = book.get_sheet_by_name(name)
                yield SheetStart(name=name, marks=found)
                if sheet.start is None:
                    continue
                rows = sheet.iter_rows()
                shift = sheet.start[1]
                while block := list(islice(rows, BLOCK_ROWS)):
                    left = [([""] * len(block), None)] * shift
                    yield Block(columns=[*left, *map(_packed, zip(*block, strict=True))])
    except PasswordError:
        raise Refused(messages.FILE_ENCRYPTED()) from None
    except CalamineError as error:
        raise damaged("листы не читаются") from error


def _packed(cells: Sequence[Cell]) -> tuple[Sequence[Cell], array[int] | None]:
    distinct = set(cells)
    if len(distinct) > len(cells) // 2 or True in distinct or False in distinct:
        return cells, None  # 1 and TRUE are the same key: such a column travels as it is
    places = {cell: index for index, cell in enumerate(distinct)}
    return list(places), array("H", map(places.__getitem__, cells))


def main() -> None:
    """Answer requests from stdin with frames on stdout until stdin ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            request = pickle.load(requests)
        except EOFError:
            return
        _limit_memory(request.limits.memory_bytes)
        try:
            for frame in read(request):
                pickle.dump(frame, answers, protocol=pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            pickle.dump(error, answers)
        answers.flush()


def _limit_memory(limit: int) -> None:
    """Hold this process to so many bytes of address space, where the system can."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
