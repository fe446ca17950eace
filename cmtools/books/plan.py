"""«План»: the month's goals, tuned by the manager and approved by the director."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cmtools.problems import Message, Place, Problem, problem_at
from cmtools.tables.columns import GOAL, MEAN, PERCENT, Column
from cmtools.tables.dataset import Dataset
from cmtools.tables.headers import HeadCell
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Book, Row, Table

MONTH, MANAGER, APPROVED_BY, APPROVED_ON = "Месяц", "Менеджер", "Утвердил", "Дата утверждения"
PLAN_HEAD = (MONTH, MANAGER, APPROVED_BY, APPROVED_ON)
FIRST_ROW = len(PLAN_HEAD) + 4
EVERYBODY = "все"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanLine(Row):
    """The goal of one indicator: the base from history, the growth, the plan."""

    indicator: Annotated[str, Column("Показатель", unique=True, width=56, wrap=True)]
    unit: Annotated[str | None, Column("Ед.", width=11)]
    base: Annotated[Decimal | None, Column("База", MEAN, hint="Среднее за прошедшие месяцы")]
    growth: Annotated[
        Decimal | None, Column("Прирост, %", PERCENT, least=-100, hint="Меняйте смело")
    ]
    plan: Annotated[Decimal, Column("План", GOAL, hint="Считается сам; вписанное число важнее")]


PLAN = Table(
    PlanLine,
    "План",
    purpose="Показатели месяца: база, прирост и план.",
    head=PLAN_HEAD,
    stands_alone=True,
)

PLAN_BOOK = Book(
    name="План",
    purpose="План на месяц: менеджер настраивает прирост, директор утверждает до 1-го числа.",
    tables=(PLAN,),
)


def plan_formula(row: int, *, whole_pieces: bool, base: str = "C", growth: str = "D") -> str:
    """База × (1 + Прирост/100) in a row: pieces rounded up, roubles half up.

    The inner rounding takes away what a sum of binary fractions leaves behind: 25 + 12 % is 28.
    """
    grown = f"{base}{row}*(1+{growth}{row}/100)"
    return f"=ROUNDUP(ROUND({grown},9),0)" if whole_pieces else f"=ROUND(ROUND({grown},6),0)"


def approval(sheet: Sheet[PlanLine]) -> HeadCell | None:
    """Return the cell «Утвердил» of an approved plan: both it and the date beneath are filled."""
    who, when = sheet.head.get(APPROVED_BY), sheet.head.get(APPROVED_ON)
    return who if who and when and who.value is not None and when.value is not None else None


def approval_place(sheet: Sheet[PlanLine], label: str = APPROVED_BY) -> Place:
    """Return the cell of «Утвердил»; the sheet where its label is missing."""
    cell = sheet.head.get(label)
    return Place(
        file=sheet.source.file,
        sheet=sheet.source.sheet,
        row=cell.row if cell else None,
        column=cell.column if cell else None,
    )


APPROVAL_INCOMPLETE = Message(
    "approval-incomplete",
    "заполнено «{filled}», а «{empty}» нет: план не утверждён",
    "впишите вторую ячейку или очистите первую",
)


def approval_problems(dataset: Dataset) -> Iterator[Problem]:
    """Yield an error at the empty cell of each plan that has a name without a day, or a day alone.

    Where the label of the empty cell is missing, the error is at the sheet.
    """
    for sheet in dataset.sheets(PLAN):
        cells = {label: sheet.head.get(label) for label in (APPROVED_BY, APPROVED_ON)}
        filled = [label for label, cell in cells.items() if cell and cell.value is not None]
        if len(filled) == 1:
            empty = APPROVED_ON if filled == [APPROVED_BY] else APPROVED_BY
            fault = APPROVAL_INCOMPLETE(filled=filled[0], empty=empty)
            yield problem_at(approval_place(sheet, empty), fault, column=empty)


def plan_sheet(dataset: Dataset, file: str) -> Sheet[PlanLine] | None:
    """Return the sheet of a plan that was read; None where the file has none."""
    return next((found for found in dataset.sheets(PLAN) if found.source.file == file), None)
