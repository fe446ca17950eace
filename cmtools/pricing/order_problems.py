"""Problems that only a price shows: no markup, a low margin, an order closed unpaid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from cmtools.books.agreed import AgreedRow, find_agreed, is_agreed_for, is_doubtful
from cmtools.books.choices import PaperKind, PaymentKind
from cmtools.books.orders import DELIVERIES, ORDERS, PAPERS, PAYMENTS, POSITIONS, Payment, Position
from cmtools.books.settings import Vat
from cmtools.pricing.orders import PricedOrder, PricedOrders, Shipments
from cmtools.pricing.price import ZERO, shipment_day
from cmtools.pricing.tariff import Tariff
from cmtools.problems import Message, Problem, Severity
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import format_decimal, format_roubles
from cmtools.tables.table import InvalidRow, Table

NO_MARKUP_TIER = Message(
    "no-markup-tier",
    "для вида «{kind}» нет наценки на тираж {quantity}",
    "добавьте на лист «Наценки» строку с меньшим «Тираж от» или строку «*»; «Действует с» — не "
    "позже даты заказа",
)
PRICE_ZERO = Message(
    "price-zero", "цена округляется до нуля", "проверьте себестоимость, скидку и шаг округления"
)
NO_VAT_RATE = Message(
    "no-vat-rate",
    "на дату отгрузки нет ставки НДС",
    "добавьте на лист «НДС» строку с датой, с которой действует ставка",
)
RATE_CHANGED = Message(
    "rate-changed",
    "в этот день — {now}, а предыдущая отгрузка заказа — {before}",
    "разделите заказ на два, по ставкам; до этого весь он считается по ставке последней отгрузки",
)
LOW_MARGIN = Message(
    "low-margin",
    "маржа заказа {margin} % ниже минимальной {limit} %",
    "поднимите цену или получите согласие директора: «да» в этом столбце",
    Severity.WARNING,
)
AGREED_FOR_OTHER = Message(
    "agreed-for-other",
    "цена {price} согласована для другого: «{kind}», тираж {quantity} (лист «{sheet}», {cell})",
    "цена посчитана заново; её согласует следующая спецификация, счёт или акт",
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


def check_prices(dataset: Dataset, prices: PricedOrders) -> Iterator[Problem]:
    """Find what is wrong with the prices of the orders, and with orders closed too early."""
    for priced in prices.orders:
        if priced.category is not None:
            yield from _price_problems(priced, prices.tariff)
    yield from _closing_problems(dataset, prices.orders)


def money_received(payments: Iterable[Payment]) -> Mapping[str, Decimal]:
    """Sum up by order number what the clients paid, less what was given back, roubles."""
    received: dict[str, Decimal] = {}
    for payment in payments:
        if payment.kind is not PaymentKind.TO_CONTRACTOR:
            sign = 1 if payment.kind is PaymentKind.FROM_CLIENT else -1
            received[payment.order] = received.get(payment.order, ZERO) + sign * payment.amount
    return received


def _price_problems(priced: PricedOrder, tariff: Tariff) -> Iterator[Problem]:
    order = priced.order
    assert order is not None
    yield from _rate_changes(priced.shipments, tariff)
    if tariff.vat_on(shipment_day(order, priced.shipments)) is None:
        if priced.shipments:
            yield DELIVERIES.problem(priced.shipments[-1], "on", NO_VAT_RATE())
        else:
            field = "delivery_due" if order.delivery_due else "on"
            yield ORDERS.problem(order, field, NO_VAT_RATE())
        return
    price_list = tariff.price_list(order.on)
    for position, line in priced.positions:
        if isinstance(position, InvalidRow):
            continue
        row = find_agreed(priced.agreed, position.number)
        if row is not None and (line is not None or is_doubtful(row)):
            yield from _agreed_for_other(position, row)
        elif line is not None:
            continue
        elif price_list.markup(position.kind, position.quantity) is None:
            fault = NO_MARKUP_TIER(kind=position.kind, quantity=position.quantity)
            yield POSITIONS.problem(position, "kind", fault)
        elif position.unit_cost is not None:
            yield POSITIONS.problem(position, "unit_cost", PRICE_ZERO())
    if priced.approval_needed and priced.totals is not None:
        margin, limit = priced.totals.margin, tariff.rules.min_margin
        fault = LOW_MARGIN(margin=format_decimal(margin), limit=format_decimal(limit))
        yield ORDERS.problem(order, "approved", fault)


def _agreed_for_other(position: Position, row: AgreedRow) -> Iterator[Problem]:
    """Warn of a price that was agreed for another kind of product or run.

    What is wrong with a doubtful row is an error of that row.
    """
    is_agreed = is_agreed_for(row, position.kind, position.quantity)
    if is_agreed or is_doubtful(row) or position.manual_price is not None:
        return
    fault = AGREED_FOR_OTHER(
        price=format_roubles(row.get("price")),
        kind=row.get("kind"),
        quantity=row.get("quantity"),
        sheet=row.source.sheet,
        cell=row.place("price").cell,
    )
    name = "kind" if row.get("quantity") == position.quantity else "quantity"
    yield POSITIONS.problem(position, name, fault)


def _rate_changes(shipments: Shipments, tariff: Tariff) -> Iterator[Problem]:
    """Report each shipment of an order whose VAT rate is another than that of the one before it."""
    for earlier, later in pairwise(shipments):
        before, now = (tariff.vat_on(shipment.get("on")) for shipment in (earlier, later))
        if before and now and (before.rate or ZERO) != (now.rate or ZERO):
            fault = RATE_CHANGED(now=_rate_in_words(now), before=_rate_in_words(before))
            yield DELIVERIES.problem(later, "on", fault)


def _rate_in_words(row: Vat) -> str:
    return "без НДС" if row.rate is None else f"НДС {format_decimal(row.rate)} %"


def _closing_problems(dataset: Dataset, orders: Iterable[PricedOrder]) -> Iterator[Problem]:
    """Check that a closed order is paid in full, its act is here, the client gave a mark.

    Nothing is reported of an order that a payment or a paper in error may belong to.
    """
    received = money_received(dataset.records(PAYMENTS))
    acts = {
        paper.order
        for paper in dataset.records(PAPERS)
        if paper.kind is PaperKind.ACT and paper.received
    }
    payment_is_unsure = _has_invalid_row(dataset, PAYMENTS, "order")
    act_is_unsure = _has_invalid_row(dataset, PAPERS, "order")
    price_is_unsure = _has_invalid_row(dataset, ORDERS, "client")
    for priced in orders:
        order = priced.order
        if order is None or order.closed is None:
            continue
        what = []
        due = priced.totals.total if priced.totals else ZERO
        paid = received.get(order.number, ZERO)
        if paid < due and not payment_is_unsure(order.number) and not price_is_unsure(order.client):
            what.append(f"оплачен не полностью ({format_roubles(paid)} из {format_roubles(due)})")
        if order.number not in acts and not act_is_unsure(order.number):
            what.append("нет оригинала акта на листе «Документы»")
        if order.mark is None:
            what.append("нет оценки клиента")
        if what:
            yield ORDERS.problem(order, "closed", CLOSED_UNFINISHED(what=", ".join(what)))


def _has_invalid_row(dataset: Dataset, table: Table[Any], field: str) -> Callable[[str], bool]:
    """Return a test whether a row in error has, or may have, a value in a field."""
    invalid = [row for row in dataset.entries(table) if isinstance(row, InvalidRow)]
    values = {row.get(field) for row in invalid}
    any_value = table not in dataset or None in values
    return lambda value: any_value or value in values
