"""Read a workbook once for all who ask for it, as long as its file stays the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cmtools.files import FileFingerprint, file_fingerprint
from cmtools.tables.parsers import normalize_name
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.tables.reader.sandbox import WorkbookReader


class CachedReader:
    """Keeps what another reader has read whole; for a command that works on a few workbooks."""

    def __init__(self, reader: WorkbookReader) -> None:
        self._reader = reader
        self._kept: dict[Path, tuple[FileFingerprint, WorkbookCells]] = {}

    def read(self, path: Path, wanted: frozenset[str]) -> WorkbookCells:
        """See `WorkbookReader.read`."""
        kept = self._kept.get(path)
        if kept is None or kept[0] != file_fingerprint(path):
            return self._reader.read(path, wanted)
        grids = [grid for grid in kept[1].grids if normalize_name(grid.name) in wanted]
        return replace(kept[1], grids=grids)

    def read_whole(self, path: Path) -> WorkbookCells:
        """See `WorkbookReader.read_whole`."""
        kept = self._kept.get(path)
        if kept is not None and kept[0] == file_fingerprint(path):
            return kept[1]
        fingerprint = file_fingerprint(path) if path.is_file() else None
        cells = self._reader.read_whole(path)
        if fingerprint is not None:
            self._kept[path] = fingerprint, cells
        return cells
