"""The categories of many clients at many days: `clients.category_at`, in columns."""

from __future__ import annotations

from datetime import date

import numpy as np

from cmtools.books.settings import Category, Rules
from cmtools.clients import months_before
from cmtools.indicators.merging import Flags, Ints

CATEGORIES = tuple(Category)
SPAN = 1 << 22  # more than there are days up to the year 9999


class History:
    """The days of the orders that count, of all clients; clients by number, days as ordinals."""

    def __init__(self, client: Ints, day: Ints, counts: Flags) -> None:
        self._points = np.sort(client[counts] * SPAN + day[counts])

    def days_of(self, client: int) -> list[date]:
        """The days of a client's orders, sorted."""
        first, end = np.searchsorted(self._points, (client * SPAN, (client + 1) * SPAN))
        return [date.fromordinal(day) for day in (self._points[first:end] - client * SPAN).tolist()]

    def categories_at(self, client: Ints, day: Ints, rules: Rules) -> Ints:
        """The category of each client at each day, as its number among `CATEGORIES`."""
        days, which = np.unique(day, return_inverse=True)
        since = [_ordinal_before(each, rules.system_months) for each in days.tolist()]
        start = client * SPAN
        before = np.searchsorted(self._points, start + day)
        ordered = before > np.searchsorted(self._points, start)
        recent = before - np.searchsorted(self._points, start + np.array(since, np.int64)[which])
        system, repeat, new = map(
            CATEGORIES.index, (Category.SYSTEM, Category.REPEAT, Category.NEW)
        )
        return np.where(ordered, np.where(recent >= rules.system_orders, system, repeat), new)


def _ordinal_before(day: int, months: int) -> int:
    return months_before(date.fromordinal(day), months).toordinal()
