"""`cmtools report`: the indicators of a month, plan and fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from cmtools.books.plan import PLAN, PLAN_BOOK
from cmtools.commands.opening import Opened, open_books
from cmtools.commands.outcome import Misuse, Outcome
from cmtools.indicators.catalog import Unit
from cmtools.indicators.frames import Frames, PricedOrder, frames_of
from cmtools.indicators.managers import managers_of
from cmtools.indicators.monthly import Figure, Monthly, monthly
from cmtools.indicators.omissions import Omission, omissions
from cmtools.indicators.plan import goals, is_plan_of
from cmtools.pricing import EXACT, KOPECK
from cmtools.problems import Problem
from cmtools.tables.values import FIRST_DAY, LAST_DAY

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def report(root: Path, month: str, *, manager: str | None = None, today: date) -> Outcome:
    """The indicators of a month, for one manager or for all.

    Errors in a book never stop a report: it tells what it left out.

    Raises:
        Misuse: the month is none, or no book names the manager.
        WorkspaceError, Unavailable: see `open_books`.
    """
    first = first_day(month)
    opened = open_books(root, (), today)
    who = None if manager is None else _known(opened, manager)
    books = _frames(opened, today)
    plan = _plan_file(opened, first, who)
    found = monthly(books.of_manager(who) if who else books, first, _goals(opened, plan))
    left_out = omissions(opened.loaded.dataset, _data_problems(opened), plan)
    return Outcome(data=_answer(month, who, found, left_out), facts=_facts(found))


def first_day(month: str) -> date:
    """The first day of a month written as 2026-11.

    Raises:
        Misuse: it is no month.
    """
    match = _MONTH.fullmatch(month)
    if match is None or not FIRST_DAY.year <= int(match[1]) <= LAST_DAY.year:
        raise Misuse(f"месяц пишут как ГГГГ-ММ, например 2026-11, а не «{month}»")
    return date(int(match[1]), int(match[2]), 1)


def _known(opened: Opened, manager: str) -> str:
    managers = managers_of(opened.loaded.dataset)
    found = managers.find(manager)
    if found is not None:
        return found
    near = managers.nearest(manager)
    hint = f"; может быть, «{near}»?" if near else ""
    raise Misuse(f"менеджера «{manager}» нет ни в заказах, ни среди клиентов{hint}")


def _frames(opened: Opened, today: date) -> Frames:
    priced = [
        PricedOrder(order=quote.order, lines=[found.line for found in quote.positions])
        for quote in opened.quotes.quotes
        if quote.order is not None
    ]
    return frames_of(opened.loaded.dataset, priced, today)


def _plan_file(opened: Opened, month: date, manager: str | None) -> str | None:
    """The month's plan among the books that were read."""
    books = opened.loaded.books.items()
    plans = (name for name, book in books if book is PLAN_BOOK)
    return next((name for name in plans if is_plan_of(name, month, manager)), None)


def _goals(opened: Opened, plan: str | None) -> Mapping[str, Decimal]:
    lines = opened.loaded.dataset.records(PLAN)
    return goals(line for line in lines if line.source.file == plan)


def _data_problems(opened: Opened) -> list[Problem]:
    """Those of the data: an order whose price is a problem is an order all the same."""
    of_prices = set(opened.quotes.problems)
    return [problem for problem in opened.problems if problem not in of_prices]


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
