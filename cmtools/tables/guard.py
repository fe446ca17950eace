"""Reading that cannot hurt the reader: another process reads, with a bound on time and memory.

That process is started once and reads book after book; it starts while this one still imports,
so a healthy day pays nothing for it. One that dies or hangs over a book is replaced, and the book
is refused.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from cmtools.problems import Fault
from cmtools.tables import messages
from cmtools.tables.container import Limits
from cmtools.tables.marks import Marks
from cmtools.tables.reading import Block, End, Frame, Request, SheetStart, Start
from cmtools.tables.values import Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """The cells of a sheet by columns, from A1 on; columns are of one length."""

    name: str
    columns: list[list[Cell]]
    marks: Marks

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.columns[0]) if self.columns else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RawBook:
    """What was read of a file: its wanted sheets, or the fault for which it was refused."""

    names: tuple[str, ...] = ()
    grids: Mapping[str, Grid] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


class Reader:
    """A reading process and its bounds; use as a context manager."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._process = _start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _stop(self._process)

    def read(self, path: Path, wanted: frozenset[str]) -> RawBook:
        """Read the wanted sheets (by `same` name) of a book.

        Raises:
            OSError: the file cannot be opened.
        """
        if not path.is_file():
            raise FileNotFoundError(2, "нет такого файла", str(path))
        request = Request(path=path, wanted=wanted, limits=self._limits)
        names: tuple[str, ...] = ()
        faults: tuple[Fault, ...] = ()
        grids: dict[str, Grid] = {}
        grid: Grid | None = None
        for frame in self._frames(request):
            match frame:
                case Start():
                    names, faults = frame.sheets, frame.warnings
                case SheetStart():
                    grid = grids[frame.name] = Grid(name=frame.name, columns=[], marks=frame.marks)
                case Block() if grid is not None:
                    _append(grid, frame)
                case End(fault=Fault() as fault):
                    return RawBook(names=names, faults=(*faults, fault))
        return RawBook(names=names, grids=grids, faults=faults)

    def _frames(self, request: Request) -> Iterator[Frame]:
        process = self._process
        hung = threading.Event()

        def stop() -> None:
            hung.set()
            process.kill()

        assert process.stdin is not None
        assert process.stdout is not None
        alarm = threading.Timer(request.limits.seconds, stop)
        alarm.daemon = True
        alarm.start()
        try:
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            while True:
                frame = pickle.load(process.stdout)
                if isinstance(frame, OSError):
                    raise frame
                yield frame
                if isinstance(frame, End):
                    return
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            _stop(process)
            self._process = _start()
            detail = (
                f"длилось дольше {request.limits.seconds:.0f} с"
                if hung.is_set()
                else "оборвалось: книга требует слишком много памяти или повреждена"
            )
            yield End(fault=messages.FILE_UNREADABLE(detail=detail))
        finally:
            alarm.cancel()


def _append(grid: Grid, block: Block) -> None:
    """Add a block's rows; a block never has fewer columns than the first one."""
    if not grid.columns:
        grid.columns.extend([] for _ in block.columns)
    for column, (cells, index) in zip(grid.columns, block.columns, strict=True):
        column.extend(cells if index is None else map(cells.__getitem__, index))


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "from cmtools.tables.reading import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
