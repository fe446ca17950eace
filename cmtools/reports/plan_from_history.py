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
    """The goal of an indicator; `typed` where a person wrote the plan instead of the growth."""

    indicator: Indicator
    base: Fraction
    growth: Decimal
    plan: Decimal
    typed: bool = False


def bases(facts: Facts, months: Sequence[date]) -> Mapping[Indicator, Fraction]:
    """The mean fact of the months, unrounded, in the unit of each planned indicator."""
    facts = facts.within(Period.of(months[0], months[-1]))
    return {
        indicator: sum(map(Fraction, indicator.history(facts, months)), Fraction(0)) / len(months)
        for indicator in PLANNED
    }


def empty_months(facts: Facts, months: Sequence[date]) -> tuple[date, ...]:
    """Those of the months about which the books say nothing at all."""
    facts = facts.within(Period.of(months[0], months[-1]))
    history = [indicator.history(facts, months) for indicator in PLANNED]
    return tuple(month for month, *facts in zip(months, *history, strict=True) if not any(facts))


def apply_growth(base: Fraction, growth: Decimal, unit: Unit) -> Decimal:
    """Base × (1 + growth/100): pieces rounded up, roubles half up to whole ones, exactly."""
    exact = base * (1 + Fraction(growth) / 100)
    if unit is Unit.PIECES:
        return Decimal(ceil(exact))
    half_up = floor(abs(exact) + Fraction(1, 2))
    return Decimal(half_up if exact >= 0 else -half_up)
