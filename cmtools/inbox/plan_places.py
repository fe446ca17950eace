"""Which plan of the workspace a dropped one is: the month and the manager in its head."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from cmtools.books.plan import PLAN
from cmtools.documents.file_names import safe_name
from cmtools.reports.plan import plan_title
from cmtools.tables.parsers import Cell, same, shown
from cmtools.tables.reader.sandbox import Grid, Reader
from cmtools.workspace import PLANS

HEAD_ROWS = 20
EVERYBODY = "все"
_YEAR_FIRST, _MONTH_FIRST = re.compile(r"(\d{4})-(\d\d?)"), re.compile(r"(\d\d?)[./](\d{4})")


def plan_place(path: Path, reader: Reader) -> Path | None:
    """The place of a plan, relative to the workspace; None where its head names no month.

    Raises:
        OSError: the file cannot be opened.
    """
    head: dict[str, Cell] = {}
    for part in reader.read(path, frozenset((same(PLAN.title),))):
        if isinstance(part, Grid):
            part.grow()
            head = _head(part)
    month = _month(head.get("месяц", ""))
    if month is None:
        return None
    manager = shown(head.get("менеджер", "")).strip()
    whose = None if same(manager) in ("", same(EVERYBODY)) else manager
    return Path(PLANS) / f"{safe_name(plan_title(month, whose))}.xlsx"


def _head(grid: Grid) -> dict[str, Cell]:
    """Label → the cell beside it, of the first rows."""
    found: dict[str, Cell] = {}
    for left, right in zip(grid.columns, grid.columns[1:], strict=False):
        for label, value in zip(left[:HEAD_ROWS], right[:HEAD_ROWS], strict=False):
            if isinstance(label, str) and label:
                found.setdefault(same(label.rstrip(":")), value)
    return found


def _month(value: Cell) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    text = shown(value).strip() if value is not None else ""
    if match := _YEAR_FIRST.match(text):
        year, month = int(match[1]), int(match[2])
    elif match := _MONTH_FIRST.match(text):
        month, year = int(match[1]), int(match[2])
    else:
        return None
    return date(year, month, 1) if 1 <= month <= 12 and 2000 <= year <= 2100 else None
