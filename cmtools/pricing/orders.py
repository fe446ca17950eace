"""Orders priced from all the books together, and the problems that only a price shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from cmtools.books.orders import (
    ORDERS,
    PAPERS,
    PAYMENTS,
    POSITIONS,
    Order,
    PaperKind,
    Payment,
    PaymentKind,
    Position,
)
from cmtools.books.settings import Category
from cmtools.errors import UsageError
from cmtools.pricing.category import category_at, order_days
from cmtools.pricing.price import ZERO, Line, Tariff, Totals, price_lines, shipment_day, totals
from cmtools.pricing.tariff import terms_of
from cmtools.problems import Fault, Message, Problem, Severity, at
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import roubles, shown, shown_percent
from cmtools.tables.suggestions import perhaps
from cmtools.tables.table import InvalidRow, Row, Table

NO_MARKUP_TIER = Message(
    "no-markup-tier",
    "для вида «{kind}» нет наценки на тираж {quantity}",
    "добавьте на лист «Наценки» строку с меньшим «Тираж от» или строку «*»",
)
PRICE_ZERO = Message(
    "price-zero", "цена округляется до нуля", "проверьте себестоимость, скидку и шаг округления"
)
NO_VAT_RATE = Message(
    "no-vat-rate",
    "на дату отгрузки нет ставки НДС",
    "добавьте на лист «НДС» строку с датой, с которой действует ставка",
)
LOW_MARGIN = Message(
    "low-margin",
    "маржа заказа {margin} % ниже минимальной {limit} %",
    "поднимите цену или получите согласие директора: «да» в этом столбце",
    Severity.WARNING,
)
CLOSED_UNFINISHED = Message(
    "closed-unfinished",
    "заказ закрыт, но {what}",
    "завершите это или очистите дату закрытия",
    Severity.WARNING,
)
PRICES_UNSOUND = Message(
    "prices-unsound",
    "цены не посчитаны: в книге «Настройки» есть ошибки или её нет",
    "исправьте ошибки на листах «Наценки», «Скидки», «НДС» и «Правила»",
)


class PricedPosition(NamedTuple):
    """A position of an order; `line` is None where it has no price."""

    entry: Position | InvalidRow
    line: Line | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedOrder:
    """An order with its price; `totals` is None where nothing of it could be computed."""

    entry: Order | InvalidRow
    category: Category | None
    positions: tuple[PricedPosition, ...]
    totals: Totals | None
    approval_needed: bool

    @property
    def number(self) -> str:
        """The order's number."""
        return str(self.entry.get("number"))

    @property
    def order(self) -> Order | None:
        """The order, unless its row has an error."""
        return None if isinstance(self.entry, InvalidRow) else self.entry

    @property
    def lines(self) -> list[Line]:
        """The priced lines."""
        return [found.line for found in self.positions if found.line is not None]


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedOrders:
    """All orders in the order of their rows, the tariff, and what is wrong with the prices.

    `sound` is false while the settings that make prices have errors: then nothing is priced.
    """

    quotes: tuple[PricedOrder, ...]
    tariff: Tariff
    sound: bool
    problems: tuple[Problem, ...]


def find_quote(quotes: Sequence[PricedOrder], number: str) -> PricedOrder:
    """The order of that number, as orders' numbers are compared.

    Raises:
        Misuse: there is none; the nearest one is named.
    """
    same = ORDERS.key.same
    known = {same(quote.number): quote for quote in reversed(quotes)}
    found = known.get(same(number))
    if found is not None:
        return found
    numbers = (quote.number for quote in quotes)
    raise UsageError(f"нет заказа «{number}»{perhaps(number, numbers)}")


def quote_orders(
    dataset: Dataset, history: Mapping[str, Sequence[date]] | None = None
) -> PricedOrders:
    """Price every order of the dataset.

    `history` are the days of orders that stand in other books, by client.

    A position with an error, or of an order with an error, stays without a price. So does
    everything while the settings that make prices have errors.
    """
    terms = terms_of(dataset)
    prices, rules = terms.tariff, terms.tariff.rules
    days = dict(order_days(dataset.entries(ORDERS)))
    for client, more in (history or {}).items():
        days[client] = sorted([*days.get(client, ()), *more])
    positions = _by_order(dataset)
    quotes: list[PricedOrder] = []
    problems: list[Problem] = []
    for entry in dataset.entries(ORDERS):
        number = entry.get("number")
        if number is None:
            continue
        own = positions.get(number, [])
        if isinstance(entry, InvalidRow) or not terms.sound or entry.client in terms.doubtful:
            quotes.append(_unpriced(entry, own))
            continue
        category = (
            Category.VIP
            if entry.client in terms.vip
            else category_at(days.get(entry.client, ()), entry.on, rules)
        )
        quote = _quote(entry, category, own, prices)
        quotes.append(quote)
        problems += _price_problems(quote, prices)
    problems += _closing_problems(dataset, quotes)
    return PricedOrders(
        quotes=tuple(quotes), tariff=prices, sound=terms.sound, problems=tuple(problems)
    )


