"""The look of our workbooks: colours, fonts and number formats, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FONT = "Calibri"
INK = "#1F2933"
NAVY = "#1F4E79"
BLUE = "#5B86B0"
GREY = "#8A94A0"
PALE_GREY = "#EEF0F2"
YELLOW = "#FFD84D"
PALE_YELLOW = "#FFF3B0"
RED = "#B42318"
PALE_RED = "#FFC7CE"
PALE_ORANGE = "#FFE2B8"
RULE = "#C9D1D9"
LINK_BLUE = "#0B57D0"

LINE_HEIGHT = 15.0
A4, A3 = 9, 8  # as Excel numbers papers
A4_WIDTH, A3_WIDTH = 210, 300  # characters that a page in landscape shows at 8 points


def choose_paper(widths: Sequence[float]) -> tuple[int, int]:
    """Return the paper for columns of these widths in characters, and how many are side by side.

    All is readable: A4 if it goes there, else A3, or several of them that begin with the first
    column.
    """
    width = sum(widths)
    if width <= A3_WIDTH:
        return (A4 if width <= A4_WIDTH else A3), 1
    return A3, ceil((width - widths[0]) / (A3_WIDTH - widths[0]))


HIGHEST_ROW = 400.0  # Excel takes no more than 409 points


def row_height(texts: Iterable[tuple[object, int]]) -> float:
    """Return the height of a row, in points, that shows each (text, width in characters) whole."""
    lines = (_count_lines(str(text), width) for text, width in texts)
    return min(LINE_HEIGHT * max(lines, default=1), HIGHEST_ROW)


@lru_cache(maxsize=1 << 14)
def _count_lines(text: str, width: int) -> int:
    parts = text.split("\n")
    return sum(-(-max(len(part), 1) // max(width - 1, 1)) for part in parts)


BASE: dict[str, Any] = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "top"}
HEADER: dict[str, Any] = {
    "font_name": FONT,
    "font_size": 10,
    "bold": True,
    "font_color": "#FFFFFF",
    "valign": "vcenter",
    "align": "center",
    "text_wrap": True,
    "border": 1,
    "border_color": "#FFFFFF",
}
TITLE: dict[str, Any] = {"font_name": FONT, "font_size": 18, "bold": True, "font_color": NAVY}
LEAD: dict[str, Any] = {**BASE, "text_wrap": True, "font_size": 12}
HEADING: dict[str, Any] = {**BASE, "bold": True, "font_color": NAVY, "font_size": 13}
LINK: dict[str, Any] = {**BASE, "font_color": LINK_BLUE, "underline": 1}


def print_setup(sheet: Worksheet, widths: Sequence[float] = (0,)) -> None:
    """Set the paper for columns of these widths, with the sheet's name and page number below."""
    paper, across = choose_paper(widths)
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.fit_to_pages(across, 0)
    if across > 1:
        sheet.repeat_columns("A:A")
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&F&C&A&RСтр. &P из &N")
    sheet.hide_gridlines(1)
