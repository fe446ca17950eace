"""«План»: the month's goals, tuned by the manager and approved by the director."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cmtools.tables.columns import NUMBER, PERCENT, Column
from cmtools.tables.table import Book, Row, Table

PLAN_HEAD = ("Месяц", "Менеджер", "Утвердил", "Дата утверждения")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanLine(Row):
    """The goal of one indicator: the base from history, the growth, the plan."""

    indicator: Annotated[str, Column("Показатель", unique=True, width=58, wrap=True)]
    unit: Annotated[str | None, Column("Ед.", width=16)]
    base: Annotated[
        Decimal | None, Column("База", NUMBER, width=18, hint="Среднее за прошедшие месяцы")
    ]
    growth: Annotated[Decimal | None, Column("Прирост, %", PERCENT, hint="Меняйте смело")]
    plan: Annotated[
        Decimal, Column("План", NUMBER, width=18, hint="Считается сам; вписанное число важнее")
    ]


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
