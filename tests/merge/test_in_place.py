"""Books that are changed in the workspace itself: each change is a version."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from cmtools.commands.merge import merge
from cmtools.commands.plan import plan
from cmtools.commands.price import price
from cmtools.commands.validate import validate
from cmtools.merge.book_records import read_book
from cmtools.merge.in_place import record_edits
from cmtools.merge.versions import Versions
from cmtools.tables.dataset import Dataset
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.workspace import Workspace
from support.workbench import ORDERS, REGISTRY, TASKS, TODAY, healthy, put

READER = InProcessReader(limits=Limits())


class Counting:
    """A reader that notes what it reads whole."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def read(self, path: Path, wanted: frozenset[str]) -> WorkbookCells:
        return READER.read(path, wanted)

    def read_whole(self, path: Path) -> WorkbookCells:
        self.names.append(path.name)
        return READER.read_whole(path)


def record(root: Path) -> list[str]:
    """Record the edits of a workspace; the books that were read."""
    reader, workspace = Counting(), Workspace(root)
    record_edits(workspace, workspace.books(), reader)
    return reader.names


def number(root: Path, name: str) -> tuple[int | None, int]:
    """The version that a book bears, and the newest one that is known of it."""
    with Versions(root) as versions:
        return read_book(root / name, READER, Dataset([])).stamp, versions.newest_version(name)


def test_only_books_that_were_changed_are_read(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    assert sorted(record(root)) == sorted([REGISTRY, ORDERS, TASKS])
    first = number(root, ORDERS)[1]
    assert record(root) == []
    os.utime(root / ORDERS)
    assert record(root) == [ORDERS]
    assert number(root, ORDERS)[1] == first
    (root / ORDERS).write_bytes((healthy(tmp_path / "w", NOTED) / ORDERS).read_bytes())
    assert record(root) == [ORDERS]
    assert number(root, ORDERS)[1] > first


NOTED = put("Заказы", "Примечание", 0, "в самой книге")


def test_a_book_that_cannot_be_read_is_tried_again(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    content = (root / ORDERS).read_bytes()
    (root / ORDERS).write_bytes(content[:100])
    record(root)
    assert record(root) == [ORDERS]


def test_what_is_no_book_keeps_no_other_from_being_recorded(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / TASKS).unlink()
    os.mkfifo(root / TASKS)
    assert sorted(record(root)) == sorted([REGISTRY, ORDERS])


def test_prices_in_the_book_are_a_version(tmp_path: Path) -> None:
    root = healthy(tmp_path, NOTED)
    price(root, in_place=True, today=TODAY)
    bears, newest = number(root, ORDERS)
    assert bears == newest > 0


def test_a_plan_is_a_version(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    book = plan(root, "2026-12", today=TODAY).files[0]
    bears, newest = number(root, book)
    assert bears == newest > 0
    before = (root / book).read_bytes()
    assert plan(root, "2026-12", today=TODAY).files[0] == book
    assert (root / book).read_bytes() == before


def test_an_older_plan_in_its_place_is_told(tmp_path: Path) -> None:
    """The command that made the newer one has kept it: no watcher has looked."""
    root = healthy(tmp_path)
    book = plan(root, "2026-12", today=TODAY).files[0]
    older = (root / book).read_bytes()
    assert plan(root, "2026-12", today=date(2026, 12, 1)).files[0] == book
    newer = (root / book).read_bytes()
    (root / book).write_bytes(older)
    (problem,) = [p for p in validate(root, today=TODAY).problems if p.is_error]
    assert (problem.code, problem.place.file) == ("older-version", book)
    merge(root, root / book, in_place=True, today=TODAY)
    assert (root / book).read_bytes() == newer
