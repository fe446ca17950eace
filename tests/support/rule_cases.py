"""Cases of rules: changes of the healthy books, and the one problem that each must bring."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cmtools.commands.validate import validate
from support.workbench import (
    BOOK_OF,
    HEALTHY,
    SALES,
    SELLER,
    TODAY,
    Change,
    Row,
    add,
    cell_of,
    healthy,
    put,
    rows_of,
)

Places = list[tuple[str, str, str, str | None]]

NBSP = "\u00a0"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Where one problem is expected; several columns are alternatives, None is the whole sheet."""

    sheet: str
    columns: tuple[str | None, ...]
    index: int = 0
    severity: str = "error"

    def alternatives(self, folder: Path) -> list[Places]:
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
    at: Expected | None = None

    def __str__(self) -> str:
        return self.name


def error(sheet: str, column: str | tuple[str, ...] | None, index: int = 0) -> Expected:
    """An error at a column of a row, or (None) at the sheet."""
    columns = column if isinstance(column, tuple) else (column,)
    return Expected(sheet=sheet, columns=columns, index=index)


def warning(sheet: str, column: str | tuple[str | None, ...], index: int = 0) -> Expected:
    """A warning at a column of a row."""
    columns = column if isinstance(column, tuple) else (column,)
    return Expected(sheet=sheet, columns=columns, index=index, severity="warning")


def breaks(name: str, at: Expected, *changes: Change) -> Case:
    """A case with exactly one problem."""
    return Case(name=name, changes=changes, at=at)


def bad(sheet: str, column: str, index: int, value: object, name: str = "") -> Case:
    """A case in which a value is an error at its own cell."""
    label = name or f"{sheet}.{column} = {value!r}"
    return breaks(label, error(sheet, column, index), put(sheet, column, index, value))


def passes(name: str, *changes: Change) -> Case:
    """A case without any problem."""
    return Case(name=name, changes=changes)


def places(outcome: Any) -> Places:
    """The places of an outcome's problems, in their order."""
    return [(str(p.severity), p.place.file, p.place.sheet, p.place.cell) for p in outcome.problems]


def describe(outcome: Any) -> str:
    """Return what the problems say, for the message of a failed test."""
    return "\n".join(f"{p.code} {p.place} {p.message}" for p in outcome.problems)


def check(case: Case, folder: Path) -> Any:
    """Validate the case's workspace and compare the whole list of problems."""
    healthy(folder, *case.changes)
    outcome = validate(folder, today=TODAY)
    found = places(outcome)
    wanted: list[Places] = case.at.alternatives(folder) if case.at else [[]]
    nearest = found if found in wanted else wanted[0]
    assert found == nearest, f"{case.name}\n{describe(outcome)}"
    return outcome


def several(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Parametrize a test over cases, each by its name."""
    return pytest.mark.parametrize("case", list(cases), ids=str)


def repeated(sheet: str, column: str, **changed: object) -> Case:
    """A last row that has the key of the first."""
    rows = rows_of(sheet)
    return breaks(
        f"{sheet}.{column} twice",
        error(sheet, column, len(rows)),
        add(sheet, {**rows[0], **changed}),
    )


def spelled(sheet: str, column: str, *values: object) -> Case:
    """The first row once more for each value of a column."""
    rows = [{**HEALTHY[sheet][0], column: value} for value in values]
    return passes(f"{sheet}.{column}: every choice", add(sheet, *rows))


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


def field(name: str) -> int:
    """The index of the row of a field of Организация."""
    return list(SELLER).index(name)


UNCLOSED = put("Заказы", "Дата закрытия", 0, None)
