"""The goals of a month as its plan states them: how the plan is called and what it says; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath

from cmtools.books.plan import PlanLine
from cmtools.reports.indicators import INDICATORS
from cmtools.tables.parsers import normalize_name


def plan_title(month: date, manager: str | None = None) -> str:
    """The name of a plan without its ending: «2026-12 План», «2026-12 План — ИМЯ»."""
    return f"{month:%Y-%m} План{_of(manager)}"


def report_title(month: date, manager: str | None = None) -> str:
    """The name of a report without its ending: «2026-11 Отчёт», «2026-11 Отчёт — ИМЯ»."""
    return f"{month:%Y-%m} Отчёт{_of(manager)}"


def _of(manager: str | None) -> str:
    return f" — {manager}" if manager else ""


def is_called(file: str, stem: str) -> bool:
    """Whether a file bears a name, whatever its folder, ending and case."""
    found = unicodedata.normalize("NFC", PurePosixPath(file).stem)
    return normalize_name(found) == normalize_name(unicodedata.normalize("NFC", stem))


def goals(lines: Iterable[PlanLine]) -> Mapping[str, Decimal]:
    """Indicator id → its goal; a line that names no indicator is the manager's own."""
    by_title = {normalize_name(line.indicator): line.plan for line in lines}
    return {
        indicator.id: by_title[normalize_name(indicator.title)]
        for indicator in INDICATORS
        if normalize_name(indicator.title) in by_title
    }
