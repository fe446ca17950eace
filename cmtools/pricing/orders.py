"""The orders of the books, each with its client's category, its lines and its totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cmtools.books.agreed import AgreedRows
from cmtools.books.choices import Category, DeliveryKind
from cmtools.books.orders import DELIVERIES, ORDERS, POSITIONS, Delivery, Order, Position
from cmtools.errors import UsageError
from cmtools.pricing.category import order_days
from cmtools.pricing.price import ZERO, Line, Totals, price_lines, shipment_day, totals
from cmtools.pricing.tariff import Tariff, Terms, read_terms
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.suggestions import suggest_in_refusal
from cmtools.tables.table import InvalidRow

Positions = Sequence[Position | InvalidRow]
Shipments = Sequence[Delivery | InvalidRow]


class PricedPosition(NamedTuple):
    """A position of an order; `line` is None where it has no price."""

    entry: Position | InvalidRow
    line: Line | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedOrder:
    """An order with its price; `category` and `totals` are None where nothing was computed.

    shipments: what went to the client, by day.
    agreed: the prices agreed for its positions, once the request is final.
    """

    entry: Order | InvalidRow
    category: Category | None
    positions: tuple[PricedPosition, ...]
    shipments: Shipments
    agreed: AgreedRows
    totals: Totals | None
    approval_needed: bool

    @property
    def number(self) -> str:
        """The order's number."""
        return str(self.entry.get("number"))

    @property
    def order(self) -> Order | None:
        """The order's record; None where its row has an error."""
        return None if isinstance(self.entry, InvalidRow) else self.entry

    @property
    def lines(self) -> list[Line]:
        """The priced lines."""
        return [position.line for position in self.positions if position.line is not None]

    @property
    def unpriced(self) -> list[Position | InvalidRow]:
        """The positions without a price, by their numbers."""
        entries = [position.entry for position in self.positions if position.line is None]
        return sorted(entries, key=lambda entry: entry.get("number") or 0)

    @property
    def total(self) -> Decimal | None:
        """What the client pays, delivery included; None while a position has no price."""
        is_whole = bool(self.positions) and all(line for _, line in self.positions)
        return self.totals.total if self.totals and is_whole else None

    @property
    def missing_in_words(self) -> str:
        """What the order's sums lack: «без позиции 2»; empty where every position is priced."""
        names = [_position_name(entry) for entry in self.unpriced]
        positions = "позиции" if len(names) == 1 else "позиций"
        return f"без {positions} {', '.join(names)}" if names else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedOrders:
    """All orders in the order of their rows, and the terms by which they were priced."""

    orders: tuple[PricedOrder, ...]
    terms: Terms

    @property
    def tariff(self) -> Tariff:
        """The tariff by which the orders were priced."""
        return self.terms.tariff


def price_orders(
    dataset: Dataset, other_days: Mapping[str, Sequence[date]] | None = None
) -> PricedOrders:
    """Price every order of the dataset.

    `other_days` are the days of orders in other books, by client: they count for the category. A
    position with an error, or of an order with an error, has no price; nor has anything while the
    settings that make prices have errors.
    """
    terms = read_terms(dataset)
    days = dict(order_days(dataset.entries(ORDERS)))
    for client, more in (other_days or {}).items():
        days[client] = sorted([*days.get(client, ()), *more])

    def category(order: Order) -> Category | None:
        return terms.category(order.client, days.get(order.client, ()), order.on)

    return PricedOrders(orders=tuple(iterate_prices(dataset, terms, category)), terms=terms)


def iterate_prices(
    dataset: Dataset, terms: Terms, category_of: Callable[[Order], Category | None]
) -> Iterator[PricedOrder]:
    """Price one order after another; `category_of` is None of an order that cannot be priced.

    A million lines need not be held.
    """
    positions, shipments = _positions_by_order(dataset), shipments_by_order(dataset)
    for entry in dataset.entries(ORDERS):
        number = entry.get("number")
        if number is None:
            continue
        category, agreed = None, terms.agreed_for(entry)
        if agreed is not None and not isinstance(entry, InvalidRow):
            category = category_of(entry)
        yield _price_order(
            entry,
            category,
            positions.get(number, ()),
            shipments.get(number, ()),
            agreed or {},
            terms.tariff,
        )


def unpaid(total: Decimal, paid: Decimal) -> Decimal:
    """Return what a client still owes, not below 0."""
    return max(total - paid, ZERO)


def find_order(orders: Sequence[PricedOrder], number: str) -> PricedOrder:
    """Return the order of that number, spaces and case apart.

    Raises:
        UsageError: there is none; the message names the nearest one.
    """
    by_number = {normalize_name(order.number): order for order in reversed(orders)}
    order = by_number.get(normalize_name(number))
    if order is None:
        hint = suggest_in_refusal(number, (order.number for order in orders))
        raise UsageError(f"нет заказа «{number}»{hint}")
    return order


def _positions_by_order(dataset: Dataset) -> Mapping[str, Positions]:
    positions: dict[str, list[Position | InvalidRow]] = {}
    for entry in dataset.entries(POSITIONS):
        order = entry.get("order")
        if order is not None:
            positions.setdefault(order, []).append(entry)
    return positions


def shipments_by_order(dataset: Dataset) -> Mapping[str, Shipments]:
    """Group by order number what was shipped to the clients, by day.

    A row with an error counts too as long as its order, day and kind are sound: a wrong sum of a
    shipment must not change the VAT rate of its order.
    """
    shipments: dict[str, list[Delivery | InvalidRow]] = {}
    for entry in dataset.entries(DELIVERIES):
        order = entry.get("order")
        is_shipped = entry.get("kind") is DeliveryKind.SHIPPED
        if is_shipped and order is not None and entry.get("on") is not None:
            shipments.setdefault(order, []).append(entry)
    for of_order in shipments.values():
        of_order.sort(key=_day_of)
    return shipments


def _position_name(entry: Position | InvalidRow) -> str:
    """Return № п/п, or the row of the sheet where it is in error."""
    number: int | None = entry.get("number")
    return f"в строке {entry.row}" if number is None else str(number)


def _day_of(entry: Delivery | InvalidRow) -> date:
    day: date = entry.get("on")
    return day


def _price_order(
    order: Order | InvalidRow,
    category: Category | None,
    positions: Positions,
    shipments: Shipments,
    agreed: AgreedRows,
    tariff: Tariff,
) -> PricedOrder:
    """Price one order; without a category it stays without prices."""
    if isinstance(order, InvalidRow) or category is None:
        return PricedOrder(
            entry=order,
            category=None,
            positions=tuple(PricedPosition(position, None) for position in positions),
            shipments=shipments,
            agreed=agreed,
            totals=None,
            approval_needed=False,
        )
    shipped = shipment_day(order, shipments)
    sound = [position for position in positions if not isinstance(position, InvalidRow)]
    prices = iter(price_lines(order.on, shipped, sound, category, tariff, agreed))
    priced = [
        PricedPosition(position, None if isinstance(position, InvalidRow) else next(prices))
        for position in positions
    ]
    lines = [line for _, line in priced if line is not None]
    vat_row = tariff.vat_on(shipped)
    sums = totals(order, lines, (vat_row and vat_row.rate) or ZERO)
    is_below = bool(lines) and sums.is_below(tariff.rules.min_margin)
    return PricedOrder(
        entry=order,
        category=category,
        positions=tuple(priced),
        shipments=shipments,
        agreed=agreed,
        totals=sums,
        approval_needed=is_below and not order.approved,
    )
