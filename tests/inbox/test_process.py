"""Plans that are dropped: the month and the manager above the table name the book they replace."""

from __future__ import annotations

import io
from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from cmtools.commands.plan import plan
from cmtools.workspace import PLANS
from support.watching import TODAY, Here, context, drop, ends, work_off
from support.workbench import ORDERS, healthy

Typed = str | date | None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return healthy(tmp_path / "w")


def dropped_plan(root: Path, month: Typed, manager: Typed = "все") -> dict[str, bytes]:
    """Drop a plan with these cells in its head; the files of its result folder."""
    plan(root, "2026-12", today=TODAY)
    (path,) = (root / PLANS).glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    path.unlink()
    for row in book["План"].iter_rows(max_row=6):
        for label, cell in pairwise(row):
            if label.value in ("Месяц", "Менеджер"):
                cell.value = month if label.value == "Месяц" else manager
    for row in book["План"].iter_rows(min_col=4, max_col=5):
        for cell in row:  # a formula that Excel has not computed yet is an error
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = 1
    book.save(path)
    content = path.read_bytes()
    path.unlink()
    drop(root, "план от Ивановой.xlsx", content)
    here = Here()
    work_off(context(root), here)
    here.stop()
    ((folder, files),) = ends(root).items()
    assert folder.startswith("Обработано") == any((root / PLANS).glob("*.xlsx"))
    return files


@pytest.mark.parametrize(
    ("month", "manager", "name"),
    [
        ("2026-12", "все", "2026-12 План.xlsx"),
        (date(2026, 11, 15), None, "2026-11 План.xlsx"),
        ("3.2027", "Иванова И. И.", "2027-03 План — Иванова И. И.xlsx"),
    ],
)
def test_a_plan_replaces_that_of_its_month_and_manager(
    month: Typed, manager: Typed, name: str, root: Path
) -> None:
    dropped_plan(root, month, manager)
    assert [path.name for path in (root / PLANS).glob("*.xlsx")] == [name]


@pytest.mark.parametrize("month", [None, "декабрь", "2026-13"])
def test_a_plan_without_a_month_comes_back(month: Typed, root: Path) -> None:
    files = dropped_plan(root, month)
    assert "на листе «План» не указан месяц" in files["Протокол.txt"].decode()


def test_44_a_drop_of_the_longest_name_ends(root: Path) -> None:
    """Its copies have cut names, and the workspace's book leaves room for its previous version."""
    content = (root / ORDERS).read_bytes()
    (root / ORDERS).unlink()
    here, name = Here(), f"{'ы' * 125}.xlsx"
    for number in range(2):
        book = openpyxl.load_workbook(io.BytesIO(content))
        book["Заказы"]["Z1"] = f"version {number}"
        changed = io.BytesIO()
        book.save(changed)
        drop(root, name, changed.getvalue())
        work_off(context(root), here)
    here.stop()
    results = [sorted(files) for files in ends(root).values()]
    assert [len(files) for files in results] == [3, 4]
    assert all(folder.startswith("Обработано") for folder in ends(root))
    assert [any(" — с ценами" in file for file in files) for files in results] == [True, True]
    assert any(" — прежняя версия" in file for file in results[1])
    assert len([*root.glob(f"{ORDERS[:-5]}*.xlsx")]) == 1


def test_44_a_plan_of_a_manager_with_a_long_name(root: Path) -> None:
    dropped_plan(root, "2026-12", "И" * 130)
    (path,) = (root / PLANS).glob("*.xlsx")
    assert path.name.startswith("2026-12 План — И")


@pytest.mark.parametrize("name", ["Заказы.bak", "Заказы", "Заказы.xls"])
def test_53_a_book_of_another_ending_comes_back(name: str, root: Path) -> None:
    before = (root / ORDERS).read_bytes()
    drop(root, name, before)
    here = Here()
    work_off(context(root), here)
    here.stop()
    ((folder, files),) = ends(root).items()
    assert folder.startswith("Ошибки")
    assert files[name] == before
    assert "имя файла не оканчивается на .xlsx" in files["Протокол.txt"].decode()
