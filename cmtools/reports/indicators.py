"""The catalogue of indicators: each one's name, unit and the rows that its figure is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from cmtools.books.choices import Category, DeliveryKind, PaymentKind, Quality, Request
from cmtools.pricing.price import EXACT
from cmtools.reports.frames import SOURCE, Frames, Window
from cmtools.reports.months import Period

if TYPE_CHECKING:
    from cmtools.reports.frame import Column, Frame
    from cmtools.reports.merging import Ints

Rows = Callable[[Window], "Frame"]


class Unit(StrEnum):
    """What a figure is counted in, and so how it comes from its rows."""

    PIECES = "шт"
    ROUBLES = "руб."


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """An indicator: `rows` of a window, `of` which column it is made.

    Roubles are the sum of the column, pieces count its different values. `short` is its title
    where there is little room: on a chart, or as the name of a sheet.
    """

    id: str
    title: str
    short: str
    unit: Unit
    rows: Rows
    of: str
    planned: bool = False

    def sources(self, books: Frames, month: date) -> Frame:
        """The source rows with their `value`, whose sum is the figure: kopecks or pieces.

        Of rows that count together (two orders of one client) the first has the 1, the rest 0.
        """
        rows = self.rows(books.within(Period.of(month)))
        in_roubles = self.unit is Unit.ROUBLES
        value = rows[self.of] if in_roubles else rows.firsts(self.of).astype("int64")
        return rows.select(SOURCE).assign(value=value)

    def history(self, books: Frames, months: Sequence[date]) -> tuple[Decimal, ...]:
        """The figure of each of months on end, in its unit."""
        rows = self.rows(books.within(Period.of(months[0], months[-1])))
        month = rows.spans("on", [month.toordinal() for month in months])
        found = self._grouped(rows, self.of, month)
        return tuple(found.get(place, Decimal(0)) for place in range(len(months)))

    def figure(self, sources: Frame) -> Decimal:
        """The figure that the source rows add up to, in its unit."""
        return total(sources["value"], self.unit)

    def by_manager(self, sources: Frame) -> dict[str, Decimal]:
        """Manager → the figure, as if the others' rows were not there."""
        found = self._grouped(sources, "value", sources["manager"])
        return {sources.names["manager"][number]: figure for number, figure in found.items()}

    def _grouped(self, rows: Frame, amount: str, by: Ints) -> dict[int, Decimal]:
        pieces = self.unit is Unit.PIECES
        found = rows.counts(self.of, by) if pieces else rows.sums(amount, by)
        return {group: in_unit(whole, self.unit) for group, whole in found.items()}


def total(values: Column, unit: Unit = Unit.ROUBLES) -> Decimal:
    """The sum of a column of kopecks in roubles, or of pieces."""
    return in_unit(values.sum(), unit)


def in_unit(whole: int, unit: Unit) -> Decimal:
    """So many kopecks as roubles, or so many pieces."""
    return EXACT.scaleb(Decimal(int(whole)), -2) if unit is Unit.ROUBLES else Decimal(int(whole))


def final(rows: Frame) -> Frame:
    """The orders, or their lines: a request that is preliminary is no order yet."""
    return rows[rows.chosen("request", Request.FINAL)]


def orders_of(category: Category) -> Rows:
    """The orders of clients of a category."""
    return lambda window: _of(category, window.orders)


def lines_of(category: Category) -> Rows:
    """The priced positions of the orders of clients of a category."""
    return lambda window: _of(category, window.lines)


def _of(category: Category, rows: Frame) -> Frame:
    return rows[rows.chosen("request", Request.FINAL) & rows.chosen("category", category)]


def order_lines(window: Window) -> Frame:
    """The priced positions of the orders."""
    return final(window.lines)


def receipts(window: Window) -> Frame:
    """What clients paid, and as less than nothing what they were given back."""
    payments = window.payments
    payments = payments[~payments.chosen("kind", PaymentKind.TO_CONTRACTOR)]
    refunded = payments.chosen("kind", PaymentKind.REFUND).astype("int64")
    return payments.assign(amount=payments["amount"] * (1 - 2 * refunded))


def paid_contractors(window: Window) -> Frame:
    """What contractors were paid."""
    payments = window.payments
    return payments[payments.chosen("kind", PaymentKind.TO_CONTRACTOR)]


