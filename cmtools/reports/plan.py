"""The goals of a month as its plan states them; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cmtools.books.plan import PlanLine
from cmtools.reports.indicators import INDICATORS
from cmtools.tables.parsers import normalize_name


def goals(lines: Iterable[PlanLine]) -> Mapping[str, Decimal]:
    """Indicator id → its goal; a line that names no indicator is the manager's own."""
    by_title = {normalize_name(line.indicator): line.plan for line in lines}
    return {
        indicator.id: by_title[normalize_name(indicator.title)]
        for indicator in INDICATORS
        if normalize_name(indicator.title) in by_title
    }
