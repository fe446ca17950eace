"""`cmtools report`: the indicators of a month, plan and fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from cmtools.books.loading import Loaded
from cmtools.books.plan import PLAN, PLAN_BOOK
from cmtools.commands.consolidating import Progress, consolidate, silent
from cmtools.commands.outcome import Misuse, Outcome
from cmtools.indicators.catalog import Unit
from cmtools.indicators.managers import Managers
from cmtools.indicators.monthly import Figure, Monthly, monthly
from cmtools.indicators.omissions import Omission, omissions
from cmtools.indicators.plan import goals, is_plan_of
from cmtools.pricing import EXACT, KOPECK
from cmtools.tables.values import FIRST_DAY, LAST_DAY

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def report(
    root: Path,
    month: str,
    *,
    manager: str | None = None,
    books: str | None = None,
    strict: bool = False,
    scheduler: str | None = None,
    today: date,
    progress: Progress = silent,
) -> Outcome:
    """The indicators of a month, for one manager or for all.

    `books` is a pattern of the books of orders to take instead of the workspace's. Errors in a
    book never stop a report: it tells what it left out; `strict` makes that a failure.

    Raises:
        Misuse: the month is none, or no book names the manager.
        WorkspaceError, Unavailable: see `consolidate`.
    """
    first = first_day(month)
    consolidated = consolidate(root, today, books=books, scheduler=scheduler, progress=progress)
    who = None if manager is None else _known(consolidated.managers, manager)
    frames = consolidated.frames.of_manager(who) if who else consolidated.frames
    plan = _plan_file(consolidated.loaded, first, who)
    found = monthly(frames, first, _goals(consolidated.loaded, plan))
    left_out = omissions(consolidated.linked, consolidated.loaded.problems, plan)
    return Outcome(
        data=_answer(month, who, found, left_out),
        facts=_facts(found) | {"note": consolidated.note},
        is_failure=strict and bool(left_out),
    )


def first_day(month: str) -> date:
    """The first day of a month written as 2026-11.

    Raises:
        Misuse: it is no month.
    """
    match = _MONTH.fullmatch(month)
    if match is None or not FIRST_DAY.year <= int(match[1]) <= LAST_DAY.year:
        raise Misuse(f"месяц пишут как ГГГГ-ММ, например 2026-11, а не «{month}»")
    return date(int(match[1]), int(match[2]), 1)


def _known(managers: Managers, manager: str) -> str:
    found = managers.find(manager)
    if found is not None:
        return found
    near = managers.nearest(manager)
    hint = f"; может быть, «{near}»?" if near else ""
    raise Misuse(f"менеджера «{manager}» нет ни в заказах, ни среди клиентов{hint}")


def _plan_file(loaded: Loaded, month: date, manager: str | None) -> str | None:
    """The month's plan among the books that were read."""
    plans = (name for name, book in loaded.books.items() if book is PLAN_BOOK)
    return next((name for name in plans if is_plan_of(name, month, manager)), None)


def _goals(loaded: Loaded, plan: str | None) -> Mapping[str, Decimal]:
    lines = loaded.dataset.records(PLAN)
    return goals(line for line in lines if line.source.file == plan)


def _answer(
    month: str, manager: str | None, found: Monthly, left_out: tuple[Omission, ...]
) -> dict[str, object]:
    return {
        "month": month,
        "manager": manager,
        "indicators": {
            figure.indicator.id: {
                "plan": _shown(figure, figure.plan),
                "fact": _shown(figure, figure.fact),
            }
            for figure in found.figures
        },
        "unpriced_orders": found.unpriced_orders,
        "left_out": [
            {
                "file": omission.place.file,
                "sheet": omission.place.sheet,
                "row": omission.place.row,
                "reason": omission.reason,
            }
            for omission in left_out
        ],
        "files": [],
    }


def _facts(found: Monthly) -> dict[str, object]:
    return {
        "titles": {figure.indicator.id: figure.indicator.title for figure in found.figures},
        "figures": found.figures,
        "preliminary": {
            "orders": found.preliminary.orders,
            "amount": _money(found.preliminary.amount),
        },
    }


def _shown(figure: Figure, value: Decimal | None) -> str | int | float | None:
    """A figure in JSON: money is a text with two decimals, a count a number."""
    if value is None:
        return None
    if figure.indicator.unit is Unit.ROUBLES:
        return _money(value)
    return int(value) if value == value.to_integral_value() else float(value)


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(KOPECK, context=EXACT):f}"
