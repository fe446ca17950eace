"""«Слияние — <book>.xlsx» given back to `merge`: decided cells change, all else is asked again."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cmtools.commands.merge import MergeResult, merge
from cmtools.errors import UsageError
from cmtools.merge.conflict_book import COLUMN, CONFLICT_FORM, KEY, OWN, TAKE
from commands.test_merge import NOTE, PAID, column, copied, take
from support.workbench import ORDERS, TODAY, add, healthy, put

ASKED = "Слияние — Предварительные заказы.xlsx"
MARK = "Оценка клиента"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two copies changed the notes of two orders, and the mark of one, differently."""
    root = healthy(tmp_path / "w")
    take(root, root / ORDERS)
    take(root, copied(root, "a", *(put("Заказы", NOTE, row, "Анна") for row in (0, 1))))
    changes = [put("Заказы", NOTE, row, "Борис") for row in (0, 1)]
    result = take(root, copied(root, "b", *changes, put("Заказы", MARK, 0, 4)))
    assert result.files[-1] == ASKED
    return root


def answer(path: Path, **answers: dict[str, Any]) -> Path:
    """Fill the yellow cells of the rows of a key (its dashes left out) and column."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    titles = [column.title for column in CONFLICT_FORM.columns]
    for row in sheet.iter_rows():
        cells = dict(zip(titles, row, strict=False))
        question = f"{cells[COLUMN].value}".split()[0] + f"{cells[KEY].value}"[-1]
        for title, value in answers.get(question, {}).items():
            cells[title].value = value
    book.save(path)
    return path


def give_back(root: Path, path: Path) -> MergeResult:
    return merge(root, path, in_place=True, today=TODAY, now=datetime(2026, 11, 21, 10))


def asked(path: Path) -> list[tuple[object, ...]]:
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [row[1:6] for row in rows if row[0] == "Заказы"]


def test_decisions_are_written_and_the_rest_is_asked_again(root: Path) -> None:
    assert asked(root / ASKED) == [
        ("З-2026-0001", MARK, "5", "5", "4"),
        ("З-2026-0001", NOTE, "Первый заказ", "Анна", "Борис"),
        ("З-2026-0002", NOTE, None, "Анна", "Борис"),
    ]
    path = answer(root / ASKED, Примечание1={TAKE: "в копии"}, Оценка1={TAKE: "в книге"})
    result = give_back(root, path)
    assert [(c.key, c.column, c.was, c.now) for c in result.merge.taken] == [
        ("З-2026-0001", NOTE, "Анна", "Борис")
    ]
    assert result.exit_code == 1
    assert result.files[1:] == (ORDERS, ASKED)
    assert column(root, "Заказы", NOTE)[:2] == ["Борис", "Анна"]
    assert asked(root / ASKED) == [("З-2026-0002", NOTE, None, "Анна", "Борис")]
    last = give_back(root, answer(root / ASKED, Примечание2={OWN: "оба"}))
    assert (last.exit_code, column(root, "Заказы", NOTE)[:2]) == (0, ["Борис", "оба"])
    assert not (root / ASKED).exists()


def test_the_same_answers_twice_change_nothing(root: Path) -> None:
    path = answer(root / ASKED, Примечание1={TAKE: "в копии"}, Примечание2={TAKE: "было"})
    kept = path.rename(root.parent / "ответы.xlsx")
    give_back(root, kept)
    assert column(root, "Заказы", NOTE)[:2] == ["Борис", None]
    before = (root / ORDERS).read_bytes()
    again = give_back(root, kept)
    assert (again.merge.is_empty, (root / ORDERS).read_bytes()) == (True, before)


def test_a_cell_that_changed_since_is_asked_again(root: Path) -> None:
    path = answer(root / ASKED, Примечание1={TAKE: "в копии"})
    kept = path.rename(root.parent / "ответы.xlsx")
    take(root, copied(root, "c", put("Заказы", NOTE, 0, "Вера"), put("Заказы", NOTE, 1, "Анна")))
    result = give_back(root, kept)
    assert result.merge.taken == ()
    assert column(root, "Заказы", NOTE)[0] == "Вера"
    assert ("З-2026-0001", NOTE, "Первый заказ", "Вера", "Борис") in asked(root / ASKED)


def test_rows_that_all_sides_have_outlive_a_decision(tmp_path: Path) -> None:
    """The book got another sum after it was asked: the order's other payments are no question."""
    root = healthy(tmp_path / "w")
    take(root, root / ORDERS)
    before = column(root, "Платежи", "Сумма")
    take(root, copied(root, "a", put("Платежи", "Сумма", 0, 111), put("Заказы", NOTE, 0, "Анна")))
    take(root, copied(root, "b", put("Платежи", "Сумма", 0, 222)))
    shutil.copyfile(root / ORDERS, tmp_path / "c.xlsx")
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    (cell,) = [cell for row in book["Платежи"].iter_rows() for cell in row if cell.value == 111]
    cell.value = 333
    book.save(tmp_path / "c.xlsx")
    take(root, tmp_path / "c.xlsx")
    path = root / ASKED
    give_back(root, answer(path, вся1={TAKE: "в копии"}))
    wanted = [222, *before[1:]]
    after = column(root, "Платежи", "Сумма")
    assert Counter(filter(None, after)) == Counter(filter(None, wanted))


def test_rows_without_a_key_are_decided_whole(tmp_path: Path) -> None:
    root = healthy(tmp_path / "w")
    take(root, root / ORDERS)
    notes = [put("Заказы", NOTE, row, "Анна") for row in (0, 1, 2)]
    take(root, copied(root, "a", put("Платежи", "Сумма", 0, 111), *notes))
    result = take(root, copied(root, "b", put("Платежи", "Сумма", 0, 222), add("Платежи", PAID)))
    assert result.merge.conflicts[0].column is None
    book = openpyxl.load_workbook(root / ASKED)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        if row[2].value == "вся строка":
            row[8].value = "в копии"
    book.save(root / ASKED)
    give_back(root, root / ASKED)
    sums = [value for value in column(root, "Платежи", "Сумма") if value]
    assert 222 in sums
    assert 111 not in sums
    assert not (root / ASKED).exists()


def test_a_turned_down_value_does_not_come_back_with_a_copy(root: Path) -> None:
    give_back(root, answer(root / ASKED, Примечание1={TAKE: "в книге"}))
    again = take(root, root.parent / "b.xlsx")
    assert again.merge.taken == ()
    assert column(root, "Заказы", NOTE)[0] == "Анна"


def test_a_form_of_another_workspace_is_refused(root: Path, tmp_path: Path) -> None:
    other = healthy(tmp_path / "other")
    with pytest.raises(UsageError, match="сделана не здесь"):
        give_back(other, root / ASKED)
