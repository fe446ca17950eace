"""Fields that many documents share: an order's terms, its contract, its sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cmtools.books.orders import Contract
from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Count, Day, Name, Sum
from cmtools.documents.fields.from_row import from_row
from cmtools.documents.fields.shipped import shipments
from cmtools.documents.russian_text import days_within, percent, vat_phrase
from cmtools.pricing.price import ZERO, Totals, prepayment_of
from cmtools.tables.table import InvalidRow

YES = "да"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFields:
    """The order and its terms."""

    number: Annotated[str, "№ заказа"]
    date: Annotated[Day, "Дата заказа"]
    request: Annotated[str, "Вид заявки: предварительная или окончательная"]
    final: Annotated[str, "«да», если заявка окончательная; иначе пусто"]
    manager: Annotated[Name, "Менеджер"]
    production_due: Annotated[Day, "Срок изготовления"]
    delivery_due: Annotated[Day, "Срок поставки"]
    shipped: Annotated[Day, "День последней отгрузки, в акте — его отгрузки; пусто, если её нет"]
    delivery_method: Annotated[str, "Способ доставки: самовывоз, доставка, транспортная компания"]
    delivery_address: Annotated[str, "Адрес доставки"]
    prepayment: Annotated[str, "Предоплата: 50 %; пусто, если её нет"]
    prepaid: Annotated[Sum, "Сумма предоплаты; пусто, если её нет"]
    balance: Annotated[Sum, "Остаток; пусто при полной предоплате"]
    balance_days: Annotated[Count, "Срок оплаты остатка, дней"]
    balance_days_in_words: Annotated[str, "То же после «в течение»: 10 (десяти) календарных дней"]


def order_fields(data: OrderData, totals: Totals | None) -> OrderFields:
    """Fill the order's terms; without `totals` there are no sums."""
    order = data.order
    share = order.prepayment or ZERO  # 0 % is none
    total = totals.total if totals else ZERO
    prepaid = prepayment_of(order, total)
    days = order.balance_days
    return from_row(
        OrderFields,
        order,
        date=order.on,
        final=YES if order.is_final else "",
        shipped=max((row.on for row in shipments(data)), default=None),
        prepayment=percent(share) if share else "",
        prepaid=prepaid or None,
        balance=(total - prepaid) or None,
        balance_days_in_words="" if days is None else days_within(days),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractFields:
    """A contract and its five entities; all empty where an order has none."""

    number: Annotated[str, "№ договора"]
    date: Annotated[Day, "Дата договора"]
    subject: Annotated[str, "Предмет договора"]
    payment: Annotated[str, "Цена и условия оплаты"]
    buyer_liability: Annotated[str, "Ответственность покупателя"]
    supply: Annotated[str, "Условия поставки"]
    seller_liability: Annotated[str, "Ответственность продавца"]


ENTITIES = ("subject", "payment", "buyer_liability", "supply", "seller_liability")


def contract_fields(contract: Contract | InvalidRow | None) -> ContractFields:
    """Fill the contract's fields; what is not filled in yet is empty."""
    if contract is None:
        return from_row(ContractFields, **dict.fromkeys(("number", "date", *ENTITIES)))
    return from_row(ContractFields, contract, date=contract.get("on"))


@dataclass(frozen=True, kw_only=True, slots=True)
class TotalFields:
    """What the client pays; all empty where there is no price."""

    goods: Annotated[Sum, "Всего с НДС без доставки"]
    amount: Annotated[Sum, "Всего с НДС, с доставкой"]
    rate: Annotated[str, "Ставка НДС: 22 %; пусто, если без НДС"]
    vat: Annotated[Sum, "НДС всего, с доставкой; пусто, если без НДС"]
    vat_phrase: Annotated[str, "«в т. ч. НДС 22 % — 881,80 руб.» или «Без НДС (основание)»"]


def total_fields(data: OrderData, totals: Totals | None) -> TotalFields:
    """Fill the sums over lines and delivery; without `totals` there are none."""
    rate, ground = data.vat_rate, data.seller.no_vat_ground
    if totals is None:
        return from_row(TotalFields, goods=None, amount=None, rate="", vat=None, vat_phrase="")
    return from_row(
        TotalFields,
        goods=totals.amount,
        amount=totals.total,
        rate="" if rate is None else percent(rate),
        vat=None if rate is None else totals.whole_vat,
        vat_phrase=vat_phrase(rate, totals.whole_vat, ground),
    )
