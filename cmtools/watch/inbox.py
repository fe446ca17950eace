"""Scans of the inbox: which files are ready to be claimed, which are not yet, which are no files.

Events only say that a scan is due. Times of files are never compared with the clock of this
machine, except for the age in days of Office's lock files and temporary files.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cmtools.files import (
    OFFICE_LOCK_SECONDS,
    OFFICE_LOCKS,
    atomic_write,
    comparable_name,
    describe_kind,
)
from cmtools.watch.lease import JOBS_FOLDER

SETTLING = "копируется"
OPEN = "открыт: рядом файл владельца"
TEMPORARY = "временный файл"

_IGNORED = frozenset((".ds_store", "thumbs.db", "desktop.ini", JOBS_FOLDER))
_OFFICE_TEMPORARY = re.compile(r"[0-9A-F]{8}")  # as «A1B2C300», until Office renames it
_TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart")

FileMark = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxFile:
    """A file of the inbox as a scan has seen it."""

    path: Path
    stat: os.stat_result

    @property
    def name(self) -> str:
        """Its name; bytes that are no UTF-8 are surrogates."""
        return self.path.name

    @property
    def mark(self) -> FileMark:
        """Its inode, size and time: one of them differs once the file was changed."""
        return self.stat.st_ino, self.stat.st_size, self.stat.st_mtime_ns

    def is_unchanged(self) -> bool:
        """Tell whether it is still there as it was seen."""
        try:
            return InboxFile(path=self.path, stat=os.lstat(self.path)).mark == self.mark
        except OSError:
            return False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadyFile:
    """A file to be claimed; `late` says why it is refused, if it is not waited for any longer."""

    file: InboxFile
    late: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanResult:
    """The files of the inbox.

    waiting: name → why. not_files: name → what it is instead. `next_at` is when, by the same
    clock, the next file may be ready; None where nothing waits for time alone.
    """

    ready: tuple[ReadyFile, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    not_files: Mapping[str, str] = field(default_factory=dict)
    next_at: float | None = None


@dataclass(kw_only=True, slots=True)
class _Watched:
    """A file between scans: its mark, since when it is unchanged, and why it was not claimed."""

    mark: FileMark
    since: float
    lack: str = ""
    retry_at: float = 0.0


class Inbox:
    """Scans the inbox and remembers how long each file is unchanged.

    settle, patience: seconds. now: the wall clock in seconds, for the age of lock files alone.
    """

    def __init__(
        self, folder: Path, *, settle: float, patience: float, now: Callable[[], float]
    ) -> None:
        self.folder = folder
        self._settle = settle
        self._patience = patience
        self._now = now
        self._watched: dict[str, _Watched] = {}

    def scan(self, clock: float) -> ScanResult:
        """Scan the inbox; `clock` is monotonic, in seconds.

        Raises:
            OSError: the inbox is not there, or cannot be read.
        """
        files, not_files = _list_files(self.folder)
        now = self._now()
        locks = {
            comparable_name(f.name) for f in files if _is_office_lock(f.name) and _is_young(f, now)
        }
        self._watched = {file.name: self._watch(file, clock) for file in files}
        ready: list[ReadyFile] = []
        waiting: dict[str, str] = {}
        times: list[float] = []
        for file in files:
            watched = self._watched[file.name]
            settled_at = watched.since + self._settle
            late_at = watched.since + self._patience
            if _is_temporary(file.name) and _is_young(file, now):
                if not _is_office_lock(file.name):
                    waiting[file.name] = TEMPORARY
            elif _has_office_lock(file.name, locks):
                waiting[file.name] = OPEN
            elif clock < settled_at:
                waiting[file.name] = SETTLING
                times.append(settled_at)
            elif not watched.lack:
                ready.append(ReadyFile(file=file))
            elif clock >= late_at:
                ready.append(ReadyFile(file=file, late=watched.lack))
            else:
                waiting[file.name] = watched.lack
                times.append(late_at)
                if watched.retry_at and clock >= watched.retry_at:
                    ready.append(ReadyFile(file=file))
                elif watched.retry_at:
                    times.append(watched.retry_at)
        ready.sort(key=lambda found: (found.file.stat.st_mtime_ns, found.file.name))
        return ScanResult(
            ready=tuple(ready),
            waiting=waiting,
            not_files=not_files,
            next_at=min(times, default=None),
        )

    def save_times(self, path: Path, clock: float) -> None:
        """Write down since when each file is unchanged, for the next run.

        Raises:
            OSError: no rights, no room.
        """
        passed = self._now() - clock
        times = {name: [*seen.mark, seen.since + passed] for name, seen in self._watched.items()}
        with atomic_write(path) as aside:
            aside.write_text(json.dumps(times), "ascii")

    def restore_times(self, path: Path, clock: float) -> None:
        """Go on counting the patience of files that an earlier run saw as they are now.

        What it lacked then is not kept: each file is checked anew before it is refused.
        """
        try:
            for name, (node, size, changed, since) in json.loads(path.read_bytes()).items():
                waited = max(self._now() - since, 0.0)
                mark = (int(node), int(size), int(changed))
                self._watched[str(name)] = _Watched(mark=mark, since=clock - waited)
        except (OSError, ValueError, TypeError, AttributeError):
            self._watched.clear()  # lost or torn: their patience begins again

    def put_off(self, file: InboxFile, lack: str, *, retry_at: float = 0.0) -> None:
        """Note why a settled file cannot be claimed as it is, and when to try again anyway."""
        watched = self._watched.get(file.name)
        if watched is not None and watched.mark == file.mark:
            watched.lack, watched.retry_at = lack, retry_at

    def _watch(self, file: InboxFile, clock: float) -> _Watched:
        known = self._watched.get(file.name)
        if known is not None and known.mark == file.mark:
            return known
        return _Watched(mark=file.mark, since=clock)


def _list_files(folder: Path) -> tuple[list[InboxFile], dict[str, str]]:
    files: list[InboxFile] = []
    not_files: dict[str, str] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.casefold() in _IGNORED:
                continue
            try:
                status = os.lstat(entry.path)  # the entry itself knows less on Windows
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode):
                files.append(InboxFile(path=Path(entry.path), stat=status))
            else:
                not_files[entry.name] = describe_kind(status.st_mode)
    return files, not_files


def _is_office_lock(name: str) -> bool:
    return any(name.startswith(start) and name.endswith(end) for start, end in OFFICE_LOCKS)


def _has_office_lock(name: str, locks: set[str]) -> bool:
    return any(comparable_name(f"{start}{name}{end}") in locks for start, end in OFFICE_LOCKS)


def _is_temporary(name: str) -> bool:
    return (
        name.startswith((".", "~"))
        or name.lower().endswith(_TEMPORARY)
        or _OFFICE_TEMPORARY.fullmatch(name) is not None
    )


def _is_young(file: InboxFile, now: float) -> bool:
    return abs(now - file.stat.st_mtime) < OFFICE_LOCK_SECONDS
