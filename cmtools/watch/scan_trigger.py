"""What says that a scan is due: events where the system has them, and a bell that anyone may ring.

Events are never believed: they may be lost, doubled, out of order, or stop for good. Where an
observer cannot be started, or its folder is no longer the one that is watched, the periodic scan
goes on alone and the observer is tried again later.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

AGAIN = 60.0

log = logging.getLogger(__name__)


class ScanTrigger:
    """Rung by events and by whoever wants a scan; `clock` is monotonic."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._rung = threading.Event()
        self._observer: Any = None
        self._watched: tuple[int, int] | None = None
        self._next_try = float("-inf")

    def ring(self) -> None:
        """Have a scan made soon."""
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Wait for the bell, or so long."""
        self._rung.wait(max(seconds, 0.0))
        self._rung.clear()

    def tend(self) -> None:
        """See that events come from the folder as it is now; without them scans go on alone."""
        here = _identity(self._folder)
        alive = self._observer is not None and self._observer.is_alive()
        if alive and here == self._watched:
            return
        self.close()
        if here is None or self._clock() < self._next_try:
            return
        try:
            self._observer = _observe(self._folder, self.ring)
            self._watched = here
        except Exception as error:  # whatever it is, scans do without
            log.warning("события недоступны (%s): папка просматривается по времени", error)
            self._next_try = self._clock() + AGAIN

    def close(self) -> None:
        """Hear no more events."""
        observer, self._observer, self._watched = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join()


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _observe(folder: Path, ring: Callable[[], None]) -> Any:
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer

    logging.getLogger("watchdog").propagate = False  # it speaks of its own end to the console
    logging.getLogger("watchdog").addHandler(logging.NullHandler())

    class Ringer(FileSystemEventHandler):
        def on_any_event(self, event: Any) -> None:
            if event.event_type not in ("opened", "closed_no_write"):
                ring()

    observer = Observer()
    observer.schedule(Ringer(), str(folder))
    observer.start()
    return observer
