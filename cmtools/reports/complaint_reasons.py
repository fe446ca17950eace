"""Why clients complain: reasons counted and ordered for a Pareto chart; pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pandas as pd

from cmtools.tables.parsers import normalize_name, squeeze


@dataclass(frozen=True, kw_only=True, slots=True)
class ComplaintReason:
    """A reason in its first spelling: how often it was named in the month, and in all months."""

    text: str
    month: int
    total: int


def reasons(rows: pd.DataFrame, column: str, month: date) -> tuple[ComplaintReason, ...]:
    """The reasons of a column, the most frequent first; the report's `month` is the rows' last.

    Texts that differ in case, spaces or ё/е alone are one reason; an empty one is none.
    """
    spellings: dict[str, str] = {}
    in_month, total = Counter[str](), Counter[str]()
    named = rows[rows[column].notna()]
    for on, text in zip(named["on"], named[column], strict=True):
        spellings.setdefault(normalize_name(text), squeeze(text))
        total[normalize_name(text)] += 1
        in_month[normalize_name(text)] += on >= month.toordinal()
    counted = [
        ComplaintReason(text=spellings[key], month=in_month[key], total=times)
        for key, times in total.items()
    ]
    return tuple(sorted(counted, key=lambda reason: (-reason.total, -reason.month, reason.text)))
