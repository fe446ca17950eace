"""Fields of the act: what one day's shipments of an order handed to the client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Annotated

from cmtools.books.choices import RequestKind
from cmtools.books.orders import DELIVERIES, ORDERS
from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Count, Day, Sum
from cmtools.documents.fields.lines import LineFields, delivery_line, line_fields
from cmtools.documents.fields.orders import DealFields
from cmtools.documents.fields.parts import fill
from cmtools.documents.fields.shipped import (
    ordered_quantity,
    quantities_shipped,
    quantity_of,
    shipments,
)
from cmtools.documents.fields.terms import YES, order_fields, total_fields
from cmtools.documents.russian_text import unit_price
from cmtools.pricing.price import ZERO, Line, Totals, round2, vat_inside
from cmtools.problems import Message, Problem
from cmtools.tables.parsers import format_value

TITLE = "Акт выполненных работ"

PRELIMINARY_ORDER = Message(
    "preliminary-order",
    "акт не сделать: заявка {order} предварительная",
    "поставьте «окончательная» в столбце «Вид заявки»",
)
NOTHING_SHIPPED = Message(
    "nothing-shipped",
    "акт не сделать: по заказу {order} ничего не отгружено",
    "впишите отгрузку на лист «Поставки»; до неё акт делают со стадии 3.7",
)
PARTIAL_SHIPMENT = Message(
    "partial-shipment",
    "акт не сделать: по заказу {order} отгружено {day:%d.%m.%Y} {shipped} из {quantity}",
    "впишите в этот столбец, какие строки заказа отгружены",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActFields(DealFields):
    """An act: the lines and sums of one day's shipments; of the whole order before the first."""

    number: Annotated[str, "№ акта: № заказа, у актов о части заказа — с /1, /2 по дням отгрузки"]
    in_full: Annotated[str, "«да», если весь заказ отгружен; иначе пусто"]
    in_time: Annotated[str, "«да», если последняя отгрузка не позже срока поставки; иначе пусто"]
    no_claims: Annotated[str, "«да», если заказ отгружен и претензий по нему нет; иначе пусто"]


def refuse_act(data: OrderData) -> Iterator[Problem]:
    """Refuse an act of what was not shipped, or of an unknown part of the order."""
    order = data.order
    if order.request is RequestKind.PRELIMINARY:
        yield ORDERS.problem(order, "request", PRELIMINARY_ORDER(order=order.number))
    elif not data.shipments:
        if not data.is_ready:
            yield ORDERS.problem(order, "number", NOTHING_SHIPPED(order=order.number))
    elif quantities_shipped(data, data.shipments) is None:
        fault = PARTIAL_SHIPMENT(
            order=order.number,
            day=data.shipments[0].on,
            shipped=format_value(quantity_of(data.shipments)),
            quantity=format_value(ordered_quantity(data)),
        )
        for row in data.shipments:
            if row.position is None:
                yield DELIVERIES.problem(row, "position", fault)


def file_title(data: OrderData) -> str:
    """Return what the file of the act is called: those of several days are no versions."""
    part = _part_number(data)
    return f"{TITLE}, часть {part}" if part else TITLE


def act(data: OrderData) -> ActFields:
    """Fill an act (ГК РФ art. 720); before any shipment it is of the whole order, without a day."""
    assert data.totals is not None
    rate = data.vat_rate or ZERO
    day = data.shipments[0].on if data.shipments else None
    parts, is_full = _parts(data, rate)
    last = max((row.on for row in shipments(data)), default=None)
    delivery = data.totals.delivery if day is None or is_full else ZERO
    sums = Totals(
        amount=sum((part.amount for part in parts), ZERO),
        vat=sum((part.vat for part in parts), ZERO),
        profit=ZERO,
        delivery=delivery,
        delivery_vat=vat_inside(delivery, rate),
    )
    due, number = data.order.delivery_due, _part_number(data)
    return fill(
        ActFields,
        data,
        order=replace(order_fields(data, data.totals), shipped=Day(day)),
        lines=_lines(parts),
        delivery=delivery_line(data.positions, sums),
        total=total_fields(data, sums),
        number=f"{data.order.number}/{number}" if number else data.order.number,
        in_full=YES if is_full else "",
        in_time=YES if due and last and last <= due else "",
        no_claims=YES if day and not data.claims else "",
    )


def handed_over(data: OrderData) -> list[Line]:
    """Return the lines that an act shows."""
    parts, _ = _parts(data, ZERO)
    return [part.line for part in parts]


def _part_number(data: OrderData) -> int | None:
    """Return which of the days of shipment the act is of; None where it is of the whole order."""
    given = quantities_shipped(data, data.shipments) or {}
    is_whole = all(given.get(line.number, ZERO) >= line.quantity for line in data.positions)
    if not data.shipments or is_whole:
        return None
    days = sorted({row.on for row in shipments(data)})
    return days.index(data.shipments[0].on) + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A part of a line; roubles with VAT. `surplus` is what exceeds it, for nothing."""

    line: Line
    quantity: Decimal
    amount: Decimal
    vat: Decimal
    surplus: Decimal = ZERO

    def take(self, quantity: Decimal, rate: Decimal) -> _Part:
        """Return so much of it; what is more than all of it is its surplus."""
        if quantity >= self.quantity:
            return replace(self, surplus=quantity - self.quantity)
        amount = round2(self.line.price * quantity)
        return replace(self, quantity=quantity, amount=amount, vat=vat_inside(amount, rate))

    def without(self, part: _Part) -> _Part:
        """Return what is left."""
        return replace(
            self,
            quantity=self.quantity - part.quantity,
            amount=self.amount - part.amount,
            vat=self.vat - part.vat,
        )


def _parts(data: OrderData, rate: Decimal) -> tuple[list[_Part], bool]:
    """Return what the day's shipments handed over by line, and whether that completed the order.

    Before any shipment it is the whole order. The last part of a line takes what those before it
    left of its sum and of its VAT, so that what comes later, a replacement, costs nothing.
    """
    left = {
        line.position.number: _Part(
            line=line,
            quantity=Decimal(line.position.quantity),
            amount=line.amount,
            vat=vat_inside(line.amount, rate),
        )
        for line in data.lines
    }
    parts, is_full = left, False
    for day, rows in groupby(shipments(data), key=lambda row: row.on):
        if day > data.shipments[0].on:
            break
        was_full = not any(part.quantity for part in left.values())
        given = quantities_shipped(data, list(rows)) or {}
        parts = {number: left[number].take(given[number], rate) for number in sorted(given)}
        left |= {number: left[number].without(part) for number, part in parts.items()}
        is_full = not was_full and not any(part.quantity for part in left.values())
    return list(parts.values()), is_full


def _lines(parts: Sequence[_Part]) -> tuple[LineFields, ...]:
    """Fill the lines of which something was handed over; a surplus is a line of its own."""
    found: list[LineFields] = []
    for line, part in zip(line_fields([part.line for part in parts]), parts, strict=True):
        if part.quantity:
            sums = {"amount": Sum(part.amount), "vat": Sum(part.vat)}
            found.append(replace(line, quantity=Count(part.quantity), **sums))
        if part.surplus:
            free = replace(
                line,
                quantity=Count(part.surplus),
                price=unit_price(ZERO),
                amount=Sum(ZERO),
                vat=Sum(ZERO),
            )
            beyond = replace(free, number="", name=f"{line.name} (сверх заказанного)")
            found.append(beyond if part.quantity else free)  # or a replacement
    return tuple(found)
