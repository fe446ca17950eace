"""The watcher's own folder: which jobs are whose, who is alive, how the jobs of the dead pass on.

    .в работе/<owner>/<job>/…    the jobs of an owner; a job belongs to whose folder it stands in
    .в работе/<owner>.alive      locked by the owner as long as it lives
    .в работе/<owner>.pulse      its kernel and a count that grows

Jobs change hands by a rename, which just one can do; whoever was only thought dead finds its job
gone and lets go of it. Whether an owner lives is told by its lock where it runs on this kernel;
elsewhere by its count, watched with a clock of one's own: clocks of two machines are never
compared.
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

from cmtools.watch import durable_fs as disk
from cmtools.watch.locks import kernel, try_lock

FOLDER = ".в работе"
ALIVE, PULSE = ".alive", ".pulse"
BEATS_IN_LEASE = 6

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What was seen of another owner's pulse, and when by our own clock."""

    pulse: bytes
    since: float


class Lease:
    """An owner's part of the folder; it lives from `open` to `close`.

    `clock` is monotonic, in seconds. An owner on another machine that has not moved for
    `lease_seconds` is dead to us.
    """

    def __init__(self, root: Path, *, clock: Callable[[], float], lease_seconds: float) -> None:
        self.root = root
        self._clock = clock
        self._lease = lease_seconds
        self._kernel = kernel()
        self._others: dict[str, Seen] = {}
        self._beats = 0
        self._lock: FileLock | None = None
        self._stop = threading.Event()
        self._beating: threading.Thread | None = None
        self._made: set[str] = set()
        self.name = ""

    @property
    def own(self) -> Path:
        """The folder of this owner's jobs."""
        return self.root / self.name

    def open(self) -> None:
        """Come to life under a new name.

        Raises:
            OSError: no rights, no room.
        """
        disk.make_folder(self.root)
        while self._lock is None:
            self.name = secrets.token_hex(8)
            self.beat()
            self._lock = try_lock(self._beside(self.name, ALIVE))
        disk.make_folder(self.own)
        self.beat()  # before the lock was ours, somebody may have cleared the first one away
        self._stop.clear()
        self._beating = threading.Thread(target=self._beat_on, name="pulse", daemon=True)
        self._beating.start()

    def _beat_on(self) -> None:
        while not self._stop.wait(self._lease / BEATS_IN_LEASE):
            with suppress(OSError):
                self.beat()

    def beat(self) -> None:
        """Count one on."""
        self._beats += 1
        text = f"{self._kernel} {os.getpid()} {self._beats}\n"
        self._beside(self.name, PULSE).write_text(text, "utf-8")

    def is_ours(self) -> bool:
        """Whether nobody has cleared us away as dead."""
        return self.own.is_dir()

    def close(self) -> None:
        """Go; jobs that are left wait for the next owner."""
        self._stop.set()
        if self._beating is not None:
            self._beating.join()
        with suppress(OSError):
            disk.remove_empty(self.own)
        if not self.own.exists():
            self._bury(self.name, self._lock)
        elif self._lock is not None:
            self._lock.release()
        self._lock = None

    def new_job(self) -> Path:
        """A fresh, empty job.

        Raises:
            FileNotFoundError: we were cleared away as dead.
        """
        job = self.own / secrets.token_hex(8)
        self._made.add(job.name)
        job.mkdir()
        return job

    def adopted(self) -> list[Path]:
        """The jobs of this owner that others have begun."""
        return [job for job in _folders(self.own) if job.name not in self._made]

    def adopt(self) -> None:
        """Take over the jobs of all who are dead."""
        for owner in self._owners():
            self._adopt_from(owner)

    def uncertain(self) -> bool:
        """Whether there are jobs of an owner of whom it is not known yet if it lives."""
        return any(
            owner in self._others and _folders(self.root / owner) for owner in self._owners()
        )

    def _owners(self) -> list[str]:
        names = {path.name for path in _folders(self.root)}
        names |= {path.stem for path in self.root.glob("*.*")}
        return sorted(names - {self.name})

    def _adopt_from(self, owner: str) -> None:
        lock = None
        if self._is_here(owner):
            lock = try_lock(self._beside(owner, ALIVE))
            if lock is None:
                return
        elif not self._is_silent(owner):
            return
        try:
            for job in _folders(self.root / owner):
                with suppress(FileNotFoundError):  # another one was faster
                    disk.move_folder(job, self.own / job.name)
                    log.info("продолжаю прерванное: %s", job.name)
            disk.remove_empty(self.root / owner)
        finally:
            if not (self.root / owner).exists():
                self._bury(owner, lock)
            elif lock:
                lock.release()

    def _is_here(self, owner: str) -> bool:
        """Whether an owner runs, or ran, on this kernel; then its lock tells.

        One that has not beaten yet has no jobs: nothing is lost by judging it.
        """
        pulse = self._pulse(owner)
        if not pulse:
            return not (self.root / owner).exists()
        return pulse.split(b" ")[0] == self._kernel.encode()

    def _is_silent(self, owner: str) -> bool:
        pulse, now = self._pulse(owner), self._clock()
        seen = self._others.get(owner)
        if seen is None or seen.pulse != pulse:
            self._others[owner] = Seen(pulse=pulse, since=now)
            return False
        return now - seen.since >= self._lease

    def _pulse(self, owner: str) -> bytes:
        try:
            return self._beside(owner, PULSE).read_bytes()
        except FileNotFoundError:
            return b""

    def _bury(self, owner: str, lock: FileLock | None) -> None:
        """Clear an owner away; the pulse goes last, it tells who may judge what is left."""
        self._others.pop(owner, None)
        with suppress(OSError):
            if lock and sys.platform == "win32":
                lock.release()  # there a file in use cannot be removed
            disk.remove(self._beside(owner, ALIVE))
            disk.remove(self._beside(owner, PULSE))
        if lock:
            lock.release()

    def _beside(self, owner: str, ending: str) -> Path:
        return self.root / f"{owner}{ending}"


def _folders(path: Path) -> list[Path]:
    try:
        with os.scandir(path) as entries:
            return sorted(Path(e.path) for e in entries if e.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []
