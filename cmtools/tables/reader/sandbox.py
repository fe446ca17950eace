"""Read workbooks in a worker process, within limits of time and memory.

A workbook that exceeds them, or crashes the process, is refused; the next one is read by another
process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from cmtools.problems import Fault
from cmtools.tables import messages
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.tables.reader.prestart import READER
from cmtools.workers.process import Limit, WorkerDied, WorkerProcess


class WorkbookReader(Protocol):
    """Reads workbooks: in a worker process, or in this one."""

    def read(self, path: Path, wanted: frozenset[str]) -> WorkbookCells:
        """Read the sheets whose names, as `normalize_name` makes them, are wanted.

        Raises:
            OSError: the file cannot be opened.
            WorkerBug: the program itself is at fault.
        """

    def read_whole(self, path: Path) -> WorkbookCells:
        """Read all sheets with their formulas; otherwise as `read`."""


class Reader:
    """Reads workbooks in a worker process, one after another; use as a context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.worker = WorkerProcess(
            seconds=self.limits.seconds, memory_bytes=self.limits.memory_bytes, preload=(READER,)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self.worker.stop()

    def read(self, path: Path, wanted: frozenset[str]) -> WorkbookCells:
        """See `WorkbookReader.read`."""
        return self._call(path, wanted)

    def read_whole(self, path: Path) -> WorkbookCells:
        """See `WorkbookReader.read_whole`."""
        return self._call(path, None)

    def _call(self, path: Path, wanted: frozenset[str] | None) -> WorkbookCells:
        try:
            return self.worker.call(_read, path, wanted, self.limits)
        except WorkerDied as death:
            return WorkbookCells(fault=unreadable(death))


@dataclass(frozen=True, kw_only=True, slots=True)
class InProcessReader:
    """Reads workbooks in this process: for one that is itself a worker, or for a debugger."""

    limits: Limits

    def read(self, path: Path, wanted: frozenset[str]) -> WorkbookCells:
        """See `WorkbookReader.read`."""
        return _read(path, wanted, self.limits)

    def read_whole(self, path: Path) -> WorkbookCells:
        """See `WorkbookReader.read_whole`."""
        return _read(path, None, self.limits)


def unreadable(death: WorkerDied) -> Fault:
    """Make the fault of a workbook over which a worker process died."""
    if death.limit is Limit.SECONDS:
        return messages.FILE_UNREADABLE(detail=f"длилось дольше {death.seconds:.0f} с")
    detail = "оборвалось: книга требует слишком много памяти или повреждена"
    return messages.FILE_UNREADABLE(detail=detail)


def _read(path: Path, wanted: frozenset[str] | None, limits: Limits) -> WorkbookCells:
    from cmtools.tables.reader.workbook import read_workbook  # numpy stays with the worker

    return read_workbook(path, wanted, limits)
