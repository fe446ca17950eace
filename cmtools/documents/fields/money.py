"""Fields of the invoice and of the entry into production."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cmtools.books.orders import Order
from cmtools.documents import russian_text
from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Picture, Sum
from cmtools.documents.fields.from_row import from_row
from cmtools.documents.fields.lines import CostLineFields, cost_lines
from cmtools.documents.fields.orders import (
    ContractorFields,
    DealFields,
    contractor_fields,
    deal,
)
from cmtools.documents.fields.terms import (
    YES,
    ContractFields,
    OrderFields,
    TotalFields,
    contract_fields,
    order_fields,
    total_fields,
)
from cmtools.documents.parties import Party, party
from cmtools.documents.qr import payment_text, qr_png
from cmtools.documents.template.schema import field_values
from cmtools.pricing.price import HUNDRED, ZERO, Totals, round2, vat_inside
from cmtools.problems import Fault, Message

NOTHING_DUE = Message(
    "nothing-due",
    "счёт не нужен: заказ {order} оплачен полностью",
    "если это не так, проверьте лист «Платежи»",
)


def amount_due(order: Order, totals: Totals, paid: Decimal) -> tuple[str, Decimal]:
    """Return what an invoice asks for, and how much: the prepayment first, then the rest.

    Roubles with VAT; 0 or less where the order is paid in full.
    """
    if not paid and order.prepayment:
        share = round2(totals.total * order.prepayment / HUNDRED)
        if share < totals.total:
            return f"Предоплата {russian_text.percent(order.prepayment)}", share
    return ("Остаток" if paid > 0 else "Оплата"), totals.total - paid


def refuse_paid_order(data: OrderData) -> Fault | None:
    """Refuse an invoice of an order that is paid in full."""
    order, totals = data.order, data.totals
    if totals and amount_due(order, totals, data.paid)[1] <= ZERO < totals.total:
        return NOTHING_DUE(order=order.number)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class DueFields:
    """What an invoice asks for."""

    what: Annotated[str, "За что: «Предоплата 50 %», «Остаток» или «Оплата»"]
    amount: Annotated[Sum, "К оплате"]
    vat: Annotated[Sum, "НДС в сумме к оплате; пусто, если без НДС"]
    vat_phrase: Annotated[str, "«в т. ч. НДС 22 % — 881,80 руб.» или «Без НДС»"]
    paid: Annotated[Sum, "Уже оплачено; пусто, если ничего"]
    purpose: Annotated[str, "Назначение платежа, как в QR-коде"]
    qr: Annotated[Picture, "QR-код для оплаты, ГОСТ Р 56042-2014"]


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceFields(DealFields):
    """An invoice: an order between its two parties, and what is to be paid now."""

    due: Annotated[DueFields, "К оплате по этому счёту"]


def invoice(data: OrderData) -> InvoiceFields:
    """Fill an invoice; its number and day are those of the order."""
    return InvoiceFields(**field_values(deal(data)), due=_due(data))


def _due(data: OrderData) -> DueFields:
    order, seller, rate = data.order, data.seller, data.vat_rate
    assert data.totals is not None
    what, amount = amount_due(order, data.totals, data.paid)
    vat = vat_inside(amount, rate or ZERO)
    purpose = _purpose(order, amount, rate)
    code = payment_text(
        name=seller.name or "",
        account=seller.account or "",
        bank=seller.bank or "",
        bik=seller.bik or "",
        correspondent_account=seller.correspondent_account or "",
        amount=amount,
        purpose=purpose,
        inn=seller.inn or "",
        kpp=seller.kpp or "",
    )
    return from_row(
        DueFields,
        what=what,
        amount=amount,
        vat=None if rate is None else vat,
        vat_phrase=russian_text.vat_phrase(rate, vat),
        paid=data.paid or None,
        purpose=purpose,
        qr=qr_png(code),
    )


def _purpose(order: Order, amount: Decimal, rate: Decimal | None) -> str:
    """Word the purpose of the payment, in plain spaces, as banks take it."""
    tax = "НДС не облагается"
    if rate is not None:
        phrase = russian_text.vat_phrase(rate, vat_inside(amount, rate))
        tax = phrase.replace(russian_text.NBSP, " ")
    return f"Оплата по счёту № {order.number} от {order.on:%d.%m.%Y}, {tax}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureFields:
    """An order's figures for the company itself, roubles without VAT where not said otherwise."""

    cost: Annotated[Sum, "Себестоимость заказа"]
    net_amount: Annotated[Sum, "Сумма заказа без НДС и доставки"]
    profit: Annotated[Sum, "Прибыль"]
    margin: Annotated[str, "Маржа: 28,9 %"]
    delivery: Annotated[Sum, "Стоимость доставки с НДС; пусто, если её нет"]
    paid: Annotated[Sum, "Оплачено клиентом"]
    unpaid: Annotated[Sum, "Остаток долга клиента"]
    approved: Annotated[str, "«да», если маржа согласована директором; иначе пусто"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductionEntryFields:
    """The entry into production: an order with all its figures, for the economic department."""

    order: Annotated[OrderFields, "Заказ"]
    stage: Annotated[str, "Стадия: 3.1 Проверить постановку …"]
    contract: Annotated[ContractFields, "Договор"]
    contractor: Annotated[ContractorFields, "Подрядчик"]
    seller: Annotated[Party, "Наша организация"]
    client: Annotated[Party, "Клиент"]
    lines: Annotated[tuple[CostLineFields, ...], "Строки заказа со всеми цифрами"]
    total: Annotated[TotalFields, "Итоги для клиента"]
    figures: Annotated[FigureFields, "Итоги для компании"]
    note: Annotated[str, "Примечание"]


def production_entry(data: OrderData) -> ProductionEntryFields:
    """Fill «Ввод в производство» (source text 9.04, duty 5)."""
    order, totals = data.order, data.totals
    assert totals is not None
    return ProductionEntryFields(
        order=order_fields(data, totals),
        stage=data.stage,
        contract=contract_fields(data.contract),
        contractor=contractor_fields(data.contractor),
        seller=party(data.seller),
        client=party(data.client),
        lines=cost_lines(data.lines),
        total=total_fields(totals, data.vat_rate),
        figures=from_row(
            FigureFields,
            cost=totals.amount - totals.vat - totals.profit,
            net_amount=totals.amount - totals.vat,
            profit=totals.profit,
            margin=russian_text.percent(totals.margin),
            delivery=totals.delivery or None,
            paid=data.paid,
            unpaid=totals.total - data.paid,
            approved=YES if order.approved else "",
        ),
        note=order.note or "",
    )
