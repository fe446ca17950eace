"""The folder of jobs: which watcher holds which job, and how the jobs of dead watchers pass on.

    .в работе/<id>/<job>/…    the jobs of a watcher; a job belongs to the watcher of its folder
    .в работе/<id>.alive      locked by the watcher as long as it runs
    .в работе/<id>.pulse      its kernel, its process number and a count that grows

A job passes on by a rename, which only one watcher can do; a live watcher that was taken for dead
finds its job gone and stops working on it. Whether a watcher lives is known by its lock where it
runs on this kernel; elsewhere by its count, observed with our own clock: clocks of two machines
are never compared.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from cmtools.locks import kernel_id, try_lock
from cmtools.watch.durable_fs import remove, remove_empty_folder

JOBS_FOLDER = ".в работе"
ALIVE, PULSE = ".alive", ".pulse"
RENEWALS = 6  # in the time after which a silent lease is expired

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedPulse:
    """The pulse of another watcher, and since when it is unchanged by our own clock."""

    content: bytes
    since: float


class Lease:
    """A watcher's right to the jobs in its folder, from `open` to `close`.

    `clock` is monotonic, in seconds. The lease of a watcher on another machine whose pulse is
    unchanged for `seconds` is expired.
    """

    def __init__(self, root: Path, *, clock: Callable[[], float], seconds: float) -> None:
        self.root = root
        self._clock = clock
        self._seconds = seconds
        self._kernel = kernel_id()
        self._observed: dict[str, ObservedPulse] = {}
        self._count = 0
        self._lock: FileLock | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._new_jobs: set[str] = set()
        self.id = ""

    @property
    def folder(self) -> Path:
        """The folder of this watcher's jobs."""
        return self.root / self.id

    def open(self) -> None:
        """Acquire a lease under a fresh id.

        Raises:
            OSError: no rights, no room.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        while self._lock is None:
            self.id = secrets.token_hex(8)
            self.renew()
            self._lock = try_lock(self._path(self.id, ALIVE))
        self.folder.mkdir(exist_ok=True)
        self.renew()  # another watcher may have removed the first pulse before we had the lock
        self._stop.clear()
        self._thread = threading.Thread(target=self._keep_renewing, name="lease", daemon=True)
        self._thread.start()

    def renew(self) -> None:
        """Write the next count over the last one, which stays where there is no room for it.

        A file that were emptied first would say nothing of a watcher that lives.
        """
        self._count += 1
        pulse = f"{self._kernel} {os.getpid()} {self._count:012}".encode()
        handle = os.open(self._path(self.id, PULSE), os.O_WRONLY | os.O_CREAT, 0o666)
        try:
            os.write(handle, pulse)
        finally:
            os.close(handle)

    def is_valid(self) -> bool:
        """Tell whether no other watcher has taken this one for dead."""
        return self.folder.is_dir()

    def close(self) -> None:
        """Give the lease up; the next watcher takes over the jobs that are left."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        with suppress(OSError):
            remove_empty_folder(self.folder)
        if not self.folder.exists():
            self._remove(self.id, self._lock)
        elif self._lock is not None:
            self._lock.release()
        self._lock = None

    def new_job(self) -> Path:
        """Make the folder of a new job.

        Raises:
            FileNotFoundError: another watcher has taken this one for dead.
        """
        job = self.folder / secrets.token_hex(8)
        self._new_jobs.add(job.name)
        job.mkdir()
        return job

    def inherited_jobs(self) -> list[Path]:
        """List the jobs of this watcher that others have begun."""
        return [job for job in _folders(self.folder) if job.name not in self._new_jobs]

    def take_over_expired(self) -> None:
        """Take over the jobs of all dead watchers."""
        for other in self._others():
            self._take_over(other)

    def is_waiting_for_others(self) -> bool:
        """Tell whether there are jobs of a watcher on another machine that may be dead."""
        return any(
            other in self._observed and _folders(self.root / other) for other in self._others()
        )

    def _keep_renewing(self) -> None:
        while not self._stop.wait(self._seconds / RENEWALS):
            with suppress(OSError):
                self.renew()

    def _others(self) -> list[str]:
        ids = {path.name for path in _folders(self.root)}
        ids |= {path.stem for path in self.root.glob("*.*")}
        return sorted(ids - {self.id})

    def _take_over(self, other: str) -> None:
        lock = None
        if self._is_on_this_kernel(other):
            lock = try_lock(self._path(other, ALIVE))
            if lock is None:
                return
        elif not self._is_expired(other):
            return
        try:
            for job in _folders(self.root / other):
                with suppress(FileNotFoundError):  # another watcher was faster
                    job.rename(self.folder / job.name)
                    log.info("продолжаю прерванное: %s", job.name)
            remove_empty_folder(self.root / other)
        finally:
            if not (self.root / other).exists():
                self._remove(other, lock)
            elif lock:
                lock.release()

    def _is_on_this_kernel(self, other: str) -> bool:
        """Tell whether a watcher runs, or ran, on this kernel: then its lock shows if it lives.

        One without a pulse and without a folder has no jobs: nothing is lost by a wrong answer.
        """
        pulse = self._read_pulse(other)
        if not pulse:
            return not (self.root / other).exists()
        return pulse.split(b" ")[0] == self._kernel.encode()

    def _is_expired(self, other: str) -> bool:
        pulse, now = self._read_pulse(other), self._clock()
        observed = self._observed.get(other)
        if observed is None or observed.content != pulse:
            self._observed[other] = ObservedPulse(content=pulse, since=now)
            return False
        return now - observed.since >= self._seconds

    def _read_pulse(self, other: str) -> bytes:
        try:
            return self._path(other, PULSE).read_bytes()
        except FileNotFoundError:
            return b""

    def _remove(self, id_: str, lock: FileLock | None) -> None:
        """Remove the files of a lease; the pulse goes last, as it says how to see if it expired."""
        self._observed.pop(id_, None)
        with suppress(OSError):
            if lock and sys.platform == "win32":
                lock.release()  # there a file in use cannot be removed
            remove(self._path(id_, ALIVE))
            remove(self._path(id_, PULSE))
        if lock:
            lock.release()

    def _path(self, id_: str, ending: str) -> Path:
        return self.root / f"{id_}{ending}"


def _folders(path: Path) -> list[Path]:
    try:
        with os.scandir(path) as entries:
            return sorted(Path(e.path) for e in entries if e.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []
