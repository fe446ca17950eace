"""What the books of a workspace say of a month: its rows as frames, its plan, what is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import chain

from cmtools.books.plan import PLAN, PLAN_BOOK
from cmtools.errors import UsageError
from cmtools.reports.documents import file_stem
from cmtools.reports.exclusions import Omission, omissions
from cmtools.reports.facts import Facts
from cmtools.reports.load import ReportInputs
from cmtools.reports.plan import goals, is_called, plan_title
from cmtools.tables.parsers import FIRST_DAY, LAST_DAY, normalize_name
from cmtools.tables.suggestions import suggest_in_refusal

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def first_day(month: str) -> date:
    """The first day of a month written as 2026-11.

    Raises:
        Misuse: it is no month.
    """
    match = _MONTH.fullmatch(month)
    if match is None or not FIRST_DAY.year <= int(match[1]) <= LAST_DAY.year:
        raise UsageError(f"месяц пишут как ГГГГ-ММ, например 2026-11, а не «{month}»")
    return date(int(match[1]), int(match[2]), 1)


def known_manager(inputs: ReportInputs, manager: str | None) -> str | None:
    """A manager as the books spell the name; None for all.

    Raises:
        Misuse: no book names the manager.
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


def plan_file(inputs: ReportInputs, month: date, manager: str | None) -> str | None:
    """The month's plan among the books that were read."""
    books = inputs.loaded.books.items()
    plans = (name for name, book in books if book is PLAN_BOOK)
    stem = file_stem(plan_title(month, manager))
    return next((name for name in plans if is_called(name, stem)), None)


def goals_of(inputs: ReportInputs, file: str | None) -> Mapping[str, Decimal]:
    """Indicator id → its goal in a plan."""
    lines = inputs.loaded.dataset.records(PLAN)
    return goals(line for line in lines if line.source.file == file)


def goals_by_manager(inputs: ReportInputs, month: date) -> Mapping[str, Mapping[str, Decimal]]:
    """Manager → the goals of his plan of the month, of those who have one."""
    files = {who: plan_file(inputs, month, who) for who in dict.fromkeys(inputs.managers.values())}
    return {who: goals_of(inputs, file) for who, file in files.items() if file is not None}


def month_goals(
    inputs: ReportInputs, month: date, manager: str | None
) -> tuple[Mapping[str, Decimal], int]:
    """Indicator id → its goal in the month; and how many managers' plans were added up for it.

    All managers without a plan of their own have the sum of the managers' plans.
    """
    file = plan_file(inputs, month, manager)
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
    plans = {plan_file(inputs, month, who) for who in whose} if month else set()
    return omissions(inputs.reasons, inputs.loaded.problems, plans)
