"""Reading that cannot hurt the reader.

This process looks at a file as far as looking is cheap and bounded: what kind it is, whether its
zip is honest, how large its sheets are, which cells calamine would lose. Meanwhile another one
reads the cells, with a bound on time and memory. It is started once, while this one still imports,
and reads book after book, so that a healthy day pays nothing for it; one that dies or hangs over a
book is replaced, and the book is refused.
"""

from __future__ import annotations

import pickle
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cmtools.problems import Fault
from cmtools.tables import messages, readiness
from cmtools.tables.container import MIB, Contents, Limits, Refused, opened
from cmtools.tables.marks import Marks, check_grid, find_marks, plain
from cmtools.tables.reading import Block, End, Frame, Request
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


class Reader:
    """A reading process and its bounds; use as a context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._process = readiness.take()
        self._at_work = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _stop(self._process)

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """A book's names, its wanted sheets (by `same` name) as they are read, and how it ended.

        A grid can grow until the next item is asked for.

        Raises:
            OSError: the file cannot be opened.
        """
        if not path.is_file():
            raise FileNotFoundError(2, "нет такого файла", str(path))
        try:
            with opened(path, self.limits) as contents:
                yield Start(sheets=tuple(contents.sheets), warnings=contents.warnings)
                names = [name for name in contents.sheets if same(name) in wanted]
                yield from self._grids(path, contents, names)
        except Refused as refusal:
            yield End(fault=refusal.fault)
        finally:
            if self._at_work:  # the book was refused or left unread: its cells are of no use
                self._replace()

    def _grids(self, path: Path, contents: Contents, names: list[str]) -> Iterator[Grid | End]:
        """Each sheet is looked through while the other process is still busy with it."""
        small = [n for n in names if contents.size(contents.sheets[n]) <= LOOK_FIRST]
        marks = {name: self._look(contents, name) for name in small}
        frames = self._frames(
            Request(path=path, sheets=names, memory_bytes=self.limits.memory_bytes)
        )
        for name in names:
            found = marks.get(name) or self._look(contents, name)
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

    def _look(self, contents: Contents, name: str) -> Marks:
        xml = plain(contents.part(contents.sheets[name]))
        check_grid(xml, self.limits)
        return find_marks(xml)

    def _frames(self, request: Request) -> Iterator[Frame]:
        """Have the process begin at once; its frames come when they are asked for."""
        assert self._process.stdin is not None
        self._at_work = True
        try:
            pickle.dump(request, self._process.stdin)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died before: the first frame will tell
        return self._answers()

    def _answers(self) -> Iterator[Frame]:
        assert self._process.stdout is not None
        alarm = _Alarm(self._process, self.limits.seconds)
        try:
            while True:
                frame = pickle.load(self._process.stdout)
                self._at_work = not isinstance(frame, End | OSError)
                if isinstance(frame, OSError):
                    raise frame
                yield frame
                if isinstance(frame, End):
                    return
        except (EOFError, pickle.UnpicklingError):
            self._replace()
            yield End(fault=messages.FILE_UNREADABLE(detail=alarm.what_happened()))
        finally:
            alarm.cancel()

    def _replace(self) -> None:
        _stop(self._process)
        self._process = readiness.take()
        self._at_work = False


class _Alarm:
    """Kills a process that is still at the same book after so many seconds."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._rang = threading.Event()
        self._seconds = seconds
        self._process = process
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        self._rang.set()
        self._process.kill()

    def cancel(self) -> None:
        self._timer.cancel()

    def what_happened(self) -> str:
        if self._rang.is_set():
            return f"длилось дольше {self._seconds:.0f} с"
        return "оборвалось: книга требует слишком много памяти или повреждена"


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


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
