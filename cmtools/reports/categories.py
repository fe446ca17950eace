"""The categories of many clients at many days: `clients.category_at`, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from cmtools.books.choices import Category
from cmtools.books.settings import Rules
from cmtools.pricing.category import months_before
from cmtools.reports.merging import Flags, Ints, each

CATEGORIES = tuple(Category)
NEW, REPEAT, SYSTEM = map(CATEGORIES.index, (Category.NEW, Category.REPEAT, Category.SYSTEM))
SPAN = 1 << 22  # more than there are days up to the year 9999


@dataclass(frozen=True, kw_only=True, slots=True)
class Losses:
    """Clients lost, by client and day: who, on which day, and whether системный before."""

    client: Ints
    on: Ints
    was_system: Flags


class History:
    """The days of the orders that count, of all clients; clients by number, days as ordinals."""

    def __init__(self, client: Ints, day: Ints, counts: Flags) -> None:
        self._points = np.sort(_points(client[counts], day[counts]))

    def categories_at(self, client: Ints, day: Ints, rules: Rules) -> Ints:
        """The category of each client at each day, as its number among `CATEGORIES`."""
        since = each(day, lambda day: _ordinal_before(day, rules.system_months))
        before = np.searchsorted(self._points, _points(client, day))
        clients = np.arange(client.max(initial=-1) + 1)
        ordered = before > np.searchsorted(self._points, _points(clients, 0))[client]
        recent = before - np.searchsorted(self._points, _points(client, since))
        return np.where(ordered, np.where(recent >= rules.system_orders, SYSTEM, REPEAT), NEW)

    def losses(self, rules: Rules) -> Losses:
        """Every time that a limit ran out before the next order came: `clients.losses`."""
        days = self._points[np.diff(self._points, prepend=-1) > 0]
        client, last = np.divmod(days, SPAN)
        system = self.categories_at(client, last + 1, rules) == SYSTEM
        on = last + np.where(system, rules.lost_system_days, rules.lost_other_days)
        following = np.append(days[1:], np.iinfo(np.int64).max)
        lost = following > _points(client, on)
        return Losses(client=client[lost], on=on[lost], was_system=system[lost])


def _points(client: Ints, day: Ints | int) -> npt.NDArray[np.int64]:
    """Clients and days as numbers that are sorted by client and day."""
    return client.astype(np.int64) * SPAN + day


def _ordinal_before(day: int, months: int) -> int:
    return months_before(date.fromordinal(day), months).toordinal()
