"""What figures are made of, asked for by period: a month needs no other month's rows; pure.

Every frame has the columns `SOURCE`: where its row stands, its day, its client, its order (empty
where there is none) and its manager in one spelling. Days are ordinals, choices are numbers, money
counts whole kopecks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from cmtools.reports.months import Period

if TYPE_CHECKING:
    from cmtools.reports.frame import Frame

SOURCE = ("file", "sheet", "row", "on", "client", "order", "manager")


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The rows that count in a period.

    `orders` and `lines` (the priced positions) are of every request, final or not (`request`);
    their `category` is the client's at the first day of the order's month. `claims` are those made
    in the period, `met` those decided so in it. `losses` are the days on which a client was lost,
    in the row of the client.
    """

    orders: Frame
    lines: Frame
    payments: Frame
    deliveries: Frame
    claims: Frame
    met: Frame
    clients: Frame
    losses: Frame

    def of_manager(self, name: str) -> Window:
        """The rows of one manager, spelled as the frames spell it."""
        frames = {item.name: getattr(self, item.name) for item in fields(self)}
        return Window(**{key: rows.called("manager", name) for key, rows in frames.items()})


class Frames:
    """The windows of all books; each is cut once."""

    def __init__(self, cut: Callable[[Period], Window]) -> None:
        self._cut = cut
        self._known: dict[Period, Window] = {}

    def within(self, period: Period) -> Window:
        """The frames of a period."""
        if period not in self._known:
            self._known[period] = self._cut(period)
        return self._known[period]

    def of_manager(self, name: str) -> Frames:
        """The same of one manager, spelled as the frames spell it."""
        return Frames(lambda period: self.within(period).of_manager(name))
