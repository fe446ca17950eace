"""The sheet «Причины»: reasons of claims and of dissatisfaction, the most frequent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cmtools.months import month_name
from cmtools.reports.complaint_reasons import ComplaintReason
from cmtools.reports.report_data import Review
from cmtools.reports.workbook.sheet_writer import (
    CELL,
    FIGURE,
    NOTE,
    PERCENT,
    WHOLE,
    Canvas,
    Page,
    cell_name,
)
from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import Formula

SHEET = "Причины"
LABEL = 26  # characters of a reason that fit below its bar
_WIDTHS = (64, 28, 13, 16, 17)
_TITLES = ("Причина", "Подпись на графике", "За месяц", "За 12 месяцев", "Нарастающим, %")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pareto:
    """A list of reasons and the row in which it begins, as Excel counts."""

    title: str
    first: int
    reasons: Sequence[ComplaintReason]

    def column(self, letter: str, most: int) -> str:
        """A column of the first rows, for the chart."""
        last = self.first + min(len(self.reasons), most) - 1
        return f"={cell_name(SHEET, f'${letter}${self.first}:${letter}${last}')}"


def paretos(found: Review) -> tuple[Pareto, Pareto]:
    """The lists of claims and of dissatisfaction, below each other."""
    claims = Pareto(title="Причины претензий", first=6, reasons=found.claims)
    first = claims.first + max(len(claims.reasons), 1) + 3
    unhappy = Pareto(title="Причины недовольства", first=first, reasons=found.dissatisfaction)
    return claims, unhappy


def draw_reasons(canvas: Canvas, found: Review) -> None:
    """Draw both lists."""
    page = canvas.page(SHEET, _WIDTHS)
    page.height(0, 28)
    page.put(0, 0, f"Причины: двенадцать месяцев по {month_name(found.month)}", **styles.TITLE)
    page.put(
        1,
        0,
        "Претензии — по дате претензии, недовольство — по дате заказа; считаются строки книг.",
        **NOTE,
    )
    for pareto in paretos(found):
        _draw_list(page, pareto)
    page.close()


def _draw_list(page: Page, pareto: Pareto) -> None:
    """Draw a list; the share grows by a live formula to 100 %."""
    row, first = pareto.first - 1, pareto.first
    last = first + len(pareto.reasons) - 1
    page.put(row - 2, 0, pareto.title, **styles.HEADING)
    for column, name in enumerate(_TITLES):
        page.put(row - 1, column, name, **styles.HEADER, bg_color=styles.NAVY)
    if not pareto.reasons:
        page.put(row, 0, "Таких строк в книгах нет.", **NOTE)
    total, so_far = sum(reason.total for reason in pareto.reasons), 0
    for at, reason in enumerate(pareto.reasons, start=row):
        so_far += reason.total
        share = f"=100*SUM(D${first}:D{at + 1})/SUM(D${first}:D${last})"
        page.put(at, 0, reason.text, **CELL, text_wrap=True)
        page.put(at, 1, _label(reason.text), **CELL | {"font_color": styles.GREY})
        page.put(at, 2, reason.month, **FIGURE, num_format=WHOLE)
        page.put(at, 3, reason.total, **FIGURE, num_format=WHOLE)
        page.put(at, 4, Formula(share, 100 * so_far / total), **FIGURE, num_format=PERCENT)
        page.height(at, styles.row_height([(reason.text, _WIDTHS[0])]))


def _label(text: str) -> str:
    return text if len(text) <= LABEL else f"{text[: LABEL - 1].rstrip()}…"
