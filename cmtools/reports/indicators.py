"""The catalogue of indicators: each one's name, unit and the rows that its figure is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pandas as pd

from cmtools.books.choices import Category, DeliveryKind, PaymentKind, Quality, RequestKind
from cmtools.pricing.price import EXACT
from cmtools.reports.facts import SOURCE, Facts

SelectRows = Callable[[Facts], pd.DataFrame]


class Unit(StrEnum):
    """What a figure is counted in, and so how it comes from its rows."""

    PIECES = "шт"
    ROUBLES = "руб."


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """An indicator: `rows` of a period, `of` which column it is made.

    Roubles are the sum of the column, pieces count its different values. `short` is its title
    where there is little room: on a chart, or as the name of a sheet. `definition` says in Russian
    what it counts, for the reference.
    """

    id: str
    title: str
    short: str
    definition: str
    unit: Unit
    rows: SelectRows
    of: str
    planned: bool = False

    def sources(self, facts: Facts) -> pd.DataFrame:
        """The source rows of a month with their `value`, whose sum is the figure.

        Roubles are counted in kopecks. Of rows that count together (two orders of one client) the
        first has the 1, the rest 0.
        """
        rows = self.rows(facts)
        in_roubles = self.unit is Unit.ROUBLES
        value = rows[self.of] if in_roubles else (~rows.duplicated(self.of)).astype("int64")
        return rows[list(SOURCE)].assign(value=value)

    def history(self, facts: Facts, months: Sequence[date]) -> tuple[Decimal, ...]:
        """The figure of each of months on end, in its unit; `facts` are those of these months."""
        rows = self.rows(facts)
        starts = pd.Index([month.toordinal() for month in months])
        month = starts.searchsorted(rows["on"], side="right") - 1
        found = self._grouped(rows, self.of, month)
        return tuple(found.get(place, Decimal(0)) for place in range(len(months)))

    def figure(self, sources: pd.DataFrame) -> Decimal:
        """The figure that the source rows add up to, in its unit."""
        return total(sources["value"], self.unit)

    def by_manager(self, sources: pd.DataFrame) -> dict[str, Decimal]:
        """Manager → the figure, as if the others' rows were not there."""
        return self._grouped(sources, "value", sources["manager"])

    def _grouped(self, rows: pd.DataFrame, amount: str, by: Any) -> dict[Any, Decimal]:
        groups = rows.groupby(by, sort=False)
        found = groups[self.of].nunique() if self.unit is Unit.PIECES else groups[amount].sum()
        return {group: in_unit(int(whole), self.unit) for group, whole in found.items()}


def total(values: pd.Series[Any], unit: Unit = Unit.ROUBLES) -> Decimal:
    """The sum of a column of kopecks in roubles, or of pieces."""
    return in_unit(int(values.sum()), unit)


def in_unit(whole: int, unit: Unit) -> Decimal:
    """So many kopecks as roubles, or so many pieces."""
    return EXACT.scaleb(Decimal(whole), -2) if unit is Unit.ROUBLES else Decimal(whole)


def final(rows: pd.DataFrame) -> pd.DataFrame:
    """The orders, or their lines: a request that is preliminary is no order yet."""
    return rows[rows["request"] == RequestKind.FINAL]


def orders_of(category: Category) -> SelectRows:
    """The orders of clients of a category."""
    return lambda facts: _of(category, facts.orders)


def lines_of(category: Category) -> SelectRows:
    """The priced positions of the orders of clients of a category."""
    return lambda facts: _of(category, facts.lines)


def _of(category: Category, rows: pd.DataFrame) -> pd.DataFrame:
    rows = final(rows)
    return rows[rows["category"] == category]


def order_lines(facts: Facts) -> pd.DataFrame:
    """The priced positions of the orders."""
    return final(facts.lines)


def receipts(facts: Facts) -> pd.DataFrame:
    """What clients paid, and as negative sums what they were given back."""
    rows = facts.payments[facts.payments["kind"] != PaymentKind.TO_CONTRACTOR]
    refunds = rows["kind"] == PaymentKind.REFUND
    return rows.assign(amount=rows["amount"].where(~refunds, -rows["amount"]))


def paid_contractors(facts: Facts) -> pd.DataFrame:
    """What contractors were paid."""
    return facts.payments[facts.payments["kind"] == PaymentKind.TO_CONTRACTOR]


def lost_system(facts: Facts) -> pd.DataFrame:
    """Clients lost who were системные after their last order."""
    return facts.losses[facts.losses["was_system"]]


def lost_other(facts: Facts) -> pd.DataFrame:
    """Clients lost who were not."""
    return facts.losses[~facts.losses["was_system"]]


def clients_received(facts: Facts) -> pd.DataFrame:
    """Clients handed over by the sales managers."""
    return facts.clients


def claims_made(facts: Facts) -> pd.DataFrame:
    """Claims that were made, whatever became of them."""
    return facts.claims


def claims_met(facts: Facts) -> pd.DataFrame:
    """Claims that were met, each on the day of its decision."""
    return facts.met


def received(facts: Facts) -> pd.DataFrame:
    """Goods that came from contractors and were not defective."""
    goods = facts.deliveries
    is_received = goods["kind"] == DeliveryKind.RECEIVED
    return goods[is_received & (goods["quality"] != Quality.DEFECTIVE)]


