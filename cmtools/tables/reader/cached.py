"""Books that are read again and again, and hardly ever change: read once, until their files do."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from cmtools.tables.reader.protocol import End, Start
from cmtools.tables.reader.sandbox import Grid, WorkbookReader


class FileState(NamedTuple):
    """By what a file is known not to have been touched; times in nanoseconds."""

    file: int
    size: int
    modified: int
    changed: int


def state_of(path: Path) -> FileState:
    """The state of a file.

    Raises:
        OSError: there is none.
    """
    found = os.stat(path)  # noqa: PTH116 one call, one answer
    return FileState(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class _Kept(NamedTuple):
    state: FileState
    wanted: frozenset[str]
    parts: list[Start | Grid | End]


class CachedReader:
    """A reader that keeps what it read of some books, by their paths; others it reads each time."""

    def __init__(self, reader: WorkbookReader, paths: Collection[Path]) -> None:
        self._reader = reader
        self._paths = frozenset(paths)
        self._kept: dict[Path, _Kept] = {}

    def read(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        """As the reader itself does."""
        if path not in self._paths:
            yield from self._reader.read(path, wanted)
            return
        state = state_of(path)
        kept = self._kept.get(path)
        if kept is None or (kept.state, kept.wanted) != (state, wanted):
            kept = _Kept(state, wanted, [*self._whole(path, wanted)])
            if state_of(path) == state:
                self._kept[path] = kept
        yield from kept.parts

    def _whole(self, path: Path, wanted: frozenset[str]) -> Iterator[Start | Grid | End]:
        for part in self._reader.read(path, wanted):
            if isinstance(part, Grid):
                while part.grow():
                    pass
            yield part
