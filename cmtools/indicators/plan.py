"""The goals of a month as its plan states them: where the plan lies and what it says; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath

from cmtools.books.plan import PlanLine
from cmtools.indicators.catalog import INDICATORS
from cmtools.tables.values import same


def plan_title(month: date, manager: str | None = None) -> str:
    """The name of a plan without its ending: «2026-12 План», «2026-12 План — ИМЯ»."""
    of_whom = f" — {manager}" if manager else ""
    return f"{month:%Y-%m} План{of_whom}"


def is_plan_of(file: str, month: date, manager: str | None = None) -> bool:
    """Whether a file is the plan of a month, for one manager or for all."""
    stem = unicodedata.normalize("NFC", PurePosixPath(file).stem)
    return same(stem) == same(unicodedata.normalize("NFC", plan_title(month, manager)))


def goals(lines: Iterable[PlanLine]) -> Mapping[str, Decimal]:
    """Indicator id → its goal; a line that names no indicator is the manager's own."""
    by_title = {same(line.indicator): line.plan for line in lines}
    return {
        indicator.id: by_title[same(indicator.title)]
        for indicator in INDICATORS
        if same(indicator.title) in by_title
    }
