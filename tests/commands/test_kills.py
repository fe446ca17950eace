"""Commands that write into the books, broken off at each change of the disk."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import cycle
from pathlib import Path

import pytest

from cmtools.commands.apply import apply
from cmtools.commands.merge import merge
from cmtools.commands.today import today
from cmtools.merge.versions import Versions
from commands.test_apply import cells_of, filled
from support.killing import changes, status_of
from support.workbench import ORDERS, REGISTRY, TASKS, TODAY, healthy, put

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL are POSIX's"),
]
NOW = datetime(2026, 11, 21, 18)
BOOKS = (ORDERS, REGISTRY, TASKS)
EVERY = 7  # of so many changes one is broken off
LEAST_CHANGES = 40  # fewer would mean that the changes are not counted any more

Work = Callable[[Path], object]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMTOOLS_IN_PROCESS", "1")


def merge_a_copy(root: Path) -> object:
    return merge(root, root / "Копия.xlsx", in_place=True, today=TODAY, now=NOW)


def apply_an_agenda(root: Path) -> object:
    agenda = next((root / "Повестка").glob("*.xlsx"))
    return apply(root, [agenda], in_place=True, today=TODAY, now=NOW)


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    """A workspace whose book and a copy of it have each an edit; one place is changed by both."""
    root = healthy(tmp_path / "w")
    merge(root, root / ORDERS, in_place=True, today=TODAY, now=NOW)
    note = ("Заказы", "Примечание")
    first = healthy(tmp_path / "first", put(*note, 0, "от А"), put(*note, 2, "и здесь"))
    merge(root, first / ORDERS, in_place=True, today=TODAY, now=NOW)
    second = healthy(tmp_path / "second", put(*note, 1, "от Б"), put(*note, 2, "а здесь так"))
    shutil.copyfile(second / ORDERS, root / "Копия.xlsx")
    return root


@pytest.fixture
def answered(tmp_path: Path) -> Path:
    """A workspace with an agenda whose answers change two books."""
    root = healthy(tmp_path / "w")
    agenda = root / today(root, today=TODAY).files[0]
    filled(agenda, "original", done="да")
    filled(agenda, "prepayment", done="да", result="обещали завтра")
    return root


def bytes_of(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in BOOKS}


def broken_off(pattern: Path, work: Work) -> Iterator[tuple[str, Path]]:
    """What is left each time: killed before or after a change, refused it as on a full disk."""
    folder = pattern.parent
    total = changes(lambda: work(fresh(folder / "count", pattern)))
    assert total >= LEAST_CHANGES
    ways: Iterator[str | int] = cycle(("before", "after", errno.ENOSPC))
    for number, how in zip(range(1, total + 1, EVERY), ways, strict=False):
        root = fresh(folder / "case", pattern)
        status_of(lambda root=root: work(root), number, how)  # type: ignore[misc]
        yield f"{how} {number}", root


def fresh(folder: Path, pattern: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(pattern, folder)


def open_conflicts(root: Path) -> int:
    with Versions(root) as versions:
        return len(versions.conflicts(ORDERS))


def test_a_merge_is_done_or_not_and_is_done_again(merged: Path) -> None:
    """The book is the old or the new one; once more, its cells and questions are as they are."""
    done = fresh(merged.parent / "done", merged)
    merge_a_copy(done)
    old, cells = (merged / ORDERS).read_bytes(), cells_of(done)
    assert open_conflicts(done) == 1
    for case, root in broken_off(merged, merge_a_copy):
        assert (root / ORDERS).read_bytes() == old or cells_of(root) == cells, case
        merge_a_copy(root)
        assert cells_of(root) == cells, case
        assert open_conflicts(root) == 1, case


def test_answers_are_written_or_not_and_are_written_once(answered: Path) -> None:
    """Each book is the old or the new one; once more, every answer is there, and once."""
    done = fresh(answered.parent / "done", answered)
    apply_an_agenda(done)
    old, new, cells = bytes_of(answered), bytes_of(done), cells_of(done)
    for case, root in broken_off(answered, apply_an_agenda):
        now = bytes_of(root)
        assert [n for n in BOOKS if now[n] not in (old[n], new[n])] == [], case
        apply_an_agenda(root)
        assert cells_of(root) == cells, case
