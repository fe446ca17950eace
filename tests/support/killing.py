"""Breaks a watcher off at each change of the disk, and looks at what it leaves behind.

Run as a program, it goes through the cases of one kind and prints what was wrong as JSON. Each run
is a process of its own that is killed as by `kill -9`, or is refused one operation by the system.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

from cmtools.merge.versions import Versions
from cmtools.watch.lease import JOBS_FOLDER
from cmtools.watch.protocol_text import PROTOCOL
from cmtools.workspace import CLIENT_FOLDERS, INBOX, MARKER
from support import watching

T = TypeVar("T")

CHANGES = "mkdir rename replace link unlink rmdir fsync write open sendfile".split()
NAME = "Моя.xlsx"
REFUSALS = (errno.ENOSPC, errno.EIO, errno.EACCES)
KILLS = 60


class Broken:
    """Counts the changes of the disk; the one of that number goes wrong.

    Of a file that is opened for writing two are counted: that it is made, and its first write, of
    which only a half comes to the disk where it is refused.
    how: "before" or "after": killed then; an errno: refused; `lasting`: and all that follow.
    """

    def __init__(self, number: int, how: str | int, *, lasting: bool = False) -> None:
        self.count = 0
        self._number = number
        self._how = how
        self._lasting = lasting
        builtins.open = io.open = self._opening(open)
        sqlite3.connect = partial(sqlite3.connect, factory=self._database())  # type: ignore[assignment]
        for name in CHANGES:
            setattr(os, name, self._wrapped(getattr(os, name), name))

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        make = self._wrapped(real, "make")

        def call(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if isinstance(file, int) or not {*mode} & {*"wxa+"}:
                return real(file, mode, *arguments, **options)
            return _WrittenFile(make(file, mode, *arguments, **options), self._wrapped)

        return call

    def _wrapped(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return real(*arguments, **options)
            self.count += 1
            hit = self.count == self._number
            if isinstance(self._how, int):
                if hit or (self._lasting and self.count > self._number and _takes_room(name)):
                    raise OSError(self._how, os.strerror(self._how), str(arguments[0]))
                return real(*arguments, **options)
            if hit and self._how == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return real(*arguments, **options)
            finally:  # also after one that is refused, as where a name is taken
                if hit:
                    os.kill(os.getpid(), signal.SIGKILL)

        return call

    def _database(self) -> type[sqlite3.Connection]:
        """The class of connections to a database whose statements that change it are counted."""
        wrapped = self._wrapped

        class Database(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> Any:
                return _change_rows(wrapped, super().execute, sql, *values)

            def executemany(self, sql: str, *values: Any) -> Any:
                return _change_rows(wrapped, super().executemany, sql, *values)

            def commit(self) -> None:
                _change_rows(wrapped, lambda _: super(Database, self).commit(), "COMMIT")

        return Database


def _change_rows(
    wrapped: Callable[..., Callable[..., T]], real: Callable[..., T], sql: str, *values: Any
) -> T:
    """Run a statement; where the system refuses a change SQLite tells it by a code of its own."""
    if sql.partition(" ")[0] not in ("INSERT", "UPDATE", "DELETE", "COMMIT"):
        return real(sql, *values)
    try:
        return wrapped(real, "write")(sql, *values)
    except OSError as refusal:
        error = sqlite3.OperationalError(f"{refusal}")
        full = refusal.errno == errno.ENOSPC
        error.sqlite_errorcode = sqlite3.SQLITE_FULL if full else sqlite3.SQLITE_IOERR
        raise error from refusal


class _WrittenFile:
    """A file that is open for writing; its first write is a change of the disk."""

    def __init__(self, file: Any, wrapped: Callable[..., Callable[..., Any]]) -> None:
        self._file = file
        self._first = wrapped(file.write, "write")
        self._is_written = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _WrittenFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def write(self, content: Any) -> Any:
        """Write; where the system refuses the first write, a half of it is there."""
        if self._is_written:
            return self._file.write(content)
        self._is_written = True
        try:
            return self._first(content)
        except OSError:
            self._file.write(content[: len(content) // 2])
            raise


def _takes_room(name: str) -> bool:
    return name in ("mkdir", "link", "write", "open", "make", "sendfile")


def run(root: Path, number: int = 0, how: str | int = "", *, lasting: bool = False) -> bool:
    """One run of a watcher in a process of its own; whether it came to its end."""
    return _status(root, number, how, lasting) == 0


def _status(root: Path, number: int, how: str | int, lasting: bool = False) -> int:
    return status_of(lambda: work_off(root), number, how, lasting=lasting)


def work_off(root: Path) -> None:
    watching.work_off(watching.context(root))


def status_of(
    work: Callable[[], object], number: int, how: str | int, *, lasting: bool = False
) -> int:
    """Do some work in a process of its own, which breaks off at a change; how it ended."""
    child = os.fork()
    if child == 0:
        code = 0
        try:
            if number:
                Broken(number, how, lasting=lasting)
            work()
        except BaseException:
            code = 1
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return status


def kill_at_random(root: Path, seed: int) -> None:
    """Run watchers one after another, each killed after some changes; print how many were.

    Counted in changes of the disk, not in seconds, it kills as often on any machine.
    """
    rng, kills = random.Random(seed), 0
    for _ in range(KILLS):
        number = 1 + int(rng.expovariate(1 / 30))
        status = _status(root, number, rng.choice(("before", "after")))
        assert os.WIFSIGNALED(status) or status == 0
        kills += os.WIFSIGNALED(status)
    print(kills)


def changes(work: Callable[[], object]) -> int:
    """How many changes some work makes that nothing breaks off."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counter = Broken(0, "")
        work()
        os.write(writing, str(counter.count).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return int(os.read(reading, 20))


def wrong_now(root: Path) -> Iterator[str]:
    """What must never be seen, at no moment: lost bytes, or anything half-made."""
    places = [path for path in root.rglob("*") if path.is_file()]
    whole = [path for path in places if path.read_bytes() == watching.DROPPED]
    if not any(path.name in (NAME, watching.BOOK) for path in whole):
        yield "the dropped bytes are lost"
    if (root / watching.BOOK).read_bytes() not in (watching.OLD, watching.DROPPED):
        yield "the book is half-written"
    agreed = watching.agreed_orders(root)
    if agreed not in ([], ["З-1", "З-2"]):
        yield f"agreed prices: {agreed}"
    for path in (root / CLIENT_FOLDERS).rglob("*.docx"):
        if not agreed:
            yield f"a paper without its price: {path.name}"
        if not path.name.startswith("."):
            number = int(path.parent.name)
            if path.read_bytes() != watching.paper(number):
                yield f"a paper is half-written: {path.name}"
    for name, files in watching.ends(root).items():
        asked = {watching.QUESTIONS} if watching.Stub.merges else set()
        if set(files) != {NAME, PROTOCOL, "цены.xlsx", watching.KEPT, *asked}:
            yield f"half a result: {name} has {sorted(files)}"


def wrong_at_the_end(root: Path) -> Iterator[str]:
    """What must hold once a watcher has run through."""
    yield from wrong_now(root)
    if left := [p.name for p in (root / INBOX).iterdir()]:
        yield f"left in the inbox: {left}"
    if left := [p.name for p in (root / JOBS_FOLDER).iterdir() if p.name not in ("lock",)]:
        yield f"left among the jobs: {left}"
    found = watching.ends(root)
    if len(found) != 1:
        yield f"ends: {sorted(found)}"
    for files in found.values():
        if files.get(NAME) != watching.DROPPED or files.get(watching.KEPT) != watching.OLD:
            yield "the result holds other bytes"
    if (root / watching.BOOK).read_bytes() != watching.DROPPED:
        yield "the book was not accepted"
    papers = sorted(p.name for p in (root / CLIENT_FOLDERS).rglob("*") if p.is_file())
    if papers != ["З-1.docx", "З-2.docx"]:
        yield f"papers: {papers}"
    reports = root / ".cmtools" / "watch" / "reports"
    if {p.name for p in reports.glob("*")} != {"2026-10", "2026-11"}:
        yield "no reports were asked for"


def wrong_in_memory(root: Path) -> Iterator[str]:
    """What must hold of a merge once a watcher has run through: it is remembered once."""
    with Versions(root) as versions:
        kept = len(versions.drops(watching.BOOK)), len(versions.conflicts(watching.BOOK))
    asked = [path.name for path in root.glob("Слияние*")]
    if (kept, asked) != ((1, 1), [watching.QUESTIONS]):
        yield f"remembered: {kept}, asked: {asked}"


def fresh(folder: Path, pattern: Path) -> Path:
    """A workspace with one drop, just as the last one was."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(pattern, folder)
    return folder


def main(kind: str) -> None:
    """Go through all cases of a kind; print how many there were and what was wrong."""
    shared = Path("/dev/shm")  # there a flush costs nothing
    watching.Stub.merges = True
    base = Path(tempfile.mkdtemp(prefix="killing-", dir=shared if shared.is_dir() else None))
    try:
        pattern = watching.workspace(base / "pattern")
        (pattern / MARKER).touch()
        watching.drop(pattern, NAME)
        counted = fresh(base / "count", pattern)
        total = changes(lambda: work_off(counted))
        done, wrong = 0, []
        for case, broken in KINDS[kind](total):
            root = fresh(base / "case", pattern)
            for number, how, lasting in broken:
                run(root, number, how, lasting=lasting)
                wrong += [f"{case}: {what}" for what in wrong_now(root)]
            if not run(root):
                wrong.append(f"{case}: the last run failed")
            wrong += [f"{case}, end: {what}" for what in wrong_at_the_end(root)]
            wrong += [f"{case}, end: {what}" for what in wrong_in_memory(root)]
            done += 1
        print(json.dumps({"changes": total, "cases": done, "wrong": wrong[:20]}))
    finally:
        shutil.rmtree(base)


Case = tuple[str, list[tuple[int, str | int, bool]]]


def kills(total: int) -> Iterator[Case]:
    """Killed before and after each change."""
    for number in range(1, total + 1):
        for how in ("before", "after"):
            yield f"{how} {number}", [(number, how, False)]


def kills_twice(total: int) -> Iterator[Case]:
    """Killed, and killed again while the next watcher makes up for it."""
    for first in range(4, total + 1, 16):
        for second in range(1 + first % 5, total + 1, 3):
            yield (
                f"after {first}, after {second}",
                [(first, "after", False), (second, "after", False)],
            )


def refusals(total: int) -> Iterator[Case]:
    """Refused one change, each by one of three faults."""
    for number, code in zip(range(1, total + 1), cycle(REFUSALS), strict=False):
        yield f"{errno.errorcode[code]} {number}", [(number, code, False)]


def full_disk(total: int) -> Iterator[Case]:
    """From one change in two on there is no room for anything."""
    for number in range(1, total + 1, 2):
        yield f"full from {number}", [(number, errno.ENOSPC, True), (number, errno.ENOSPC, True)]


KINDS: dict[str, Callable[[int], Iterator[Case]]] = {
    "kills": kills,
    "kills_twice": kills_twice,
    "refusals": refusals,
    "full_disk": full_disk,
}

if __name__ == "__main__":
    main(sys.argv[1])
