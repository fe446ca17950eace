"""What must stand in the books: required sheets, columns and cells."""

from datetime import date
from pathlib import Path

import pytest

from cmtools.commands.validate import validate
from support.rule_cases import (
    LOW_ORDER,
    NBSP,
    UNCLOSED,
    Case,
    bad,
    breaks,
    check,
    describe,
    error,
    places,
    several,
    warning,
)
from support.workbench import (
    BOOK_OF,
    HEALTHY,
    ORDERS,
    TODAY,
    add,
    drop_columns,
    drop_sheet,
    healthy,
    put,
    required,
)

SAFE_ROW = {
    "Заказы": 1,
    "Позиции": 2,
    "Платежи": 3,
    "Поставки": 2,
    "Претензии": 1,
    "Макеты": 1,
    "Документы": 2,
    "Договоры": 1,
    "Наценки": 4,
    "Скидки": 3,
    "Подрядчики": 1,
    "Стадии": 17,
    "Правила": 12,
}
"""Rows whose loss breaks nothing else."""


AGREED = "Согласованные цены"
AGREED_ROW = {
    "№ заказа": "З-2019-0001",
    "№ п/п": 1,
    "Вид продукции": "визитки",
    "Тираж": 100,
    "Цена за ед.": 5,
    "Согласована": date(2019, 3, 1),
    "Основание": "Спецификация",
}
"""Of an order that is no longer in the books: the healthy ones have no agreed prices."""

KEYS: dict[tuple[str, str], Case] = {
    ("Клиенты", "Код"): bad("Клиенты", "Код", 2, None, "empty Клиенты.Код"),
    ("Заказы", "№ заказа"): breaks(
        "empty Заказы.№ заказа",
        error("Заказы", "№ заказа", 3),
        add("Заказы", {**LOW_ORDER, "№ заказа": None}),
    ),
    ("Праздники", "Дата"): breaks(
        "empty Праздники.Дата",
        warning("Праздники", "Название", 0),
        put("Праздники", "Дата", 0, None),
    ),
    ("Договоры", "№ договора"): breaks(
        "empty Договоры.№ договора",
        error("Договоры", "№ договора", 2),
        add("Договоры", {**HEALTHY["Договоры"][1], "№ договора": None}),
    ),
    **{
        (AGREED, column): breaks(
            f"empty {AGREED}.{column}",
            error(AGREED, column, 0),
            add(AGREED, {**AGREED_ROW, column: None}),
        )
        for column in required(AGREED)
    },
}
"""Columns that other sheets look into: a row that nobody looks for is left without its key.

A row of «Праздники» without its date has one filled cell, as a heading has.
"""


STARRED = [(sheet, column) for sheet in BOOK_OF for column in required(sheet)]


EMPTY = [
    KEYS.get((sheet, column))
    or bad(sheet, column, SAFE_ROW.get(sheet, 0), None, f"empty {sheet}.{column}")
    for sheet, column in STARRED
]


EMPTIED_BY_SPACES = [
    bad("Клиенты", "Краткое наименование", 0, "   "),
    bad("Заказы", "Менеджер", 1, f" {NBSP} "),
    bad("Поручения", "Срок", 0, "  "),
]


@several([*EMPTY, *EMPTIED_BY_SPACES])
def test_required_cell(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize(("sheet", "column"), STARRED)
def test_required_column_missing(sheet: str, column: str, tmp_path: Path) -> None:
    case = breaks(f"no column {sheet}.{column}", error(sheet, None), drop_columns(sheet, column))
    (problem,) = check(case, tmp_path).problems
    assert problem.column == column


def test_each_missing_column_is_an_error_of_its_own(tmp_path: Path) -> None:
    healthy(tmp_path, drop_columns("Поставки", "Дата", "Вид", "Сумма"))
    outcome = validate(tmp_path, today=TODAY)
    assert places(outcome) == [("error", ORDERS, "Поставки", None)] * 3


CORE_SHEETS = ("Клиенты", "Заказы", "Позиции", "Поручения", "Наценки")


@several(
    breaks(f"no sheet {sheet}", error(sheet, None), drop_sheet(sheet)) for sheet in CORE_SHEETS
)
def test_required_sheet_missing(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize("sheet", [sheet for sheet in BOOK_OF if sheet not in CORE_SHEETS])
def test_a_missing_sheet_says_nothing_of_the_others(sheet: str, tmp_path: Path) -> None:
    healthy(tmp_path, UNCLOSED, drop_sheet(sheet))
    outcome = validate(tmp_path, today=TODAY)
    rest = [place for place in places(outcome) if place[2:] != (sheet, None)]
    assert rest == [], describe(outcome)
    assert len(outcome.problems) <= 1, describe(outcome)