def lost_system(window: Window) -> Frame:
    """Clients lost who were системные after their last order."""
    return window.losses[window.losses["was_system"]]


def lost_other(window: Window) -> Frame:
    """Clients lost who were not."""
    return window.losses[~window.losses["was_system"]]


def clients_received(window: Window) -> Frame:
    """Clients handed over by the sales managers."""
    return window.clients


def claims_made(window: Window) -> Frame:
    """Claims that were made, whatever became of them."""
    return window.claims


def claims_met(window: Window) -> Frame:
    """Claims that were met, each on the day of its decision."""
    return window.met


def received(window: Window) -> Frame:
    """Goods that came from contractors and were no waste."""
    goods = window.deliveries
    goods = goods[goods.chosen("kind", DeliveryKind.RECEIVED)]
    return goods[~goods.chosen("quality", Quality.DEFECTIVE)]


def _pieces(
    id: str, title: str, short: str, rows: Rows, of: str, *, planned: bool = False
) -> Indicator:
    unit = Unit.PIECES
    return Indicator(id=id, title=title, short=short, unit=unit, rows=rows, of=of, planned=planned)


def _roubles(
    id: str, title: str, short: str, rows: Rows, of: str = "amount", *, planned: bool = False
) -> Indicator:
    unit = Unit.ROUBLES
    return Indicator(id=id, title=title, short=short, unit=unit, rows=rows, of=of, planned=planned)


_NEW, _SYSTEM, _REPEAT = Category.NEW, Category.SYSTEM, Category.REPEAT

INDICATORS = (
    _pieces(
        "new_clients",
        "Новые клиенты с заказами, шт",
        "Новые клиенты",
        orders_of(_NEW),
        "client",
        planned=True,
    ),
    _roubles(
        "new_amount",
        "Сумма заказов новых клиентов, руб.",
        "Заказы новых",
        lines_of(_NEW),
        planned=True,
    ),
    _pieces(
        "system_clients",
        "Постоянные (системные) клиенты с заказами, шт",
        "Системные клиенты",
        orders_of(_SYSTEM),
        "client",
        planned=True,
    ),
    _roubles(
        "system_amount",
        "Сумма заказов постоянных (системных) клиентов, руб.",
        "Заказы системных",
        lines_of(_SYSTEM),
        planned=True,
    ),
    _pieces(
        "repeat_clients",
        "Повторные (не системные) клиенты с заказами, шт",
        "Повторные клиенты",
        orders_of(_REPEAT),
        "client",
        planned=True,
    ),
    _roubles(
        "repeat_amount",
        "Сумма заказов повторных (не системных) клиентов, руб.",
        "Заказы повторных",
        lines_of(_REPEAT),
        planned=True,
    ),
    _roubles("receipts", "Сумма поступлений денег, руб.", "Поступления", receipts, planned=True),
    _roubles("profit", "Прибыль, руб.", "Прибыль", order_lines, "profit", planned=True),
    _pieces(
        "lost_system",
        "Потерянные постоянные (системные) клиенты, шт",
        "Потеряны системные",
        lost_system,
        "client",
    ),
    _pieces(
        "lost_other",
        "Потерянные несистемные клиенты, шт",
        "Потеряны несистемные",
        lost_other,
        "client",
    ),
    _pieces(
        "clients_received",
        "Новые клиенты в базе менеджера, шт",
        "Приняты в базу",
        clients_received,
        "client",
    ),
    _pieces(
        "claims_made",
        "Заявленные претензии, заказов",
        "Претензии, заказов",
        claims_made,
        "order",
    ),
    _roubles("claims_made_amount", "Заявленные претензии, руб.", "Претензии, руб.", claims_made),
    _pieces(
        "claims_met",
        "Удовлетворённые претензии, заказов",
        "Удовлетворены, заказов",
        claims_met,
        "order",
    ),
    _roubles(
        "claims_met_amount",
        "Удовлетворённые претензии, руб.",
        "Удовлетворены, руб.",
        claims_met,
    ),
    _roubles(
        "paid_contractors", "Оплачено подрядчикам, руб.", "Оплачено подрядчикам", paid_contractors
    ),
    _roubles(
        "received_amount",
        "Получено готовых заказов от подрядчиков, руб.",
        "Получено, руб.",
        received,
    ),
    _pieces(
        "received_orders",
        "Получено готовых заказов от подрядчиков, шт",
        "Получено, заказов",
        received,
        "order",
    ),
)
