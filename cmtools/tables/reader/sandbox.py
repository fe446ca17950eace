"""Reading that cannot hurt the reader.

Another process opens the book and reads its cells, with a bound on time and memory. It is started
once, while this one still imports, and reads book after book, so that a healthy day pays nothing
for it; one that dies or hangs over a book is replaced, and the book is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from cmtools.tables import messages
from cmtools.tables.parsers import Cell
from cmtools.tables.reader import prestart as readiness
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.protocol import (
    CellBlock,
    End,
    Frame,
    Marks,
    ReadRequest,
    SheetEnd,
    SheetStart,
    Start,
)
from cmtools.tables.reader.worker import WorkerLost, WorkerProcess


@dataclass(kw_only=True, slots=True)
class Grid:
    """The cells of a sheet by columns, from A1 on; columns are of one length.

    A grid that is still being read has only its first rows, and no marks yet: `grow` adds some
    more. `end` is set where the book ends in the middle of the sheet.
    """

    name: str
    columns: list[list[Cell]]
    marks: Marks
    rest: Iterator[Frame] | None = None
    end: End | None = None

    @property
    def height(self) -> int:
        """How many rows there are by now."""
        return len(self.columns[0]) if self.columns else 0

    def grow(self) -> CellBlock | None:
        """Add the next rows, which are returned as wide as all; None once there are no more."""
        frame = next(self.rest, None) if self.rest is not None else None
        match frame:
            case CellBlock():
                return self._grown(frame)
            case SheetEnd(marks=marks):
                self.marks = marks
            case End():
                self.end = frame
        self.rest = None
        return None

    def _grown(self, block: CellBlock) -> CellBlock:
        height = self.height
        self.columns += ([""] * height for _ in block.columns[len(self.columns) :])
        missing = len(self.columns) - len(block.columns)
        empty = [([""] * block.height, None)] * missing
        block = CellBlock(height=block.height, columns=[*block.columns, *empty])
        for column, (cells, index) in zip(self.columns, block.columns, strict=True):
            column.extend(cells if index is None else map(cells.__getitem__, index))
        return block


class WorkbookReader(Protocol):
    """Whoever reads books: in a process of its own, or here."""

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """See `Reader.read`."""


class Reader:
    """A reading process and its bounds; use as a context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child = WorkerProcess(readiness.take, self.limits.seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """A book's names, its wanted sheets (by `same` name) as they are read, and how it ended.

        A grid can grow until the next item is asked for.

        Raises:
            OSError: the file cannot be opened.
        """
        try:
            yield from grids(
                self._frames(ReadRequest(path=path, wanted=wanted, limits=self.limits))
            )
        finally:  # of a book that was refused or left unread the cells are of no use
            self._child.drop()

    def _frames(self, request: ReadRequest) -> Iterator[Frame]:
        return self._told(self._child.ask(request, lambda frame: isinstance(frame, End | OSError)))

    def _told(self, frames: Iterator[Frame | OSError]) -> Iterator[Frame]:
        try:
            for frame in frames:
                if isinstance(frame, OSError):
                    raise frame
                yield frame
        except WorkerLost as lost:
            yield End(fault=messages.FILE_UNREADABLE(detail=str(lost)))


def grids(frames: Iterator[Frame]) -> Iterator[Start | Grid | End]:
    """The frames of a book, those of each sheet as a grid that grows."""
    for frame in frames:
        match frame:
            case SheetStart(name=name):
                grid = Grid(name=name, columns=[], marks=Marks(), rest=frames)
                yield grid
                while grid.grow():
                    pass  # whatever was left unread stands before the next sheet
                if grid.end is not None:
                    yield grid.end
                    return
            case Start() | End():
                yield frame