def _pieces(
    id: str,
    title: str,
    short: str,
    definition: str,
    rows: SelectRows,
    of: str,
    *,
    planned: bool = False,
) -> Indicator:
    unit = Unit.PIECES
    return Indicator(
        id=id,
        title=title,
        short=short,
        definition=definition,
        unit=unit,
        rows=rows,
        of=of,
        planned=planned,
    )


def _roubles(
    id: str,
    title: str,
    short: str,
    definition: str,
    rows: SelectRows,
    of: str = "amount",
    *,
    planned: bool = False,
) -> Indicator:
    unit = Unit.ROUBLES
    return Indicator(
        id=id,
        title=title,
        short=short,
        definition=definition,
        unit=unit,
        rows=rows,
        of=of,
        planned=planned,
    )


_NEW, _SYSTEM, _REPEAT = Category.NEW, Category.SYSTEM, Category.REPEAT

INDICATORS = (
    _pieces(
        "new_clients",
        "Новые клиенты с заказами, шт",
        "Новые клиенты",
        "Разные клиенты с заказами в этом месяце, у которых до него заказов не было.",
        orders_of(_NEW),
        "client",
        planned=True,
    ),
    _roubles(
        "new_amount",
        "Сумма заказов новых клиентов, руб.",
        "Заказы новых",
        "Сумма заказов этих клиентов за месяц: с НДС, без строки доставки, без позиций без цены.",
        lines_of(_NEW),
        planned=True,
    ),
    _pieces(
        "system_clients",
        "Постоянные (системные) клиенты с заказами, шт",
        "Системные клиенты",
        "Разные клиенты с заказами в этом месяце, системные на его первое число.",
        orders_of(_SYSTEM),
        "client",
        planned=True,
    ),
    _roubles(
        "system_amount",
        "Сумма заказов постоянных (системных) клиентов, руб.",
        "Заказы системных",
        "Сумма заказов этих клиентов за месяц: с НДС, без строки доставки, без позиций без цены.",
        lines_of(_SYSTEM),
        planned=True,
    ),
    _pieces(
        "repeat_clients",
        "Повторные (не системные) клиенты с заказами, шт",
        "Повторные клиенты",
        "Разные клиенты с заказами в этом месяце, на его первое число не новые и не системные.",
        orders_of(_REPEAT),
        "client",
        planned=True,
    ),
    _roubles(
        "repeat_amount",
        "Сумма заказов повторных (не системных) клиентов, руб.",
        "Заказы повторных",
        "Сумма заказов этих клиентов за месяц: с НДС, без строки доставки, без позиций без цены.",
        lines_of(_REPEAT),
        planned=True,
    ),
    _roubles(
        "receipts",
        "Сумма поступлений денег, руб.",
        "Поступления",
        "Платежи «от клиента» минус «возврат клиенту», по дате платежа.",
        receipts,
        planned=True,
    ),
    _roubles(
        "profit",
        "Прибыль, руб.",
        "Прибыль",
        "Сумма столбца «Прибыль» по позициям заказов месяца.",
        order_lines,
        "profit",
        planned=True,
    ),
    _pieces(
        "lost_system",
        "Потерянные постоянные (системные) клиенты, шт",
        "Потеряны системные",
        "Клиенты, у которых в этом месяце истекла «Потеря системного, дней» с последнего заказа.",
        lost_system,
        "client",
    ),
    _pieces(
        "lost_other",
        "Потерянные несистемные клиенты, шт",
        "Потеряны несистемные",
        "Клиенты, у которых в этом месяце истекла «Потеря несистемного, дней» с последнего заказа.",
        lost_other,
        "client",
    ),
    _pieces(
        "clients_received",
        "Новые клиенты в базе менеджера, шт",
        "Приняты в базу",
        "Клиенты реестра, у которых «Дата передачи» в этом месяце.",
        clients_received,
        "client",
    ),
    _pieces(
        "claims_made",
        "Заявленные претензии, заказов",
        "Претензии, заказов",
        "Разные заказы с претензиями, по дате претензии.",
        claims_made,
        "order",
    ),
    _roubles(
        "claims_made_amount",
        "Заявленные претензии, руб.",
        "Претензии, руб.",
        "Сумма этих претензий.",
        claims_made,
    ),
    _pieces(
        "claims_met",
        "Удовлетворённые претензии, заказов",
        "Удовлетворены, заказов",
        "Разные заказы с удовлетворёнными претензиями, по дате решения.",
        claims_met,
        "order",
    ),
    _roubles(
        "claims_met_amount",
        "Удовлетворённые претензии, руб.",
        "Удовлетворены, руб.",
        "Сумма удовлетворения этих претензий.",
        claims_met,
    ),
    _roubles(
        "paid_contractors",
        "Оплачено подрядчикам, руб.",
        "Оплачено подрядчикам",
        "Платежи «подрядчику», по дате платежа.",
        paid_contractors,
    ),
    _roubles(
        "received_amount",
        "Получено готовых заказов от подрядчиков, руб.",
        "Получено, руб.",
        "Сумма поставок «получено от подрядчика», кроме брака, по дате поставки.",
        received,
    ),
    _pieces(
        "received_orders",
        "Получено готовых заказов от подрядчиков, шт",
        "Получено, заказов",
        "Разные заказы в этих поставках.",
        received,
        "order",
    ),
)
