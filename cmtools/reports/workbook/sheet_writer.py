"""Sheets drawn cell by cell: looks made once, cells written row by row, a page set up for A4."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname
from xlsxwriter.worksheet import Worksheet

from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import write_cell, write_text
from cmtools.tables.writer.formats import Formats

MONEY, WHOLE, PERCENT = "#,##0.00", "#,##0", "#,##0.0"
DASH = "—"

BODY: dict[str, Any] = {**styles.BASE, "valign": "vcenter"}
CELL: dict[str, Any] = {**BODY, "bottom": 1, "bottom_color": styles.RULE}
FIGURE: dict[str, Any] = {**CELL, "align": "right"}
NOTE: dict[str, Any] = {**BODY, "italic": True, "font_color": "#52606D"}
WARNING: dict[str, Any] = {**BODY, "bold": True, "font_color": "#B42318"}


class Canvas:
    """A workbook being drawn; holds its looks, each made once."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self.look = Formats(workbook)

    def add_worksheet(self, name: str) -> Worksheet:
        """A new sheet at the end."""
        return self._workbook.add_worksheet(name)

    def chart(self, kind: str, **properties: str) -> Chart:
        """A new chart, not placed yet."""
        made = self._workbook.add_chart({"type": kind, **properties})
        assert isinstance(made, Chart)
        return made

    def page(self, name: str, widths: Sequence[float]) -> Page:
        """A new sheet with columns of these widths, in characters."""
        return Page(self, name, widths)


class Page:
    """A sheet being drawn: cells are put in any order and written row by row by `close`."""

    def __init__(self, canvas: Canvas, name: str, widths: Sequence[float]) -> None:
        self.name = name
        self.sheet = canvas.add_worksheet(name)
        self._canvas = canvas
        self._cells: dict[tuple[int, int], tuple[object, Format, int, str | None]] = {}
        styles.print_setup(self.sheet)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def put(
        self,
        row: int,
        column: int,
        value: object,
        *,
        upto: int | None = None,
        link: str | None = None,
        **look: Any,
    ) -> None:
        """A cell, or one merged as far as the column `upto`; `link` leads to a sheet of the book.

        A text is a text even where it begins with `=`.
        """
        form = self._canvas.look(**(look or BODY))
        self._cells[row, column] = (value, form, column if upto is None else upto, link)

    def height(self, row: int, points: float) -> None:
        """Set the height of a row; before the cells are written."""
        self.sheet.set_row(row, points)

    def close(self) -> None:
        """Write the cells."""
        for (row, column), (value, form, upto, link) in sorted(
            self._cells.items(), key=lambda item: item[0]
        ):
            if upto > column:
                self.sheet.merge_range(row, column, row, upto, "", form)
            if link is not None:
                self.sheet.write_url(row, column, f"internal:{link}", form, string=" ")
            if value is None:
                self.sheet.write_blank(row, column, None, form)
            else:
                write_cell(self.sheet, row, column, value, form)

    def add_rows(
        self, row: int, rows: Iterable[Sequence[str | float]], looks: Sequence[dict[str, Any]]
    ) -> None:
        """Write rows from this one on below all other cells, once these are written.

        They go to the disk one by one: there may be a million of them.
        """
        forms = [self._canvas.look(**look) for look in looks]
        for at, values in enumerate(rows, start=row):
            for column, (value, form) in enumerate(zip(values, forms, strict=True)):
                if isinstance(value, str):
                    write_text(self.sheet, at, column, value, form)
                else:
                    self.sheet.write_number(at, column, value, form)


def cell_name(sheet: str, cell: str = "A1") -> str:
    """The name of a cell as formulas and links have it: `'По месяцам'!B5`."""
    return f"{quote_sheetname(sheet)}!{cell}"


def stored_value(value: Decimal) -> float:
    """The value of a formula as a workbook keeps it."""
    return int(value) if value == value.to_integral_value() else float(value)


def number_format(value: Decimal | None, usual: str) -> str:
    """The usual format, or one with decimals for a count that has some."""
    return MONEY if value is not None and value != value.to_integral_value() else usual
