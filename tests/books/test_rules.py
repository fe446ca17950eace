"""Every rule of the workspace, broken one at a time, and what the rules must let pass."""

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from cmtools.commands.validate import validate
from support.workbench import (
    BOOK_OF,
    COLUMNS,
    COMPUTED,
    HEALTHY,
    ORDERS,
    REGISTRY,
    SALES,
    SELLER,
    SETTINGS,
    TASKS,
    TODAY,
    Change,
    Row,
    add,
    add_sheet,
    cell_of,
    drop,
    drop_columns,
    drop_sheet,
    extra_book,
    fill,
    healthy,
    insert_blank,
    insert_column,
    insert_titles,
    put,
    required,
    retitle,
    reverse_columns,
    rewrite,
    rows_of,
    style,
    workspace_with,
)

Found = list[tuple[str, str, str, str | None]]

NBSP = "\u00a0"


@dataclass(frozen=True, kw_only=True)
class At:
    """Where one problem is expected; several columns are alternatives, None is the whole sheet."""

    sheet: str
    columns: tuple[str | None, ...]
    index: int = 0
    severity: str = "error"

    def alternatives(self, folder: Path) -> list[Found]:
        """The lists of problems that would be right, from the books as written."""
        file = BOOK_OF[self.sheet]
        cells = [
            column and cell_of(folder / file, self.sheet, column, self.index)
            for column in self.columns
        ]
        return [[(self.severity, file, self.sheet, cell)] for cell in cells]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Changes of the healthy workspace; `at` is where the one problem is, None for none."""

    name: str
    changes: tuple[Change, ...]
    at: At | None = None

    def __str__(self) -> str:
        return self.name


def error(sheet: str, column: str | tuple[str, ...] | None, index: int = 0) -> At:
    """An error at a column of a row, or (None) at the sheet."""
    columns = column if isinstance(column, tuple) else (column,)
    return At(sheet=sheet, columns=columns, index=index)


def warning(sheet: str, column: str | tuple[str | None, ...], index: int = 0) -> At:
    """A warning at a column of a row."""
    columns = column if isinstance(column, tuple) else (column,)
    return At(sheet=sheet, columns=columns, index=index, severity="warning")


def breaks(name: str, at: At, *changes: Change) -> Case:
    """A case with exactly one problem."""
    return Case(name=name, changes=changes, at=at)


def bad(sheet: str, column: str, index: int, value: object, name: str = "") -> Case:
    """A case in which a value is an error at its own cell."""
    label = name or f"{sheet}.{column} = {value!r}"
    return breaks(label, error(sheet, column, index), put(sheet, column, index, value))


def passes(name: str, *changes: Change) -> Case:
    """A case without any problem."""
    return Case(name=name, changes=changes)


def places(outcome: Any) -> Found:
    """The places of an outcome's problems, in their order."""
    return [(str(p.severity), p.place.file, p.place.sheet, p.place.cell) for p in outcome.problems]


def told(outcome: Any) -> str:
    """What the problems say, for the message of a failed test."""
    return "\n".join(f"{p.code} {p.place} {p.message}" for p in outcome.problems)


def check(case: Case, folder: Path) -> Any:
    """Validate the case's workspace and compare the whole list of problems."""
    healthy(folder, *case.changes)
    outcome = validate(folder, today=TODAY)
    found = places(outcome)
    wanted: list[Found] = case.at.alternatives(folder) if case.at else [[]]
    nearest = found if found in wanted else wanted[0]
    assert found == nearest, f"{case.name}\n{told(outcome)}"
    return outcome


