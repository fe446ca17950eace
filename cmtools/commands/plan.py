"""`cmtools plan`: the goals of a month from history, as a workbook and a Word paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from cmtools.books.choices import Unit
from cmtools.commands.report import figure_as_json
from cmtools.commands.result import Result, problems_as_json
from cmtools.json_values import money, number
from cmtools.pricing.price import QUOTIENT
from cmtools.reports.inputs import first_day, known_manager
from cmtools.reports.load import load_inputs
from cmtools.reports.month_plan import MonthPlan, PlannedIndicator, make_month_plan


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanResult(Result):
    """The plan of a month."""

    plan: MonthPlan

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "month": f"{self.plan.month:%Y-%m}",
            "manager": self.plan.manager,
            "path": self.plan.path,
            "indicators": {
                planned.indicator.id: _indicator_as_json(planned)
                for planned in self.plan.indicators
            },
        }
        if self.problems:
            answer["problems"] = problems_as_json(self.problems)
        return answer


def plan(
    root: Path,
    month: str,
    *,
    manager: str | None = None,
    today: date,
) -> PlanResult:
    """Make the plan of a month, written as 2026-12, for one manager or for all.

    Raises:
        UsageError: the month is none, or no book names the manager.
        WorkspaceError, Unavailable: see `load_inputs`.
        OSError: the files cannot be read or written.
    """
    first = first_day(month)
    inputs = load_inputs(root, today)
    who = known_manager(inputs, manager)
    made = make_month_plan(inputs, first, who, today)
    return PlanResult(plan=made, problems=(*inputs.copies, *made.problems), files=tuple(made.files))


def _indicator_as_json(planned: PlannedIndicator) -> dict[str, object]:
    return {
        "base": _base_as_json(planned.base, planned.indicator.unit),
        "growth": None if planned.growth is None else number(planned.growth),
        "plan": figure_as_json(planned.plan, planned.indicator.unit),
    }


def _base_as_json(base: Fraction | None, unit: Unit) -> str | int | float | None:
    """Return the mean: money to the kopeck, a count as exact as a number of JSON can be."""
    if base is None:
        return None
    if unit is Unit.ROUBLES:
        return money(mean_in_roubles(base))
    return int(base) if base.denominator == 1 else float(base)


def mean_in_roubles(base: Fraction) -> Decimal:
    """Return a mean as a Decimal that rounds to the kopeck as the exact one does."""
    return QUOTIENT.divide(Decimal(base.numerator), base.denominator)
