"""Fields of the invoice: its number and day, what it asks for, the code that pays it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cmtools.books.orders import ORDERS
from cmtools.documents import russian_text
from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Count, Day, Picture, Sum
from cmtools.documents.fields.from_row import from_row
from cmtools.documents.fields.orders import DealFields, fill_deal
from cmtools.documents.qr import payment_text, qr_png
from cmtools.pricing.price import ZERO, prepayment_of, vat_inside
from cmtools.problems import Message, Problem

TITLE = "Счёт на оплату"
BALANCE_TITLE = "Счёт на оплату остатка"
"""What the files of the first or only invoice and of the second are called."""

NOTHING_DUE = Message(
    "nothing-due",
    "счёт не нужен: заказ {order} оплачен полностью",
    "если это не так, проверьте лист «Платежи»",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What an invoice asks for; roubles with VAT, `vat` is None without VAT."""

    number: str
    title: str
    what: str
    amount: Decimal
    vat: Decimal | None


def demand_of(data: OrderData) -> Demand:
    """Return what is to be asked for now: the prepayment until it is paid in full, then the rest.

    The amount is 0 or less where the order is paid in full.
    """
    assert data.totals is not None
    total, order, title = data.totals.total, data.order, TITLE
    number, what, amount = order.number, "Остаток" if data.paid > 0 else "Оплата", total - data.paid
    prepayment = prepayment_of(order, total)
    if 0 < prepayment < total:
        if data.paid < prepayment:
            assert order.prepayment is not None
            number, amount = f"{number}/1", prepayment - data.paid
            what = f"Предоплата {russian_text.percent(order.prepayment)}"
        else:
            number, title = f"{number}/2", BALANCE_TITLE
    return Demand(number=number, title=title, what=what, amount=amount, vat=_vat(data, amount))


def _vat(data: OrderData, amount: Decimal) -> Decimal | None:
    """Return the VAT of a payment; that of the whole sum is what its lines add up to."""
    if data.vat_rate is None or data.totals is None:
        return None
    is_whole = amount == data.totals.total
    return data.totals.whole_vat if is_whole else vat_inside(amount, data.vat_rate)


def file_title(data: OrderData) -> str:
    """Return what the file of the invoice is called: the two of an order are no versions."""
    return demand_of(data).title


def refuse_paid_order(data: OrderData) -> Iterator[Problem]:
    """Refuse an invoice of an order that is paid in full."""
    if data.totals and demand_of(data).amount <= ZERO < data.totals.total:
        yield ORDERS.problem(data.order, "number", NOTHING_DUE(order=data.order.number))


@dataclass(frozen=True, kw_only=True, slots=True)
class DueFields:
    """What an invoice asks for."""

    what: Annotated[str, "За что: «Предоплата 50 %», «Остаток» или «Оплата»"]
    amount: Annotated[Sum, "К оплате"]
    vat: Annotated[Sum, "НДС в сумме к оплате; пусто, если без НДС"]
    vat_phrase: Annotated[str, "«в т. ч. НДС 22 % — 881,80 руб.» или «Без НДС (основание)»"]
    paid: Annotated[Sum, "Уже оплачено; пусто, если ничего"]
    purpose: Annotated[str, "Назначение платежа, как в QR-коде"]
    qr: Annotated[Picture, "QR-код для оплаты, ГОСТ Р 56042-2014"]


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceFields(DealFields):
    """An invoice: an order between its two parties, and what is to be paid now."""

    number: Annotated[str, "№ счёта: № заказа, у двух счетов с /1 (предоплата) и /2 (остаток)"]
    date: Annotated[Day, "Дата счёта: день его первой версии"]
    items: Annotated[Count, "Всего наименований: строки заказа и доставка"]
    due: Annotated[DueFields, "К оплате по этому счёту"]


def invoice(data: OrderData) -> InvoiceFields:
    """Fill the invoice that is to be paid now."""
    demand = demand_of(data)
    return fill_deal(
        InvoiceFields,
        data,
        number=demand.number,
        date=data.day,
        items=len(data.lines) + bool(data.totals and data.totals.delivery),
        due=_due(data, demand),
    )


def _due(data: OrderData, demand: Demand) -> DueFields:
    seller, purpose = data.seller, _purpose(data, demand)
    code = payment_text(
        name=seller.name or "",
        account=seller.account or "",
        bank=seller.bank or "",
        bik=seller.bik or "",
        correspondent_account=seller.correspondent_account or "",
        amount=demand.amount,
        purpose=purpose,
        inn=seller.inn or "",
        kpp=seller.kpp or "",
    )
    return from_row(
        DueFields,
        what=demand.what,
        amount=demand.amount,
        vat=demand.vat,
        vat_phrase=russian_text.vat_phrase(data.vat_rate, demand.vat or ZERO, seller.no_vat_ground),
        paid=data.paid or None,
        purpose=purpose,
        qr=qr_png(code),
    )


def _purpose(data: OrderData, demand: Demand) -> str:
    """Word the purpose of the payment, in plain spaces, as banks take it."""
    tax = "НДС не облагается"
    if demand.vat is not None:
        phrase = russian_text.vat_phrase(data.vat_rate, demand.vat)
        tax = phrase.replace(russian_text.NBSP, " ")
    return f"Оплата по счёту № {demand.number} от {data.day:%d.%m.%Y}, {tax}"
