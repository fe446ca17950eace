"""Start a scan when the file system reports an event, on request, or after some time.

Events are only hints: they may be lost, doubled, out of order, or stop for good. Where an observer
cannot be started, or its folder was replaced by another one, the periodic scan goes on alone and
the observer is tried again later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

RETRY_SECONDS = 60.0

log = logging.getLogger(__name__)


class ScanTrigger:
    """Waits for the next scan; `clock` is monotonic, in seconds."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._is_due = threading.Event()
        self._observer: Any = None
        self._observed: tuple[int, int] | None = None
        self._retry_at = float("-inf")

    def request_scan(self) -> None:
        """Have a scan made soon; from any thread."""
        self._is_due.set()

    def wait(self, seconds: float) -> None:
        """Wait for a request, but no longer than so many seconds."""
        self._is_due.wait(max(seconds, 0.0))
        self._is_due.clear()

    def keep_observing(self) -> None:
        """Restart the observer where it ended or the folder was replaced by another one."""
        folder_id = _identify(self._folder)
        is_alive = self._observer is not None and self._observer.is_alive()
        if is_alive and folder_id == self._observed:
            return
        self.close()
        if folder_id is None or self._clock() < self._retry_at:
            return
        try:
            self._observer = _start_observer(self._folder, self.request_scan)
            self._observed = folder_id
        except Exception as error:  # of any kind: the periodic scan goes on
            log.warning("события недоступны (%s): папка просматривается по времени", error)
            self._retry_at = self._clock() + RETRY_SECONDS

    def close(self) -> None:
        """Stop the observer."""
        observer, self._observer, self._observed = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join()


def _identify(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _start_observer(folder: Path, request_scan: Callable[[], None]) -> Any:
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer

    logging.getLogger("watchdog").propagate = False  # it reports its own end to the console
    logging.getLogger("watchdog").addHandler(logging.NullHandler())

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: Any) -> None:
            if event.event_type not in ("opened", "closed_no_write"):
                request_scan()

    observer = Observer()
    observer.schedule(Handler(), str(folder))
    observer.start()
    return observer
