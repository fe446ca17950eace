"""What the books accepted before mean to the next one: prices, numbers taken, and no more work."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from cmtools.commands.report import report
from cmtools.reports import store
from cmtools.reports.load import load_inputs
from cmtools.reports.other_books import OtherBooks
from cmtools.workspace import find_workspace
from support.watching import TODAY, Here, book, context, drop, ends, unstamped, work_off
from support.workbench import HEALTHY, ORDERS, healthy

STATE = ".cmtools"
STEM = ORDERS.removesuffix(".xlsx")


@pytest.fixture
def here() -> Iterator[Here]:
    worker = Here()
    yield worker
    worker.stop()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A healthy workspace whose own order book is put away."""
    root = healthy(tmp_path / "w")
    (root / ORDERS).unlink()
    return root


@pytest.fixture(params=["remembered", "deleted", "a network share"])
def remembers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether the workspace keeps a memory, loses it between two drops, or can keep none."""
    if request.param == "a network share":
        monkeypatch.setattr(store, "is_remote", lambda _: True)
    return str(request.param)


def once(root: Path, worker: Here, name: str, content: bytes) -> dict[str, bytes]:
    """Drop a file and have it worked on; its result folder."""
    before = ends(root)
    drop(root, name, content)
    work_off(context(root), worker)
    ((_, files),) = ((folder, f) for folder, f in ends(root).items() if folder not in before)
    return files


def discounts(files: dict[str, bytes], tmp_path: Path) -> list[object]:
    """The discounts in per cent that the costing sheet of a priced copy states."""
    (priced,) = (content for name, content in files.items() if name.endswith("с ценами.xlsx"))
    (tmp_path / "priced.xlsx").write_bytes(priced)
    header, *rows = openpyxl.load_workbook(tmp_path / "priced.xlsx")["Калькуляция"].values
    return [row[header.index("Скидка, %")] for row in rows if row[header.index("№ п/п")]]


def test_orders_in_other_books_make_the_discount(
    root: Path, here: Here, tmp_path: Path, remembers: str
) -> None:
    """None at a client's first order, 3 % for a small one of a client who comes again."""
    first = once(root, here, "первая.xlsx", book(tmp_path, "К-0002", "А-1", month=8))
    assert discounts(first, tmp_path) == [0]
    if remembers == "deleted":
        shutil.rmtree(root / STATE)
    second = once(root, here, "вторая.xlsx", book(tmp_path, "К-0002", "А-2", month=9))
    assert discounts(second, tmp_path) == [3]


def test_a_number_that_stands_in_another_book(
    root: Path, here: Here, tmp_path: Path, remembers: str
) -> None:
    once(root, here, "первая.xlsx", book(tmp_path, "К-0002", "А-1", "А-2"))
    if remembers == "deleted":
        (root / STATE / store.NAME).unlink()
    files = once(root, here, "вторая.xlsx", book(tmp_path, "К-0001", "а-2", "а-7"))
    assert "«Предварительные заказы — первая.xlsx»" in files["Протокол.txt"].decode()
    assert "заказ с таким номером уже есть" in files["Протокол.txt"].decode()


@pytest.mark.parametrize("name", ["первая (1).xlsx", "правки от Веры.xlsx", "первая — копия.xlsx"])
def test_a_book_with_most_orders_of_another_is_its_next_version(
    name: str, root: Path, here: Here, tmp_path: Path, remembers: str
) -> None:
    once(root, here, "первая.xlsx", book(tmp_path, "К-0002", "А-1", "А-2"))
    once(root, here, "другая.xlsx", book(tmp_path, "К-0002", "Б-1"))
    if remembers == "deleted":
        shutil.rmtree(root / STATE)
    content = book(tmp_path, "К-0002", "А-1", "А-2", "А-3")
    once(root, here, name, content)
    if remembers == "deleted":  # nothing says that the program made the book: a conflict
        assert unstamped(root / f"{STEM} — первая.xlsx") != unstamped(content)
    else:
        assert unstamped(root / f"{STEM} — первая.xlsx") == unstamped(content)
    books = {path.name for path in root.glob(f"{STEM}*.xlsx")}
    assert books == {f"{STEM} — первая.xlsx", f"{STEM} — другая.xlsx"}


