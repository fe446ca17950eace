"""The catalogue of indicators: each one's name, unit and the rows that its figure is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from cmtools.books.choices import Category, DeliveryKind, PaymentKind, Quality, RequestKind, Unit
from cmtools.pricing.price import EXACT
from cmtools.reports.facts import SOURCE, Facts

SelectRows = Callable[[Facts], pd.DataFrame]


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
        found = self._group(rows, self.of, month)
        return tuple(found.get(place, Decimal(0)) for place in range(len(months)))

    def figure(self, sources: pd.DataFrame) -> Decimal:
        """The figure that the source rows add up to, in its unit."""
        return total(sources["value"], self.unit)

    def by_manager(self, sources: pd.DataFrame) -> dict[str, Decimal]:
        """Manager → the figure, as if the others' rows were not there."""
        return self._group(sources, "value", sources["manager"])

    def _group(self, rows: pd.DataFrame, amount: str, by: Any) -> dict[Any, Decimal]:
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


def goods_received(facts: Facts) -> pd.DataFrame:
    """Goods that came from contractors and were not defective."""
    goods = facts.deliveries
    is_received = goods["kind"] == DeliveryKind.RECEIVED
    return goods[is_received & (goods["quality"] != Quality.DEFECTIVE)]


_NEW, _SYSTEM, _REPEAT = Category.NEW, Category.SYSTEM, Category.REPEAT

INDICATORS = (
    Indicator(
        id="new_clients",
        title="Новые клиенты с заказами, шт",
        short="Новые клиенты",
        definition="Разные клиенты с заказами в этом месяце, у которых до него заказов не было.",
        unit=Unit.PIECES,
        rows=orders_of(_NEW),
        of="client",
        planned=True,
    ),
    Indicator(
        id="new_amount",
        title="Сумма заказов новых клиентов, руб.",
        short="Заказы новых",
        definition="Сумма их заказов за месяц, с НДС; без доставки и позиций без цены.",
        unit=Unit.ROUBLES,
        rows=lines_of(_NEW),
        of="amount",
        planned=True,
    ),
    Indicator(
        id="system_clients",
        title="Постоянные (системные) клиенты с заказами, шт",
        short="Системные клиенты",
        definition="Разные клиенты с заказами в этом месяце, системные на его первое число.",
        unit=Unit.PIECES,
        rows=orders_of(_SYSTEM),
        of="client",
        planned=True,
    ),
    Indicator(
        id="system_amount",
        title="Сумма заказов постоянных (системных) клиентов, руб.",
        short="Заказы системных",
        definition="Сумма их заказов за месяц, с НДС; без доставки и позиций без цены.",
        unit=Unit.ROUBLES,
        rows=lines_of(_SYSTEM),
        of="amount",
        planned=True,
    ),
    Indicator(
        id="repeat_clients",
        title="Повторные (не системные) клиенты с заказами, шт",
        short="Повторные клиенты",
        definition="Разные клиенты с заказами в этом месяце: ни новые, ни системные.",
        unit=Unit.PIECES,
        rows=orders_of(_REPEAT),
        of="client",
        planned=True,
    ),
    Indicator(
        id="repeat_amount",
        title="Сумма заказов повторных (не системных) клиентов, руб.",
        short="Заказы повторных",
        definition="Сумма их заказов за месяц, с НДС; без доставки и позиций без цены.",
        unit=Unit.ROUBLES,
        rows=lines_of(_REPEAT),
        of="amount",
        planned=True,
    ),
    Indicator(
        id="receipts",
        title="Сумма поступлений денег, руб.",
        short="Поступления",
        definition="Платежи «от клиента» минус «возврат клиенту», по дате платежа.",
        unit=Unit.ROUBLES,
        rows=receipts,
        of="amount",
        planned=True,
    ),
    Indicator(
        id="profit",
        title="Прибыль, руб.",
        short="Прибыль",
        definition="Сумма столбца «Прибыль» по позициям заказов месяца.",
        unit=Unit.ROUBLES,
        rows=order_lines,
        of="profit",
        planned=True,
    ),
    Indicator(
        id="lost_system",
        title="Потерянные постоянные (системные) клиенты, шт",
        short="Потеряны системные",
        definition="Системные клиенты, у которых в этом месяце истёк срок потери.",
        unit=Unit.PIECES,
        rows=lost_system,
        of="client",
    ),
    Indicator(
        id="lost_other",
        title="Потерянные несистемные клиенты, шт",
        short="Потеряны несистемные",
        definition="Другие клиенты, у которых в этом месяце истёк срок потери.",
        unit=Unit.PIECES,
        rows=lost_other,
        of="client",
    ),
    Indicator(
        id="clients_received",
        title="Новые клиенты в базе менеджера, шт",
        short="Приняты в базу",
        definition="Клиенты реестра, у которых «Дата передачи» в этом месяце.",
        unit=Unit.PIECES,
        rows=clients_received,
        of="client",
    ),
    Indicator(
        id="claims_made",
        title="Заявленные претензии, заказов",
        short="Претензии, заказов",
        definition="Разные заказы с претензиями, по дате претензии.",
        unit=Unit.PIECES,
        rows=claims_made,
        of="order",
    ),
    Indicator(
        id="claims_made_amount",
        title="Заявленные претензии, руб.",
        short="Претензии, руб.",
        definition="Сумма этих претензий.",
        unit=Unit.ROUBLES,
        rows=claims_made,
        of="amount",
    ),
    Indicator(
        id="claims_met",
        title="Удовлетворённые претензии, заказов",
        short="Удовлетворены, заказов",
        definition="Разные заказы с удовлетворёнными претензиями, по дате решения.",
        unit=Unit.PIECES,
        rows=claims_met,
        of="order",
    ),
    Indicator(
        id="claims_met_amount",
        title="Удовлетворённые претензии, руб.",
        short="Удовлетворены, руб.",
        definition="Сумма удовлетворения этих претензий.",
        unit=Unit.ROUBLES,
        rows=claims_met,
        of="amount",
    ),
    Indicator(
        id="paid_contractors",
        title="Оплачено подрядчикам, руб.",
        short="Оплачено подрядчикам",
        definition="Платежи «подрядчику», по дате платежа.",
        unit=Unit.ROUBLES,
        rows=paid_contractors,
        of="amount",
    ),
    Indicator(
        id="received_amount",
        title="Получено готовых заказов от подрядчиков, руб.",
        short="Получено, руб.",
        definition="Сумма поставок «получено от подрядчика», кроме брака, по дате поставки.",
        unit=Unit.ROUBLES,
        rows=goods_received,
        of="amount",
    ),
    Indicator(
        id="received_orders",
        title="Получено готовых заказов от подрядчиков, шт",
        short="Получено, заказов",
        definition="Разные заказы в этих поставках.",
        unit=Unit.PIECES,
        rows=goods_received,
        of="order",
    ),
)
