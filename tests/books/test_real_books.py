"""Books as people really have them: what is near a rule is named, what has one meaning is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtools.commands.price import price
from cmtools.commands.validate import validate
from cmtools.problems import Problem
from support.workbench import ORDERS, TODAY, add, healthy, insert_column, put, retitle, style


def problems_of(root: Path) -> list[Problem]:
    return [*validate(root, today=TODAY).problems]


@pytest.mark.parametrize(
    ("typed", "declared"),
    [
        ("Доп. расход", "Доп. расходы"),  # begins it
        ("Цена вручную (с НДС)", "Цена вручную"),  # is begun by it
        ("Матереалы", "Материалы"),  # a letter is another one
    ],
)
def test_a_title_near_a_column_that_is_lacking_is_named(
    typed: str, declared: str, tmp_path: Path
) -> None:
    spell = retitle("Позиции", lambda title: typed if title == declared else title)
    (problem,) = problems_of(healthy(tmp_path, spell))
    assert (problem.code, problem.column, problem.value) == ("column-near", declared, typed)
    assert problem.place.file == ORDERS
    assert not problem.is_error


@pytest.mark.parametrize("typed", ["Дата отгрузки", "Тип", "Цвет", "Вид", "Тиражи всех"])
def test_a_column_of_the_managers_own_is_ignored(typed: str, tmp_path: Path) -> None:
    """Where the sheet has the column itself, what is near it is the manager's own."""
    own = insert_column("Позиции", 15, typed, "своё")
    assert problems_of(healthy(tmp_path, own)) == []


@pytest.mark.parametrize(
    "typed", ["доп расходы", "Доп. рас\u00adходы *", "\u200bДоп.\u00a0расходы:", "Дoп. pacxoды"]
)
def test_a_title_is_known_by_its_letters_and_digits(typed: str, tmp_path: Path) -> None:
    spell = retitle("Позиции", lambda title: typed if title == "Доп. расходы" else title)
    assert problems_of(healthy(tmp_path, spell)) == []


@pytest.mark.parametrize("word", ["Итого", "ИТОГО:", "Всего", "Итог", "Итого по заказам"])
def test_a_row_of_totals_is_no_data(word: str, tmp_path: Path) -> None:
    sums = {"№ заказа": word, "Стоимость доставки": "=SUM(M2:M4)"}
    root = healthy(tmp_path, add("Заказы", sums), add("Платежи", {"Дата": word, "Сумма": 28140}))
    assert problems_of(root) == []


@pytest.mark.parametrize("sheet", ["Заказы", "Позиции", "Платежи"])
@pytest.mark.parametrize("text", ["--- март ---", "новые заказы"])
def test_a_heading_between_rows_is_one_warning(sheet: str, text: str, tmp_path: Path) -> None:
    (problem,) = problems_of(healthy(tmp_path, add(sheet, {"№ заказа": text})))
    assert (problem.code, problem.is_error, problem.value) == ("row-is-heading", False, text)


def test_a_row_with_only_a_valid_number_is_data(tmp_path: Path) -> None:
    problems = problems_of(healthy(tmp_path, add("Заказы", {"№ заказа": "З-2026-0009"})))
    assert {problem.code for problem in problems} == {"required"}


def test_rows_below_a_heading_keep_their_places(tmp_path: Path) -> None:
    """What stands below is read, and its faults are named at its own cells."""
    payment = {"Дата": "вчера", "№ заказа": "З-2026-0002", "Вид": "от клиента", "Сумма": 10}
    root = healthy(tmp_path, add("Платежи", {"№ заказа": "--- март ---"}, payment))
    assert [(p.code, p.place.cell) for p in problems_of(root)] == [
        ("row-is-heading", "B6"),
        ("not-a-date", "A7"),
    ]


def test_percents_of_the_settings_are_taken_as_shown(tmp_path: Path) -> None:
    """НДС «22%», Наценка «45%», Минимальная маржа «15%» as Excel keeps them: 0.22, 0.45, 0.15."""
    plain = price(healthy(tmp_path / "plain"), today=TODAY).as_json()["orders"]
    changes = []
    for sheet, column, index, share in (
        ("НДС", "Ставка, %", 1, 0.22),
        ("Наценки", "Наценка, %", 1, 0.45),
        ("Правила", "Значение", 0, 0.15),
    ):
        changes += [put(sheet, column, index, share), style(sheet, column, index, "0%")]
    root = healthy(tmp_path / "percents", *changes)
    assert problems_of(root) == []
    assert price(root, today=TODAY).as_json()["orders"] == plain


def test_a_share_in_a_column_of_percents_is_a_warning_only_where_it_is_plain(
    tmp_path: Path,
) -> None:
    plain = healthy(tmp_path / "plain", put("Заказы", "Предоплата, %", 1, 0.5))
    shown = healthy(
        tmp_path / "shown",
        put("Заказы", "Предоплата, %", 1, 0.005),
        style("Заказы", "Предоплата, %", 1, "0.0%"),
    )
    assert [problem.code for problem in problems_of(plain)] == ["percent-fraction"]
    assert problems_of(shown) == []


def test_a_percentage_in_a_column_of_money_is_an_error(tmp_path: Path) -> None:
    changes = (put("Платежи", "Сумма", 3, 0.5), style("Платежи", "Сумма", 3, "0%"))
    (problem,) = problems_of(healthy(tmp_path, *changes))
    assert (problem.code, problem.place.cell, problem.value) == ("percent-cell", "D5", "50%")
