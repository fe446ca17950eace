"""All the books as frames, asked for by period: a month needs no other month's rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cmtools.indicators.facts import Facts
from cmtools.indicators.linking import Linked
from cmtools.indicators.managers import Managers
from cmtools.indicators.periods import Period
from cmtools.indicators.windows import Cutter, Window


class Frames:
    """What the figures of any period are made of; a period is looked through once."""

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


def frames_of(linked: Linked, facts: Facts, managers: Managers, today: date) -> Frames:
    """The frames of all books, as they are on a day."""
    return Frames(Cutter(linked, facts, managers, today).cut)
