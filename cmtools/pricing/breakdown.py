"""Prices as a book shows them: their steps, the grey columns of «Позиции», the costing sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from cmtools.books.settings import Rules
from cmtools.pricing.orders import PricedOrder, unpaid
from cmtools.pricing.price import EXACT, HUNDRED, Line
from cmtools.tables.columns import MONEY, PERCENT
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.patch.plain_sheet import PlainRow, PlainSheet
from cmtools.tables.service_sheets import COSTING_SHEET
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import InvalidRow, Row

VAT_STEP = "НДС, %"
_POSITION_COLUMNS = (
    ("№ заказа", 15, "@"),
    ("№ п/п", 7, "General"),
    ("Наименование", 40, "@"),
    ("Тираж", 10, "#,##0"),
)
_NOTE_COLUMN = ("Заказ посчитан", 22, "@")
_STEP_FORMAT = "#,##0.00????"  # decimal points below each other
_KOPECKS = {"Цена за ед. с НДС", "Сумма", "НДС", "Прибыль"}
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A named step on the way to a price.

    A value that is `from_settings` comes from a `cell` of theirs or of an agreed price, or was
    typed `by_hand` instead. A step that was not made has no value; no VAT is no value either.
    """

    title: str
    value: Decimal | None
    from_settings: bool = False
    cell: str | None = None
    by_hand: bool = False

    @property
    def is_percent(self) -> bool:
        """Whether the value is a percentage; else it is money in roubles."""
        return self.title.endswith("%")


def price_steps(line: Line, rules: Rules) -> tuple[Step, ...]:
    """Return every step of a line's price, in order, with its value exact to 6 decimals.

    Beside an agreed price stands what the settings would give today.
    """
    by_hand = bool(line.position.manual_price)
    with localcontext(EXACT):
        unit_cost = line.cost / line.position.quantity
        list_net = net = None
        if line.markup:
            list_net = unit_cost * (HUNDRED + line.markup.percent) / HUNDRED
            net = list_net * (HUNDRED - line.discount_percent) / HUNDRED
    steps = [
        _step("Себестоимость строки", line.cost),
        _step("Себестоимость за ед. с доп. расходами", unit_cost),
        _settings_step("Наценка, %", line.markup_percent, line.markup, "percent"),
        _step("Цена с наценкой, без НДС", list_net),
        _step("Заказ с наценкой, без НДС", line.base),
        _settings_step("Скидка, %", line.discount_percent, line.discount, "percent"),
        _step("Цена со скидкой, без НДС", net),
        _settings_step(VAT_STEP, line.vat_row.rate, line.vat_row, "rate"),
    ]
    if line.agreed:
        steps.append(_settings_step("Цена по настройкам", line.usual_price, rules, "price_step"))
    source, field = (line.agreed, "price") if line.agreed else (rules, "price_step")
    return (
        *steps,
        _settings_step("Цена за ед. с НДС", line.price, source, field, by_hand),
        _step("Сумма", line.amount),
        _step("НДС", line.vat),
        _step("Прибыль", line.profit),
        _step("Маржа, %", line.margin),
    )


def _step(title: str, value: Decimal | None) -> Step:
    return Step(title=title, value=None if value is None else _round_to_micro(value))


def _settings_step(
    title: str,
    value: Decimal | None,
    row: Row | InvalidRow | None,
    field: str,
    by_hand: bool = False,
) -> Step:
    return Step(
        title=title,
        value=None if value is None else _round_to_micro(value),
        from_settings=True,
        cell=None if row is None or by_hand else _cell(row, field),
        by_hand=by_hand,
    )


def _round_to_micro(value: Decimal) -> Decimal:
    is_longer = value.as_tuple().exponent < -6  # type: ignore[operator]
    return value.quantize(_MICRO).normalize() if is_longer else value


def _cell(row: Row | InvalidRow, field: str) -> str | None:
    place = row.place(field)
    return place.cell and f"{place.sheet}!{place.cell}"


