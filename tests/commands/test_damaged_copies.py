"""Copies that were spoiled as a whole: what nobody deleted or typed on purpose is not merged."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from cmtools.commands.merge import MergeResult, merge
from cmtools.merge.damage import CELLS_SHUFFLED, ROWS_MISSING
from support.watching import Here, context, drop, ends, work_off
from support.workbench import (
    ORDERS,
    REGISTRY,
    SALES,
    TASKS,
    TODAY,
    Change,
    Row,
    add,
    drop_columns,
    healthy,
    put,
    rewrite,
    rows_of,
)

ORDER = {**rows_of("Заказы")[2], "Дата закрытия": None}
MANY_ORDERS = [
    {**ORDER, "№ заказа": f"З-2026-{number:04}", "Дата заказа": date(2026, 10, number)}
    for number in range(10, 24)
]
MANY_PAYMENTS = [
    {
        "Дата": date(2026, 11, 2),
        "№ заказа": f"З-2026-{number:04}",
        "Вид": "от клиента",
        "Сумма": 100 * number,
    }
    for number in range(10, 24)
]
CALLS = [
    {
        "Дата": date(2026, 11, day),
        "Код клиента": "К-0001",
        "Вид": "звонок",
        "Кто от компании": SALES,
        "Содержание": f"Звонок {day}",
    }
    for day in range(1, 15)
]
FULL = (
    add("Заказы", *MANY_ORDERS),
    add("Платежи", *MANY_PAYMENTS),
    add("Журнал контактов", *CALLS),
)


def sorted_alone(rows: list[Row], title: str) -> list[Row]:
    """Rows of which one column alone was sorted from the largest down."""
    values = sorted((row[title] for row in rows), key=str, reverse=True)
    return [{**row, title: value} for row, value in zip(rows, values, strict=True)]


def kept(sheet: str, rows: list[Row]) -> Change:
    return rewrite(sheet, [*rows_of(sheet), *rows])


DAMAGED: dict[str, tuple[str, Change, str, str | None]] = {
    "own orders alone": (
        ORDERS,
        kept("Заказы", MANY_ORDERS[:3]),
        ROWS_MISSING(missing=11, count=17).message,
        None,
    ),
    "own payments alone": (
        ORDERS,
        kept("Платежи", MANY_PAYMENTS[:2]),
        ROWS_MISSING(missing=12, count=len(rows_of("Платежи")) + 14).message,
        None,
    ),
    "own calls alone": (
        REGISTRY,
        kept("Журнал контактов", CALLS[:1]),
        ROWS_MISSING(missing=13, count=16).message,
        None,
    ),
    "a column of orders sorted alone": (
        ORDERS,
        kept("Заказы", sorted_alone(MANY_ORDERS, "Дата заказа")),
        CELLS_SHUFFLED(count=14).message,
        "Дата заказа",
    ),
    "the numbers of payments sorted alone": (
        ORDERS,
        kept("Платежи", sorted_alone(MANY_PAYMENTS, "№ заказа")),
        CELLS_SHUFFLED(count=14).message,
        None,
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = healthy(tmp_path / "w", *FULL)
    for book in (ORDERS, REGISTRY):
        assert take(root, root / book).merge.is_empty
    return root


def take(root: Path, copy: Path) -> MergeResult:
    return merge(root, copy, in_place=True, today=TODAY, now=datetime(2026, 11, 21, 9))


def copied(root: Path, name: str, book: str, *changes: Change) -> Path:
    path = root.parent / f"{name}.xlsx"
    shutil.copyfile(healthy(root.parent / name, *FULL, *changes) / book, path)
    return path


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_copy_changes_nothing(case: str, root: Path) -> None:
    book, change, message, title = DAMAGED[case]
    before = (root / book).read_bytes()
    copy = copied(root, "моя", book, change)
    result = take(root, copy)
    (problem,) = result.problems
    found = (problem.place.file, problem.place.sheet, problem.column, problem.message)
    assert found == (copy.name, change.sheet, title, message)
    assert (result.exit_code, result.merge.is_empty) == (1, True)
    assert (root / book).read_bytes() == before


def test_a_dropped_part_of_a_book_comes_back(root: Path) -> None:
    before = (root / REGISTRY).read_bytes()
    copy = copied(root, "часть", REGISTRY, kept("Журнал контактов", CALLS[:1]))
    drop(root, "Мои звонки.xlsx", copy.read_bytes())
    worker = Here()
    work_off(context(root), worker)
    worker.stop()
    ((place, files),) = ends(root).items()
    assert place.startswith("Ошибки/")
    assert "нет строк этого листа: 13 из 16" in files["Протокол.txt"].decode()
    assert "Мои звонки — ошибки.xlsx" in files
    assert (root / REGISTRY).read_bytes() == before


def test_edits_that_only_look_alike_come_in(root: Path) -> None:
    """Many rows changed, added and corrected, and fewer than a third of a sheet deleted."""
    managers = [put("Заказы", "Примечание", row, "проверено") for row in range(3, 17)]
    renamed = [{**row, "Документ": f"п/п {number}"} for number, row in enumerate(MANY_PAYMENTS)]
    copy = copied(root, "а", ORDERS, *managers, kept("Платежи", renamed))
    result = take(root, copy)
    assert (result.exit_code, result.problems) == (0, ())
    assert (len(result.merge.added), len(result.merge.removed)) == (14, 14)


def test_rows_that_the_book_has_lost_too_may_be_missing(root: Path) -> None:
    copy = copied(root, "часть", ORDERS, kept("Заказы", MANY_ORDERS[:3]))
    shutil.copyfile(copy, root / ORDERS)
    result = take(root, copy)
    assert (result.exit_code, result.problems) == (0, ())


def test_a_column_that_the_copy_lacks_stays_in_the_book(root: Path) -> None:
    worker = Here()
    for book, sheet, title in (
        (ORDERS, "Заказы", "Примечание"),
        (TASKS, "Поручения", "Код клиента"),
    ):
        before = (root / book).read_bytes()
        copy = copied(root, Path(book).stem, book, drop_columns(sheet, title))
        known = ends(root)
        drop(root, book, copy.read_bytes())
        work_off(context(root), worker)
        ((_, files),) = ((name, files) for name, files in ends(root).items() if name not in known)
        assert f"столбца «{title}» в копии нет" in files["Протокол.txt"].decode()
        assert (root / book).read_bytes() == before
    worker.stop()
