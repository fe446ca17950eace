"""What the template of each document may name, filled from the books; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cmtools.books.orders import Contract, Design, Order
from cmtools.books.register import Client
from cmtools.books.settings import Organization
from cmtools.documents import wording
from cmtools.documents.sides import Party, party
from cmtools.documents.wording import day_in_words, days_within, percent, unit_price, whole
from cmtools.pricing import HUNDRED, Line, Totals, round2
from cmtools.tables.values import roubles


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """The rows that a document of an order is made from."""

    order: Order
    client: Client
    seller: Organization
    contract: Contract | None
    lines: Sequence[Line]
    totals: Totals


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFields:
    """The order and its terms."""

    number: Annotated[str, "№ заказа"]
    date: Annotated[str, "Дата заказа: «21» ноября 2026 г."]
    production_due: Annotated[str, "Срок изготовления, дата словами"]
    delivery_due: Annotated[str, "Срок поставки, дата словами"]
    delivery_method: Annotated[str, "Способ доставки: самовывоз, доставка, транспортная компания"]
    delivery_address: Annotated[str, "Адрес доставки"]
    prepayment: Annotated[str, "Предоплата: 50 %; пусто, если её нет"]
    prepayment_in_words: Annotated[str, "Сумма предоплаты цифрами и прописью"]
    balance_in_words: Annotated[str, "Остаток цифрами и прописью; пусто при полной предоплате"]
    balance_days: Annotated[str, "Срок оплаты остатка, дней: 10"]
    balance_days_in_words: Annotated[str, "То же после «в течение»: 10 (десяти) календарных дней"]


def order_fields(order: Order, totals: Totals) -> OrderFields:
    """The order's terms in words; a prepayment of 0 % is none."""
    prepaid = round2(totals.total * (order.prepayment or Decimal(0)) / HUNDRED)
    balance = totals.total - prepaid
    days = order.balance_days
    return OrderFields(
        number=order.number,
        date=day_in_words(order.on),
        production_due=day_in_words(order.production_due) if order.production_due else "",
        delivery_due=day_in_words(order.delivery_due) if order.delivery_due else "",
        delivery_method=order.delivery_method.value if order.delivery_method else "",
        delivery_address=order.delivery_address or "",
        prepayment=percent(order.prepayment) if order.prepayment else "",
        prepayment_in_words=wording.sum_in_words(prepaid) if order.prepayment else "",
        balance_in_words=wording.sum_in_words(balance) if balance else "",
        balance_days="" if days is None else whole(days),
        balance_days_in_words="" if days is None else days_within(days),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractFields:
    """The contract that an order is made under."""

    number: Annotated[str, "№ договора"]
    date: Annotated[str, "Дата договора: «21» ноября 2026 г."]


@dataclass(frozen=True, kw_only=True, slots=True)
class LineFields:
    """A line of the table, with the client's price."""

    number: Annotated[str, "№ п/п"]
    name: Annotated[str, "Наименование"]
    quantity: Annotated[str, "Тираж"]
    unit: Annotated[str, "Единица измерения"]
    price: Annotated[str, "Цена за единицу с НДС"]
    amount: Annotated[str, "Сумма с НДС"]
    vat: Annotated[str, "НДС в сумме"]
    materials: Annotated[str, "Материалы"]
    packing: Annotated[str, "Тип упаковки"]
    marking: Annotated[str, "Маркировка"]
    design: Annotated[str, "Дизайн: готовый макет, новый макет …; пусто, если без дизайна"]
    layout: Annotated[str, "Макет: имя файла или номер"]


def line_fields(line: Line) -> LineFields:
    """A priced line in words and figures."""
    position = line.position
    return LineFields(
        number=whole(position.number),
        name=position.name,
        quantity=whole(position.quantity),
        unit=position.unit,
        price=unit_price(line.price),
        amount=roubles(line.amount),
        vat=roubles(line.vat),
        materials=position.materials or "",
        packing=position.packing or "",
        marking=position.marking or "",
        design="" if position.design is Design.NONE else position.design.value,
        layout=position.layout or "",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryLine:
    """The delivery as a line of its own; all empty where the client is not charged for it."""

    number: Annotated[str, "№ строки доставки: следующий за последней позицией"]
    amount: Annotated[str, "Стоимость доставки с НДС; пусто, если её нет"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TotalFields:
    """What the client pays."""

    amount: Annotated[str, "Всего с НДС, с доставкой"]
    amount_in_words: Annotated[str, "Всего цифрами и прописью"]
    rate: Annotated[str, "Ставка НДС: 22 %; пусто, если без НДС"]
    vat: Annotated[str, "НДС всего, с доставкой; пусто, если без НДС"]
    vat_phrase: Annotated[str, "«в т. ч. НДС 22 % — 881,80 руб.» или «Без НДС»"]


def total_fields(totals: Totals, rate: Decimal | None) -> TotalFields:
    """The sums over lines and delivery; `rate` in %, None without VAT."""
    vat = totals.vat + totals.delivery_vat
    return TotalFields(
        amount=roubles(totals.total),
        amount_in_words=wording.sum_in_words(totals.total),
        rate="" if rate is None else percent(rate),
        vat="" if rate is None else roubles(vat),
        vat_phrase=wording.vat_phrase(rate, vat),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecificationFields:
    """All that the template of a specification may name."""

    city: Annotated[str, "Место заключения: г. Омск"]
    order: Annotated[OrderFields, "Заказ"]
    contract: Annotated[ContractFields, "Договор"]
    seller: Annotated[Party, "Продавец"]
    client: Annotated[Party, "Покупатель"]
    lines: Annotated[tuple[LineFields, ...], "Строки заказа"]
    delivery: Annotated[DeliveryLine, "Строка доставки"]
    total: Annotated[TotalFields, "Итоги"]


def specification(material: Material) -> SpecificationFields:
    """The fields of a specification, an annex to the contract (ГК РФ art. 455, 465, 506).

    Raises:
        ValueError: the order has no contract or no line.
    """
    contract, lines = material.contract, material.lines
    if contract is None or not lines:
        raise ValueError("a specification needs a contract and priced lines")
    last = max(line.position.number for line in lines)
    charged = bool(material.totals.delivery)
    return SpecificationFields(
        city=wording.town(material.seller.city or ""),
        order=order_fields(material.order, material.totals),
        contract=ContractFields(number=contract.number, date=day_in_words(contract.on)),
        seller=party(material.seller),
        client=party(material.client),
        lines=tuple(
            line_fields(line) for line in sorted(lines, key=lambda line: line.position.number)
        ),
        delivery=DeliveryLine(
            number=whole(last + 1) if charged else "",
            amount=roubles(material.totals.delivery) if charged else "",
        ),
        total=total_fields(material.totals, lines[0].vat_row.rate),
    )
