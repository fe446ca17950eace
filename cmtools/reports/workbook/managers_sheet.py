"""The sheet «Менеджеры»: everybody's facts of the month side by side, with their plans."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell

from cmtools.books.choices import Unit
from cmtools.reports.months import month_name
from cmtools.reports.report_data import Review
from cmtools.reports.workbook.sheet_writer import (
    CELL,
    DASH,
    FIGURE,
    MONEY,
    NOTE,
    WHOLE,
    Canvas,
    cell_name,
    stored_value,
)
from cmtools.reports.workbook.source_sheets import total_cell
from cmtools.tables.writer import styles
from cmtools.tables.writer.workbook import Formula

SHEET = "Менеджеры"
HEADER = 3  # counted from 0
_OF_PLAN = {"italic": True, "font_color": styles.GREY}
A_PAGE = 7  # managers that are still readable on one page across


def draw_managers(canvas: Canvas, found: Review) -> None:
    """Draw a column a manager, the one with the most orders first, and the company's own."""
    page = canvas.page(SHEET, [52, 17, *[17] * len(found.sides)])
    page.put(0, 0, f"Менеджеры за {month_name(found.month)}", **styles.TITLE)
    page.put(
        1,
        0,
        "Клиент с заказами у двух менеджеров стоит у каждого из них, а в столбце «Все» — один раз.",
        **NOTE,
    )
    for column, title in enumerate(("Показатель", "Все", *(side.manager for side in found.sides))):
        colour = styles.BLUE if column > 1 else styles.NAVY
        page.put(HEADER, column, title, **styles.HEADER, bg_color=colour)
    rows = _rows(found)
    for at, course in enumerate(found.courses):
        row, money = rows[course.indicator.id], course.indicator.unit is Unit.ROUBLES
        look = FIGURE | {"num_format": MONEY if money else WHOLE}
        page.put(row, 0, course.indicator.title, **CELL)
        everybody = Formula(f"={total_cell(course.indicator)}", stored_value(course.fact))
        page.put(row, 1, everybody, **look | {"bold": True})
        for column, side in enumerate(found.sides, start=2):
            page.put(row, column, side.facts[at], **look)
        if _is_planned(found, at):
            page.put(row + 1, 0, "план", **CELL | _OF_PLAN | {"align": "right"})
            for column, plan in enumerate((course.plan, *(s.plans[at] for s in found.sides)), 1):
                page.put(row + 1, column, DASH if plan is None else plan, **look | _OF_PLAN)
    page.height(0, 28)
    page.height(HEADER, 34)
    page.close()
    page.sheet.freeze_panes(HEADER + 1, 2)
    page.sheet.repeat_rows(HEADER)
    page.sheet.repeat_columns(0, 0)
    page.sheet.fit_to_pages(-(-len(found.sides) // A_PAGE) or 1, 0)


def names_range(count: int) -> str:
    """The names of the first managers, for a chart."""
    return _across(HEADER, count)


def facts_range(found: Review, id: str, count: int) -> str:
    """An indicator's facts of the first managers, for a chart."""
    return _across(_rows(found)[id], count)


def _rows(found: Review) -> dict[str, int]:
    """Indicator id → the row of its facts; those of the plans stand below them."""
    rows, row = {}, HEADER + 1
    for at, course in enumerate(found.courses):
        rows[course.indicator.id] = row
        row += 1 + _is_planned(found, at)
    return rows


def _is_planned(found: Review, at: int) -> bool:
    plans = (found.courses[at].plan, *(side.plans[at] for side in found.sides))
    return any(plan is not None for plan in plans)


def _across(row: int, count: int) -> str:
    corner = xl_rowcol_to_cell(row, 2, row_abs=True, col_abs=True)
    end = xl_rowcol_to_cell(row, count + 1, row_abs=True, col_abs=True)
    return f"={cell_name(SHEET, f'{corner}:{end}')}"
