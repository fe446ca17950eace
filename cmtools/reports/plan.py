"""The goals of a month as its plan states them: how the plan is called and what it says; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath

from cmtools.books.plan import PlanLine
from cmtools.reports.indicators import INDICATORS
from cmtools.tables.parsers import normalize_name

_VERSION = re.compile(r"(.*?)(?: \((\d{1,5})\))?", re.DOTALL)


def plan_title(month: date, manager: str | None = None) -> str:
    """The name of a plan without its ending: «2026-12 План», «2026-12 План — ИМЯ»."""
    return f"{month:%Y-%m} План{_of(manager)}"


def report_title(month: date, manager: str | None = None) -> str:
    """The name of a report without its ending: «2026-11 Отчёт», «2026-11 Отчёт — ИМЯ»."""
    return f"{month:%Y-%m} Отчёт{_of(manager)}"


def _of(manager: str | None) -> str:
    return f" — {manager}" if manager else ""


def version_of_plan(file: str, stem: str) -> int | None:
    """Return the version that a file is of the plan of a name: 2 of «2026-12 План (2).xlsx»."""
    name, version = _VERSION.fullmatch(_comparable(PurePosixPath(file).stem)).groups()  # type: ignore[union-attr]
    return int(version or 1) if name == _comparable(stem) else None


def _comparable(name: str) -> str:
    return normalize_name(unicodedata.normalize("NFC", name))


def goals(lines: Iterable[PlanLine]) -> Mapping[str, Decimal]:
    """Indicator id → its goal; a line that names no indicator is the manager's own."""
    by_title = {normalize_name(line.indicator): line.plan for line in lines}
    return {
        indicator.id: by_title[normalize_name(indicator.title)]
        for indicator in INDICATORS
        if normalize_name(indicator.title) in by_title
    }
