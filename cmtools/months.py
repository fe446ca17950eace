"""Months, each given by its first day: which come before, which have ended, how they are named."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

YEAR = 12
REPORT_DAY = 5

_NAMES = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months on end, from the first day of one to the first day after another."""

    first: date
    end: date

    @staticmethod
    def of(first: date, last: date | None = None) -> Period:
        """Return a month given by its first day, or all from it to another."""
        return Period(first, next_month(last or first))


@lru_cache(maxsize=4096)
def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier; a day that the month lacks becomes its last."""
    month_index = day.year * 12 + day.month - 1 - months
    year, month = divmod(month_index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def months_up_to(month: date, count: int) -> tuple[date, ...]:
    """Return so many months, the given one last."""
    return tuple(months_before(month, back) for back in reversed(range(count)))


def ended_months(today: date, month: date, count: int) -> tuple[date, ...]:
    """Return the last months that ended before both today and the month (indicators.md, «Plan»)."""
    return months_up_to(months_before(min(today.replace(day=1), month), 1), count)


def next_month(month: date) -> date:
    """Return the month after."""
    return (month + timedelta(days=31)).replace(day=1)


def unfinished_on(month: date, today: date) -> date | None:
    """Return today, while the month is not over."""
    return today if today < next_month(month) else None


def report_due(month: date) -> date:
    """Return the last day on which a month's report is in time: the 5th of the next month."""
    return next_month(month).replace(day=REPORT_DAY)


def plan_due(month: date) -> date:
    """Return the last day on which a month's plan is in time: the day before its 1st."""
    return month - timedelta(days=1)


def month_name(month: date) -> str:
    """`ноябрь 2026 г.`."""
    return f"{_NAMES[month.month - 1]} {month.year}\u00a0г."


def list_months(months: tuple[date, ...]) -> str:
    """`август, сентябрь, октябрь 2026 г.`: the year is said where it changes."""
    words = [
        month_name(month) if at + 1 == len(months) or months[at + 1].year != month.year
        else _NAMES[month.month - 1]
        for at, month in enumerate(months)
    ]  # fmt: skip
    return ", ".join(words)


def short_month(month: date) -> str:
    """`ноя. 2026`; May is short enough."""
    name = _NAMES[month.month - 1]
    return f"{name if len(name) == 3 else f'{name[:3]}.'} {month.year}"
