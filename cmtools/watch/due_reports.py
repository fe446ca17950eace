"""Months whose reports are to be refreshed, one file each; its size counts the requests.

.cmtools/watch/reports/2026-11
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cmtools.watch.durable_fs import append_line, remove


class DueReports:
    """The months whose reports a workspace has to refresh."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def request(self, months: Iterable[str]) -> None:
        """Request fresh reports of these months, each as 2026-11.

        Raises:
            OSError: no rights, no room.
        """
        for month in months:
            append_line(self._folder / month, b"")

    def counts(self) -> dict[str, int]:
        """Month → how many requests there are."""
        with suppress(FileNotFoundError):
            return {path.name: path.stat().st_size for path in sorted(self._folder.iterdir())}
        return {}

    def complete(self, month: str, count: int) -> None:
        """Remove a month whose report answers so many requests, unless there are more by now."""
        if self.counts().get(month) == count:
            remove(self._folder / month)
