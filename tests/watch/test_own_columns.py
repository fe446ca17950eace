"""A column or a sheet of a person's own that is not in a copy any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from support.drops import once, record
from support.priced import loaded
from support.watching import Here
from support.workbench import ORDERS, healthy

COLUMN, SHEET = 24, "Звонки"
LACKS = {
    "column": ("«Заказы»: столбца «Цвет»", lambda book: book["Заказы"].delete_cols(COLUMN)),
    "sheet": (f"листа «{SHEET}»", lambda book: book.remove(book[SHEET])),
}


@pytest.fixture
def here() -> Iterator[Here]:
    worker = Here()
    yield worker
    worker.stop()


def changed(root: Path, *changes: Callable[[Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(root / ORDERS)
    for change in changes:
        change(book)
    path = root.parent / "copy.xlsx"
    book.save(path)
    return path.read_bytes()


def add_own(book: Workbook) -> None:
    book["Заказы"].cell(1, COLUMN, "Цвет")
    book["Заказы"].cell(2, COLUMN, "синий")
    page = book.create_sheet(SHEET)
    page.append(["Кому", "Когда"])
    page.append(["Анна", "утром"])


def note(book: Workbook) -> None:
    page = book["Заказы"]
    places = [cell.column for cell in page[1] if str(cell.value).startswith("Примечание")]
    page.cell(4, places[0] or 0, "в книге")


@pytest.fixture
def root(tmp_path: Path, here: Here) -> Path:
    """A workspace whose book has a column and a sheet of a person's own."""
    root = healthy(tmp_path / "w")
    once(root, here, ("Моё.xlsx", changed(root, add_own)))
    return root


def own(root: Path) -> tuple[object, bool]:
    book = loaded(root / ORDERS)
    return book["Заказы"].cell(2, COLUMN).value, SHEET in book.sheetnames


@pytest.mark.parametrize("what", LACKS)
def test_it_goes_with_a_copy_of_the_newest_version(what: str, root: Path, here: Here) -> None:
    name, remove = LACKS[what]
    assert own(root) == ("синий", True)
    ((_, files),) = once(root, here, ("Без.xlsx", changed(root, remove)))
    assert f"— {name} больше нет: " in record(files)
    assert own(root) == ((None, True) if what == "column" else ("синий", False))


@pytest.mark.parametrize("what", LACKS)
def test_it_stays_where_the_copy_is_merged(what: str, root: Path, here: Here) -> None:
    name, remove = LACKS[what]
    copy = changed(root, remove)
    once(root, here, ("Другой.xlsx", changed(root, note)))
    ((_, files),) = once(root, here, ("Без.xlsx", copy))
    assert f"— {name} в копии нет — в книге он остался, как был" in record(files)
    assert own(root) == ("синий", True)


def test_what_came_meanwhile_is_not_missed(root: Path, here: Here, tmp_path: Path) -> None:
    """The copy was made before the book had the column."""
    other = healthy(tmp_path / "other")
    copy = changed(other, note)
    once(other, here, ("Моё.xlsx", changed(other, add_own)))
    ((_, files),) = once(other, here, ("Без.xlsx", copy))
    assert "в копии нет" not in record(files)


@pytest.mark.parametrize("is_used", [False, True])
def test_a_column_that_is_gone_comes_back_only_with_what_was_typed_into_it(
    is_used: bool, root: Path, here: Here
) -> None:
    def paint(book: Workbook) -> None:
        book["Заказы"].cell(3, COLUMN, "белый")

    copy = changed(root, note, *[paint] * is_used)
    once(root, here, ("Без.xlsx", changed(root, LACKS["column"][1])))
    once(root, here, ("Старая.xlsx", copy))
    titles = [cell.value for cell in loaded(root / ORDERS)["Заказы"][1]]
    assert ("Цвет" in titles) == is_used
