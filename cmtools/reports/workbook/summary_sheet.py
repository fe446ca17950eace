"""The sheet «Отчёт»: the table that the director signs, and all that it does not hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cmtools.books.choices import Unit
from cmtools.months import month_name
from cmtools.reports.heading import LATE, ReportHeading, count_omissions, place_in_words
from cmtools.reports.month import Preliminary
from cmtools.reports.report_data import Review, Series
from cmtools.reports.workbook import charts_sheet as charts
from cmtools.reports.workbook import managers_sheet as managers
from cmtools.reports.workbook import months_sheet as months
from cmtools.reports.workbook import reasons_sheet as pareto
from cmtools.reports.workbook.sheet_writer import (
    BODY,
    CELL,
    DASH,
    FIGURE,
    MONEY,
    NOTE,
    PERCENT,
    WARNING,
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

SHEET = "Отчёт"
WIDTHS = (53, 15.5, 15.5, 15.5, 13, 16.5, 16.5, 16.5, 13)
TITLES = ("План", "Факт", "Отклонение", "Выполнение %")
GROUPS, HEADER = 7, 8  # counted from 0
FIRST = HEADER + 1
LAST = len(WIDTHS) - 1
MONTH, YEAR = 1, 5  # where the four columns of each begin
_RED, _GREEN = "#B42318", "#1B7F3B"


def cells_of(found: Review) -> dict[str, tuple[str, str]]:
    """Indicator id → the cells of its plan and its fact of the month."""
    return {
        course.indicator.id: (
            cell_name(SHEET, f"$B${row}"),
            cell_name(SHEET, f"$C${row}"),
        )
        for row, course in enumerate(found.courses, start=FIRST + 1)
    }


def draw_face(
    canvas: Canvas, found: Review, preliminary: Preliminary, cover: ReportHeading
) -> None:
    """Draw the sheet; every figure leads to the sheet of its source rows."""
    _Face(canvas, found, cover).draw(preliminary)


class _Face:
    """The sheet while it is drawn."""

    def __init__(self, canvas: Canvas, found: Review, cover: ReportHeading) -> None:
        self._canvas = canvas
        self._page: Page = canvas.page(SHEET, WIDTHS)
        self._found = found
        self._cover = cover

    def draw(self, preliminary: Preliminary) -> None:
        self._head()
        self._header()
        for row, course in enumerate(self._found.courses, start=FIRST):
            self._line(row, course)
        self._lists(self._beside(FIRST + len(self._found.courses) + 1, preliminary))
        self._page.close()
        self._colour()
        sheet = self._page.sheet
        sheet.freeze_panes(FIRST, 1)
        sheet.activate()

    def _head(self) -> None:
        page, cover = self._page, self._cover
        page.height(0, 28)
        page.put(0, 0, cover.title, **styles.TITLE)
        page.put(1, 0, f"Менеджер: {cover.whose}", **BODY)
        due = f"{LATE}: срок — {cover.due}" if cover.late else f"Срок сдачи: {cover.due}"
        page.put(2, 0, due, **(WARNING if cover.late else BODY))
        page.put(3, 0, "Синие числа ведут к строкам книг, из которых сложены.", **NOTE)
        links = [charts.SHEET, months.SHEET, pareto.SHEET]
        if self._found.sides:
            links.insert(2, managers.SHEET)
        for row, name in enumerate(links, start=1):
            page.put(row, MONTH, name, link=cell_name(name), **styles.LINK)
        page.put(1, YEAR + 1, "УТВЕРЖДАЮ", **BODY | {"bold": True})
        page.put(2, YEAR + 1, f"{cover.director_post} {cover.director}".strip(), **BODY)
        for row, label in ((3, "Утвердил"), (5, "Дата утверждения")):
            page.put(row, YEAR + 1, label, **BODY)
            line = BODY | {"bottom": 1, "num_format": "dd.mm.yyyy", "align": "left"}
            page.put(row, YEAR + 2, None, **line)
            page.put(row, YEAR + 3, None, **line)
        page.put(4, YEAR + 2, "(подпись)", **NOTE | {"font_size": 8})

    def _header(self) -> None:
        page = self._page
        month = self._found.month
        head = styles.HEADER | {"bg_color": styles.NAVY}
        page.put(GROUPS, 0, None, **head)
        page.put(HEADER, 0, "Показатель", **head)
        page.put(GROUPS, MONTH, month_name(month).capitalize(), upto=YEAR - 1, **head)
        year = styles.HEADER | {"bg_color": styles.BLUE}
        page.put(GROUPS, YEAR, f"С начала {month.year} года", upto=LAST, **year)
        for start, look in ((MONTH, head), (YEAR, year)):
            for column, title in enumerate(TITLES, start=start):
                page.put(HEADER, column, title, **look)
        page.height(HEADER, 22)

    def _line(self, row: int, course: Series) -> None:
        indicator, months_so_far = course.indicator, self._found.month.month
        page, link = self._page, {"font_color": "#0B57D0", "underline": 1}
        page.height(row, 17)
        page.put(row, 0, indicator.title, **CELL)
        fact = course.fact
        usual = MONEY if indicator.unit is Unit.ROUBLES else WHOLE
        figure = FIGURE | {"num_format": usual}
        formula = Formula(f"={total_cell(indicator)}", stored_value(fact))
        page.put(row, MONTH + 1, formula, link=cell_name(indicator.short), **figure | link)
        plan: object = DASH if course.plan is None else course.plan
        page.put(row, MONTH, plan, **figure | {"num_format": number_format(course.plan, usual)})
        self._compare(row, MONTH, course.plan, fact, usual)
        year_fact = course.fact_of_last(months_so_far)
        formula = Formula(months.fact_of_year(self._found, indicator), stored_value(year_fact))
        page.put(row, YEAR + 1, formula, link=cell_name(months.SHEET), **figure | link)
        year_plan = course.plan_of_last(months_so_far)
        shown: object = DASH
        if year_plan is not None:
            shown = Formula(months.plan_of_year(self._found, indicator), stored_value(year_plan))
        page.put(row, YEAR, shown, **figure | {"num_format": number_format(year_plan, usual)})
        self._compare(row, YEAR, year_plan, year_fact, usual)

    def _compare(
        self, row: int, start: int, plan: Decimal | None, fact: Decimal, usual: str
    ) -> None:
        """Deviation and share as live formulas, which show a dash where there is no plan."""
        planned, done = ("ABCDEFGHI"[start + at] + str(row + 1) for at in (0, 1))
        away = f'=IF(ISNUMBER({planned}),{done}-{planned},"{DASH}")'
        share = f'=IF(ISNUMBER({planned}),IF({planned}<>0,100*{done}/{planned},"{DASH}"),"{DASH}")'
        values: tuple[float | str, float | str] = (DASH, DASH)
        if plan is not None:
            values = stored_value(fact - plan), stored_value(100 * fact / plan) if plan else DASH
        form = number_format(plan, usual)
        self._page.put(row, start + 2, Formula(away, values[0]), **FIGURE, num_format=form)
        self._page.put(row, start + 3, Formula(share, values[1]), **FIGURE, num_format=PERCENT)

    def _colour(self) -> None:
        """Below the plan red, above it green; for what has a plan by rule more is better."""
        planned = [at for at, c in enumerate(self._found.courses, FIRST) if c.indicator.planned]
        for start in (MONTH + 2, YEAR + 2):
            for criteria, colour in (("<", _RED), (">", _GREEN)):
                rule: dict[str, Any] = {
                    "type": "cell",
                    "criteria": criteria,
                    "value": 0,
                    "format": self._canvas.look(font_color=colour),
                }
                for row in planned:
                    self._page.sheet.conditional_format(row, start, row, start, rule)

    def _beside(self, row: int, preliminary: Preliminary) -> int:
        """What the figures leave aside, counted; the row below it."""
        page, cover = self._page, self._cover
        page.put(row, 0, "Предварительные заявки месяца (в показатели не входят), шт", **CELL)
        page.put(row, 1, preliminary.orders, **FIGURE, num_format=WHOLE)
        page.put(row + 1, 0, "Их сумма там, где есть цена, руб.", **CELL)
        page.put(row + 1, 1, preliminary.amount, **FIGURE, num_format=MONEY)
        unpriced, left_out = len(self._found.unpriced), len(cover.left_out)
        loud = {"bold": True, "font_color": _RED}
        page.put(row + 2, 0, "Заказов с позициями без цены", **CELL | (loud if unpriced else {}))
        page.put(row + 2, 1, unpriced, **FIGURE, num_format=WHOLE)
        page.put(row + 3, 0, "Не вошло в отчёт из-за ошибок", **CELL | (loud if left_out else {}))
        page.put(row + 3, 1, left_out, **FIGURE, num_format=WHOLE)
        page.put(row + 3, 2, count_omissions(cover.left_out), **NOTE)
        page.put(row + 5, 0, "Отчёт составил", **BODY)
        for column in (1, 2):
            page.put(row + 5, column, None, **BODY | {"bottom": 1})
        page.put(row + 5, 3, cover.manager or "", **BODY)
        if any(
            c.plan_of_last(self._found.month.month) is None
            for c in self._found.courses
            if c.indicator.planned
        ):
            page.put(
                row,
                3,
                "План с начала года виден, когда план есть на каждый его месяц.",
                **NOTE,
            )
        return row + 7

    def _lists(self, row: int) -> None:
        """The orders without a price and all that was left out, each by its place."""
        unpriced = [
            (
                f"{order}, {self._cover.client(client)}",
                f"{file}, «{sheet}», строка {line}; менеджер {manager}",
            )
            for order, client, file, sheet, line, manager in self._found.unpriced[
                list(_UNPRICED)
            ].itertuples(index=False, name=None)
        ]
        left_out = [(place_in_words(found), found.reason) for found in self._cover.left_out]
        for title, lines in (("Заказы с позициями без цены", unpriced), ("Не вошло", left_out)):
            if not lines:
                continue
            self._page.put(row, 0, title, **styles.HEADING)
            for at, (place, why) in enumerate(lines, start=row + 1):
                self._page.put(at, 0, place, **CELL, text_wrap=True)
                self._page.put(at, 1, why, upto=LAST, **CELL, text_wrap=True)
                width = int(sum(WIDTHS[1:]))
                self._page.height(at, styles.row_height([(place, int(WIDTHS[0])), (why, width)]))
            row += len(lines) + 2


_UNPRICED = ("order", "client", "file", "sheet", "row", "manager")
