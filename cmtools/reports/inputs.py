"""What the books of a workspace say of a month: its rows as frames, its plan, what is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import chain

from cmtools.books.loader import BookFile
from cmtools.books.plan import PLAN
from cmtools.errors import UsageError
from cmtools.reports.exclusions import Omission, omissions
from cmtools.reports.facts import Facts
from cmtools.reports.indicators import INDICATORS
from cmtools.reports.load import ReportInputs
from cmtools.reports.plan_file import find_plan
from cmtools.tables.parsers import FIRST_DAY, LAST_DAY, normalize_name
from cmtools.tables.suggestions import suggest_in_refusal

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def first_day(month: str) -> date:
    """The first day of a month written as 2026-11.

    Raises:
        UsageError: it is no month.
    """
    match = _MONTH.fullmatch(month)
    if match is None or not FIRST_DAY.year <= int(match[1]) <= LAST_DAY.year:
        raise UsageError(f"месяц пишут как ГГГГ-ММ, например 2026-11, а не «{month}»")
    return date(int(match[1]), int(match[2]), 1)


def known_manager(inputs: ReportInputs, manager: str | None) -> str | None:
    """A manager as the books spell the name; None for all.

    Raises:
        UsageError: no book names the manager.
    """
    if manager is None:
        return None
    found = inputs.managers.get(normalize_name(manager))
    if found is not None:
        return found
    hint = suggest_in_refusal(manager, inputs.managers.values())
    raise UsageError(f"менеджера «{manager}» нет ни в заказах, ни среди клиентов{hint}")


def facts_of_manager(inputs: ReportInputs, manager: str | None) -> Facts:
    """The rows that count, of one manager or of all."""
    return inputs.facts if manager is None else inputs.facts.of_manager(manager)


def goals_of(inputs: ReportInputs, file: BookFile | None) -> Mapping[str, Decimal]:
    """Indicator id → its goal in a plan; a line that names no indicator is the manager's own."""
    name = file.name if file else None
    lines = (line for line in inputs.loaded.dataset.records(PLAN) if line.source.file == name)
    by_title = {normalize_name(line.indicator): line.plan for line in lines}
    titles = {indicator.id: normalize_name(indicator.title) for indicator in INDICATORS}
    return {id: by_title[title] for id, title in titles.items() if title in by_title}


def goals_by_manager(inputs: ReportInputs, month: date) -> Mapping[str, Mapping[str, Decimal]]:
    """Manager → the goals of his plan of the month, of those who have one."""
    files = {who: find_plan(inputs, month, who) for who in dict.fromkeys(inputs.managers.values())}
    return {who: goals_of(inputs, file) for who, file in files.items() if file is not None}


def month_goals(
    inputs: ReportInputs, month: date, manager: str | None
) -> tuple[Mapping[str, Decimal], int]:
    """Indicator id → its goal in the month; and how many managers' plans were added up for it.

    All managers without a plan of their own have the sum of the managers' plans.
    """
    file = find_plan(inputs, month, manager)
    if file is not None or manager is not None:
        return goals_of(inputs, file), 0
    plans = goals_by_manager(inputs, month).values()
    sums: dict[str, Decimal] = {}
    for id, goal in chain.from_iterable(plan.items() for plan in plans):
        sums[id] = sums.get(id, Decimal(0)) + goal
    return sums, len(plans)


def left_out_of(
    inputs: ReportInputs, month: date | None = None, manager: str | None = None
) -> tuple[Omission, ...]:
    """All that counts nowhere, also of the plans of a month."""
    whose = [manager] if manager else [None, *inputs.managers.values()]
    plans = [find_plan(inputs, month, who) for who in whose] if month else []
    names = {plan.name for plan in plans if plan is not None}
    return omissions(inputs.reasons, inputs.loaded.problems, names)
