"""The catalogue of indicators: each one's name, unit and the rows that its figure is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import pandas as pd

from cmtools.books.orders import Decision, DeliveryKind, PaymentKind, Quality, Request
from cmtools.books.settings import Category
from cmtools.indicators.frames import SOURCE, Frames
from cmtools.pricing import EXACT

Rows = Callable[[Frames, date], pd.DataFrame]


class Unit(StrEnum):
    """What a figure is counted in, and so how it comes from its rows."""

    PIECES = "шт"
    ROUBLES = "руб."


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """An indicator: `rows` of a month (given by its first day), `of` which column it is made.

    Roubles are the sum of the column, pieces count its different values.
    """

    id: str
    title: str
    unit: Unit
    rows: Rows
    of: str
    planned: bool = False

    def sources(self, books: Frames, month: date) -> pd.DataFrame:
        """The source rows with their `value`, whose sum is the figure: kopecks or pieces.

        Of rows that count together (two orders of one client) the first has the 1, the rest 0.
        """
        rows = self.rows(books, month)
        counted = rows[self.of]
        value = counted if self.unit is Unit.ROUBLES else (~counted.duplicated()).astype("int64")
        return rows[list(SOURCE)].assign(value=value)

    def figure(self, sources: pd.DataFrame) -> Decimal:
        """The figure that the source rows add up to, in its unit."""
        return total(sources["value"], self.unit)


def total(values: pd.Series[int], unit: Unit = Unit.ROUBLES) -> Decimal:
    """The sum of a column of kopecks in roubles, or of pieces."""
    whole = Decimal(int(values.sum()))
    return EXACT.scaleb(whole, -2) if unit is Unit.ROUBLES else whole


def within(rows: pd.DataFrame, month: date, column: str = "on") -> pd.DataFrame:
    """The rows whose day lies in the month (given by its first day)."""
    end = (month + timedelta(days=31)).replace(day=1)
    day = rows[column]
    return rows[(day >= pd.Timestamp(month)) & (day < pd.Timestamp(end))]


def final(rows: pd.DataFrame) -> pd.DataFrame:
    """The orders, or their lines: a request that is preliminary is no order yet."""
    return rows[rows["request"] == Request.FINAL.value]


def orders_of(category: Category) -> Rows:
    """The month's orders of clients of a category."""

    def rows(books: Frames, month: date) -> pd.DataFrame:
        orders = final(within(books.orders, month))
        return orders[orders["category"] == category.value]

    return rows


def lines_of(category: Category) -> Rows:
    """The priced positions of the month's orders of clients of a category."""

    def rows(books: Frames, month: date) -> pd.DataFrame:
        lines = order_lines(books, month)
        return lines[lines["category"] == category.value]

    return rows


def order_lines(books: Frames, month: date) -> pd.DataFrame:
    """The priced positions of the month's orders."""
    return final(within(books.lines, month))


def receipts(books: Frames, month: date) -> pd.DataFrame:
    """What clients paid, and as less than nothing what they were given back."""
    payments = within(books.payments, month)
    payments = payments[payments["kind"] != PaymentKind.TO_CONTRACTOR.value]
    refunded = (payments["kind"] == PaymentKind.REFUND.value).astype("int64")
    return payments.assign(amount=payments["amount"] * (1 - 2 * refunded))


def paid_contractors(books: Frames, month: date) -> pd.DataFrame:
    """What contractors were paid."""
    payments = within(books.payments, month)
    return payments[payments["kind"] == PaymentKind.TO_CONTRACTOR.value]


def lost_system(books: Frames, month: date) -> pd.DataFrame:
    """Clients lost in the month who were системные after their last order."""
    lost = within(books.losses, month)
    return lost[lost["was_system"]]


def lost_other(books: Frames, month: date) -> pd.DataFrame:
    """Clients lost in the month who were not."""
    lost = within(books.losses, month)
    return lost[~lost["was_system"]]


def clients_received(books: Frames, month: date) -> pd.DataFrame:
    """Clients handed over by the sales managers."""
    return within(books.clients, month)


def claims_made(books: Frames, month: date) -> pd.DataFrame:
    """Claims of the month, whatever became of them."""
    return within(books.claims, month)


def claims_met(books: Frames, month: date) -> pd.DataFrame:
    """Claims that were met in the month, each on the day of its decision."""
    claims = within(books.claims, month, "decided")
    claims = claims[claims["decision"] == Decision.MET.value]
    return claims.assign(on=claims["decided"])


def received(books: Frames, month: date) -> pd.DataFrame:
    """Goods that came from contractors and were no waste."""
    goods = within(books.deliveries, month)
    goods = goods[goods["kind"] == DeliveryKind.RECEIVED.value]
    return goods[goods["quality"] != Quality.DEFECTIVE.value]


def _pieces(id: str, title: str, rows: Rows, of: str, *, planned: bool = False) -> Indicator:
    return Indicator(id=id, title=title, unit=Unit.PIECES, rows=rows, of=of, planned=planned)


def _roubles(
    id: str, title: str, rows: Rows, of: str = "amount", *, planned: bool = False
) -> Indicator:
    return Indicator(id=id, title=title, unit=Unit.ROUBLES, rows=rows, of=of, planned=planned)


_NEW, _SYSTEM, _REPEAT = Category.NEW, Category.SYSTEM, Category.REPEAT

INDICATORS = (
    _pieces("new_clients", "Новые клиенты с заказами, шт", orders_of(_NEW), "client", planned=True),
    _roubles("new_amount", "Сумма заказов новых клиентов, руб.", lines_of(_NEW), planned=True),
    _pieces(
        "system_clients",
        "Постоянные (системные) клиенты с заказами, шт",
        orders_of(_SYSTEM),
        "client",
        planned=True,
    ),
    _roubles(
        "system_amount",
        "Сумма заказов постоянных (системных) клиентов, руб.",
        lines_of(_SYSTEM),
        planned=True,
    ),
    _pieces(
        "repeat_clients",
        "Повторные (не системные) клиенты с заказами, шт",
        orders_of(_REPEAT),
        "client",
        planned=True,
    ),
    _roubles(
        "repeat_amount",
        "Сумма заказов повторных (не системных) клиентов, руб.",
        lines_of(_REPEAT),
        planned=True,
    ),
    _roubles("receipts", "Сумма поступлений денег, руб.", receipts, planned=True),
    _roubles("profit", "Прибыль, руб.", order_lines, "profit", planned=True),
    _pieces("lost_system", "Потерянные постоянные (системные) клиенты, шт", lost_system, "client"),
    _pieces("lost_other", "Потерянные несистемные клиенты, шт", lost_other, "client"),
    _pieces("clients_received", "Новые клиенты в базе менеджера, шт", clients_received, "client"),
    _pieces("claims_made", "Заявленные претензии, заказов", claims_made, "order"),
    _roubles("claims_made_amount", "Заявленные претензии, руб.", claims_made),
    _pieces("claims_met", "Удовлетворённые претензии, заказов", claims_met, "order"),
    _roubles("claims_met_amount", "Удовлетворённые претензии, руб.", claims_met, "met_amount"),
    _roubles("paid_contractors", "Оплачено подрядчикам, руб.", paid_contractors),
    _roubles("received_amount", "Получено готовых заказов от подрядчиков, руб.", received),
    _pieces("received_orders", "Получено готовых заказов от подрядчиков, шт", received, "order"),
)
