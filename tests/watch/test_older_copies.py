"""An older copy that a person, or a cloud, puts straight over the workspace's book."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cmtools.commands.merge import merge
from cmtools.commands.price import price
from cmtools.commands.validate import validate
from cmtools.errors import BookBusy, Unavailable
from cmtools.workspace import INBOX
from support.drops import copy_with, once, record, typed
from support.priced import loaded
from support.watching import Here, context, drop, ends, work_off
from support.workbench import ORDERS, TASKS, TODAY, cell_of, healthy

NOTE = ("Заказы", "Примечание")
COPY = "Предварительные заказы — старая версия.xlsx"
NAMED = "на месте книги лежит её старая копия"


@pytest.fixture
def here() -> Iterator[Here]:
    worker = Here()
    yield worker
    worker.stop()


@pytest.fixture
def root(tmp_path: Path, here: Here) -> Path:
    """A workspace whose book was looked at, and into which a copy has come since."""
    root = healthy(tmp_path / "w")
    here.sync_index(root, TODAY)
    tmp_path.joinpath("old.xlsx").write_bytes((root / ORDERS).read_bytes())
    once(root, here, ("А.xlsx", copy_with(root, tmp_path, (*NOTE, 0, "от А"))))
    return root


@pytest.fixture
def older(tmp_path: Path, root: Path) -> bytes:
    """A copy of the version before, in which another row was edited."""
    return copy_with(tmp_path, tmp_path, (*NOTE, 1, "в старой"), book="old.xlsx")


def test_the_newest_version_is_put_back_and_the_copy_merged(
    root: Path, older: bytes, here: Here
) -> None:
    (root / ORDERS).write_bytes(older)
    (line,) = here.sync_index(root, TODAY)
    assert line.startswith(f"«{ORDERS}»: вместо книги лежала её старая копия")
    assert (root / INBOX / COPY).read_bytes() == older
    assert typed(root, *NOTE, 2)[0] == "от А"
    ((name, files),) = once(root, here)
    assert name.startswith("Обработано/")
    assert typed(root, *NOTE, 2) == ["от А", "в старой"]
    assert "эта старая копия лежала в рабочей папке вместо книги" in record(files)
    assert here.sync_index(root, TODAY) == ()


def test_a_drop_is_merged_with_the_newest_version(
    root: Path, older: bytes, here: Here, tmp_path: Path
) -> None:
    dropped = copy_with(root, tmp_path, (*NOTE, 2, "от Б"))
    (root / ORDERS).write_bytes(older)
    once(root, here, ("Б.xlsx", dropped))
    once(root, here)
    assert typed(root, *NOTE, 3) == ["от А", "в старой", "от Б"]


def test_the_very_version_that_stood_there_takes_nothing_back(
    root: Path, here: Here, tmp_path: Path
) -> None:
    """As a cloud does that has not seen the newest one, times and all."""
    (root / ORDERS).write_bytes((tmp_path / "old.xlsx").read_bytes())
    here.sync_index(root, TODAY)
    once(root, here)
    assert typed(root, *NOTE, 1) == ["от А"]
    assert not [*(root / INBOX).iterdir()]


def test_an_open_copy_is_put_aside_once_it_is_closed(root: Path, older: bytes, here: Here) -> None:
    (root / ORDERS).write_bytes(older)
    lock = root / f"~${ORDERS}"
    lock.touch()
    (line,) = here.sync_index(root, TODAY)
    assert NAMED in line
    assert line.endswith("закройте книгу, и cmtools вернёт новую версию")
    drop(root, "Б.xlsx", older)
    with pytest.raises(BookBusy):
        work_off(context(root), here)
    assert (root / ORDERS).read_bytes() == older
    lock.unlink()
    once(root, here)
    once(root, here)
    assert typed(root, *NOTE, 2) == ["от А", "в старой"]


def test_an_older_version_may_be_brought_back_on_purpose(
    root: Path, older: bytes, here: Here
) -> None:
    (root / ORDERS).write_bytes(older)
    here.sync_index(root, TODAY)
    once(root, here)
    (root / ORDERS).unlink()
    once(root, here, (COPY, older))
    assert typed(root, *NOTE, 2) == ["Первый заказ", "в старой"]
    assert here.sync_index(root, TODAY) == ()
    assert typed(root, *NOTE, 2) == ["Первый заказ", "в старой"]


def test_what_a_person_saves_in_its_place_stays(root: Path, here: Here, tmp_path: Path) -> None:
    for value in ("раз", "два"):
        (root / ORDERS).write_bytes(copy_with(root, tmp_path, (*NOTE, 1, value)))
        assert here.sync_index(root, TODAY) == ()
    assert typed(root, *NOTE, 2) == ["от А", "два"]


def test_commands_name_it_and_do_not_write_into_it(root: Path, older: bytes) -> None:
    (root / ORDERS).write_bytes(older)
    (problem,) = [p for p in validate(root, [], today=TODAY).problems if p.is_error]
    assert (problem.code, problem.place.file) == ("older-version", ORDERS)
    assert problem.message.startswith(NAMED)
    with pytest.raises(Unavailable, match=NAMED):
        price(root, in_place=True, today=TODAY)
    for file in (root / ORDERS, root.parent / "copy.xlsx"):
        with pytest.raises(Unavailable, match=NAMED):
            merge(root, file, today=TODAY)
    with pytest.raises(Unavailable, match=NAMED):
        merge(root, root.parent / "copy.xlsx", in_place=True, today=TODAY)
    assert (root / ORDERS).read_bytes() == older


def test_merge_puts_the_newest_version_back(root: Path, older: bytes) -> None:
    (root / ORDERS).write_bytes(older)
    result = merge(root, root / ORDERS, in_place=True, today=TODAY)
    assert [cell.now for cell in result.merge.taken] == ["в старой"]
    assert (root / result.files[0]).read_bytes() == older
    assert typed(root, *NOTE, 2) == ["от А", "в старой"]
    assert not [p for p in validate(root, [], today=TODAY).problems if p.is_error]


def test_what_a_command_wrote_is_the_newest_version(tmp_path: Path) -> None:
    """Without a watcher: the book that is laid over it is older than the priced one."""
    root = healthy(tmp_path / "w")
    merge(root, root / ORDERS, in_place=True, today=TODAY)
    old = (root / ORDERS).read_bytes()
    copy = root.parent / "А.xlsx"
    copy.write_bytes(copy_with(root, tmp_path, (*NOTE, 0, "от А")))
    merge(root, copy, in_place=True, today=TODAY)
    (root / ORDERS).write_bytes(old)
    merge(root, root / ORDERS, in_place=True, today=TODAY)
    assert typed(root, *NOTE, 1) == ["от А"]


def test_other_books_are_guarded_too(tmp_path: Path, here: Here) -> None:
    root = healthy(tmp_path / "w")
    here.sync_index(root, TODAY)
    old = (root / TASKS).read_bytes()
    once(root, here, ("Я.xlsx", copy_with(root, tmp_path, *[TASK], book=TASKS)))
    (root / TASKS).write_bytes(old)
    here.sync_index(root, TODAY)
    once(root, here)
    page = loaded(root / TASKS)["Поручения"]
    assert page[cell_of(root / TASKS, *TASK[:2], 0)].value == TASK[3]
    assert [*ends(root)]


TASK = ("Поручения", "От кого", 0, "Орлова Яна")
