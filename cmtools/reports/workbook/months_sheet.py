"""The sheet «По месяцам»: facts and plans of twelve months, from which the year is added up."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell

from cmtools.books.choices import Unit
from cmtools.months import YEAR, month_name, short_month
from cmtools.reports.indicators import Indicator
from cmtools.reports.report_data import Review, Series
from cmtools.reports.workbook.sheet_writer import (
    CELL,
    DASH,
    FIGURE,
    MONEY,
    NOTE,
    WHOLE,
    Canvas,
    Page,
    cell_name,
    number_format,
    stored_value,
)
from cmtools.reports.workbook.source_sheets import total_cell
from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import Formula

SHEET = "По месяцам"
HEADER = 3  # counted from 0
LAST = YEAR  # the column of the report's month


def draw_months(canvas: Canvas, found: Review) -> None:
    """Draw facts, the report's month added up from its source rows, and plans below."""
    page = canvas.page(SHEET, [27, *[13.5] * YEAR])
    page.put(0, 0, f"Двенадцать месяцев по {month_name(found.month)}", **styles.TITLE)
    page.put(1, 0, "Факт", **styles.HEADING)
    _header(page, found, HEADER)
    for row, course in enumerate(found.courses, start=HEADER + 1):
        indicator = course.indicator
        for column, fact in enumerate(course.facts, start=1):
            value: object = fact
            if column == LAST:
                value = Formula(f"={total_cell(indicator)}", stored_value(fact))
            page.put(row, column, value, **FIGURE, num_format=_format(indicator))
        page.put(row, 0, indicator.short, **CELL)
    title = _plan_header(found) - 2
    page.put(title, 0, "План", **styles.HEADING)
    page.put(title, 1, "Прочерк: на этот месяц плана нет.", **NOTE)
    _header(page, found, title + 2)
    for row, course in enumerate(_planned_series(found), start=title + 3):
        page.put(row, 0, course.indicator.short, **CELL)
        for column, plan in enumerate(course.plans, start=1):
            form = number_format(plan, _format(course.indicator))
            page.put(row, column, DASH if plan is None else plan, **FIGURE, num_format=form)
    page.height(0, 28)
    page.close()
    page.sheet.freeze_panes(HEADER + 1, 1)


def fact_of_year(found: Review, indicator: Indicator) -> str:
    """The formula that adds up the facts of the year so far."""
    row = HEADER + 1 + [course.indicator for course in found.courses].index(indicator)
    return _sum(found, row, 2 if indicator.unit is Unit.ROUBLES else 0)


def plan_of_year(found: Review, indicator: Indicator) -> str:
    """The formula that adds up the plans of the year so far."""
    planned = [course.indicator for course in _planned_series(found)]
    return _sum(found, _plan_header(found) + 1 + planned.index(indicator), 4)


def facts_range(found: Review, id: str) -> str:
    """The twelve facts of an indicator, for a chart."""
    row = HEADER + 1 + [course.indicator.id for course in found.courses].index(id)
    return f"={cell_name(SHEET, _cells(row, 1))}"


def names_range() -> str:
    """The names of the twelve months, for a chart."""
    return f"={cell_name(SHEET, _cells(HEADER, 1))}"


def _planned_series(found: Review) -> list[Series]:
    """The indicators that have a plan by rule, and those that a person gave one."""
    return [c for c in found.courses if c.indicator.planned or any(p is not None for p in c.plans)]


def _plan_header(found: Review) -> int:
    return HEADER + len(found.courses) + 4


def _header(page: Page, found: Review, row: int) -> None:
    page.put(row, 0, "Показатель", **styles.HEADER, bg_color=styles.NAVY)
    for column, month in enumerate(found.months, start=1):
        colour = styles.NAVY if column == LAST else styles.BLUE
        page.put(row, column, short_month(month), **styles.HEADER, bg_color=colour)


def _cells(row: int, first: int) -> str:
    corner, end = (xl_rowcol_to_cell(row, c, row_abs=True, col_abs=True) for c in (first, LAST))
    return f"{corner}:{end}"


def _sum(found: Review, row: int, places: int) -> str:
    january = LAST - found.month.month + 1
    return f"=ROUND(SUM({cell_name(SHEET, _cells(row, january))}),{places})"


def _format(indicator: Indicator) -> str:
    return MONEY if indicator.unit is Unit.ROUBLES else WHOLE
