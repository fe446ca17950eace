"""The inbox as a scan sees it: what has settled, what is still on its way, what is no file.

A scan is the truth; events only say that one is due. Only a clock of one's own counts: what a
file's times say of now is never believed, save for owner files and leftovers, which are by a day.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cmtools.watch.lease import FOLDER

SETTLING = "копируется"
DAY = 24 * 3600.0
OWNERS = (("~$", ""), (".~lock.", "#"))
_IGNORED = frozenset((".ds_store", "thumbs.db", "desktop.ini", FOLDER))
_TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart")

Mark = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file of the inbox as it was seen: its name, its place, its stat."""

    path: Path
    stat: os.stat_result

    @property
    def name(self) -> str:
        """Its name; bytes that are no UTF-8 are surrogates."""
        return self.path.name

    @property
    def mark(self) -> Mark:
        """What changes when it does: the file itself, its size, its time."""
        return self.stat.st_ino, self.stat.st_size, self.stat.st_mtime_ns

    def is_unchanged(self) -> bool:
        """Whether it still lies there as it was seen."""
        try:
            now = os.lstat(self.path)
        except OSError:
            return False
        return Entry(path=self.path, stat=now).mark == self.mark


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A file to be taken; `late` says why it is not waited for any longer."""

    entry: Entry
    late: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What a scan found.

    waiting: name → why. strange: what is no plain file. `due` is when, by the same clock, the
    next file may be ready; None where nothing waits for time alone.
    """

    ready: tuple[Ready, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    strange: Mapping[str, str] = field(default_factory=dict)
    due: float | None = None


@dataclass(kw_only=True, slots=True)
class _Watched:
    """A file that is still watched: how it looks, since when, and what was found lacking."""

    mark: Mark
    since: float
    lack: str = ""
    retry: float = 0.0


class Inbox:
    """Watches files settle. `now` is wall time in seconds, asked for owner files only."""

    def __init__(
        self, folder: Path, *, settle: float, patience: float, now: Callable[[], float]
    ) -> None:
        self.folder = folder
        self._settle = settle
        self._patience = patience
        self._now = now
        self._watched: dict[str, _Watched] = {}

    def look(self, clock: float) -> Looked:
        """One scan.

        Raises:
            OSError: the inbox is not there, or cannot be read.
        """
        entries, strange = _scan(self.folder)
        now = self._now()
        owners = {_plain(e.name) for e in entries if _is_owner(e.name) and _is_young(e, now)}
        self._watched = {e.name: self._watch(e, clock) for e in entries}
        ready: list[Ready] = []
        waiting: dict[str, str] = {}
        due: list[float] = []
        for entry in entries:
            watched = self._watched[entry.name]
            if _is_temporary(entry.name) and _is_young(entry, now):
                if not _is_owner(entry.name):
                    waiting[entry.name] = "временный файл"
            elif _owner_of(entry.name) & owners:
                waiting[entry.name] = "открыт: рядом файл владельца"
            elif clock < watched.since + self._settle:
                waiting[entry.name] = SETTLING
                due.append(watched.since + self._settle)
            elif not watched.lack:
                ready.append(Ready(entry=entry))
            elif clock >= watched.since + self._patience:
                ready.append(Ready(entry=entry, late=watched.lack))
            else:
                waiting[entry.name] = watched.lack
                due.append(watched.since + self._patience)
                if watched.retry and clock >= watched.retry:
                    ready.append(Ready(entry=entry))
                elif watched.retry:
                    due.append(watched.retry)
        ready.sort(key=lambda found: (found.entry.stat.st_mtime_ns, found.entry.name))
        return Looked(
            ready=tuple(ready), waiting=waiting, strange=strange, due=min(due, default=None)
        )

    def lacks(self, entry: Entry, why: str, *, retry: float = 0.0) -> None:
        """Note that a settled file cannot be taken as it is; `retry` is when to try again."""
        watched = self._watched.get(entry.name)
        if watched is not None and watched.mark == entry.mark:
            watched.lack, watched.retry = why, retry

    def _watch(self, entry: Entry, clock: float) -> _Watched:
        known = self._watched.get(entry.name)
        if known is not None and known.mark == entry.mark:
            return known
        return _Watched(mark=entry.mark, since=clock)


def _scan(folder: Path) -> tuple[list[Entry], dict[str, str]]:
    entries: list[Entry] = []
    strange: dict[str, str] = {}
    with os.scandir(folder) as found:
        for item in found:
            if item.name.casefold() in _IGNORED:
                continue
            try:
                status = os.lstat(item.path)  # what a scan itself knows is less on Windows
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode):
                entries.append(Entry(path=Path(item.path), stat=status))
            else:
                strange[item.name] = _kind(status.st_mode)
    return entries, strange


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "ссылка"
    return "папка" if stat.S_ISDIR(mode) else "не файл"


def _is_owner(name: str) -> bool:
    return any(name.startswith(start) and name.endswith(end) for start, end in OWNERS)


def _owner_of(name: str) -> set[str]:
    """How the owner files of a book would be called."""
    return {_plain(f"{start}{name}{end}") for start, end in OWNERS}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _is_temporary(name: str) -> bool:
    return name.startswith((".", "~")) or name.lower().endswith(_TEMPORARY)


def _is_young(entry: Entry, now: float) -> bool:
    return abs(now - entry.stat.st_mtime) < DAY
