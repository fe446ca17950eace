"""What a report leaves out, and why: books, sheets and rows with errors, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cmtools.books.orders import CLAIMS, DELIVERIES, ORDERS, PAYMENTS, POSITIONS
from cmtools.books.plan import PLAN
from cmtools.books.register import CLIENTS
from cmtools.books.settings import DISCOUNTS, MARKUPS, RULES, VAT
from cmtools.problems import Place, Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Partial, Table

OF_ORDERS: tuple[Table[Any], ...] = (POSITIONS, PAYMENTS, DELIVERIES, CLAIMS)
COUNTED: tuple[Table[Any], ...] = (CLIENTS, ORDERS, *OF_ORDERS, MARKUPS, DISCOUNTS, VAT, RULES)
COUNTED_SHEETS = frozenset(table.title for table in COUNTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Omission:
    """A row that counts nowhere; the whole sheet where there is no row, or the whole book."""

    place: Place
    reason: str


def omissions(
    dataset: Dataset, problems: Iterable[Problem], plan: str | None
) -> tuple[Omission, ...]:
    """All that is left out, by place; `plan` is the file of the month's plan, if there is one.

    A position with an error is not: it counts as one without a price.
    """
    unpriced = set(_unpriced(dataset))
    reasons: dict[Place, list[str]] = {}
    for problem in problems:
        place = _row_of(problem.place)
        if problem.is_error and place not in unpriced and _is_counted(place, plan):
            reasons.setdefault(place, []).append(_told(problem))
    for place, order in _hanging(dataset):
        reasons.setdefault(place, []).append(f"заказ {order} не вошёл в отчёт")
    return tuple(
        Omission(place=place, reason="; ".join(dict.fromkeys(reasons[place])))
        for place in sorted(reasons, key=Place.order)
    )


def _is_counted(place: Place, plan: str | None) -> bool:
    if place.sheet is None or place.sheet in COUNTED_SHEETS:
        return True
    return place.sheet == PLAN.title and place.file == plan


def _unpriced(dataset: Dataset) -> Iterator[Place]:
    """Positions with an error of orders that count."""
    sound = {order.number for order in dataset.records(ORDERS)}
    for entry in dataset.entries(POSITIONS):
        if isinstance(entry, Partial) and entry.get("order") in sound:
            yield entry.place()


def _hanging(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    """The rows of orders that do not count, with the order's number."""
    sound = {order.number for order in dataset.records(ORDERS)}
    for table in OF_ORDERS:
        for entry in dataset.entries(table):
            order = entry.get("order")
            if order is not None and order not in sound:
                yield entry.place(), order


def _row_of(place: Place) -> Place:
    return Place(file=place.file, sheet=place.sheet, row=place.row)


def _told(problem: Problem) -> str:
    if problem.place.cell is None or problem.column is None:
        return problem.message
    return f"{problem.place.cell} ({problem.column}): {problem.message}"
