"""Working days by the official production calendar of Russia, transfers included."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache

import holidays

DAY = timedelta(days=1)
_MOST_REMEMBERED = 1 << 14


@cache
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("RU")


@cache
def is_workday(day: date) -> bool:
    """Return whether people work on that day; a Saturday that was transferred is a working day."""
    return _calendar().is_working_day(day)


def knows_transfers(year: int) -> bool:
    """Return whether the transfers of days off of that year are known."""
    return year in _calendar().special_public_holidays


@lru_cache(_MOST_REMEMBERED)
def add_workdays(start: date, count: int) -> date:
    """Return the day that is so many working days after the start day; the start day for 0."""
    day = start
    while count > 0:
        day += DAY
        count -= is_workday(day)
    return day


@lru_cache(_MOST_REMEMBERED)
def workdays_between(start: date, end: date) -> int:
    """Count the working days after the start day up to and including the end."""
    return sum(is_workday(start + DAY * offset) for offset in range(1, (end - start).days + 1))
