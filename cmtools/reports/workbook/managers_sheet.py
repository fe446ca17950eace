"""The sheet «Менеджеры»: everybody's plan, fact and deviation of the month side by side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlsxwriter.utility import xl_rowcol_to_cell

from cmtools.books.choices import Unit
from cmtools.months import month_name
from cmtools.reports.indicators import Indicator
from cmtools.reports.report_data import Review
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

SHEET = "Менеджеры"
GROUPS = 3  # rows counted from 0: the names, then the titles of their columns
HEADER = GROUPS + 1
TITLES = ("План", "Факт", "Отклонение")
FACT = TITLES.index("Факт")
A_PAGE = 3  # managers that are still readable on one page across


def draw_managers(canvas: Canvas, found: Review) -> None:
    """Draw three columns a manager, the one with the most orders first, after those of all."""
    count = len(found.sides) + 1
    page = canvas.page(SHEET, [52, *[15] * len(TITLES) * count])
    page.put(0, 0, f"Менеджеры за {month_name(found.month)}", **styles.TITLE)
    page.put(
        1,
        0,
        "Клиент с заказами у двух менеджеров стоит у каждого из них, а в «Все» — один раз.",
        **NOTE,
    )
    for row, title in ((GROUPS, None), (HEADER, "Показатель")):
        page.put(row, 0, title, **styles.HEADER, bg_color=styles.NAVY)
    for at, name in enumerate(("Все", *(side.manager for side in found.sides))):
        look = styles.HEADER | {"bg_color": styles.BLUE if at else styles.NAVY}
        start = _first_column(at)
        page.put(GROUPS, start, name, upto=start + len(TITLES) - 1, **look)
        for column, title in enumerate(TITLES, start=start):
            page.put(HEADER, column, title, **look)
    for at, course in enumerate(found.courses):
        page.put(HEADER + 1 + at, 0, course.indicator.title, **CELL)
        plans = [course.plan, *(side.plans[at] for side in found.sides)]
        facts = [course.fact, *(side.facts[at] for side in found.sides)]
        _draw_figures(page, HEADER + 1 + at, course.indicator, plans, facts)
    _draw_facts(page, found)
    page.height(0, 28)
    page.height(GROUPS, 34)
    page.close()
    page.sheet.freeze_panes(HEADER + 1, _first_column(1))
    page.sheet.repeat_rows(GROUPS, HEADER)
    page.sheet.repeat_columns(0, 0)
    page.sheet.fit_to_pages(-(-len(found.sides) // A_PAGE) or 1, 0)


def _draw_figures(
    page: Page,
    row: int,
    indicator: Indicator,
    plans: Sequence[Decimal | None],
    facts: Sequence[Decimal],
) -> None:
    """Draw an indicator: of all, whose fact is that of the rows behind it, then of each manager."""
    usual = MONEY if indicator.unit is Unit.ROUBLES else WHOLE
    for at, (plan, fact) in enumerate(zip(plans, facts, strict=True)):
        start = _first_column(at)
        look = FIGURE | {"num_format": usual, "bold": not at}
        form = number_format(plan, usual)
        page.put(row, start, DASH if plan is None else plan, **look | {"num_format": form})
        total = Formula(f"={total_cell(indicator)}", stored_value(fact))
        page.put(row, start + FACT, fact if at else total, **look)
        planned, done = (xl_rowcol_to_cell(row, start + column) for column in (0, FACT))
        away = f'=IF(ISNUMBER({planned}),{done}-{planned},"{DASH}")'
        value = DASH if plan is None else stored_value(fact - plan)
        form = f"{form};[Red]-{form}" if indicator.planned else form
        page.put(row, start + FACT + 1, Formula(away, value), **look | {"num_format": form})


def _draw_facts(page: Page, found: Review) -> None:
    """Draw the facts alone, a column a manager: to compare by eye, and for the charts."""
    top = _facts_header(found)
    names = [side.manager for side in found.sides]
    for column, title in enumerate(("Факт рядом", "Все", *names)):
        colour = styles.BLUE if column > 1 else styles.NAVY
        page.put(top, column, title, **styles.HEADER, bg_color=colour)
    for at, course in enumerate(found.courses):
        look = FIGURE | {"num_format": MONEY if course.indicator.unit is Unit.ROUBLES else WHOLE}
        page.put(top + 1 + at, 0, course.indicator.title, **CELL)
        for column, fact in enumerate((course.fact, *(side.facts[at] for side in found.sides))):
            cell = xl_rowcol_to_cell(HEADER + 1 + at, _first_column(column) + FACT)
            page.put(top + 1 + at, 1 + column, Formula(f"={cell}", stored_value(fact)), **look)
    page.height(top, 34)


def names_range(found: Review, count: int) -> str:
    """The names of the first managers, for a chart."""
    return _across(_facts_header(found), count)


def facts_range(found: Review, id: str, count: int) -> str:
    """An indicator's facts of the first managers, for a chart."""
    at = [course.indicator.id for course in found.courses].index(id)
    return _across(_facts_header(found) + 1 + at, count)


def _first_column(at: int) -> int:
    """The first column of all, or of a manager counted from 1."""
    return 1 + at * len(TITLES)


def _facts_header(found: Review) -> int:
    return HEADER + len(found.courses) + 3


def _across(row: int, count: int) -> str:
    corner = xl_rowcol_to_cell(row, 2, row_abs=True, col_abs=True)
    end = xl_rowcol_to_cell(row, count + 1, row_abs=True, col_abs=True)
    return f"={cell_name(SHEET, f'{corner}:{end}')}"
