"""The sheets of source rows: where each figure comes from, added up by a live formula."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from cmtools.books.choices import Unit
from cmtools.reports.heading import ReportHeading
from cmtools.reports.indicators import Indicator, total
from cmtools.reports.report_data import Series
from cmtools.reports.workbook.sheet_writer import (
    BODY,
    CELL,
    FIGURE,
    MONEY,
    NOTE,
    WHOLE,
    Canvas,
    cell_name,
    stored_value,
)
from cmtools.tables.parsers import EXCEL_EPOCH
from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import Formula

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
_NO_DAY = 60  # 29.02.1900, in which Excel believes: the days before it come one later
_LETTER = "ABCDEFGH"[VALUE]
_NUMBER = FIGURE | {"num_format": WHOLE}
_DAY = CELL | {"align": "center", "num_format": "dd.mm.yyyy"}
_LOOKS = (CELL, CELL, _NUMBER, _DAY, CELL, CELL, CELL)  # of all columns but the last


def total_cell(indicator: Indicator) -> str:
    """The cell whose formula adds up the source rows of an indicator."""
    return cell_name(indicator.short, f"${_LETTER}${TOTAL_ROW + 1}")


def draw_sources(canvas: Canvas, course: Series, cover: ReportHeading, back: str) -> None:
    """Draw the rows behind a figure, with a link back to the sheet that shows it."""
    name, rows = course.indicator.short, course.sources
    starts = range(0, max(len(rows), 1), MOST_ROWS)
    names = [name, *(f"{name} ({part})" for part in range(2, len(starts) + 1))]
    for start, title, further in zip(starts, names, [*names[1:], None], strict=True):
        _draw_part(canvas, title, course, rows[start:], cover, back, further)


def _draw_part(
    canvas: Canvas,
    name: str,
    course: Series,
    rows: pd.DataFrame,
    cover: ReportHeading,
    back: str,
    further: str | None,
) -> None:
    """Draw as many of the rows as a sheet has room for; `further` is the sheet of the rest."""
    unit = course.indicator.unit
    look = FIGURE | {"num_format": MONEY if unit is Unit.ROUBLES else WHOLE}
    page = canvas.page(name, [width for _, width in COLUMNS])
    page.put(0, 0, course.indicator.title, **styles.TITLE)
    page.put(0, VALUE, "к отчёту", link=cell_name(back), **styles.LINK | {"align": "right"})
    page.put(1, 0, _explain(course), **NOTE)
    here = rows[:MOST_ROWS]
    last = FIRST + max(len(here), 1)  # as Excel counts
    sums = f"SUM({_LETTER}{FIRST + 1}:{_LETTER}{last})"
    if further is not None:
        sums += f"+{cell_name(further, f'{_LETTER}{TOTAL_ROW + 1}')}"
        note = f"Строк больше, чем вмещает лист; остальные — на листе «{further}», итог — со всех"
        page.put(TOTAL_ROW, 0, note, link=cell_name(further), **styles.LINK)
    page.put(TOTAL_ROW, VALUE - 1, "Итого", **BODY | {"bold": True, "align": "right"})
    formula = f"=ROUND({sums},{2 if unit is Unit.ROUBLES else 0})"
    value = Formula(formula, stored_value(total(rows["value"], unit)))
    page.put(TOTAL_ROW, VALUE, value, **look | {"bold": True})
    for column, (title, _) in enumerate(COLUMNS):
        page.put(HEADER, column, title, **styles.HEADER, bg_color=styles.NAVY)
    page.height(0, 28)
    page.close()
    page.add_rows(FIRST, _cells(here, cover, unit), (*_LOOKS, look))
    page.sheet.freeze_panes(FIRST, 0)
    page.sheet.repeat_rows(HEADER)
    page.sheet.autofilter(HEADER, 0, last - 1, VALUE)


def _explain(course: Series) -> str:
    if not len(course.sources):
        return "За этот месяц таких строк в книгах нет."
    if course.indicator.unit is Unit.ROUBLES:
        return "Каждая строка книги со своей суммой; возврат клиенту — с минусом."
    whom = "клиента" if course.indicator.of == "client" else "заказа"
    return f"Считаются разные: у первой строки {whom} 1, у остальных его строк 0."


def _cells(rows: pd.DataFrame, cover: ReportHeading, unit: Unit) -> Iterator[tuple[Any, ...]]:
    """The rows as they are written: days as Excel counts them, sums in roubles."""
    days = rows["on"] - EXCEL_EPOCH.toordinal()
    shown = rows.assign(
        file=rows["file"].map({name: _as_text(name) for name in rows["file"].unique()}),
        on=days - (days <= _NO_DAY),
        client=rows["client"].map({code: cover.client(code) for code in rows["client"].unique()}),
        value=rows["value"] / 100 if unit is Unit.ROUBLES else rows["value"],
    )
    return shown.itertuples(index=False, name=None)


def _as_text(name: str) -> str:
    """Return the name of a file with `?` for its bytes that are no text."""
    return name.encode(errors="replace").decode()
