"""Reading that cannot hurt the reader.

This process looks at a file as far as looking is cheap and bounded: what kind it is, whether its
zip is honest, how large its sheets are, which cells calamine would lose. Meanwhile another one
reads the cells, with a bound on time and memory. It is started once, while this one still imports,
and reads book after book, so that a healthy day pays nothing for it; one that dies or hangs over a
book is replaced, and the book is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from cmtools.problems import Fault
from cmtools.tables import messages, readiness
from cmtools.tables.children import Child, Lost
from cmtools.tables.container import MIB, Contents, Limits, Refused, opened
from cmtools.tables.marks import Marks, check_grid, find_marks, plain
from cmtools.tables.reading import Block, End, Frame, Request, read
from cmtools.tables.values import Cell, same

LOOK_FIRST = 4 * MIB
"""A sheet up to this size is looked through before it is read, a larger one meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """The book is open: all its sheet names in order, and what to warn of."""

    sheets: tuple[str, ...]
    warnings: tuple[Fault, ...]


@dataclass(kw_only=True, slots=True)
class Grid:
    """The cells of a sheet by columns, from A1 on; columns are of one length.

    A grid that is still being read has only its first rows: `grow` adds some more.
    """

    name: str
    columns: list[list[Cell]]
    marks: Marks
    rest: Iterator[Block] | None = None

    @property
    def height(self) -> int:
        """How many rows there are by now."""
        return len(self.columns[0]) if self.columns else 0

    def grow(self) -> Block | None:
        """Add the next rows, which are returned too; None once there are no more."""
        block = next(self.rest, None) if self.rest is not None else None
        if block is None:
            return None
        if not self.columns:
            self.columns.extend([] for _ in block.columns)
        for column, (cells, index) in zip(self.columns, block.columns, strict=True):
            column.extend(cells if index is None else map(cells.__getitem__, index))
        return block


class Reads(Protocol):
    """Whoever reads books: in a process of its own, or here."""

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """See `Reader.read`."""


class Reader:
    """A reading process and its bounds; use as a context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child = Child(readiness.take, self.limits.seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.stop()

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """A book's names, its wanted sheets (by `same` name) as they are read, and how it ended.

        A grid can grow until the next item is asked for.

        Raises:
            OSError: the file cannot be opened.
        """
        try:
            yield from _looked_at(path, wanted, self.limits, self._frames)
        finally:  # of a book that was refused or left unread the cells are of no use
            self._child.drop()

    def _frames(self, request: Request) -> Iterator[Frame]:
        return self._told(self._child.ask(request, lambda frame: isinstance(frame, End | OSError)))

    def _told(self, frames: Iterator[Frame | OSError]) -> Iterator[Frame]:
        try:
            for frame in frames:
                if isinstance(frame, OSError):
                    raise frame
                yield frame
        except Lost as lost:
            yield End(fault=messages.FILE_UNREADABLE(detail=str(lost)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """A reader that reads in this very process: for one that is itself bounded and watched."""

    limits: Limits

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """As `Reader.read` does."""
        return _looked_at(path, wanted, self.limits, read)


def _looked_at(
    path: Path, wanted: frozenset[str], limits: Limits, frames: Callable[[Request], Iterator[Frame]]
) -> Iterator[Start | Grid | End]:
    if not path.is_file():
        raise FileNotFoundError(2, "нет такого файла", str(path))
    try:
        with opened(path, limits) as contents:
            yield Start(sheets=tuple(contents.sheets), warnings=contents.warnings)
            names = [name for name in contents.sheets if same(name) in wanted]
            request = Request(path=path, sheets=names, memory_bytes=limits.memory_bytes)
            yield from _grids(contents, request, limits, frames)
    except Refused as refusal:
        yield End(fault=refusal.fault)


def _grids(
    contents: Contents,
    request: Request,
    limits: Limits,
    read_frames: Callable[[Request], Iterator[Frame]],
) -> Iterator[Grid | End]:
    """Each sheet is looked through while the other process is still busy with it."""
    small = [n for n in request.sheets if contents.size(contents.sheets[n]) <= LOOK_FIRST]
    marks = {name: _look(contents, name, limits) for name in small}
    frames = read_frames(request)
    for name in request.sheets:
        found = marks.get(name) or _look(contents, name, limits)
        sheet = _Blocks(frames)
        grid = Grid(name=name, columns=[], marks=found, rest=sheet)
        yield grid
        while grid.grow():
            pass  # whatever was left unread stands before the next sheet
        if sheet.end is not None:
            yield sheet.end
            return
    contents.prove_the_rest()
    yield from (frame for frame in frames if isinstance(frame, End))


def _look(contents: Contents, name: str, limits: Limits) -> Marks:
    xml = plain(contents.part(contents.sheets[name]))
    check_grid(xml, limits)
    return find_marks(xml)


class _Blocks(Iterator[Block]):
    """The blocks of one sheet; `end` is set where the book ends instead of the sheet."""

    def __init__(self, frames: Iterator[Frame]) -> None:
        self._frames = frames
        self._done = False
        self.end: End | None = None

    def __next__(self) -> Block:
        frame = None if self._done else next(self._frames, None)
        if isinstance(frame, Block):
            return frame
        self._done = True
        if isinstance(frame, End):
            self.end = frame
        raise StopIteration