def computed_cells(
    sheet: Sheet[Any], values_by_row: Mapping[int, Sequence[CellValue]]
) -> Mapping[tuple[int, int], CellValue]:
    """Return the values of the computed columns by row and column, both counted from 1.

    A row without values is emptied. A computed column that the book lacks is added behind its last
    one.
    """
    cells: dict[tuple[int, int], CellValue] = {}
    computed, columns, width = sheet.table.computed, sheet.computed_columns, sheet.width
    for column in computed:
        if column.title not in columns:
            width += 1
            columns = {**columns, column.title: width}
            cells[sheet.header, width] = column.title
    for row in range(sheet.header + 1, sheet.last_row + 1):
        values = values_by_row.get(row, (None,) * len(computed))
        for column, value in zip(computed, values, strict=True):
            cells[row, columns[column.title]] = value
    return cells


def position_values(line: Line) -> tuple[CellValue, ...]:
    """Return the values of the computed columns of «Позиции»."""
    return (
        line.markup_percent,
        line.discount_percent,
        line.price,
        line.amount,
        line.vat,
        line.profit,
        line.margin,
    )


def order_values(priced: PricedOrder, client: str | None, paid: Decimal) -> tuple[CellValue, ...]:
    """Return the values of the computed columns of «Заказы»; `client` is its name."""
    total = priced.total
    return client, total, paid, None if total is None else unpaid(total, paid)


def costing_sheet(orders: Sequence[PricedOrder], rules: Rules) -> PlainSheet:
    """Lay out each order: a row a priced position with each step of its price, and its sums.

    A step that comes from the settings has its cell beside it. The last column says which positions
    the sums of the order lack.
    """
    lines = (line for order in orders for line in order.lines)
    columns = [*_POSITION_COLUMNS]
    fullest = max(lines, key=lambda line: bool(line.agreed), default=None)
    steps = price_steps(fullest, rules) if fullest else ()
    for step in steps:
        columns.append((step.title, 15, _step_format(step)))
        if step.from_settings:
            columns.append(("откуда", 16, "@"))
    columns.append(_NOTE_COLUMN)
    titles, widths, formats = map(list, zip(*columns, strict=True))
    return PlainSheet(
        name=COSTING_SHEET,
        header=titles,
        widths=widths,
        formats=formats,
        rows=(row for order in orders for row in _costing_rows(order, rules, steps, titles)),
    )


def _step_format(step: Step) -> str:
    if step.is_percent:
        return PERCENT.format
    return MONEY.format if step.title in _KOPECKS else _STEP_FORMAT


def _costing_rows(
    order: PricedOrder, rules: Rules, steps: Sequence[Step], titles: Sequence[str]
) -> Iterator[PlainRow]:
    """Yield the lines of an order, its delivery and its sums."""
    note = order.missing_in_words or None
    for line in order.lines:
        yield PlainRow([*_costing_row(line, rules, steps), note])
    sums = order.totals
    if not order.lines or sums is None:
        return
    with localcontext(EXACT):
        cost = sum((line.cost for line in order.lines), Decimal())
    name, amount, vat, profit, margin = "Наименование", "Сумма", "НДС", "Прибыль", "Маржа, %"
    of_lines = {"Себестоимость строки": cost, amount: sums.amount, vat: sums.vat}
    rows: list[tuple[dict[str, CellValue], bool]] = [
        (
            {name: "Итого по заказу", **of_lines, profit: sums.profit, margin: sums.margin},
            True,
        )
    ]
    if sums.delivery:
        rows += [
            ({name: "Доставка", amount: sums.delivery, vat: sums.delivery_vat}, False),
            ({name: "Всего с доставкой", amount: sums.total, vat: sums.whole_vat}, True),
        ]
    for row, is_sum in rows:
        row |= {"№ заказа": order.number, _NOTE_COLUMN[0]: note}
        yield PlainRow([row.get(title) for title in titles], bold=is_sum)


def _costing_row(line: Line, rules: Rules, columns: Sequence[Step]) -> list[CellValue]:
    """Return a line's row; `columns` are the steps of a line that has all of them."""
    position = line.position
    row: list[CellValue] = [position.order, position.number, position.name, position.quantity]
    steps = {step.title: step for step in price_steps(line, rules)}
    for column in columns:
        step = steps.get(column.title)
        row.append(step.value if step else None)
        if column.from_settings:
            row.append("вручную" if step and step.by_hand else (step and step.cell) or "—")
    return row
