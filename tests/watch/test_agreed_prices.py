"""The watcher's own papers make agreed prices too, with them or not at all."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from cmtools.errors import BookBusy
from cmtools.workspace import CLIENT_FOLDERS
from support.watching import Here, book, context, drop, ends, work_off
from support.workbench import AGREED, ORDERS, SETTINGS, healthy, put

SHEET = "Согласованные цены"
PAPER = "А-1 Счёт на оплату.docx"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = healthy(tmp_path / "w")
    (root / ORDERS).unlink()
    return root


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """A book with an order that asks for an invoice."""
    return book(tmp_path, "К-0001", "А-1", stage="2.6")


def watch(root: Path, content: bytes) -> tuple[str, str]:
    """Drop a book and work it off; the folder of its result and the protocol."""
    before = ends(root)
    drop(root, "книга.xlsx", content)
    here = Here()
    try:
        work_off(context(root), here)
    finally:
        here.stop()
    ((folder, files),) = [end for end in ends(root).items() if end[0] not in before]
    return folder, files["Протокол.txt"].decode()


def agreed(root: Path) -> list[tuple[object, ...]]:
    rows = openpyxl.load_workbook(root / AGREED)[SHEET].iter_rows(min_row=2, values_only=True)
    return [(*row[:2], *row[3:5]) for row in rows]


def papers(root: Path) -> list[str]:
    return sorted(path.name for path in (root / CLIENT_FOLDERS).rglob("*.docx"))


def test_a_paper_brings_its_price(root: Path, content: bytes) -> None:
    """The same drop again names the first; new markups and the next version move nothing."""
    _, protocol = watch(root, content)
    assert agreed(root) == [("А-1", 2, 500, 5.48)]
    assert f"согласованы цены заказов А-1: книга «{AGREED}»" in protocol
    assert papers(root) == [PAPER]
    _, again = watch(root, content)
    assert "ПОВТОР" in again
    others = [put("Наценки", "Наценка, %", row, 95) for row in range(4)]
    (healthy(root.parent / "other", *others) / SETTINGS).replace(root / SETTINGS)
    _, anew = watch(root, content)
    assert "без изменений" in anew
    assert (agreed(root), papers(root)) == ([("А-1", 2, 500, 5.48)], [PAPER])


def test_an_edit_of_the_director_counts_at_the_next_drop(root: Path, content: bytes) -> None:
    watch(root, content)
    path = root / AGREED
    edited = openpyxl.load_workbook(path)
    edited[SHEET]["E2"] = 6
    edited.save(path)
    _, anew = watch(root, content)
    assert "новая версия" in anew
    assert papers(root) == ["А-1 Счёт на оплату (2).docx", PAPER]
    assert agreed(root) == [("А-1", 2, 500, 6)]
    assert "ПОВТОР" in watch(root, content)[1]


def test_a_book_that_is_open_holds_the_drop_up(root: Path, content: bytes) -> None:
    """Nothing is done by half: the order book waits with its papers, and goes on by itself."""
    lock = root / f"~${AGREED}"
    lock.touch()
    with pytest.raises(BookBusy, match=rf"^книга «{AGREED}» открыта .*повторите$"):
        watch(root, content)
    assert (papers(root), [*root.glob(f"{ORDERS[:-5]}*")]) == ([], [])
    lock.unlink()
    here = Here()
    shared = context(root)
    shared.lease.open()
    shared.lease.close()
    work_off(context(root, lease=0.0), here)
    here.stop()
    assert agreed(root) == [("А-1", 2, 500, 5.48)]
    assert papers(root) == [PAPER]


def test_the_book_itself_is_never_accepted(root: Path, content: bytes) -> None:
    watch(root, content)
    before = (root / AGREED).read_bytes()
    (root / "x.xlsx").write_bytes(before)
    edited = openpyxl.load_workbook(root / "x.xlsx")
    edited[SHEET]["E2"] = 1
    edited.save(root / "x.xlsx")
    folder, protocol = watch(root, (root / "x.xlsx").read_bytes())
    assert folder.startswith("Обработано")
    assert "согласованные цены не приняты" in protocol
    assert (root / AGREED).read_bytes() == before
