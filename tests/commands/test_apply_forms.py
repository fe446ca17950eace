"""An agenda as people give it back: sorted, cut, added to, saved by LibreOffice, given twice."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cmtools.agenda.duty_form import DONE, DUTY_FORM, RESULT
from commands.test_apply import (
    cells_of,
    changed,
    contact,
    filled,
    give,
    morning,
    rows_of_form,
    states,
)
from support.office import convert
from support.workbench import REGISTRY, SALES, TODAY, add, healthy, put

WORLD = (
    put("Поставки", "Качество", 2, None),
    add(
        "Поставки",
        {
            "№ заказа": "З-2026-0002",
            "Вид": "отгружено клиенту",
            "Дата": date(2026, 11, 20),
            "Количество": 800,
            "Сумма": 1,
        },
    ),
)
ANSWERS = {"quality": "принято", "mark": "5", "stage": "2.4"}


def answered(path: Path) -> Path:
    """The agenda with «да» in every row."""
    book = load_workbook(path)
    for row in rows_of_form(book.worksheets[0]):
        row[DONE].value = "да"
        row[RESULT].value = ANSWERS.get(str(row[DUTY_FORM.key].value).split()[0])
    book.save(path)
    return path


def answers_of(root: Path, path: Path) -> tuple[list[tuple[str, str]], dict[Any, Any]]:
    """The states of the rows by kind, and the cells that have changed."""
    before = cells_of(root)
    result = give(root, path)
    return sorted(states(result)), changed(before, cells_of(root))


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal workspaces."""
    root = healthy(tmp_path / "w", *WORLD)
    answered(morning(root))
    return root, Path(shutil.copytree(root, tmp_path / "other"))


def test_saved_by_libreoffice(roots: tuple[Path, Path], tmp_path: Path) -> None:
    root, other = roots
    (path,) = (root / "Повестка").iterdir()
    (saved,) = convert([path], tmp_path)
    expected = answers_of(root, path)
    assert {state for _, state in expected[0]} == {"done", "listed"}
    assert answers_of(other, saved) == expected


def test_sorted_cut_and_added_to(roots: tuple[Path, Path]) -> None:
    """The rows backwards with one deleted, a row of the person's own among them."""
    root, _ = roots
    (path,) = (root / "Повестка").iterdir()
    book = load_workbook(path)
    sheet = book.worksheets[0]
    rows = rows_of_form(sheet)
    values = [[cell.value for cell in row.values()] for row in rows]
    kinds = [str(row[-1]).split()[0] for row in values]
    deleted = kinds.index("prepayment")
    kept = [value for at, value in enumerate(values) if at != deleted][::-1]
    kept.insert(2, [TODAY, None, "Купить бумагу", *[None] * 6, "да", "купил", None, None])
    for row, value in zip(rows, kept, strict=True):
        for cell, content in zip(row.values(), value, strict=True):
            cell.value = content
    book.save(path)
    result = give(root, path)
    bad = [row for row in result.rows if row.state == "bad"]
    assert [row.message for row in bad] == [
        "этой строки в файле не было; заполняйте только готовые строки, новое внесите в книгу"
    ]
    written = [row.kind for row in result.rows if row.state != "bad"]
    assert sorted(written) == sorted(kind for kind in kinds if kind != "prepayment")
    assert {row.state.value for row in result.rows} == {"done", "listed", "bad"}


def test_two_agendas_with_the_same_rows(tmp_path: Path) -> None:
    """The common one and the manager's own, filled alike: each thing is written once."""
    root = healthy(tmp_path / "w")
    both = [morning(root), morning(root, manager=SALES)]
    for path in both:
        filled(path, "original", done="да")
        filled(path, "prepayment", done="да", result="обещали")
    before = cells_of(root)
    result = give(root, *both)
    assert {state for _, state in states(result)} <= {"done", "same"}
    assert changed(before, cells_of(root)) == {
        ("Документы", "E4"): TODAY,
        **contact(4, TODAY, "К-0002", "звонок", SALES, "Кузнецова Дарья", "обещали"),
    }


def test_a_contact_is_entered_even_if_somebody_has_called_meanwhile(tmp_path: Path) -> None:
    """The duty is gone, what was talked about is not lost; the same words are not entered twice."""
    day = date(2026, 12, 1)
    root = healthy(tmp_path / "w")
    path = filled(morning(root, day), "touch", done="да", result="Обсудили каталог")
    call = {
        "Дата": day,
        "Код клиента": "К-0001",
        "Вид": "звонок",
        "Кто от компании": SALES,
        "Содержание": "Позвонил сам",
    }
    other = healthy(tmp_path / "other", add("Журнал контактов", call))
    shutil.copyfile(other / REGISTRY, root / REGISTRY)
    before = cells_of(root)
    assert states(give(root, path)) == [("touch", "done")]
    entered = contact(
        5, day, "К-0001", "звонок", SALES, "Соколова Елена Юрьевна", "Обсудили каталог"
    )
    assert changed(before, cells_of(root)) == entered
    assert states(give(root, path)) == [("touch", "same")]
