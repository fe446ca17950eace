"""The merge of a real copy by the watcher, broken off or refused at its changes of the disk."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import pytest

from cmtools.merge.versions import Versions
from cmtools.watch.lease import JOBS_FOLDER
from cmtools.watch.protocol_text import PROTOCOL
from cmtools.workspace import DONE, INBOX
from support.killing import REFUSALS, changes, fresh, status_of
from support.priced import loaded
from support.watching import Here, context, drop, ends, work_off
from support.workbench import ORDERS, healthy, put

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL are POSIX's")
NOTE = ("Заказы", "Примечание")
NAME = "Копия.xlsx"
BEFORE, AFTER = ["от А", None, "и здесь"], ["от А", "от Б", "и здесь"]
KEPT, ASKED = "Предварительные заказы — прежняя версия.xlsx", f"Слияние — {ORDERS}"
LEAST_CHANGES = 100  # fewer would mean that the changes are not counted any more

Break: TypeAlias = tuple[int, str | int, bool]
"""The number of a change, how it goes wrong, whether all that follow do too."""


@pytest.fixture
def pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book with an edit, and in the inbox a copy from before it: an edit, and a conflict."""
    monkeypatch.setenv("CMTOOLS_IN_PROCESS", "1")
    root = healthy(tmp_path / "pattern")
    first = healthy(tmp_path / "first", put(*NOTE, 0, "от А"), put(*NOTE, 2, "и здесь"))
    second = healthy(tmp_path / "second", put(*NOTE, 1, "от Б"), put(*NOTE, 2, "а здесь так"))
    drop(root, "А.xlsx", (first / ORDERS).read_bytes())
    work(root)
    drop(root, NAME, (second / ORDERS).read_bytes())
    return root


def work(root: Path) -> None:
    """One run of a watcher that does the real work on a drop in its own process."""
    worker = Here()
    try:
        work_off(context(root), worker)
    finally:
        worker.stop()


def wrong(pattern: Path, cases: Iterable[list[Break]]) -> Iterator[str]:
    """What is wrong after runs that break off, and after one more that does not."""
    dropped, old = (pattern / INBOX / NAME).read_bytes(), (pattern / ORDERS).read_bytes()
    for case in cases:
        root = fresh(pattern.parent / "case", pattern)
        for number, how, lasting in case:
            status_of(lambda root=root: work(root), number, how, lasting=lasting)  # type: ignore[misc]
            yield from (f"{case}: {what}" for what in wrong_now(root, dropped, old))
        if status_of(lambda root=root: work(root), 0, ""):  # type: ignore[misc]
            yield f"{case}: the last run failed"
        yield from (f"{case}, end: {what}" for what in wrong_now(root, dropped, old))
        yield from (f"{case}, end: {what}" for what in wrong_at_the_end(root))


def wrong_now(root: Path, dropped: bytes, old: bytes) -> Iterator[str]:
    """What must never be seen: lost bytes, a book or a result that is half-made."""
    if not any(path.read_bytes() == dropped for path in root.rglob("*.xlsx")):
        yield "the dropped bytes are lost"
    if (root / ORDERS).read_bytes() != old and notes(root) != AFTER:
        yield f"the book has {notes(root)}"
    for name, files in ends(root).items():
        if name.endswith(" Копия") and not files.keys() >= {NAME, PROTOCOL, KEPT, ASKED}:
            yield f"half a result: {sorted(files)}"


def wrong_at_the_end(root: Path) -> Iterator[str]:
    """What must hold once a watcher has run through: every thing is there, and once."""
    results = [name for name in ends(root) if not name.endswith(" А")]
    if len(results) != 1 or not results[0].startswith(DONE):
        yield f"results: {results}"
    if notes(root) != AFTER:
        yield f"the book has {notes(root)}"
    with Versions(root) as versions:
        remembered = len(versions.drops(ORDERS)), len(versions.conflicts(ORDERS))
    asked = [path.name for path in root.glob("Слияние*")]
    if (remembered, asked) != ((2, 1), [ASKED]):
        yield f"remembered: {remembered}, asked: {asked}"
    left = [*(root / INBOX).iterdir(), *(root / JOBS_FOLDER).iterdir()]
    if names := [path.name for path in left if path.name != "lock"]:
        yield f"left: {names}"


def notes(root: Path) -> list[object]:
    return read_notes((root / ORDERS).read_bytes())


@cache
def read_notes(content: bytes) -> list[object]:
    """The notes of the orders; cases that end alike leave the same bytes."""
    header, *rows = loaded(BytesIO(content))[NOTE[0]].iter_rows(values_only=True)
    return [row[header.index(NOTE[1])] for row in rows]


def count_changes(pattern: Path) -> int:
    root = fresh(pattern.parent / "count", pattern)
    total = changes(lambda: work(root))
    assert total >= LEAST_CHANGES
    assert [*wrong_at_the_end(root)] == []
    return total


def test_a_full_disk_and_a_kill_lose_nothing_of_a_merge(pattern: Path) -> None:
    """Some of the changes: once the disk has room again, or the watcher is back, all is done."""
    numbers = range(9, count_changes(pattern), 23)
    ways: list[tuple[str | int, bool]] = [
        (errno.ENOSPC, True),
        ("after", False),
        (errno.EIO, False),
    ]
    cases = [[(number, *ways[at % len(ways)])] for at, number in enumerate(numbers)]
    assert [*wrong(pattern, cases)] == []


@pytest.mark.long
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_change_of_a_merge_may_be_refused(refusal: int, pattern: Path) -> None:
    """Each second one by one of three faults; a full disk stays full until the next run."""
    first, step = 1 + 2 * REFUSALS.index(refusal), 2 * len(REFUSALS)
    numbers = range(first, count_changes(pattern) + 1, step)
    lasting = refusal == errno.ENOSPC
    assert [*wrong(pattern, ([(number, refusal, lasting)] for number in numbers))] == []


@pytest.mark.long
def test_a_merge_may_be_killed_twice(pattern: Path) -> None:
    """Killed, begun again, killed at another change, begun again: everything is there once."""
    chance, total = random.Random(13), count_changes(pattern)
    cases: list[list[Break]] = [
        [(chance.randint(1, total), chance.choice(("before", "after")), False) for _ in range(2)]
        for _ in range(12)
    ]
    assert [*wrong(pattern, cases)] == []
