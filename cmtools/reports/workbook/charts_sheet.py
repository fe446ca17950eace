"""The sheet «Графики»: native charts over the cells of the other sheets, on two pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.chart import Chart

from cmtools.books.choices import Unit
from cmtools.months import month_name
from cmtools.reports.report_data import Review, Series
from cmtools.reports.workbook import managers_sheet as managers
from cmtools.reports.workbook import months_sheet as months
from cmtools.reports.workbook.reasons_sheet import Pareto, paretos
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
    stored_value,
)
from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import Formula

SHEET = "Графики"
MOST_MANAGERS, MOST_REASONS = 12, 8

_PALE, _LIGHT, _MIDDLE, _DARK = "#B8C4CF", "#9DC3E6", styles.BLUE, styles.NAVY
_ORANGE, _GREEN = "#C55A11", "#548235"
_WIDE, _HALF, _HIGH = 1140, 565, 322  # pixels
_COLUMNS, _RIGHT = 18, 9  # of 64 pixels; where the right one of two charts begins
_BLOCK = 17  # rows that a chart takes, with the gap below it
_TEXT = {"name": styles.FONT, "size": 9, "color": styles.INK}
_LABELS = {"value": True, "num_format": "#,##0", "font": {**_TEXT, "size": 8}}
_NO_LINE = {"none": True}
_ORDERS = (("system_amount", _DARK), ("repeat_amount", _MIDDLE), ("new_amount", _LIGHT))
_MONEY = (("receipts", _ORANGE), ("profit", _GREEN))
_GRID = {"visible": True, "line": {"color": "#E4E7EB", "width": 0.75}}


def draw_charts(canvas: Canvas, found: Review, cells: Mapping[str, tuple[str, str]]) -> None:
    """Draw all charts; `cells` are an indicator's plan and fact on the face."""
    page = canvas.page(SHEET, [8.43] * _COLUMNS)
    page.put(0, 0, f"Графики за {month_name(found.month)}", **styles.TITLE)
    page.height(0, 28)
    planned = [course for course in found.courses if course.indicator.planned]
    money = [course for course in planned if course.indicator.unit is Unit.ROUBLES]
    pieces = [course for course in planned if course.indicator.unit is Unit.PIECES]
    second = 2 * _BLOCK + 1  # where the second page begins
    reasons = second + _BLOCK if found.sides else second
    data = reasons + _BLOCK + 2
    _draw_data(page, data, [*money, *pieces], cells)
    for pareto, column in zip(paretos(found), (0, _RIGHT), strict=True):
        if not pareto.reasons:
            page.put(reasons, column, f"{pareto.title}: за двенадцать месяцев нет", **NOTE)
    page.close()
    for title, courses, first, column in (
        ("План и факт, руб.", money, data + 2, 0),
        ("План и факт, клиентов", pieces, data + 2 + len(money), _RIGHT),
    ):
        _place(page, _plan_and_fact(canvas, title, courses, first), 1, column, _HALF)
    _place(page, _twelve_months(canvas, found), 1 + _BLOCK, 0, _WIDE)
    if found.sides:
        _place(page, _by_manager(canvas, found), second, 0, _WIDE)
    for pareto, column in zip(paretos(found), (0, _RIGHT), strict=True):
        if pareto.reasons:
            _place(page, _pareto(canvas, pareto), reasons, column, _HALF)
    page.sheet.set_h_pagebreaks([second])
    page.sheet.print_area(0, 0, reasons + _BLOCK - 1, _COLUMNS - 1)


def _draw_data(
    page: Page, row: int, courses: Sequence[Series], cells: Mapping[str, tuple[str, str]]
) -> None:
    """The cells of the first two charts, below everything: next to each other, as a chart wants."""
    page.put(row - 1, 0, "Данные графиков «План и факт»", **NOTE)
    for column, title in ((0, "Показатель"), (3, "План"), (5, "Факт")):
        look = styles.HEADER | {"bg_color": styles.NAVY}
        page.put(row, column, title, upto=column + (1 if column else 2), **look)
    for at, course in enumerate(courses, start=row + 1):
        indicator = course.indicator
        look = FIGURE | {"num_format": MONEY if indicator.unit is Unit.ROUBLES else WHOLE}
        plan, fact = cells[indicator.id]
        shown: object = DASH
        if course.plan is not None:
            shown = Formula(f"={plan}", stored_value(course.plan))
        page.put(at, 0, indicator.short, upto=2, **CELL)
        page.put(at, 3, shown, upto=4, **look)
        page.put(at, 5, Formula(f"={fact}", stored_value(course.fact)), upto=6, **look)


