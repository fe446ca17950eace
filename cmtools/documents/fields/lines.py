"""Lines of a document's table: what to make, at which price, and how the price is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cmtools.books.choices import Design
from cmtools.books.orders import Position
from cmtools.documents.field_types import Count, Sum
from cmtools.documents.fields.from_row import from_row
from cmtools.documents.russian_text import percent, unit_price
from cmtools.pricing.price import Line, Totals, round2
from cmtools.tables.parsers import group_digits


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionFields:
    """A line without a price."""

    number: Annotated[str, "№ п/п"]
    kind: Annotated[str, "Вид продукции"]
    name: Annotated[str, "Наименование"]
    quantity: Annotated[Count, "Тираж"]
    unit: Annotated[str, "Единица измерения"]
    materials: Annotated[str, "Материалы"]
    packing: Annotated[str, "Тип упаковки"]
    marking: Annotated[str, "Маркировка"]
    design: Annotated[str, "Дизайн: готовый макет, новый макет …; пусто, если без дизайна"]
    layout: Annotated[str, "Макет: имя файла или номер"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LineFields(PositionFields):
    """A line with the client's price; the sums are empty in a document without prices."""

    price: Annotated[str, "Цена за единицу с НДС"]
    amount: Annotated[Sum, "Сумма с НДС"]
    vat: Annotated[Sum, "НДС в сумме"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CostLineFields(LineFields):
    """A line with all its figures: for internal documents only."""

    unit_cost: Annotated[str, "Себестоимость за единицу без НДС"]
    cost: Annotated[Sum, "Себестоимость строки с доп. расходами, без НДС"]
    markup: Annotated[str, "Наценка: 45 %"]
    discount: Annotated[str, "Скидка: 3 %"]
    profit: Annotated[Sum, "Прибыль без НДС"]
    margin: Annotated[str, "Маржа: 28,9 %"]


def position_fields(positions: Sequence[Position]) -> tuple[PositionFields, ...]:
    """Fill lines without prices."""
    return tuple(from_row(PositionFields, row, **_texts(row)) for row in positions)


def unpriced_lines(positions: Sequence[Position]) -> tuple[LineFields, ...]:
    """Fill lines of a document that shows no price yet."""
    none = {"price": "", "amount": None, "vat": None}
    return tuple(from_row(LineFields, row, **_texts(row), **none) for row in positions)


def line_fields(lines: Sequence[Line]) -> tuple[LineFields, ...]:
    """Fill lines with the client's price."""
    return tuple(
        from_row(LineFields, line.position, **_texts(line.position), **_price(line))
        for line in lines
    )


def cost_lines(lines: Sequence[Line]) -> tuple[CostLineFields, ...]:
    """Fill lines with all their figures."""
    return tuple(
        from_row(
            CostLineFields,
            line.position,
            **_texts(line.position),
            **_price(line),
            unit_cost=unit_price(line.position.unit_cost) if line.position.unit_cost else "",
            cost=round2(line.cost),
            markup="" if line.markup_percent is None else percent(line.markup_percent),
            discount=percent(line.discount_percent),
            profit=line.profit,
            margin=percent(line.margin),
        )
        for line in lines
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryLine:
    """The line of the delivery; all empty where the client is not charged for it."""

    number: Annotated[str, "№ строки доставки: следующий за последней позицией"]
    amount: Annotated[Sum, "Стоимость доставки с НДС; пусто, если её нет"]


def delivery_line(positions: Sequence[Position], totals: Totals | None) -> DeliveryLine:
    """Fill the line that follows the last position."""
    if totals is None or not totals.delivery:
        return from_row(DeliveryLine, number="", amount=None)
    number = group_digits(positions[-1].number + 1)
    return from_row(DeliveryLine, number=number, amount=totals.delivery)


def _texts(position: Position) -> dict[str, str]:
    """Return the fields of a position that are worded otherwise than its columns."""
    return {
        "number": group_digits(position.number),
        "design": "" if position.design is Design.NONE else position.design.value,
    }


def _price(line: Line) -> dict[str, Any]:
    return {"price": unit_price(line.price), "amount": line.amount, "vat": line.vat}
