"""Whether the day's agendas are to be made: once after their hour, and again after each change.

.cmtools/watch/agenda/requests    its size counts the changes of the books
.cmtools/watch/agenda/made        the day and the count that the last agendas answer
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time
from pathlib import Path

from cmtools.files import atomic_write
from cmtools.watch.durable_fs import append_line


class DueAgenda:
    """The agendas of a workspace, made from an hour of the day on; None for never."""

    def __init__(self, folder: Path, at: time | None) -> None:
        self._requests = folder / "requests"
        self._made = folder / "made"
        self._at = at

    def request(self) -> None:
        """Request fresh agendas: the books have changed.

        Raises:
            OSError: no rights, no room.
        """
        if self._at is not None:
            append_line(self._requests, b"")

    def find(self, now: datetime) -> str | None:
        """Return what agendas made now would answer; None where none are due."""
        if self._at is None or now.time() < self._at:
            return None
        count, made = 0, ""
        with suppress(FileNotFoundError):
            count = self._requests.stat().st_size
        with suppress(FileNotFoundError):
            made = self._made.read_text("ascii", "replace")
        due = f"{now:%Y-%m-%d} {count}"
        return None if made == due else due

    def complete(self, due: str) -> None:
        """Remember that the agendas that answer this were made.

        Raises:
            OSError: no rights, no room.
        """
        with atomic_write(self._made) as aside:
            aside.write_text(due, "ascii")
