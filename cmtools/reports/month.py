"""A month's report: plan and fact of every indicator, unpriced orders, preliminary requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from cmtools.books.choices import RequestKind
from cmtools.months import Period
from cmtools.reports.facts import Facts
from cmtools.reports.indicators import INDICATORS, Indicator, final, total


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """An indicator's plan, its fact, and the source rows whose `value` adds up to the fact."""

    indicator: Indicator
    plan: Decimal | None
    fact: Decimal
    sources: pd.DataFrame


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


def monthly(facts: Facts, month: date, goals: Mapping[str, Decimal]) -> Monthly:
    """The report of a month given by its first day; `goals` are plans by indicator id."""
    of_month = facts.within(Period.of(month))
    return Monthly(
        figures=tuple(_figure(indicator, of_month, goals) for indicator in INDICATORS),
        unpriced_orders=int(final(of_month.orders)["unpriced"].sum()),
        preliminary=_preliminary(of_month),
    )


def _figure(indicator: Indicator, facts: Facts, goals: Mapping[str, Decimal]) -> Figure:
    sources = indicator.sources(facts)
    return Figure(
        indicator=indicator,
        plan=goals.get(indicator.id),
        fact=indicator.figure(sources),
        sources=sources,
    )


def _preliminary(facts: Facts) -> Preliminary:
    requests, lines = (
        rows[rows["request"] == RequestKind.PRELIMINARY] for rows in (facts.orders, facts.lines)
    )
    return Preliminary(orders=len(requests), amount=total(lines["amount"]))