def several(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Parametrize a test over cases, each by its name."""
    return pytest.mark.parametrize("case", list(cases), ids=str)


def every(change: Callable[[str], Change]) -> tuple[Change, ...]:
    """The same change of every sheet of the workspace."""
    return tuple(change(sheet) for sheet in BOOK_OF)


def field(name: str) -> int:
    """The index of the row of a field of Организация."""
    return list(SELLER).index(name)


# Rows to add. LOW is an order of 100 pieces at a cost of 85: at a price of 122 its margin
# is 15 % to the kopeck, at 121.99 it is 14.993 %, which only rounding would let through.

LOW_ORDER: Row = {
    "№ заказа": "З-2026-0004",
    "Дата заказа": date(2026, 11, 20),
    "Код клиента": "К-0003",
    "Менеджер": SALES,
    "Вид заявки": "окончательная",
    "Стадия": "2.4",
}
LOW_POSITION: Row = {
    "№ заказа": "З-2026-0004",
    "№ п/п": 1,
    "Вид продукции": "визитки",
    "Наименование": "Визитки с тиснением",
    "Тираж": 100,
    "Ед.": "шт",
    "Дизайн": "новый макет",
    "Себестоимость за ед.": 85,
    "Цена вручную": 121.99,
}
THIRD_POSITION: Row = {
    "№ заказа": "З-2026-0002",
    "№ п/п": 3,
    "Вид продукции": "визитки",
    "Наименование": "Визитки",
    "Тираж": 100,
    "Ед.": "шт",
    "Дизайн": "без дизайна",
    "Себестоимость за ед.": 4,
}


def low(price: float, **order: object) -> tuple[Change, ...]:
    """The order LOW at a price."""
    return (
        add("Заказы", {**LOW_ORDER, **order}),
        add("Позиции", {**LOW_POSITION, "Цена вручную": price}),
    )


# Required columns and cells

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

KEYS: dict[tuple[str, str], Case] = {
    ("Клиенты", "Код"): bad("Клиенты", "Код", 2, None, "empty Клиенты.Код"),
    ("Заказы", "№ заказа"): breaks(
        "empty Заказы.№ заказа",
        error("Заказы", "№ заказа", 3),
        add("Заказы", {**LOW_ORDER, "№ заказа": None}),
    ),
    ("Договоры", "№ договора"): breaks(
        "empty Договоры.№ договора",
        error("Договоры", "№ договора", 2),
        add("Договоры", {**HEALTHY["Договоры"][1], "№ договора": None}),
    ),
}
"""Columns that other sheets look into: a row that nobody looks for is left without its key."""

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
UNCLOSED = put("Заказы", "Дата закрытия", 0, None)


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
    assert rest == [], told(outcome)
    assert len(outcome.problems) <= 1, told(outcome)


# What a cell may hold

DATES = {
    "НДС": {"Действует с": 0},
    "Праздники": {"Дата": 0},
    "Клиенты": {"Дата передачи": 0, "День рождения руководителя": 0, "День компании": 0},
    "Контактные лица": {"День рождения": 0},
    "Журнал контактов": {"Дата": 0, "Следующий контакт": 0},
    "Передачи клиентов": {"Дата": 0},
    "Заказы": {
        "Дата заказа": 1,
        "Дата стадии": 1,
        "Срок изготовления": 1,
        "Срок поставки": 1,
        "Дата закрытия": 0,
    },
    "Платежи": {"Дата": 3},
    "Поставки": {"Дата": 2},
    "Претензии": {"Дата": 1, "Дата решения": 0},
    "Макеты": {"Дата задания": 0, "Срок": 0, "Дата готовности": 0, "Согласован клиентом": 0},
    "Документы": {"Оригинал получен": 1, "Дата передачи": 1},
    "Договоры": {
        "Дата": 0,
        "Юрист": 0,
        "Финансовый департамент": 0,
        "Директор": 0,
        "Ввод в производство": 0,
        "Оригиналы переданы": 0,
    },
    "Поручения": {"Дата": 0, "Срок": 0, "Дата исполнения": 1},
}

NUMBERS = {
    "Наценки": {"Тираж от": 4, "Наценка, %": 4},
    "Скидки": {"Сумма от": 3, "Скидка, %": 3},
    "НДС": {"Ставка, %": 0},
    "Подрядчики": {"Срок по умолчанию, дней": 0},
    "Стадии": {"Норматив, раб. дней": 17},
    "Правила": {"Значение": 12},
    "Клиенты": {"Периодичность касаний, дней": 0},
    "Заказы": {
        "Стоимость доставки": 1,
        "Предоплата, %": 1,
        "Срок оплаты остатка, дней": 1,
        "Оценка клиента": 1,
    },
    "Позиции": {
        "№ п/п": 2,
        "Тираж": 2,
        "Себестоимость за ед.": 2,
        "Доп. расходы": 1,
        "Цена вручную": 2,
    },
    "Платежи": {"Сумма": 3},
    "Поставки": {"Количество": 2, "Сумма": 2},
    "Претензии": {"Количество": 1, "Сумма": 1, "Сумма удовлетворения": 0},
}

MONEY = [
    ("Заказы", "Стоимость доставки", 1),
    ("Позиции", "Доп. расходы", 1),
    ("Позиции", "Цена вручную", 2),
    ("Платежи", "Сумма", 3),
    ("Поставки", "Сумма", 2),
    ("Претензии", "Сумма", 1),
    ("Претензии", "Сумма удовлетворения", 0),
]

CHOICES = [
    ("Клиенты", "Форма", 0),
    ("Клиенты", "Особый статус", 1),
    ("Журнал контактов", "Вид", 0),
    ("Передачи клиентов", "Причина", 0),
    ("Заказы", "Вид заявки", 1),
    ("Заказы", "Способ доставки", 1),
    ("Заказы", "Согласовано директором", 1),
    ("Позиции", "Дизайн", 2),
    ("Платежи", "Вид", 3),
    ("Поставки", "Вид", 2),
    ("Поставки", "Качество", 2),
    ("Поставки", "Контрольный образец", 2),
    ("Претензии", "Решение", 1),
    ("Документы", "Вид документа", 2),
    ("Документы", "Передан в", 1),
    ("Поручения", "Источник", 0),
    ("Поручения", "Статус", 0),
    ("Скидки", "Категория", 3),
]

REFERENCES = [
    ("Контактные лица", "Код клиента", 0),
    ("Журнал контактов", "Код клиента", 0),
    ("Передачи клиентов", "Код клиента", 0),
    ("Заказы", "Код клиента", 1),
    ("Заказы", "Стадия", 1),
    ("Заказы", "Подрядчик", 1),
    ("Заказы", "№ договора", 1),
    ("Позиции", "№ заказа", 2),
    ("Платежи", "№ заказа", 3),
    ("Поставки", "№ заказа", 2),
    ("Претензии", "№ заказа", 1),
    ("Макеты", "№ заказа", 1),
    ("Документы", "№ заказа", 2),
    ("Документы", "№ договора", 2),
    ("Договоры", "Код клиента", 1),
    ("Поручения", "Код клиента", 0),
]

VALUES = [
    *(
        bad(sheet, column, index, "03/04/2026")
        for sheet, columns in DATES.items()
        for column, index in columns.items()
    ),
    *(
        bad(sheet, column, index, "1,234")
        for sheet, columns in NUMBERS.items()
        for column, index in columns.items()
    ),
    *(bad(sheet, column, index, 10.005) for sheet, column, index in MONEY),
    *(bad(sheet, column, index, "иное") for sheet, column, index in CHOICES),
    *(bad(sheet, column, index, "Х-999") for sheet, column, index in REFERENCES),
    bad("Клиенты", "Дата передачи", 0, "31.02.2026"),
    bad("Клиенты", "Дата передачи", 0, "2026-13-01"),
    bad("Клиенты", "Дата передачи", 0, "завтра"),
    bad("Клиенты", "Дата передачи", 0, -5),
    bad("Позиции", "Тираж", 2, "много"),
    bad("Позиции", "Тираж", 2, True),
    bad("Платежи", "Сумма", 3, "1 234,505"),
    bad("Заказы", "Стоимость доставки", 1, "бесплатно"),
    bad("Позиции", "Себестоимость за ед.", 2, 2.12345),
    bad("Заказы", "Стадия", 1, 9.9),
    bad("Заказы", "Согласовано директором", 1, "yes"),
    bad("Клиенты", "Телефон", 0, 1234567890123456, "a number of 16 digits in a text column"),
    bad("Клиенты", "Телефон", 0, 12.5, "a broken number in a text column"),
    bad("Клиенты", "Расчётный счёт", 0, 40602810700000000025, "an account typed as a number"),
    bad("Клиенты", "БИК", 0, 49805746, "a БИК typed as a number loses its zero"),
    *(
        bad("Позиции", "Себестоимость за ед.", 2, value)
        for value in ("#N/A", "#REF!", "#DIV/0!", "=1+1")
    ),
    bad("Заказы", "Примечание", 1, "#N/A"),
    bad("Позиции", "Наименование", 2, "#NAME?"),
]


@several(VALUES)
def test_value_of_the_wrong_kind(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


BOUNDS = [
    *(bad("Клиенты", "Периодичность касаний, дней", 0, value) for value in (0, -3, 1.5)),
    bad("Заказы", "Стоимость доставки", 1, -1),
    *(bad("Заказы", "Предоплата, %", 1, value) for value in (-1, 101)),
    *(bad("Заказы", "Срок оплаты остатка, дней", 1, value) for value in (-1, 1.5)),
    *(bad("Заказы", "Оценка клиента", 1, value) for value in (0, 6)),
    *(bad("Позиции", "№ п/п", 2, value) for value in (0, 1.5)),
    *(bad("Позиции", "Тираж", 2, value) for value in (0, -500, 1.5)),
    *(bad("Позиции", "Себестоимость за ед.", 2, value) for value in (0, -3)),
    bad("Позиции", "Доп. расходы", 1, -1),
    *(bad("Позиции", "Цена вручную", 2, value) for value in (0, -1)),
    *(bad("Платежи", "Сумма", 3, value) for value in (0, -20000)),
    *(bad("Поставки", "Количество", 2, value) for value in (0, -1)),
    bad("Поставки", "Сумма", 2, -1),
    *(bad("Претензии", "Сумма", 1, value) for value in (0, -200)),
    bad("Претензии", "Сумма удовлетворения", 0, -300),
    bad("Наценки", "Тираж от", 4, 0),
    bad("Скидки", "Сумма от", 3, -1),
    *(bad("Скидки", "Скидка, %", 3, value) for value in (-1, 101)),
]


@several(BOUNDS)
def test_value_out_of_bounds(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


# Rules over several cells, rows, sheets and books


def repeated(sheet: str, column: str, **changed: object) -> Case:
    """A last row that has the key of the first."""
    rows = rows_of(sheet)
    return breaks(
        f"{sheet}.{column} twice",
        error(sheet, column, len(rows)),
        add(sheet, {**rows[0], **changed}),
    )


UNIQUE = [
    repeated("Клиенты", "Код"),
    repeated("Заказы", "№ заказа", **{"Дата закрытия": None}),
    repeated("Договоры", "№ договора"),
    repeated("Макеты", "№ макета"),
    repeated("Подрядчики", "Подрядчик"),
    breaks(
        "Стадии.Код twice",
        error("Стадии", "Код", 20),
        add("Стадии", {"Код": "5.2", "Название": "Ещё раз"}),
    ),
    breaks(
        "№ п/п twice in an order",
        error("Позиции", "№ п/п", 4),
        add("Позиции", {**THIRD_POSITION, "№ п/п": 2}),
    ),
    breaks(
        "№ п/п twice in an order, once as text",
        error("Позиции", "№ п/п", 4),
        add("Позиции", {**THIRD_POSITION, "№ п/п": "2"}),
    ),
    breaks(
        "a code that differs by a Latin letter only",
        error("Клиенты", "Код", 2),
        put("Клиенты", "Код", 2, "K-0001"),
    ),
    breaks(
        "Наценки: kind and tier twice",
        error("Наценки", ("Вид продукции", "Тираж от"), 5),
        add("Наценки", {"Вид продукции": "визитки", "Тираж от": 50000, "Наценка, %": 30}),
    ),
    breaks(
        "Наценки: kind and tier twice, once as text",
        error("Наценки", ("Вид продукции", "Тираж от"), 5),
        add("Наценки", {"Вид продукции": "визитки", "Тираж от": "50 000", "Наценка, %": 30}),
    ),
    breaks(
        "Скидки: category and sum twice",
        error("Скидки", ("Категория", "Сумма от"), 4),
        add("Скидки", {"Категория": "VIP", "Сумма от": 1000000, "Скидка, %": 12}),
    ),
    breaks(
        "НДС: date twice",
        error("НДС", "Действует с", 2),
        add("НДС", {"Действует с": date(2019, 1, 1), "Ставка, %": 18}),
    ),
    breaks(
        "НДС: date twice, once as text",
        error("НДС", "Действует с", 2),
        add("НДС", {"Действует с": "01.01.2019", "Ставка, %": 18}),
    ),
    breaks(
        "Правила: rule twice",
        error("Правила", "Правило", 13),
        add("Правила", {"Правило": "Прирост плана, %", "Значение": 12}),
    ),
]

REQUISITES = [
    bad("Клиенты", "ИНН", 0, "7707083892", "ИНН 10: check digit"),
    bad("Клиенты", "ИНН", 0, "0000000000", "ИНН 10: only zeros"),
    bad("Клиенты", "ИНН", 0, "770708389", "ИНН 10: 9 digits"),
    bad("Клиенты", "ИНН", 0, "77О7083893", "ИНН 10: a letter for a digit"),
    bad("Клиенты", "ИНН", 0, "771234567859", "ИНН 12 for юрлицо"),
    bad("Клиенты", "ИНН", 1, "7707083893", "ИНН 10 for ИП"),
    bad("Клиенты", "ИНН", 1, "771234567858", "ИНН 12: the last check digit"),
    bad("Клиенты", "ИНН", 1, "771234567869", "ИНН 12: the first check digit"),
    bad("Клиенты", "ИНН", 1, "000000000000", "ИНН 12: only zeros"),
    bad("Клиенты", "ИНН", 1, None, "no ИНН for ИП"),
    bad("Клиенты", "ИНН", 2, "7707083893", "ИНН 10 for физлицо"),
    bad("Клиенты", "ИНН", 2, "771234567858", "ИНН of физлицо: check digit"),
    bad("Клиенты", "КПП", 0, None, "no КПП for юрлицо"),
    bad("Клиенты", "КПП", 0, "77070100", "КПП: 8 characters"),
    bad("Клиенты", "КПП", 0, "77A701001", "КПП: a letter out of place"),
    bad("Клиенты", "КПП", 1, "770701001", "КПП for ИП"),
    bad("Клиенты", "КПП", 2, "770701001", "КПП for физлицо"),
    bad("Клиенты", "ОГРН", 0, "1027700132196", "ОГРН: check digit"),
    bad("Клиенты", "ОГРН", 0, "102770013219", "ОГРН: 12 digits"),
    bad("Клиенты", "ОГРН", 0, "316774600012304", "ОГРНИП for юрлицо"),
    bad("Клиенты", "ОГРН", 1, "1027700132195", "ОГРН 13 for ИП"),
    bad("Клиенты", "ОГРН", 1, "316774600012305", "ОГРНИП: check digit"),
    bad("Клиенты", "ОГРН", 2, "316774600012304", "ОГРН for физлицо"),
    bad("Клиенты", "БИК", 0, "04980574", "БИК: 8 digits"),
    bad("Клиенты", "БИК", 0, None, "accounts without a БИК"),
    bad("Клиенты", "Расчётный счёт", 0, "40602810700000000026", "account: key"),
    bad("Клиенты", "Расчётный счёт", 0, "4060281070000000002", "account: 19 digits"),
    bad("Клиенты", "Расчётный счёт", 0, "0310064300000001730", "treasury account: 19 digits"),
    bad("Клиенты", "Корр. счёт", 0, "30101810800000000747", "correspondent account: key"),
    bad("Клиенты", "Корр. счёт", 0, "3010181080000000074", "correspondent account: 19 digits"),
    breaks(
        "one account without a БИК",
        error("Клиенты", "БИК", 2),
        put("Клиенты", "Расчётный счёт", 2, "40602810700000000025"),
    ),
    breaks(
        "a treasury account without a БИК",
        error("Клиенты", "БИК", 2),
        put("Клиенты", "Расчётный счёт", 2, "03224643450000007300"),
    ),
    *(
        bad("Организация", "Значение", field(name), value, f"seller: {name} = {value}")
        for name, value in {
            "Форма": "иное",
            "ИНН": "5504036334",
            "КПП": "55040100",
            "ОГРН": "1025501701687",
            "БИК": "04452570",
            "Расчётный счёт": "40702810800001400003",
            "Корр. счёт": "30101810200000000701",
        }.items()
    ),
]

EITHER_TERM = ("Срок изготовления", "Срок поставки")

ORDER_RULES = [
    bad("Заказы", "Дата заказа", 1, date(2026, 11, 22), "an order of tomorrow"),
    breaks(
        "production after delivery",
        error("Заказы", EITHER_TERM, 1),
        put("Заказы", "Срок изготовления", 1, date(2026, 12, 1)),
    ),
    bad("Заказы", "Срок изготовления", 1, date(2026, 11, 4), "production before the order"),
    breaks(
        "delivery before the order",
        error("Заказы", "Срок поставки", 1),
        put("Заказы", "Срок изготовления", 1, None),
        put("Заказы", "Срок поставки", 1, date(2026, 11, 4)),
    ),
    bad("Заказы", "Адрес доставки", 1, None, "no address for транспортная компания"),
    bad("Заказы", "Адрес доставки", 0, None, "no address for доставка"),
    breaks(
        "a bad mark without a reason",
        error("Заказы", "Причина недовольства", 0),
        put("Заказы", "Оценка клиента", 0, 3),
    ),
    bad("Заказы", "Дата закрытия", 0, date(2026, 10, 4), "closed before the order"),
    breaks(
        "closed in stage 4.2",
        error("Заказы", "Дата закрытия", 0),
        put("Заказы", "Стадия", 0, "4.2"),
    ),
    breaks(
        "closed in a stage that stands above 4.3, whatever its number",
        error("Заказы", "Дата закрытия", 0),
        put("Стадии", "Код", 13, "4.9"),
        put("Заказы", "Стадия", 0, "4.9"),
    ),
    bad("Позиции", "Макет", 1, None, "готовый макет without its Макет"),
    bad("Позиции", "Макет", 2, None, "повтор макета without its Макет"),
    bad("Позиции", "Себестоимость за ед.", 2, None, "no cost once окончательная"),
    breaks(
        "no cost once окончательная, a manual price or not",
        error("Позиции", "Себестоимость за ед.", 2),
        put("Позиции", "Себестоимость за ед.", 2, None),
        put("Позиции", "Цена вручную", 2, 9.5),
    ),
    bad("Претензии", "Дата решения", 0, None, "a claim met without a date"),
    bad("Претензии", "Сумма удовлетворения", 0, None, "a claim met without a sum"),
    breaks(
        "a claim refused without a date",
        error("Претензии", "Дата решения", 1),
        put("Претензии", "Решение", 1, "отклонена"),
    ),
    bad("Макеты", "Согласован клиентом", 0, date(2026, 11, 10), "approved before it was ready"),
    breaks(
        "approved without being ready",
        error("Макеты", "Согласован клиентом", 0),
        put("Макеты", "Дата готовности", 0, None),
    ),
    breaks(
        "a paper of neither an order nor a contract",
        error("Документы", "№ заказа", 2),
        put("Документы", "№ заказа", 2, None),
        put("Документы", "№ договора", 2, None),
    ),
    bad("Документы", "Дата передачи", 1, date(2026, 10, 8), "handed over before received"),
    breaks(
        "handed over without being received",
        error("Документы", "Дата передачи", 1),
        put("Документы", "Оригинал получен", 1, None),
    ),
    bad("Договоры", "Директор", 0, date(2026, 10, 5), "the director before the finances"),
    bad("Поручения", "Срок", 0, date(2026, 11, 15), "a task due before it was given"),
    bad("Поручения", "Дата исполнения", 1, None, "a task done without a date"),
    breaks(
        "Стадии: an unknown document",
        error("Стадии", "Документы", 17),
        put("Стадии", "Документы", 17, "request, letter-of-love"),
    ),
]

NO_ANY_KIND = drop("Наценки", 3)

PRICING = [
    breaks(
        "an unknown kind without a row for any",
        error("Позиции", "Вид продукции", 3),
        NO_ANY_KIND,
    ),
    breaks(
        "a run below every tier of its kind without a row for any",
        error("Позиции", "Вид продукции", 1),
        NO_ANY_KIND,
        put("Позиции", "Вид продукции", 3, "визитки"),
        put("Позиции", "Тираж", 1, 50),
    ),
    breaks(
        "a price that rounds to nothing",
        error("Позиции", ("Себестоимость за ед.", "Цена за ед."), 4),
        add("Позиции", {**THIRD_POSITION, "Себестоимость за ед.": 0.0001}),
    ),
    *(
        breaks(
            f"a low margin, approved: {approved}",
            warning("Заказы", ("Согласовано директором", "№ заказа"), 3),
            *low(121.99, **{"Согласовано директором": approved}),
        )
        for approved in (None, "нет")
    ),
    breaks(
        "a low margin where the rule is missing",
        warning("Заказы", ("Согласовано директором", "№ заказа"), 3),
        rewrite("Правила", [{"Правило": "Касания VIP, дней", "Значение": 14}]),
        *low(121.99),
    ),
    breaks(
        "a margin under the company's own limit",
        warning("Заказы", ("Согласовано директором", "№ заказа"), 3),
        rewrite("Правила", [{"Правило": "Минимальная маржа, %", "Значение": 20}]),
        *low(124),
    ),
]

INCOMPLETE = [
    breaks(
        "seller without an ИНН",
        warning("Организация", ("Значение", None), field("ИНН")),
        put("Организация", "Значение", field("ИНН"), None),
    ),
]


TOLD_ONCE = [
    bad("Платежи", "Сумма", 1, "1,234", "a payment of a closed order that cannot be read"),
    bad("Платежи", "Вид", 1, "даром", "a payment of a closed order of an unknown kind"),
    bad("Позиции", "Тираж", 0, 0, "a position of a closed order that cannot be priced"),
    bad("Заказы", "Оценка клиента", 0, 6, "a mark of a closed order out of bounds"),
    bad("Заказы", "Вид заявки", 0, "устная", "a closed order of an unknown kind"),
    bad("Заказы", "Код клиента", 0, "К-0099", "a closed order of an unknown client"),
    bad("Документы", "Оригинал получен", 0, "03/04/2026", "an act received at two dates"),
    bad("Документы", "Вид документа", 0, "иное", "a paper of a closed order of an unknown kind"),
    bad("Наценки", "Наценка, %", 1, "1,234", "a markup in use that cannot be read"),
    bad("НДС", "Ставка, %", 1, "1,234", "a rate in use that cannot be read"),
    bad("Правила", "Значение", 0, "1,234", "a limit in use that cannot be read"),
]
"""Mistakes from which others would follow, were they not of one cause."""


@several([*UNIQUE, *REQUISITES, *ORDER_RULES, *PRICING, *INCOMPLETE, *TOLD_ONCE])
def test_rule_over_cells(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


CLOSING = [
    (put("Платежи", "Сумма", 1, 2819.99), "опла"),
    (put("Платежи", "Сумма", 1, 2220), "опла"),
    (put("Платежи", "Вид", 1, "подрядчику"), "опла"),
    (put("Платежи", "№ заказа", 1, "З-2026-0002"), "опла"),
    (
        add(
            "Платежи",
            {
                "Дата": date(2026, 11, 9),
                "№ заказа": "З-2026-0001",
                "Вид": "возврат клиенту",
                "Сумма": 0.01,
            },
        ),
        "опла",
    ),
    (drop("Документы", 0), "акт"),
    (put("Документы", "Оригинал получен", 0, None), "акт"),
    (put("Документы", "Вид документа", 0, "накладная"), "акт"),
    (put("Документы", "№ заказа", 0, "З-2026-0002"), "акт"),
    (put("Заказы", "Оценка клиента", 0, None), "оценк"),
]


@pytest.mark.parametrize(("change", "word"), CLOSING)
def test_closing_too_early_is_a_warning_that_says_which(
    change: Change, word: str, tmp_path: Path
) -> None:
    case = breaks("closing", warning("Заказы", "Дата закрытия", 0), change)
    (problem,) = check(case, tmp_path).problems
    named = re.findall(r"\b(?:не)?(опла|акт|оценк)", problem.message.casefold())
    assert set(named) == {word}


def test_closing_without_anything(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        drop("Платежи", 1),
        drop("Документы", 0),
        put("Заказы", "Оценка клиента", 0, None),
    )
    outcome = validate(tmp_path, today=TODAY)
    (wanted,) = warning("Заказы", "Дата закрытия", 0).alternatives(tmp_path)
    assert set(places(outcome)) == set(wanted)
    said = " ".join(problem.message for problem in outcome.problems).casefold()
    assert all(word in said for word in ("опла", "акт", "оценк"))
    assert outcome.data["ok"] is True


# What must pass


def spelled(sheet: str, column: str, *values: object) -> Case:
    """The first row once more for each value of a column."""
    rows = [{**HEALTHY[sheet][0], column: value} for value in values]
    return passes(f"{sheet}.{column}: every choice", add(sheet, *rows))


CHOICES_IN_ANY_CASE = [
    passes(
        "forms",
        *(put("Клиенты", "Форма", i, v) for i, v in enumerate(("ЮРЛИЦО", " ип ", "Физлицо"))),
    ),
    passes(
        "статус",
        put("Клиенты", "Особый статус", 0, "vip"),
        put("Клиенты", "Особый статус", 1, "Проблемный "),
        put("Клиенты", "Особый статус", 2, " "),
    ),
    spelled(
        "Журнал контактов",
        "Вид",
        "звонок",
        "ПИСЬМО",
        "Встреча",
        " поздравление",
        f"претензия{NBSP}",
    ),
    spelled(
        "Передачи клиентов",
        "Причина",
        "Оформление заказов",
        "проблемный клиент",
        "VIP",
        "vip",
        "совмещение",
        "ПРОЧЕЕ ",
    ),
    passes(
        "Вид заявки",
        put("Заказы", "Вид заявки", 1, "ОКОНЧАТЕЛЬНАЯ"),
        put("Заказы", "Вид заявки", 2, " Предварительная"),
    ),
    passes(
        "Способ доставки",
        put("Заказы", "Способ доставки", 0, "Транспортная компания"),
        put("Заказы", "Способ доставки", 1, " ДОСТАВКА "),
        put("Заказы", "Способ доставки", 2, "Самовывоз"),
    ),
    passes(
        "да, нет",
        put("Заказы", "Согласовано директором", 0, " Да "),
        put("Заказы", "Согласовано директором", 1, "НЕТ"),
        put("Поставки", "Контрольный образец", 0, "ДА"),
    ),
    passes(
        "Дизайн",
        put("Позиции", "Дизайн", 0, "БЕЗ ДИЗАЙНА"),
        put("Позиции", "Дизайн", 1, "Повтор макета"),
        put("Позиции", "Дизайн", 2, " готовый макет "),
        put("Позиции", "Дизайн", 3, "Новый макет"),
    ),
    passes(
        "Платежи.Вид",
        put("Платежи", "Вид", 0, "От клиента"),
        put("Платежи", "Вид", 2, "ПОДРЯДЧИКУ"),
        put("Платежи", "Вид", 3, "Возврат клиенту "),
    ),
    passes(
        "Поставки",
        put("Поставки", "Вид", 0, "Получено от подрядчика"),
        put("Поставки", "Вид", 1, "ОТГРУЖЕНО КЛИЕНТУ"),
        put("Поставки", "Качество", 0, "БРАК"),
        put("Поставки", "Качество", 2, " Принято"),
    ),
    passes(
        "Решение",
        put("Претензии", "Решение", 0, "УДОВЛЕТВОРЕНА"),
        put("Претензии", "Решение", 1, "Отклонена"),
        put("Претензии", "Дата решения", 1, date(2026, 11, 20)),
    ),
    passes(
        "Вид документа",
        add(
            "Документы",
            *(
                {"№ заказа": "З-2026-0001", "Вид документа": kind}
                for kind in (
                    "Договор",
                    "соглашение",
                    "СПЕЦИФИКАЦИЯ",
                    "счёт",
                    "акт",
                    "накладная",
                    "письмо ",
                    "паспорт",
                    "схема",
                    "чертёж",
                    "проект КЖ",
                    "проект км",
                    "Геология",
                    "прочее",
                )
            ),
        ),
    ),
    passes("Передан в", put("Документы", "Передан в", 1, "ТЕХНИЧЕСКИЙ ОТДЕЛ")),
    passes(
        "Поручения",
        *(
            add("Поручения", {**HEALTHY["Поручения"][0], "Источник": v})
            for v in ("План месяца", "протокол совещания", "УСТНОЕ", " письменное")
        ),
        *(
            add("Поручения", {**HEALTHY["Поручения"][1], "Статус": v})
            for v in ("В работе", "ВЫПОЛНЕНО", "снято ")
        ),
    ),
    passes(
        "Категория",
        *(
            add("Скидки", {"Категория": v, "Сумма от": 5000000, "Скидка, %": 1})
            for v in ("НОВЫЙ", "Повторный", " системный", "vip")
        ),
    ),
]

NUMBERS_AS_TYPED = [
    passes("a sum with a plain space", put("Платежи", "Сумма", 1, "2 820,00")),
    passes("a sum with NBSP", put("Платежи", "Сумма", 1, f"2{NBSP}820,00")),
    passes("a sum with a narrow NBSP", put("Платежи", "Сумма", 1, "2\u202f820,00")),
    passes("a sum with ₽", put("Платежи", "Сумма", 1, f"2 820.00{NBSP}₽")),
    passes("a sum with ₽ close by", put("Платежи", "Сумма", 1, "2820₽")),
    passes("a sum with outer spaces", put("Платежи", "Сумма", 1, "  2820,0 ")),
    passes("a sum with both marks", put("Платежи", "Сумма", 1, "2,820.00")),
    passes(
        "a sum behind an apostrophe",
        put("Платежи", "Сумма", 1, "2820"),
        style("Платежи", "Сумма", 1, "@"),
    ),
    passes("millions", put("Платежи", "Сумма", 1, "1 234 567,89")),
    passes("a sum of 14 digits", put("Платежи", "Сумма", 1, 123456789012.34)),
    passes("a sum with float noise", put("Заказы", "Стоимость доставки", 1, 0.1 + 0.2)),
    passes(
        "percents",
        put("Заказы", "Предоплата, %", 0, "50 %"),
        put("Заказы", "Предоплата, %", 1, "33,5%"),
        put("Наценки", "Наценка, %", 0, "60 %"),
        put("Скидки", "Скидка, %", 0, f"3{NBSP}%"),
        put("НДС", "Ставка, %", 1, "22%"),
        put("Правила", "Значение", 0, "15 %"),
    ),
    passes("a cost with 4 decimals", put("Позиции", "Себестоимость за ед.", 1, 85.4321)),
    passes("a cost typed with 4 decimals", put("Позиции", "Себестоимость за ед.", 1, "85,4321")),
    passes("a fraction has one meaning", put("Позиции", "Себестоимость за ед.", 2, "0,125")),
    passes(
        "a spaced number has one meaning", put("Позиции", "Себестоимость за ед.", 2, "1 234,567")
    ),
    passes(
        "whole numbers as text",
        put("Позиции", "Тираж", 0, "1 000"),
        put("Позиции", "№ п/п", 2, "2"),
        put("Заказы", "Оценка клиента", 0, "5"),
        put("Наценки", "Тираж от", 1, "500"),
    ),
    passes(
        "whole numbers as floats",
        put("Позиции", "Тираж", 0, 1000.0),
        put("Клиенты", "Периодичность касаний, дней", 0, 14.0),
    ),
    passes(
        "the bounds themselves",
        put("Заказы", "Стоимость доставки", 1, 0),
        put("Заказы", "Предоплата, %", 0, 100),
        put("Заказы", "Предоплата, %", 1, 0),
        put("Заказы", "Срок оплаты остатка, дней", 1, 0),
        put("Заказы", "Оценка клиента", 1, 1),
        put("Заказы", "Причина недовольства", 1, "Долго"),
        put("Клиенты", "Периодичность касаний, дней", 0, 1),
        put("Позиции", "Тираж", 2, 1),
        put("Позиции", "Доп. расходы", 1, 0),
        put("Поставки", "Сумма", 2, 0),
        put("Претензии", "Сумма удовлетворения", 0, 0),
        put("Платежи", "Сумма", 3, 0.01),
        put("Скидки", "Скидка, %", 3, 100),
    ),
    passes("a broken quantity of a delivery", put("Поставки", "Количество", 2, 2.5)),
    passes("no VAT", put("НДС", "Ставка, %", 1, None)),
    passes("no discount at all", rewrite("Скидки", [])),
]

DATES_AS_TYPED = [
    passes(
        "dates as Russian text",
        *(
            put(sheet, column, index, f"{held:%d.%m.%Y}")
            for sheet, columns in DATES.items()
            for column, index in columns.items()
            if isinstance(held := HEALTHY.get(sheet, [{}] * 9)[index].get(column), date)
        ),
        put("НДС", "Действует с", 1, "01.01.2026"),
    ),
    passes(
        "dates as ISO text",
        *(
            put(sheet, column, index, held.isoformat())
            for sheet, columns in DATES.items()
            for column, index in columns.items()
            if isinstance(held := HEALTHY.get(sheet, [{}] * 9)[index].get(column), date)
        ),
        put("НДС", "Действует с", 1, "2026-01-01"),
    ),
    passes("a date with spaces", put("Заказы", "Дата заказа", 1, f" 05.11.2026{NBSP}")),
    passes("a date with midnight", put("Заказы", "Дата заказа", 1, datetime(2026, 11, 5))),
    passes("an order of today", put("Заказы", "Дата заказа", 2, TODAY)),
]

TEXTS_AS_TYPED = [
    passes(
        "requisites typed as numbers",
        put("Клиенты", "ИНН", 0, 7707083893),
        put("Клиенты", "КПП", 0, 770701001),
        put("Клиенты", "ОГРН", 0, 1027700132195),
        put("Клиенты", "ОГРН", 1, 316774600012304),
        put("Клиенты", "Телефон", 0, 74951234567),
    ),
    passes(
        "an order number typed as a number, looked for as text",
        put("Заказы", "№ заказа", 2, 1003),
        put("Позиции", "№ заказа", 3, "1003"),
        put("Макеты", "№ заказа", 1, 1003),
    ),
    passes("a number of 15 digits in a text column", put("Клиенты", "Телефон", 0, 10**15 - 1)),
    passes("a Latin K for a client in the order", put("Заказы", "Код клиента", 0, "K-0001")),
    passes("a Latin K for a client in the registry", put("Клиенты", "Код", 0, "K-0001")),
    passes("a Latin C in a contract", put("Заказы", "№ договора", 0, "ДC-2026-01")),
    passes("a Latin M in a layout", put("Макеты", "№ макета", 0, "M-001")),
    passes("spaces around a code", put("Заказы", "Код клиента", 0, " К-0001 ")),
    passes("a stage as a bare number", put("Заказы", "Стадия", 1, 3.1)),
    passes("a stage as a bare text", put("Заказы", "Стадия", 1, " 3.1 ")),
    passes(
        "a stage as the list offers it",
        put(
            "Заказы",
            "Стадия",
            1,
            "3.1 Проверить постановку заказа в очередь и определение сроков производства",
        ),
    ),
    passes(
        "a stage in another case", put("Заказы", "Стадия", 1, "3.6 УВЕДОМИТЬ клиента о ГОТОВНОСТИ")
    ),
]

REQUISITES_THAT_PASS = [
    passes("a КПП with letters", put("Клиенты", "КПП", 0, "7707AB001")),
    passes(
        "an ОГРНИП whose remainder has two digits", put("Клиенты", "ОГРН", 1, "316774600012371")
    ),
    passes("юрлицо without an ОГРН", put("Клиенты", "ОГРН", 0, None)),
    passes("физлицо with an ИНН", put("Клиенты", "ИНН", 2, "500100732259")),
    passes(
        "a БИК without accounts",
        put("Клиенты", "Расчётный счёт", 0, None),
        put("Клиенты", "Корр. счёт", 0, None),
    ),
    passes(
        "no bank",
        *(
            put("Клиенты", column, 0, None)
            for column in ("Банк", "БИК", "Расчётный счёт", "Корр. счёт")
        ),
    ),
    passes(
        "treasury accounts have no key",
        put("Клиенты", "БИК", 0, "004525988"),
        put("Клиенты", "Расчётный счёт", 0, "03224643450000007300"),
        put("Клиенты", "Корр. счёт", 0, "40102810545370000004"),
    ),
    *(
        passes(
            f"the published account {account}",
            put("Клиенты", "ИНН", 0, inn),
            put("Клиенты", "БИК", 0, bik),
            put("Клиенты", "Расчётный счёт", 0, account),
            put("Клиенты", "Корр. счёт", 0, None),
        )
        for inn, account, bik in (
            ("5504036333", "40702810800001400002", "044525700"),
            ("7707017509", "40702810000000011692", "044525823"),
            ("7802895380", "40702810455000024248", "044030653"),
        )
    ),
    *(
        passes(
            f"the published ОГРН {ogrn}",
            put("Клиенты", "ИНН", 0, inn),
            put("Клиенты", "ОГРН", 0, ogrn),
        )
        for inn, ogrn in (("7708503727", "1037739877295"), ("7736207543", "1027700229193"))
    ),
    passes(
        "a seller that is an ИП",
        *(
            put("Организация", "Значение", field(name), value)
            for name, value in {
                "Форма": "ИП",
                "ИНН": "771234567859",
                "КПП": None,
                "ОГРН": "316774600012304",
            }.items()
        ),
    ),
]

RULES_THAT_PASS = [
    passes(
        "production and delivery on the day of the order",
        put("Заказы", "Срок изготовления", 1, date(2026, 11, 5)),
        put("Заказы", "Срок поставки", 1, date(2026, 11, 5)),
    ),
    passes("closed on the day of the order", put("Заказы", "Дата закрытия", 0, date(2026, 10, 5))),
    passes(
        "no address for самовывоз",
        put("Заказы", "Способ доставки", 1, "самовывоз"),
        put("Заказы", "Адрес доставки", 1, None),
    ),
    passes(
        "no address for no delivery",
        put("Заказы", "Способ доставки", 1, None),
        put("Заказы", "Адрес доставки", 1, None),
    ),
    passes(
        "a preliminary order may lack address and layout",
        put("Заказы", "Способ доставки", 2, "доставка"),
        put("Позиции", "Дизайн", 3, "готовый макет"),
    ),
    passes("a mark of 4 without a reason", put("Заказы", "Оценка клиента", 0, 4)),
    passes(
        "a mark of 2 with a reason",
        put("Заказы", "Оценка клиента", 0, 2),
        put("Заказы", "Причина недовольства", 0, "Опоздали на день"),
    ),
    passes("closed in a later stage", put("Заказы", "Стадия", 0, "5.1")),
    passes(
        "closed in the company's own last stage, whatever its number",
        add("Стадии", {"Код": "0.1", "Название": "Архив"}),
        put("Заказы", "Стадия", 0, "0.1"),
    ),
    passes(
        "a renamed stage",
        put("Стадии", "Название", 8, "Следить за заказом"),
        put("Заказы", "Стадия", 1, "3.3 Следить за заказом"),
    ),
    passes("closed and overpaid", put("Платежи", "Сумма", 1, 3000)),
    passes(
        "closed, paid twice and once given back",
        put("Платежи", "Сумма", 1, 2920),
        add(
            "Платежи",
            {
                "Дата": date(2026, 11, 9),
                "№ заказа": "З-2026-0001",
                "Вид": "возврат клиенту",
                "Сумма": 100,
            },
        ),
    ),
    passes(
        "not closed, so nothing is owed",
        UNCLOSED,
        drop("Платежи", 1),
        drop("Документы", 0),
        put("Заказы", "Оценка клиента", 0, None),
    ),
    passes("an order without positions", add("Заказы", LOW_ORDER)),
    passes(
        "the same № п/п in another order",
        add("Позиции", {**THIRD_POSITION, "№ заказа": "З-2026-0003", "№ п/п": 2}),
    ),
    passes(
        "a claim refused",
        put("Претензии", "Решение", 1, "отклонена"),
        put("Претензии", "Дата решения", 1, date(2026, 11, 20)),
    ),
    passes(
        "approved on the day it was ready",
        put("Макеты", "Согласован клиентом", 0, date(2026, 11, 11)),
    ),
    passes(
        "handed over on the day it came", put("Документы", "Дата передачи", 1, date(2026, 10, 9))
    ),
    passes("a task due on its day", put("Поручения", "Срок", 0, date(2026, 11, 16))),
    passes("a task for no client", put("Поручения", "Код клиента", 0, None)),
    passes(
        "an order without contractor and contract",
        put("Заказы", "Подрядчик", 1, None),
        put("Заказы", "№ договора", 1, None),
    ),
    passes(
        "stages without norm and documents",
        put("Стадии", "Норматив, раб. дней", 17, None),
        put("Стадии", "Документы", 17, None),
    ),
    passes("several documents of a stage", put("Стадии", "Документы", 17, "request,  act , offer")),
    passes("no rules at all", rewrite("Правила", [])),
    passes("no holidays", rewrite("Праздники", [])),
    passes(
        "a run below every tier of its kind takes the row for any", put("Позиции", "Тираж", 1, 50)
    ),
    passes("a margin of 15 % to the kopeck", *low(122)),
    passes("a low margin, approved", *low(121.99, **{"Согласовано директором": "да"})),
    passes(
        "a low margin, approved in capitals",
        *low(121.99, **{"Согласовано директором": " ДА "}),
    ),
    passes(
        "a low margin over the company's own limit",
        *low(121.99),
        rewrite("Правила", [{"Правило": "Минимальная маржа, %", "Значение": 14.9}]),
    ),
    passes(
        "a manual price for a cost that rounds to nothing",
        add("Позиции", {**THIRD_POSITION, "Себестоимость за ед.": 0.0001, "Цена вручную": 5}),
    ),
    passes(
        "computed columns that were filled before",
        *(put("Позиции", column, row, 12.34) for column in COMPUTED for row in range(3)),
    ),
]

OPTIONAL = {
    "НДС": ("Ставка, %",),
    "Подрядчики": ("ИНН", "Контакт", "Эл. почта", "Срок по умолчанию, дней"),
    "Стадии": ("Норматив, раб. дней", "Документы"),
    "Правила": ("Пояснение",),
    "Клиенты": (
        "Полное наименование",
        "ОГРН",
        "Юридический адрес",
        "Почтовый адрес",
        "Банк",
        "БИК",
        "Расчётный счёт",
        "Корр. счёт",
        "Должность руководителя",
        "ФИО руководителя",
        "Действует на основании",
        "Телефон",
        "Эл. почта",
        "Особый статус",
        "День рождения руководителя",
        "День компании",
        "Периодичность касаний, дней",
        "Явные потребности",
        "Скрытые потребности",
    ),
    "Контактные лица": ("Должность", "Телефон", "Эл. почта", "День рождения"),
    "Журнал контактов": ("С кем", "Следующий контакт"),
    "Передачи клиентов": ("Условия",),
    "Заказы": (
        "Дата стадии",
        "Подрядчик",
        "Срок изготовления",
        "Срок поставки",
        "Стоимость доставки",
        "Предоплата, %",
        "Срок оплаты остатка, дней",
        "№ договора",
        "Согласовано директором",
        "Причина недовольства",
        "Примечание",
    ),
    "Позиции": (
        "Материалы",
        "Тип упаковки",
        "Маркировка",
        "Доп. расходы",
        "Цена вручную",
        *COMPUTED,
    ),
    "Платежи": ("Документ",),
    "Поставки": ("Качество", "Контрольный образец", "Место хранения образца"),
    "Претензии": ("Количество",),
    "Макеты": ("Дата готовности", "Согласован клиентом", "Файл"),
    "Документы": ("№ и дата документа", "Передан в", "Дата передачи"),
    "Договоры": (
        "Юрист",
        "Финансовый департамент",
        "Директор",
        "Ввод в производство",
        "Оригиналы переданы",
    ),
    "Поручения": ("Код клиента",),
}
"""Optional columns that the healthy rows can do without."""

ODD_TITLES: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "lower case": str.lower,
    "outer spaces": lambda title: f"  {title} ",
    "doubled spaces": lambda title: title.replace(" ", "  "),
    "NBSP": lambda title: title.replace(" ", NBSP),
    "line breaks": lambda title: title.replace(" ", "\n"),
    "no star": lambda title: title.rstrip("*"),
    "a star": lambda title: title.rstrip("*") + "*",
    "a star after a space": lambda title: title.rstrip("*") + " *",
    "ё as е": lambda title: title.replace("ё", "е"),
}

TABLES_THAT_PASS = [
    *(
        passes(f"no optional columns: {sheet}", drop_columns(sheet, *columns))
        for sheet, columns in OPTIONAL.items()
    ),
    *(
        passes(f"titles with {name}", *(retitle(sheet, spell) for sheet in BOOK_OF))
        for name, spell in ODD_TITLES.items()
    ),
    passes("columns in the opposite order", *every(reverse_columns)),
    passes(
        "title rows above",
        *every(lambda sheet: insert_titles(sheet, [f"{sheet}: учёт"], [], ["на ноябрь", 2026])),
    ),
    passes(
        "a title row with a word of the header",
        insert_titles("Заказы", ["Заказы"], ["Менеджер", SALES]),
        insert_titles("Клиенты", ["Телефон", "+7 000"]),
    ),
    passes("own columns before", *every(lambda sheet: insert_column(sheet, 1, "Моё", "#N/A"))),
    passes("own columns amid", *every(lambda sheet: insert_column(sheet, 2, "Цвет", "=1/0"))),
    passes("own columns behind", *every(lambda sheet: insert_column(sheet, 40, "Ещё", "1,234"))),
    passes(
        "own columns with nearly our titles",
        insert_column("Заказы", 3, "Менеджер 2", "#N/A"),
        insert_column("Клиенты", 5, "ИНН (старый)", "1"),
        insert_column("Позиции", 2, "Сумма по счёту", "03/04/2026"),
    ),
    passes(
        "own sheets",
        add_sheet("Заказы", "Свод", [["№ заказа", "Сумма"], ["З-1", "#N/A"]]),
        add_sheet("Клиенты", "Заметки", [["=1/0"]]),
    ),
    passes("a dozen title rows", insert_titles("Заказы", *[["отчёт"]] * 12)),
    passes("a column without a title", insert_column("Заказы", 3, None, "пометка")),
    passes("empty rows amid", insert_blank("Заказы", 1), insert_blank("Позиции", 2)),
    passes("rows of spaces amid", insert_blank("Заказы", 1, "  "), insert_blank("Клиенты", 3, " ")),
]


@several(
    [
        *CHOICES_IN_ANY_CASE,
        *NUMBERS_AS_TYPED,
        *DATES_AS_TYPED,
        *TEXTS_AS_TYPED,
        *REQUISITES_THAT_PASS,
        *RULES_THAT_PASS,
        *TABLES_THAT_PASS,
    ]
)
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


# The place is the cell, wherever the table stands


@several(
    [
        breaks(
            "below title rows",
            error("Заказы", "Менеджер", 1),
            insert_titles("Заказы", ["Заказы"], [], ["ноябрь"]),
            put("Заказы", "Менеджер", 1, None),
        ),
        breaks(
            "in another column",
            error("Позиции", "Тираж", 2),
            reverse_columns("Позиции"),
            put("Позиции", "Тираж", 2, 0),
        ),
        breaks(
            "behind own columns",
            error("Клиенты", "Скрытые потребности", 1),
            insert_column("Клиенты", 1, "Моё", "#N/A"),
            put("Клиенты", "Скрытые потребности", 1, "#N/A"),
        ),
        breaks(
            "behind an empty row",
            error("Позиции", "Тираж", 3),
            insert_blank("Позиции", 1),
            put("Позиции", "Тираж", 3, 0),
        ),
        breaks(
            "under a title in capitals",
            error("Поручения", "Срок", 0),
            retitle("Поручения", str.upper),
            put("Поручения", "Срок", 0, "скоро"),
        ),
    ]
)
def test_place(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


# The answer as a whole


def test_healthy_workspace(tmp_path: Path) -> None:
    outcome = validate(healthy(tmp_path), today=TODAY)
    assert places(outcome) == [], told(outcome)
    assert outcome.data == {"ok": True, "problems": []}


def test_workspace_as_shipped_warns_of_the_seller_only(tmp_path: Path) -> None:
    outcome = validate(workspace_with(tmp_path, {}), today=TODAY)
    assert {place[:3] for place in places(outcome)} == {("warning", SETTINGS, "Организация")}
    assert outcome.data["ok"] is True


def test_problem_says_all_that_is_promised(tmp_path: Path) -> None:
    healthy(tmp_path, put("Клиенты", "ИНН", 0, "7707083892"))
    outcome = validate(tmp_path, today=TODAY)
    (problem,) = outcome.problems
    cell = cell_of(tmp_path / REGISTRY, "Клиенты", "ИНН", 0)
    assert problem.place.row == coordinate_from_string(cell)[1]
    assert problem.column == "ИНН"
    assert problem.value == "7707083892"
    assert problem.code
    assert problem.message
    assert problem.hint
    assert outcome.data == {
        "ok": False,
        "problems": [
            {
                "code": problem.code,
                "severity": "error",
                "file": REGISTRY,
                "sheet": "Клиенты",
                "cell": cell,
                "row": problem.place.row,
                "column": "ИНН",
                "value": "7707083892",
                "message": problem.message,
                "hint": problem.hint,
            }
        ],
    }


def test_warnings_alone_are_ok(tmp_path: Path) -> None:
    healthy(tmp_path, put("Заказы", "Оценка клиента", 0, None))
    outcome = validate(tmp_path, today=TODAY)
    assert [problem.severity for problem in outcome.problems] == ["warning"]
    assert outcome.data["ok"] is True


TEN = [
    ("Заказы", "Код клиента", 1, "К-0099"),
    ("Заказы", "Вид заявки", 2, "устная"),
    ("Заказы", "Предоплата, %", 1, 101),
    ("Заказы", "Дата стадии", 2, "03/04/2026"),
    ("Позиции", "Тираж", 2, 0),
    ("Позиции", "Макет", 1, None),
    ("Платежи", "Сумма", 3, "1,234"),
    ("Поставки", "Сумма", 2, 1.005),
    ("Макеты", "Срок", 1, None),
    ("Договоры", "Директор", 0, date(2026, 10, 5)),
]


def test_all_mistakes_in_one_pass(tmp_path: Path) -> None:
    healthy(tmp_path, *(put(*mistake) for mistake in TEN))
    outcome = validate(tmp_path, today=TODAY)
    wanted: Found = [
        ("error", ORDERS, sheet, cell_of(tmp_path / ORDERS, sheet, column, index))
        for sheet, column, index, _ in TEN
    ]
    assert sorted(map(str, places(outcome))) == sorted(map(str, wanted)), told(outcome)


def test_mistakes_in_every_book(tmp_path: Path) -> None:
    mistakes = [
        ("Наценки", "Тираж от", 4, 0),
        ("Клиенты", "КПП", 1, "770701001"),
        ("Платежи", "Вид", 3, "даром"),
        ("Поручения", "Статус", 0, "забыто"),
    ]
    healthy(tmp_path, *(put(*mistake) for mistake in mistakes))
    outcome = validate(tmp_path, today=TODAY)
    files = [problem.place.file for problem in outcome.problems]
    assert sorted(files) == sorted([SETTINGS, REGISTRY, ORDERS, TASKS]), told(outcome)


def test_problems_are_sorted_by_place(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        *(insert_column("Клиенты", 1, f"Моё {number}", "") for number in range(3)),
        put("Клиенты", "Периодичность касаний, дней", 0, 0),  # stands in a column with two letters
        put("Клиенты", "ИНН", 0, "1"),
        put("Клиенты", "Менеджер", 1, None),
        put("Журнал контактов", "Вид", 0, "иное"),
        put("Правила", "Значение", 10, "иное"),  # rows 2 and 12 tell numbers from text
        put("Правила", "Значение", 1, "иное"),
        put("Заказы", "Менеджер", 2, None),
        put("Позиции", "Тираж", 2, 0),
        put("Заказы", "Менеджер", 1, None),
    )
    outcome = validate(tmp_path, today=TODAY)
    found = places(outcome)
    assert len(found) == 9, told(outcome)
    sheets = [(file, sheet) for _, file, sheet, _ in found]
    runs = [place for at, place in enumerate(sheets) if not at or sheets[at - 1] != place]
    assert len(runs) == len(set(runs))
    files = [file for at, (file, _) in enumerate(runs) if not at or runs[at - 1][0] != file]
    assert len(files) == len(set(files))
    for run in runs:
        cells = [cell for _, file, sheet, cell in found if (file, sheet) == run and cell]
        points = [coordinate_from_string(cell) for cell in cells]
        numbered = [(row, column_index_from_string(letters)) for letters, row in points]
        assert numbered == sorted(numbered)


# Several books, copies, books by name

IVANOV = "Предварительные заказы — Иванов.xlsx"
PETROVA = "Предварительные заказы — Петрова.xlsx"


def test_several_order_books_are_one(tmp_path: Path) -> None:
    healthy(tmp_path)
    extra_book(tmp_path, IVANOV, {"Заказы": [LOW_ORDER]})
    extra_book(
        tmp_path,
        PETROVA,
        {
            "Позиции": [{**LOW_POSITION, "Цена вручную": 150}, THIRD_POSITION],
            "Платежи": [{**HEALTHY["Платежи"][3], "№ заказа": "З-2026-0004"}],
        },
    )
    outcome = validate(tmp_path, today=TODAY)
    assert places(outcome) == [], told(outcome)


def test_payments_of_another_book_close_an_order(tmp_path: Path) -> None:
    healthy(tmp_path, drop("Платежи", 1), drop("Документы", 0))
    extra_book(
        tmp_path,
        PETROVA,
        {"Платежи": [HEALTHY["Платежи"][1]], "Документы": [HEALTHY["Документы"][0]]},
    )
    outcome = validate(tmp_path, today=TODAY)
    assert places(outcome) == [], told(outcome)


@pytest.mark.parametrize(
    ("sheet", "column", "row"),
    [
        ("Заказы", "№ заказа", LOW_ORDER),
        ("Договоры", "№ договора", {**HEALTHY["Договоры"][0], "№ договора": "ДС-2026-09"}),
        ("Макеты", "№ макета", {**HEALTHY["Макеты"][0], "№ макета": "М-009"}),
        ("Позиции", "№ п/п", THIRD_POSITION),
    ],
    ids=["order", "contract", "layout", "position"],
)
def test_a_key_in_two_books_is_an_error_in_the_later(
    sheet: str, column: str, row: Row, tmp_path: Path
) -> None:
    healthy(tmp_path)
    extra_book(tmp_path, IVANOV, {sheet: [row]})
    later = extra_book(tmp_path, PETROVA, {sheet: [row]})
    outcome = validate(tmp_path, today=TODAY)
    wanted: Found = [("error", PETROVA, sheet, cell_of(later, sheet, column, 0))]
    assert places(outcome) == wanted, told(outcome)


def test_a_mistake_in_another_order_book_names_it(tmp_path: Path) -> None:
    healthy(tmp_path)
    name = "Предварительные заказы — резерв.xlsx"  # without a time it is no copy of ours
    book = extra_book(tmp_path, name, {"Заказы": [{**LOW_ORDER, "Стадия": "9.9"}]})
    outcome = validate(tmp_path, today=TODAY)
    wanted: Found = [("error", name, "Заказы", cell_of(book, "Заказы", "Стадия", 0))]
    assert places(outcome) == wanted, told(outcome)


@pytest.mark.parametrize(
    "ending", ["ошибки", "с ценами", "резерв 2026-11-21 10-00-00"], ids=["marked", "priced", "old"]
)
@pytest.mark.parametrize("book", [ORDERS, PETROVA], ids=["own", "other"])
def test_copies_are_never_read(book: str, ending: str, tmp_path: Path) -> None:
    healthy(tmp_path)
    copy = tmp_path / f"{Path(book).stem} — {ending}.xlsx"
    shutil.copyfile(tmp_path / ORDERS, copy)
    fill(copy, "Заказы", [{"№ заказа": "З-1", "Стадия": "9.9"}])
    outcome = validate(tmp_path, today=TODAY)
    assert places(outcome) == [], told(outcome)


def test_an_owner_file_is_no_book(tmp_path: Path) -> None:
    healthy(tmp_path)
    (tmp_path / f"~${ORDERS}").write_bytes(b"\x05Manager")
    assert places(validate(tmp_path, today=TODAY)) == []


def test_only_the_given_books_are_checked(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        put("Клиенты", "КПП", 0, None),
        put("Заказы", "Код клиента", 1, "К-0099"),
        put("Поручения", "Статус", 0, "забыто"),
    )
    outcome = validate(tmp_path, files=[tmp_path / ORDERS], today=TODAY)
    orders: Found = [
        ("error", ORDERS, "Заказы", cell_of(tmp_path / ORDERS, "Заказы", "Код клиента", 1))
    ]
    assert places(outcome) == orders, told(outcome)
    both = validate(tmp_path, files=[tmp_path / TASKS, tmp_path / REGISTRY], today=TODAY)
    assert {place[1] for place in places(both)} == {TASKS, REGISTRY}
    assert len(both.problems) == 2, told(both)


def test_the_declared_sheets_are_those_of_the_shipped_books(tmp_path: Path) -> None:
    workspace_with(tmp_path, {})
    for sheet, book in BOOK_OF.items():
        for column in COLUMNS[book][sheet]:
            assert cell_of(tmp_path / book, sheet, column.rstrip("*"))
