"""Drop-downs of the order book after a register was accepted."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from cmtools import known_files
from support.priced import cells, changed_parts, part_of
from support.watching import TODAY, Here, context, drop, work_off
from support.workbench import ORDERS, REGISTRY, TASKS, add, healthy, rows_of

NEW = "К-0004 Новый клиент"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace of blanks with our sheets «Списки», filled, that a watcher has seen."""
    return healthy(tmp_path / "w")


def accept_new_client(root: Path, here: Here) -> None:
    """Drop the register with one more client, as the watcher does it."""
    row = rows_of("Клиенты")[2] | {"Код": "К-0004", "Краткое наименование": "Новый клиент"}
    known_files.add_file(root, root / REGISTRY)
    other = healthy(root.parent / "other", add("Клиенты", row))
    here.sync_index(root, TODAY)
    drop(root, REGISTRY, (other / REGISTRY).read_bytes())
    work_off(context(root), here)
    here.sync_index(root, TODAY)


def offered(book: Path) -> list[object]:
    return [value for place, value in sorted(cells(book, "Списки").items())]


def test_the_lists_are_fresh_and_nothing_else_changes(root: Path) -> None:
    before = (root / ORDERS).read_bytes()
    known_files.add_file(root, root / ORDERS)
    here = Here()
    accept_new_client(root, here)
    old = root.parent / "old.xlsx"
    old.write_bytes(before)
    assert NEW not in offered(old)
    assert NEW in offered(root / ORDERS)
    assert NEW in offered(root / TASKS)
    assert changed_parts(old, root / ORDERS) == {part_of(old, "Списки"), "xl/workbook.xml"}
    assert known_files.is_known(root, root / ORDERS)
    names = openpyxl.load_workbook(root / ORDERS).defined_names
    assert names["Список_Клиенты"].attr_text == "Списки!$A$2:$A$9"
    after = (root / ORDERS).read_bytes()
    here.sync_index(root, TODAY)
    here.stop()
    assert (root / ORDERS).read_bytes() == after


def test_an_open_book_is_left_until_it_is_closed(root: Path) -> None:
    lock, here = root / f"~${ORDERS}", Here()
    lock.touch()
    accept_new_client(root, here)
    assert NEW not in offered(root / ORDERS)
    lock.unlink()
    here.sync_index(root, TODAY)
    here.stop()
    assert NEW in offered(root / ORDERS)


def test_a_workspace_seen_for_the_first_time_is_left_as_it_is(root: Path) -> None:
    before = {path.name: path.read_bytes() for path in root.glob("*.xlsx")}
    here = Here()
    here.sync_index(root, TODAY)
    here.stop()
    assert {path.name: path.read_bytes() for path in root.glob("*.xlsx")} == before