def _by_order(dataset: Dataset) -> Mapping[str, list[Position | InvalidRow]]:
    positions: dict[str, list[Position | InvalidRow]] = {}
    for entry in dataset.entries(POSITIONS):
        order = entry.get("order")
        if order is not None:
            positions.setdefault(order, []).append(entry)
    return positions


def _quote(
    order: Order, category: Category, own: Sequence[Position | InvalidRow], prices: Tariff
) -> PricedOrder:
    sound = [found for found in own if not isinstance(found, InvalidRow)]
    priced = iter(price_lines(shipment_day(order), sound, category, prices))
    positions = tuple(
        [
            PricedPosition(found, None if isinstance(found, InvalidRow) else next(priced))
            for found in own
        ]
    )
    lines = [found.line for found in positions if found.line is not None]
    vat_row = prices.vat_on(shipment_day(order))
    sums = totals(order, lines, (vat_row and vat_row.rate) or ZERO)
    below = bool(lines) and sums.is_below(prices.rules.min_margin)
    return PricedOrder(
        entry=order,
        category=category,
        positions=positions,
        totals=sums,
        approval_needed=below and not order.approved,
    )


def _unpriced(entry: Order | InvalidRow, own: Sequence[Position | InvalidRow]) -> PricedOrder:
    return PricedOrder(
        entry=entry,
        category=None,
        positions=tuple(PricedPosition(entry=found, line=None) for found in own),
        totals=None,
        approval_needed=False,
    )


def _price_problems(quote: PricedOrder, prices: Tariff) -> Iterator[Problem]:
    order = quote.order
    assert order is not None
    if prices.vat_on(shipment_day(order)) is None:
        field = "delivery_due" if order.delivery_due else "on"
        yield _problem(order, ORDERS, field, NO_VAT_RATE())
        return
    for found in quote.positions:
        position = found.entry
        if found.line is not None or isinstance(position, InvalidRow):
            continue
        if prices.markup(position.kind, position.quantity) is None:
            fault = NO_MARKUP_TIER(kind=position.kind, quantity=position.quantity)
            yield _problem(position, POSITIONS, "kind", fault)
        elif position.unit_cost is not None:
            yield _problem(position, POSITIONS, "unit_cost", PRICE_ZERO())
    if quote.approval_needed and quote.totals is not None:
        fault = LOW_MARGIN(
            margin=shown_percent(quote.totals.margin), limit=shown_percent(prices.rules.min_margin)
        )
        yield _problem(order, ORDERS, "approved", fault)


def _closing_problems(dataset: Dataset, quotes: Sequence[PricedOrder]) -> Iterator[Problem]:
    """A closed order is paid in full, its act's original is here, the client gave a mark.

    What a payment or a paper in error might have said of an order is not held against it.
    """
    paid = money_received(dataset.records(PAYMENTS))
    acts = {
        paper.order
        for paper in dataset.records(PAPERS)
        if paper.kind is PaperKind.ACT and paper.received
    }
    payment_unsure = _unsure(dataset, PAYMENTS, "order")
    act_unsure = _unsure(dataset, PAPERS, "order")
    price_unsure = _unsure(dataset, ORDERS, "client")
    for quote in quotes:
        order = quote.order
        if order is None or order.closed is None:
            continue
        what = []
        due = quote.totals.total if quote.totals else ZERO
        got = paid.get(order.number, ZERO)
        if got < due and not payment_unsure(order.number) and not price_unsure(order.client):
            what.append(f"оплачен не полностью ({roubles(got)} из {roubles(due)})")
        if order.number not in acts and not act_unsure(order.number):
            what.append("нет оригинала акта на листе «Документы»")
        if order.mark is None:
            what.append("нет оценки клиента")
        if what:
            yield _problem(order, ORDERS, "closed", CLOSED_UNFINISHED(what=", ".join(what)))


def money_received(payments: Iterable[Payment]) -> Mapping[str, Decimal]:
    """Order number → what its client paid, less what was given back."""
    paid: dict[str, Decimal] = {}
    for payment in payments:
        if payment.kind is not PaymentKind.TO_CONTRACTOR:
            sign = 1 if payment.kind is PaymentKind.FROM_CLIENT else -1
            paid[payment.order] = paid.get(payment.order, ZERO) + sign * payment.amount
    return paid


def _unsure(dataset: Dataset, table: Table[Any], name: str) -> Callable[[str], bool]:
    """Whether a row in error may have been about an order, or about a client and its category."""
    partials = [row for row in dataset.entries(table) if isinstance(row, InvalidRow)]
    known = {row.get(name) for row in partials}
    everything = table not in dataset or None in known
    return lambda value: everything or value in known


def _problem(row: Row, table: Table[Any], name: str, fault: Fault) -> Problem:
    value = row.get(name)
    return at(
        row.place(name),
        fault,
        column=table.fields[name].title,
        value=None if value is None else shown(value),
    )
