"""A month's report: plan and fact of every indicator, and what stands beside them; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from cmtools.books.choices import Request
from cmtools.reports.frames import Frames, Window
from cmtools.reports.indicators import INDICATORS, Indicator, final, total
from cmtools.reports.months import Period

if TYPE_CHECKING:
    from cmtools.reports.frame import Frame


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """An indicator's plan, its fact, and the source rows whose `value` adds up to the fact."""

    indicator: Indicator
    plan: Decimal | None
    fact: Decimal
    sources: Frame


@dataclass(frozen=True, kw_only=True, slots=True)
class Preliminary:
    """Requests that are no orders yet: how many, and their sum in roubles where priced."""

    orders: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Monthly:
    """The figures of a month, the orders not wholly priced, the requests that are no orders yet."""

    figures: tuple[Figure, ...]
    unpriced_orders: int
    preliminary: Preliminary


def monthly(books: Frames, month: date, goals: Mapping[str, Decimal]) -> Monthly:
    """The report of a month given by its first day; `goals` are plans by indicator id."""
    window = books.within(Period.of(month))
    return Monthly(
        figures=tuple(_figure(indicator, books, month, goals) for indicator in INDICATORS),
        unpriced_orders=int(final(window.orders)["unpriced"].sum()),
        preliminary=_preliminary(window),
    )


def _figure(
    indicator: Indicator, books: Frames, month: date, goals: Mapping[str, Decimal]
) -> Figure:
    sources = indicator.sources(books, month)
    return Figure(
        indicator=indicator,
        plan=goals.get(indicator.id),
        fact=indicator.figure(sources),
        sources=sources,
    )


def _preliminary(window: Window) -> Preliminary:
    requests, lines = (
        rows[rows.chosen("request", Request.PRELIMINARY)] for rows in (window.orders, window.lines)
    )
    return Preliminary(orders=len(requests), amount=total(lines["amount"]))
