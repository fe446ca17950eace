"""Why clients complain: reasons counted and ordered for a Pareto chart; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from cmtools.indicators.catalog import Period, within
from cmtools.tables.values import same, squeeze


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A reason in its first spelling: how often it was named in the month, and in all months."""

    text: str
    month: int
    total: int


def reasons(rows: pd.DataFrame, column: str, months: Sequence[date]) -> tuple[Reason, ...]:
    """The reasons of a column in those months, the most frequent first; the last is the report's.

    Texts that differ in case, spaces or ё/е alone are one reason; an empty one is none.
    """
    spellings: dict[str, str] = {}
    month, total = Counter[str](), Counter[str]()
    since = pd.Timestamp(months[-1])
    found = within(rows[rows[column] != ""], Period.of(months[0], months[-1]))
    for text, is_now in zip(found[column], found["on"] >= since, strict=True):
        spellings.setdefault(same(text), squeeze(text))
        total[same(text)] += 1
        month[same(text)] += is_now
    counted = [
        Reason(text=spellings[key], month=month[key], total=times) for key, times in total.items()
    ]
    return tuple(sorted(counted, key=lambda reason: (-reason.total, -reason.month, reason.text)))
