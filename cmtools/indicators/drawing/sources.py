"""The sheets of source rows: where each figure comes from, added up by a live formula."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pandas as pd

from cmtools.indicators.catalog import Indicator, Unit, total
from cmtools.indicators.cover import Cover
from cmtools.indicators.drawing.canvas import (
    BODY,
    CELL,
    FIGURE,
    MONEY,
    NOTE,
    WHOLE,
    Canvas,
    Page,
    cell_name,
    stored,
)
from cmtools.indicators.review import Course
from cmtools.pricing import EXACT
from cmtools.tables import styles
from cmtools.tables.writing import Formula

COLUMNS = (
    ("Книга", 40),
    ("Лист", 14),
    ("Строка", 9),
    ("Дата", 12),
    ("Клиент", 38),
    ("Заказ", 16),
    ("Менеджер", 28),
    ("Значение", 17),
)
VALUE = len(COLUMNS) - 1
TOTAL_ROW, HEADER, FIRST = 2, 4, 5  # counted from 0
MOST_ROWS = 1_000_000  # of a sheet; what is more goes on in the next one
_LETTER = "ABCDEFGH"[VALUE]


def total_cell(indicator: Indicator) -> str:
    """The cell whose formula adds up the source rows of an indicator."""
    return cell_name(indicator.short, f"${_LETTER}${TOTAL_ROW + 1}")


def draw_sources(canvas: Canvas, course: Course, cover: Cover, back: str) -> None:
    """Draw the rows behind a figure, with a link back to the sheet that shows it."""
    name = course.indicator.short
    rows = course.sources
    parts = [rows[at : at + MOST_ROWS] for at in range(0, max(len(rows), 1), MOST_ROWS)]
    names = [name, *(f"{name} ({part})" for part in range(2, len(parts) + 1))]
    for place, (title, part) in enumerate(zip(names, parts, strict=True)):
        further = names[1:] if place == 0 else []
        value = course.fact if place == 0 else total(part["value"], course.indicator.unit)
        _draw_part(canvas, title, course, part, cover, back, further, value)


def _draw_part(
    canvas: Canvas,
    name: str,
    course: Course,
    rows: pd.DataFrame,
    cover: Cover,
    back: str,
    further: list[str],
    value: Decimal,
) -> None:
    money = course.indicator.unit is Unit.ROUBLES
    form = MONEY if money else WHOLE
    page = canvas.page(name, [width for _, width in COLUMNS])
    page.put(0, 0, course.indicator.title, **styles.TITLE)
    page.put(0, VALUE, "к отчёту", link=cell_name(back), **styles.LINK | {"align": "right"})
    page.put(1, 0, _explained(course), **NOTE)
    page.put(TOTAL_ROW, VALUE - 1, "Итого", **BODY | {"bold": True, "align": "right"})
    sums = [f"SUM({_LETTER}{FIRST + 1}:{_LETTER}{max(FIRST + len(rows), FIRST + 1)})"]
    sums += [cell_name(other, f"{_LETTER}{TOTAL_ROW + 1}") for other in further]
    formula = Formula(f"=ROUND({'+'.join(sums)},{2 if money else 0})", stored(value))
    page.put(TOTAL_ROW, VALUE, formula, **FIGURE | {"bold": True, "num_format": form})
    for column, (title, _) in enumerate(COLUMNS):
        page.put(HEADER, column, title, **styles.HEADER, bg_color=styles.NAVY)
    page.height(0, 28)
    page.close()
    _write_rows(canvas, page, rows, cover, money=money)
    page.sheet.freeze_panes(FIRST, 0)
    page.sheet.repeat_rows(HEADER)
    page.sheet.autofilter(HEADER, 0, max(FIRST + len(rows) - 1, FIRST), VALUE)


def _explained(course: Course) -> str:
    if not len(course.sources):
        return "За этот месяц таких строк в книгах нет."
    if course.indicator.unit is Unit.ROUBLES:
        return "Каждая строка книги со своей суммой; возврат клиенту — с минусом."
    whom = "клиента" if course.indicator.of == "client" else "заказа"
    return f"Считаются разные: у первой строки {whom} 1, у остальных его строк 0."


def _write_rows(
    canvas: Canvas, page: Page, rows: pd.DataFrame, cover: Cover, *, money: bool
) -> None:
    """The rows themselves, written past the page's own cells as there may be very many."""
    text = canvas.look(**CELL)
    number = canvas.look(**FIGURE, num_format=WHOLE)
    day = canvas.look(**CELL | {"align": "center"}, num_format="dd.mm.yyyy")
    value = canvas.look(**FIGURE, num_format=MONEY if money else WHOLE)
    looks = (text, text, number, day, text, text, text, value)
    for row, cells in enumerate(_cells(rows, cover, money=money), start=FIRST):
        for column, (cell, look) in enumerate(zip(cells, looks, strict=True)):
            if isinstance(cell, str):
                page.sheet.write_string(row, column, cell, look)
            elif isinstance(cell, datetime):
                page.sheet.write_datetime(row, column, cell, look)
            else:
                page.sheet.write_number(row, column, cell, look)


def _cells(
    rows: pd.DataFrame, cover: Cover, *, money: bool
) -> Iterator[tuple[str | float | datetime, ...]]:
    columns = ("file", "sheet", "row", "on", "client", "order", "manager", "value")
    for file, sheet, row, on, client, order, manager, value in zip(
        *(rows[name] for name in columns), strict=True
    ):
        figure = float(EXACT.scaleb(Decimal(int(value)), -2)) if money else int(value)
        day = on.to_pydatetime()
        yield file, sheet, int(row), day, cover.client(client), order, manager, figure