def _plan_and_fact(canvas: Canvas, title: str, courses: Sequence[Series], first: int) -> Chart:
    """Columns beside each other; `first` is the row of the first indicator as Excel counts."""
    last = first + len(courses) - 1
    chart = canvas.chart("column")
    names = f"={cell_name(SHEET, f'$A${first}:$A${last}')}"
    has_plan = any(course.plan is not None for course in courses)
    series = [("Факт", "F", _DARK)]
    if has_plan:
        series.insert(0, ("План", "D", _PALE))
    for name, letter, colour in series:
        chart.add_series(
            {
                "name": name,
                "categories": names,
                "values": f"={cell_name(SHEET, f'${letter}${first}:${letter}${last}')}",
                "fill": {"color": colour},
                "gap": 80,
                "data_labels": _LABELS if courses[0].indicator.unit is Unit.PIECES else {},
            }
        )
    _dress(chart, title if has_plan else f"{title} (плана на месяц нет)")
    return chart


def _twelve_months(canvas: Canvas, found: Review) -> Chart:
    """Orders by the category of the client on top of each other, receipts and profit as lines."""
    chart = canvas.chart("column", subtype="stacked")
    lines = canvas.chart("line")
    for id, colour in _ORDERS:
        chart.add_series(_of_months(found, id) | {"fill": {"color": colour}, "gap": 60})
    for id, colour in _MONEY:
        lines.add_series(_of_months(found, id) | _line(colour))
    chart.combine(lines)
    _dress(chart, "Двенадцать месяцев, руб.")
    return chart


def _of_months(found: Review, id: str) -> dict[str, Any]:
    return {
        "name": _short(found, id),
        "categories": months.names_range(),
        "values": months.facts_range(found, id),
    }


def _by_manager(canvas: Canvas, found: Review) -> Chart:
    """Orders of each manager on top of each other, profit as points."""
    count = min(len(found.sides), MOST_MANAGERS)
    chart = canvas.chart("column", subtype="stacked")
    points = canvas.chart("line")
    for id, colour in _ORDERS:
        chart.add_series(_of_managers(found, id, count) | {"fill": {"color": colour}, "gap": 80})
    for id, colour in _MONEY:
        series = _of_managers(found, id, count) | _line(colour)
        points.add_series(series | {"line": _NO_LINE})
    chart.combine(points)
    first = f", первые {count} по сумме заказов" if count < len(found.sides) else ""
    _dress(chart, f"По менеджерам, руб.{first}")
    return chart


def _of_managers(found: Review, id: str, count: int) -> dict[str, Any]:
    return {
        "name": _short(found, id),
        "categories": managers.names_range(found, count),
        "values": managers.facts_range(found, id, count),
    }


def _pareto(canvas: Canvas, pareto: Pareto) -> Chart:
    """The most frequent reason first, and the share that it and those before it make."""
    chart = canvas.chart("column")
    line = canvas.chart("line")
    names = pareto.column("B", MOST_REASONS)
    counts = {
        "name": "Сколько раз",
        "categories": names,
        "values": pareto.column("D", MOST_REASONS),
    }
    chart.add_series(counts | {"fill": {"color": _MIDDLE}, "gap": 30, "data_labels": _LABELS})
    share = {"name": "Нарастающим, %", "categories": names, "y2_axis": True}
    line.add_series(share | {"values": pareto.column("E", MOST_REASONS)} | _line(_ORANGE))
    chart.combine(line)
    _dress(chart, f"{pareto.title}: двенадцать месяцев")
    line.set_y2_axis(
        {"min": 0, "max": 100, "major_unit": 20, "num_font": _TEXT, "major_gridlines": _GRID}
    )
    total = sum(reason.total for reason in pareto.reasons)  # so that a bar is as high as its share
    scale = {"min": 0, "max": total, "major_gridlines": {"visible": False}}
    chart.set_y_axis(scale | {"num_font": _TEXT, "num_format": "0"})
    return chart


def _line(colour: str) -> dict[str, Any]:
    marker = {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": "white"}}
    return {"line": {"color": colour, "width": 2}, "marker": marker}


def _short(found: Review, id: str) -> str:
    return next(course.indicator.short for course in found.courses if course.indicator.id == id)


def _dress(chart: Chart, title: str) -> None:
    chart.set_title({"name": title, "name_font": {**_TEXT, "size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": _TEXT})
    chart.set_x_axis({"num_font": _TEXT, "line": {"color": styles.RULE}})
    chart.set_y_axis({"num_font": _TEXT, "num_format": "#,##0", "major_gridlines": _GRID})
    chart.set_chartarea({"border": {"color": styles.RULE}})


def _place(page: Page, chart: Chart, row: int, column: int, width: int) -> None:
    chart.set_size({"width": width, "height": _HIGH})
    page.sheet.insert_chart(row, column, chart, {"x_offset": 4, "y_offset": 6})
