"""Fields of the act: what one day's shipments of an order handed to the client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from cmtools.books.choices import RequestKind
from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Count, Day, Sum
from cmtools.documents.fields.lines import LineFields, delivery_line, line_fields
from cmtools.documents.fields.orders import DealFields, deal
from cmtools.documents.fields.shipped import (
    ordered_quantity,
    quantities_shipped,
    quantity_of,
    shipments,
)
from cmtools.documents.fields.terms import YES, total_fields
from cmtools.documents.template.schema import field_values
from cmtools.pricing.price import ZERO, Line, Totals, round2, vat_inside
from cmtools.problems import Fault, Message
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
    "впишите «№ п/п» этих отгрузок на листе «Поставки»: какие строки заказа отгружены",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActFields(DealFields):
    """An act: the lines and sums of one day's shipments; of the whole order before the first."""

    number: Annotated[str, "№ акта: № заказа, у актов о части заказа — с /1, /2 по дням отгрузки"]
    in_full: Annotated[str, "«да», если весь заказ отгружен; иначе пусто"]
    in_time: Annotated[str, "«да», если последняя отгрузка не позже срока поставки; иначе пусто"]
    no_claims: Annotated[str, "«да», если заказ отгружен и претензий по нему нет; иначе пусто"]


def refuse_act(data: OrderData) -> Fault | None:
    """Refuse an act of what was not shipped, or of an unknown part of the order."""
    number = data.order.number
    if data.order.request is RequestKind.PRELIMINARY:
        return PRELIMINARY_ORDER(order=number)
    if not data.shipments:
        return None if data.is_ready else NOTHING_SHIPPED(order=number)
    if quantities_shipped(data, data.shipments) is not None:
        return None
    return PARTIAL_SHIPMENT(
        order=number,
        day=data.shipments[0].on,
        shipped=format_value(quantity_of(data.shipments)),
        quantity=format_value(ordered_quantity(data)),
    )


def file_title(data: OrderData) -> str:
    """Return what the file of the act is called: those of several days are no versions."""
    part = _part_number(data)
    return f"{TITLE}, часть {part}" if part else TITLE


def act(data: OrderData) -> ActFields:
    """Fill an act (ГК РФ art. 720); before any shipment it is of the whole order, without a day."""
    assert data.totals is not None
    rate = data.vat_rate or ZERO
    day = data.shipments[0].on if data.shipments else None
    rows = shipments(data)
    last = rows[-1].on if rows else None
    is_full = day == last and 0 < ordered_quantity(data) <= quantity_of(rows)
    parts = [_part(line, data, rate) for line in data.lines]
    delivery = data.totals.delivery if day is None or is_full else ZERO
    sums = Totals(
        amount=sum((part.amount for part in parts), ZERO),
        vat=sum((part.vat for part in parts), ZERO),
        profit=ZERO,
        delivery=delivery,
        delivery_vat=vat_inside(delivery, rate),
    )
    due, fields, number = data.order.delivery_due, deal(data), _part_number(data)
    return ActFields(
        **field_values(fields)
        | {
            "order": replace(fields.order, shipped=Day(day)),
            "lines": _lines(parts),
            "delivery": delivery_line(data.positions, sums),
            "total": total_fields(data, sums),
        },
        number=f"{data.order.number}/{number}" if number else data.order.number,
        in_full=YES if is_full else "",
        in_time=YES if due and last and last <= due else "",
        no_claims=YES if day and not data.claims else "",
    )


def handed_over(data: OrderData) -> list[Line]:
    """Return the lines that an act shows."""
    parts = (_part(line, data, ZERO) for line in data.lines)
    return [part.line for part in parts if part.quantity]


def _part_number(data: OrderData) -> int | None:
    """Return which of the days of shipment the act is of; None where it is of the whole order."""
    if not data.shipments or quantity_of(data.shipments) == ordered_quantity(data):
        return None
    days = sorted({row.on for row in shipments(data)})
    return days.index(data.shipments[0].on) + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What an act hands over of a line; roubles with VAT."""

    line: Line
    quantity: Decimal
    amount: Decimal
    vat: Decimal


def _part(line: Line, data: OrderData, rate: Decimal) -> _Part:
    """Return what the day's shipments handed over of a line.

    The last part of a line takes what the parts before it left of its sum and of its VAT.
    """
    whole = Decimal(line.position.quantity)
    everything = _Part(
        line=line, quantity=whole, amount=line.amount, vat=vat_inside(line.amount, rate)
    )
    if not data.shipments or quantity_of(data.shipments) == ordered_quantity(data):
        return everything
    day = data.shipments[0].on
    by_day: dict[object, Decimal] = {}
    for row in shipments(data):
        if row.position == line.position.number and row.on <= day:
            by_day[row.on] = by_day.get(row.on, ZERO) + row.quantity
    quantity = by_day.pop(day, ZERO)
    amount = round2(line.price * quantity)
    vat = vat_inside(amount, rate)
    if quantity and quantity + sum(by_day.values()) == whole:
        before = [round2(line.price * earlier) for earlier in by_day.values()]
        amount = line.amount - sum(before)
        vat = everything.vat - sum(vat_inside(part, rate) for part in before)
    return _Part(line=line, quantity=quantity, amount=amount, vat=vat)


def _lines(parts: Sequence[_Part]) -> tuple[LineFields, ...]:
    """Fill the lines of which something was handed over, by number."""
    given = sorted(
        (part for part in parts if part.quantity), key=lambda part: part.line.position.number
    )
    fields = line_fields([part.line for part in given])
    return tuple(
        replace(line, quantity=Count(part.quantity), amount=Sum(part.amount), vat=Sum(part.vat))
        for line, part in zip(fields, given, strict=True)
    )