def test_a_store_that_is_lost_during_a_look_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That it finds nothing does not mean that the books hold nothing."""
    (root / STATE).mkdir(exist_ok=True)
    shutil.copyfile(healthy(root.parent / "other") / ORDERS, root / ORDERS)
    others = OtherBooks(find_workspace(root), lambda: None)
    wanted = (["К-0002"], [str(HEALTHY["Заказы"][1]["№ заказа"])], "нет.xlsx", TODAY)
    before = others.find(*wanted)
    assert all(before.days.values())
    assert all(before.books.values())
    order_days = store.Store.order_days

    def lost(store_: store.Store, client: str) -> list[tuple[Path, date]]:
        with sqlite3.connect(root / STATE / store.NAME) as database:
            database.execute("DROP TABLE IF EXISTS orders")
        return order_days(store_, client)

    monkeypatch.setattr(store.Store, "order_days", lost)
    assert others.find(*wanted) == before
    others.close()


def test_the_version_that_is_replaced_says_nothing_any_more(
    root: Path, here: Here, tmp_path: Path, remembers: str
) -> None:
    once(root, here, "первая.xlsx", book(tmp_path, "К-0002", "А-1"))
    once(root, here, "первая.xlsx", book(tmp_path, "К-0002", "А-3"))
    files = once(root, here, "вторая.xlsx", book(tmp_path, "К-0002", "А-1", "А-9"))
    assert "вторая — с ценами.xlsx" in files


def test_a_book_put_there_by_hand_counts_once_it_was_compared(
    root: Path, here: Here, tmp_path: Path, remembers: str
) -> None:
    """Copies and books of other folders never count."""
    once(root, here, "первая.xlsx", book(tmp_path, "К-0002", "А-1"))
    by_hand = book(tmp_path, "К-0002", "А-2")
    for name in (f"{STEM} — с ценами.xlsx", "Клиенты/А.xlsx"):
        (root / name).write_bytes(book(tmp_path, "К-0002", "А-3"))
    (root / f"{STEM} — Вера.xlsx").write_bytes(by_hand)
    here.sync_index(root, TODAY)
    files = once(root, here, "вторая.xlsx", book(tmp_path, "К-0001", "А-2", "А-3"))
    text = files["Протокол.txt"].decode()
    assert "Вера.xlsx" in text
    assert text.count("уже есть") == 1


def test_reports_need_not_read_an_accepted_book_again(
    root: Path, here: Here, tmp_path: Path
) -> None:
    once(root, here, "первая.xlsx", book(tmp_path, "К-0002", "А-1"))
    told: list[int] = []
    load_inputs(root, TODAY, progress=lambda _, total: told.append(total))
    assert told == []
    remembered = report(root, "2026-10", today=TODAY).as_json()
    shutil.rmtree(root / STATE)
    assert report(root, "2026-10", today=TODAY).as_json() == remembered


_heard: list[str] | None = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _heard is not None and event in ("open", "os.listdir", "os.scandir", "sqlite3.connect"):
        _heard.append(f"{event} {arguments[0]}")


@contextmanager
def opened() -> Iterator[list[str]]:
    """What is opened, listed or connected to meanwhile by this process."""
    global _heard  # an audit hook cannot be taken away again
    if not _is_heard:
        sys.addaudithook(_hear)
        _is_heard.append(True)
    _heard = []
    try:
        yield _heard
    finally:
        _heard = None


_is_heard: list[bool] = []


@pytest.mark.long
def test_the_work_does_not_grow_with_the_books_accepted_before(
    root: Path, here: Here, tmp_path: Path
) -> None:
    """The thirtieth book has no more opened than the third."""
    counts = []
    for number in range(1, 31):
        content = book(tmp_path, f"К-000{number % 2 + 1}", f"А-{number}")
        drop(root, f"{number:02d}.xlsx", content)
        with opened() as found:
            work_off(context(root), here)
        counts.append(len(found))
    assert len(ends(root)) == 30
    assert counts[2] > 10
    assert counts[29] <= counts[2]
