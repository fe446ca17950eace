"""What of an order was handed to the client, as «Поставки» shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from cmtools.books.choices import DeliveryKind
from cmtools.books.orders import Delivery
from cmtools.documents.data import OrderData
from cmtools.pricing.price import ZERO


def shipments(data: OrderData) -> list[Delivery]:
    """Return all deliveries to the client, by day."""
    rows = (row for row in data.deliveries if row.kind is DeliveryKind.SHIPPED)
    return sorted(rows, key=lambda row: row.on)


def quantity_of(rows: Sequence[Delivery]) -> Decimal:
    """Return how much was handed over, all lines together."""
    return sum((row.quantity for row in rows), ZERO)


def ordered_quantity(data: OrderData) -> Decimal:
    """Return how much was ordered, all lines together."""
    return Decimal(sum(position.quantity for position in data.positions))


def quantities_shipped(data: OrderData, rows: Sequence[Delivery]) -> Mapping[int, Decimal] | None:
    """Return what shipments handed over of each line, by «№ п/п»; None where that is unknown."""
    if quantity_of(rows) == ordered_quantity(data):
        return {position.number: Decimal(position.quantity) for position in data.positions}
    quantities: dict[int, Decimal] = {}
    for row in rows:
        if row.position is None:
            return None
        quantities[row.position] = quantities.get(row.position, ZERO) + row.quantity
    return quantities
