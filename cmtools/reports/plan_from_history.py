"""The plan of a month from history: base, growth and plan of each planned indicator; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from cmtools.books.choices import Unit
from cmtools.months import Period
from cmtools.reports.facts import Facts
from cmtools.reports.indicators import INDICATORS, Indicator

PLANNED = tuple(indicator for indicator in INDICATORS if indicator.planned)


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """The goal of an indicator; `typed` where a person wrote the plan instead of the growth.

    history: the facts of the months of the base, in the unit of the indicator.
    """

    indicator: Indicator
    history: tuple[Decimal, ...]
    growth: Decimal
    plan: Decimal
    typed: bool = False

    @property
    def base(self) -> Fraction:
        """The mean of the months, unrounded."""
        return mean(self.history)


def mean(history: Sequence[Decimal]) -> Fraction:
    """The exact mean."""
    return sum(map(Fraction, history), Fraction(0)) / len(history)


def histories(facts: Facts, months: Sequence[date]) -> Mapping[Indicator, tuple[Decimal, ...]]:
    """The facts of the months, of each planned indicator."""
    facts = facts.within(Period.of(months[0], months[-1]))
    return {indicator: indicator.history(facts, months) for indicator in PLANNED}


def empty_months(
    history: Mapping[Indicator, Sequence[Decimal]], months: Sequence[date]
) -> tuple[date, ...]:
    """Those of the months about which the books say nothing at all."""
    facts_of_months = zip(months, *history.values(), strict=True)
    return tuple(month for month, *facts in facts_of_months if not any(facts))


def apply_growth(base: Fraction, growth: Decimal, unit: Unit) -> Decimal:
    """Base × (1 + growth/100): pieces rounded up, roubles half up to whole ones, exactly."""
    exact = base * (1 + Fraction(growth) / 100)
    if unit is Unit.PIECES:
        return Decimal(ceil(exact))
    half_up = floor(abs(exact) + Fraction(1, 2))
    return Decimal(half_up if exact >= 0 else -half_up)
