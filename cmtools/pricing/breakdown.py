"""Prices as a book shows them: the grey columns of «Позиции» and the sheet «Калькуляция»."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cmtools.books.orders import POSITIONS, Position
from cmtools.books.settings import Rules
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.price import Line, explain
from cmtools.tables.columns import PERCENT
from cmtools.tables.patch.cells import PlainSheet, Value
from cmtools.tables.sheet import Sheet

COSTING_SHEET = "Калькуляция"
EXACT_FORMAT = "#,##0.00####"
LEAD = (("№ заказа", 15), ("№ п/п", 7), ("Наименование", 40), ("Тираж", 10))


def priced_cells(
    sheet: Sheet[Position], lines: Mapping[int, Line | None]
) -> Mapping[tuple[int, int], Value]:
    """The cells of the computed columns, by row; a row without a price is emptied.

    A computed column that the book lacks is added behind its last one.
    """
    cells: dict[tuple[int, int], Value] = {}
    places, width = sheet.computed_columns, sheet.width
    for column in POSITIONS.computed:
        if column.title not in places:
            width += 1
            places = {**places, column.title: width}
            cells[sheet.header, width] = column.title
    for row in range(sheet.header + 1, sheet.last_row + 1):
        values = _computed(lines.get(row))
        for column, value in zip(POSITIONS.computed, values, strict=True):
            cells[row, places[column.title]] = value
    return cells


def _computed(line: Line | None) -> tuple[Value, ...]:
    if line is None:
        return (None,) * len(POSITIONS.computed)
    return (
        line.markup.percent,
        line.discount_percent,
        line.price,
        line.amount,
        line.vat,
        line.profit,
        line.margin,
    )


def costing_sheet(quotes: Sequence[PricedOrder], rules: Rules) -> PlainSheet:
    """One row a priced position: each step of its price, and the settings cell it came from."""
    lines = [line for quote in quotes for line in quote.lines]
    titles = [title for title, _ in LEAD]
    widths = [width for _, width in LEAD]
    formats = ["@", "General", "@", "#,##0"]
    if lines:
        for step in explain(lines[0], rules):
            titles.append(step.title.removesuffix(" (вручную)"))
            widths.append(14)
            percent = step.title.endswith("%")
            formats.append(PERCENT.format if percent else EXACT_FORMAT)
            if step.name in FROM_SETTINGS:
                titles.append("откуда")
                widths.append(16)
                formats.append("@")
    return PlainSheet(
        name=COSTING_SHEET,
        header=titles,
        widths=widths,
        formats=formats,
        rows=_rows(lines, rules),
    )


FROM_SETTINGS = ("markup", "discount", "rate", "price")


def _rows(lines: Sequence[Line], rules: Rules) -> Iterator[list[Value]]:
    for line in lines:
        position = line.position
        row: list[Value] = [position.order, position.number, position.name, position.quantity]
        for step in explain(line, rules):
            row.append(step.value)
            if step.name in FROM_SETTINGS:
                by_hand = step.name == "price" and position.manual_price is not None
                row.append("вручную" if by_hand else step.cell or "—")
        yield row
