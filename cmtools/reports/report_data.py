"""All that a report of a month shows beside its figures: their history, managers, reasons; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from cmtools.months import YEAR, Period, months_up_to
from cmtools.reports.complaint_reasons import ComplaintReason, reasons
from cmtools.reports.facts import Facts
from cmtools.reports.indicators import INDICATORS, Indicator, final
from cmtools.reports.month import Figure, Monthly

Goals = Mapping[str, Decimal]
"""Indicator id → its plan."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """An indicator over twelve months, the report's month last, and that month's source rows."""

    indicator: Indicator
    facts: tuple[Decimal, ...]
    plans: tuple[Decimal | None, ...]
    sources: pd.DataFrame

    @property
    def fact(self) -> Decimal:
        """The fact of the report's month."""
        return self.facts[-1]

    @property
    def plan(self) -> Decimal | None:
        """The plan of the report's month."""
        return self.plans[-1]

    def fact_of_last(self, count: int) -> Decimal:
        """The sum of the last months' facts."""
        return sum(self.facts[-count:], Decimal(0))

    def plan_of_last(self, count: int) -> Decimal | None:
        """The sum of the last months' plans; None where one of them has no plan."""
        plans = [plan for plan in self.plans[-count:] if plan is not None]
        return sum(plans, Decimal(0)) if len(plans) == count else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagerFigures:
    """A manager's facts and plans of the month, in the order of the indicators."""

    manager: str
    facts: tuple[Decimal, ...]
    plans: tuple[Decimal | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A month seen from all sides; `months` are twelve, `sides` empty in the report of one."""

    months: tuple[date, ...]
    courses: tuple[Series, ...]
    sides: tuple[ManagerFigures, ...]
    claims: tuple[ComplaintReason, ...]
    dissatisfaction: tuple[ComplaintReason, ...]
    unpriced: pd.DataFrame

    @property
    def month(self) -> date:
        """The report's month."""
        return self.months[-1]


def review(
    facts: Facts,
    found: Monthly,
    month: date,
    goals: Mapping[date, Goals],
    manager_goals: Mapping[str, Goals] | None,
) -> Review:
    """The review of a month whose figures are `found`; `goals` are the plans by month.

    `manager_goals` are the managers' plans of the month, None in the report of one of them.
    """
    months = months_up_to(month, YEAR)
    year = facts.within(Period.of(months[0], month))
    courses = tuple(
        Series(
            indicator=figure.indicator,
            facts=(*figure.indicator.history(year, months)[:-1], figure.fact),
            plans=tuple(goals.get(past, {}).get(figure.indicator.id) for past in months),
            sources=figure.sources,
        )
        for figure in found.figures
    )
    orders = final(year.within(Period.of(month)).orders)
    return Review(
        months=months,
        courses=courses,
        sides=() if manager_goals is None else side_by_side(found.figures, manager_goals),
        claims=reasons(year.claims, "reason", month),
        dissatisfaction=reasons(final(year.orders), "dissatisfaction", month),
        unpriced=orders[orders["unpriced"]],
    )


def side_by_side(
    figures: Sequence[Figure], goals: Mapping[str, Goals]
) -> tuple[ManagerFigures, ...]:
    """Every manager with a figure or a plan of the month, the one with the most orders first."""
    columns = [figure.indicator.by_manager(figure.sources) for figure in figures]
    names = dict.fromkeys([*(name for column in columns for name in column), *goals])
    sides = [
        ManagerFigures(
            manager=name,
            facts=tuple(column.get(name, Decimal(0)) for column in columns),
            plans=tuple(goals.get(name, {}).get(figure.indicator.id) for figure in figures),
        )
        for name in names
    ]
    return tuple(sorted(sides, key=lambda side: (-sum_of_orders(side.facts), side.manager)))


def sum_of_orders(facts: Sequence[Decimal]) -> Decimal:
    """The sum of all orders: of new, of system and of repeat clients."""
    sums = ("new_amount", "system_amount", "repeat_amount")
    pairs = zip(INDICATORS, facts, strict=True)
    return sum((fact for indicator, fact in pairs if indicator.id in sums), Decimal(0))
