"""Renew the figures of a plan that a person has worked on: all that is theirs stays.

openpyxl keeps their columns, sheets and formats; the values of formulas, which it does not write,
are put in afterwards, as the plan is read without Excel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmtools.books.choices import Unit
from cmtools.books.plan import PLAN, PlanLine, plan_formula
from cmtools.months import short_month
from cmtools.problems import column_letters
from cmtools.reports.plan_from_history import Goal
from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.package import Package
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import InvalidRow

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_MONTH_TITLE = re.compile(r"[а-я]{3}\.? \d{4}")


def edit_plan(
    path: Path, sheet: Sheet[PlanLine], goals: Sequence[Goal], months: Sequence[date]
) -> bytes | None:
    """Return the book with the bases and plans of the goals; None where it has them already.

    The months of the bases stand in the columns that are titled by months, else to the right.

    A plan that a person typed stays; an indicator whose line was removed comes back below.

    Raises:
        OSError: the file cannot be read.
    """
    from openpyxl import load_workbook

    lines = {normalize_name(str(line.get("indicator"))): line for line in sheet.entries()}
    if all(_is_current(lines.get(normalize_name(goal.indicator.title)), goal) for goal in goals):
        return None
    book = load_workbook(path)
    page = next(
        page for page in book.worksheets if normalize_name(page.title) == normalize_name(PLAN.title)
    )
    columns, results = sheet.source.columns, {}
    month_columns = _month_columns(page, sheet, months)
    for goal in goals:
        line = lines.get(normalize_name(goal.indicator.title))
        row = line.row if line is not None else _append_line(page, columns, goal)
        base = page.cell(row, columns["base"])
        base.value = float(goal.base)
        for column, fact in zip(month_columns, goal.history, strict=True):
            _copy_look(base, page.cell(row, column)).value = float(fact)
        if not goal.typed:
            results[f"{column_letters(columns['plan'])}{row}"] = goal.plan
    content = BytesIO()
    book.save(content)
    return _with_results(content, page.title, results)


def _is_current(line: PlanLine | InvalidRow | None, goal: Goal) -> bool:
    base = Decimal(f"{float(goal.base):.15g}")
    return line is not None and line.get("base") == base and line.get("plan") == goal.plan


def _append_line(page: Worksheet, columns: Mapping[str, int], goal: Goal) -> int:
    """Add the line of an indicator below the last one, in its look; return the row."""
    row = page.max_row + 1
    for column in range(1, page.max_column + 1):
        _copy_look(page.cell(row - 1, column), page.cell(row, column))
    base, growth = (column_letters(columns[name]) for name in ("base", "growth"))
    values = {
        "indicator": goal.indicator.title,
        "unit": goal.indicator.unit.value,
        "growth": float(goal.growth),
        "plan": plan_formula(
            row, whole_pieces=goal.indicator.unit is Unit.PIECES, base=base, growth=growth
        ),
    }
    for name, value in values.items():
        if name in columns:
            page.cell(row, columns[name]).value = value
    return row


def _month_columns(page: Worksheet, sheet: Sheet[PlanLine], months: Sequence[date]) -> list[int]:
    """Title the columns of the months, and return them."""
    header = page[sheet.header]
    columns = [n for n, cell in enumerate(header, 1) if _MONTH_TITLE.fullmatch(str(cell.value))]
    free = range(page.max_column + 1, page.max_column + 1 + len(months))
    columns = [*columns, *free][: len(months)]
    for column, month in zip(columns, months, strict=True):
        base = page.cell(sheet.header, sheet.source.columns["base"])
        _copy_look(base, page.cell(sheet.header, column)).value = short_month(month)
    return columns


def _copy_look(source: Any, target: Any) -> Any:
    for look in ("font", "fill", "border", "alignment", "number_format"):
        setattr(target, look, copy(getattr(source, look)))
    return target


def _with_results(content: BytesIO, title: str, results: Mapping[str, Decimal]) -> bytes:
    """Put the values of formulas into a sheet that openpyxl wrote."""
    package = Package(content)
    part = package.sheets()[title]

    def put(cell: re.Match[bytes]) -> bytes:
        result = results.get(cell["name"].decode())
        return cell[0] if result is None else b"%b<v>%d</v>" % (cell["formula"], int(result))

    package[part] = re.sub(
        rb'(?P<formula><c r="(?P<name>[A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)',
        put,
        package[part],
    )
    package.compute_on_load()
    saved = BytesIO()
    package.save(saved)
    return saved.getvalue()
