"""What a report leaves out, and why: books, sheets and rows with errors, and what hangs on them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from cmtools.books.agreed import AGREED_PRICES
from cmtools.books.orders import ORDERS, POSITIONS
from cmtools.books.plan import PLAN
from cmtools.books.register import CLIENTS
from cmtools.books.settings import DISCOUNTS, MARKUPS, RULES, VAT
from cmtools.problems import Place, Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import InvalidRow, Table

OTHER_TABLES: tuple[Table[Any], ...] = (
    CLIENTS,
    MARKUPS,
    DISCOUNTS,
    VAT,
    RULES,
    AGREED_PRICES,
)
"""The tables of other books than of orders whose errors are named."""

_LAST = 1 << 20  # a missing order is named after all that is wrong with the row itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Omission:
    """A row that counts nowhere; the whole sheet where there is no row, or the whole book."""

    place: Place
    reason: str


class Reason(NamedTuple):
    """Why something does not count; reasons of one place are sorted by column, code and text."""

    place: Place
    column: int
    code: str
    text: str


def reasons_of_rows(
    dataset: Dataset, tables: Iterable[Table[Any]], own: Iterable[Problem] = ()
) -> Sequence[Reason]:
    """Why rows of these tables of linked books do not count; `own` are each book's own errors.

    A position in error of an order that counts is not left out: it has no price.
    """
    tables = [*tables]
    sheets = chain.from_iterable(dataset.sheets(table) for table in tables)
    problems = chain(own, chain.from_iterable(sheet.problems for sheet in sheets))
    numbers = {order.number for order in dataset.records(ORDERS)}
    unpriced = {
        row.place()
        for row in dataset.entries(POSITIONS)
        if isinstance(row, InvalidRow) and row.get("order") in numbers
    }
    reasons = (reason_of(problem) for problem in problems if problem.is_error)
    return [
        *(reason for reason in reasons if reason.place not in unpriced),
        *_without_order(dataset, [table for table in tables if table is not ORDERS], numbers),
    ]


def _without_order(
    dataset: Dataset, tables: Iterable[Table[Any]], numbers: set[str]
) -> Iterator[Reason]:
    """Rows whose order does not count."""
    for table in tables:
        for row in dataset.entries(table):
            number = row.get("order")
            if number is not None and number not in numbers:
                yield Reason(row.place(), _LAST, "", f"заказ {number} не вошёл в отчёт")


def omissions(
    of_orders: Iterable[Reason], problems: Iterable[Problem], plans: Container[str]
) -> tuple[Omission, ...]:
    """All that is left out, by place.

    `problems` are those of the other books than of orders; `plans` are the files of the
    month's plans.
    """
    of_others = (reason_of(p) for p in problems if p.is_error and _is_counted(p.place, plans))
    reasons: dict[Place, list[Reason]] = {}
    for reason in chain(of_others, of_orders):
        reasons.setdefault(reason.place, []).append(reason)
    return tuple(
        Omission(
            place=place,
            reason="; ".join(dict.fromkeys(r.text for r in sorted(reasons[place], key=_rank))),
        )
        for place in sorted(reasons, key=Place.order)
    )


def _rank(reason: Reason) -> tuple[int, str, str]:
    return reason[1:]


def _is_counted(place: Place, plans: Container[str]) -> bool:
    if place.sheet is None or place.sheet in {table.title for table in OTHER_TABLES}:
        return True
    return place.sheet == PLAN.title and place.file in plans


def reason_of(problem: Problem) -> Reason:
    """Return an error as the reason why its row, or its book, does not count."""
    place = problem.place
    row = Place(file=place.file, sheet=place.sheet, row=place.row)
    return Reason(row, place.column or 0, problem.code, describe(problem))


def describe(problem: Problem) -> str:
    """An error in one line: the cell, the column, what is wrong."""
    if problem.place.cell is None or problem.column is None:
        return problem.message
    return f"{problem.place.cell} ({problem.column}): {problem.message}"
