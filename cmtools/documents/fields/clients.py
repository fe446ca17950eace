"""Fields of a client's documents: the card and the agreement on a transfer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from cmtools.books.orders import Claim, Delivery
from cmtools.books.register import Transfer
from cmtools.documents.data import ClientData, OrderData, TransferData
from cmtools.documents.field_types import Count, Day, Name, Sum
from cmtools.documents.fields.claim_act import ClaimFields
from cmtools.documents.fields.from_row import from_row
from cmtools.documents.fields.parts import fill
from cmtools.documents.fields.terms import YES, ContractFields, contract_fields
from cmtools.documents.parties import Party, party
from cmtools.documents.template.schema import field_values
from cmtools.pricing.orders import unpaid
from cmtools.pricing.price import ZERO
from cmtools.tables.parsers import group_digits


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferFields:
    """A client handed from one employee to another."""

    date: Annotated[Day, "Дата передачи"]
    giver: Annotated[Name, "Передал"]
    taker: Annotated[Name, "Принял"]
    reason: Annotated[str, "Причина"]
    terms: Annotated[str, "Условия; пусто, если их нет"]


def transfer_fields(transfer: Transfer) -> TransferFields:
    """Fill a row of «Передачи клиентов»."""
    return from_row(TransferFields, transfer, date=transfer.on)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientTransferFields:
    """The agreement of two employees about a client."""

    city: Annotated[str, "Место составления: г. Омск"]
    code: Annotated[str, "Код клиента"]
    client: Annotated[Party, "Клиент"]
    seller: Annotated[Party, "Наша организация"]
    transfer: Annotated[TransferFields, "Передача"]


def client_transfer(data: TransferData) -> ClientTransferFields:
    """Fill the agreement on a client's transfer (source text 9.04, rules of combination)."""
    return fill(
        ClientTransferFields,
        data,
        code=data.client.code,
        transfer=transfer_fields(data.transfer),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactFields:
    """A person on the client's side."""

    name: Annotated[Name, "ФИО"]
    post: Annotated[str, "Должность"]
    phone: Annotated[str, "Телефон"]
    email: Annotated[str, "Эл. почта"]
    birthday: Annotated[Day, "День рождения"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchFields:
    """One contact of anyone in the company with the client."""

    date: Annotated[Day, "Дата"]
    kind: Annotated[str, "Вид: звонок, письмо, встреча …"]
    who: Annotated[str, "Кто от компании"]
    whom: Annotated[str, "С кем"]
    content: Annotated[str, "Содержание"]
    next: Annotated[Day, "Следующий контакт"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryFields:
    """An order in one line of the card."""

    number: Annotated[str, "№ заказа"]
    date: Annotated[Day, "Дата заказа"]
    request: Annotated[str, "Вид заявки"]
    stage: Annotated[str, "Стадия"]
    what: Annotated[str, "Наименования через точку с запятой; чего нет в сумме"]
    amount: Annotated[Sum, "Сумма с НДС и доставкой; пусто, если цены нет"]
    profit: Annotated[Sum, "Прибыль; пусто, если цены нет"]
    paid: Annotated[Sum, "Оплачено; пусто, если ничего"]
    owed: Annotated[Sum, "Долг клиента; пусто, если его нет"]
    mark: Annotated[str, "Оценка клиента"]
    dissatisfaction: Annotated[str, "Причина недовольства"]
    closed: Annotated[Day, "Дата закрытия"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentFields:
    """Money that came or went for an order of the client."""

    date: Annotated[Day, "Дата"]
    order: Annotated[str, "№ заказа"]
    kind: Annotated[str, "Вид: от клиента, подрядчику, возврат клиенту"]
    amount: Annotated[Sum, "Сумма"]
    paper: Annotated[str, "Документ"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFields:
    """Goods that came from a contractor or went to the client."""

    date: Annotated[Day, "Дата"]
    order: Annotated[str, "№ заказа"]
    kind: Annotated[str, "Вид: получено от подрядчика, отгружено клиенту"]
    quantity: Annotated[Count, "Количество"]
    amount: Annotated[Sum, "Сумма"]
    quality: Annotated[str, "Качество: принято, брак; пусто, если не указано"]
    sample: Annotated[str, "Где лежит контрольный образец: «архив, полка 3» или «да»; иначе пусто"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientClaimFields(ClaimFields):
    """A claim on the card."""

    order: Annotated[str, "№ заказа"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyFields:
    """All orders of the client together."""

    orders: Annotated[Count, "Заказов (окончательных)"]
    amount: Annotated[Sum, "На сумму с НДС и доставкой"]
    profit: Annotated[Sum, "Прибыль"]
    paid: Annotated[Sum, "Оплачено"]
    owed: Annotated[Sum, "Долг клиента; пусто, если его нет"]
    claimed: Annotated[Sum, "Сумма претензий; пусто, если их не было"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientFields:
    """What is known of a client, without its money."""

    code: Annotated[str, "Код клиента"]
    client: Annotated[Party, "Реквизиты"]
    seller: Annotated[Party, "Наша организация"]
    since: Annotated[Day, "Когда карточка заведена: день её первой версии"]
    category: Annotated[str, "Категория: новый, повторный, системный"]
    status: Annotated[str, "Особый статус: VIP, проблемный; пусто, если нет"]
    manager: Annotated[Name, "Менеджер"]
    received: Annotated[Day, "Дата передачи клиента"]
    head_birthday: Annotated[Day, "День рождения руководителя"]
    company_day: Annotated[Day, "День компании"]
    touch_days: Annotated[Count, "Периодичность касаний, дней; пусто — по правилу"]
    open_needs: Annotated[str, "Явные потребности"]
    hidden_needs: Annotated[str, "Скрытые потребности"]
    contacts: Annotated[tuple[ContactFields, ...], "Контактные лица"]
    touches: Annotated[tuple[TouchFields, ...], "Журнал контактов, последние сверху"]
    transfers: Annotated[tuple[TransferFields, ...], "Передачи, последние сверху"]
    contracts: Annotated[tuple[ContractFields, ...], "Договоры"]


def client(data: ClientData) -> ClientFields:
    """Fill what a document about a client may show outside of the company."""
    return from_row(
        ClientFields,
        data.client,
        client=party(data.client),
        seller=party(data.seller),
        since=data.since,
        category=data.category,
        contacts=tuple(from_row(ContactFields, contact) for contact in data.contacts),
        touches=tuple(from_row(TouchFields, touch, date=touch.on) for touch in data.touches),
        transfers=tuple(transfer_fields(transfer) for transfer in data.transfers),
        contracts=tuple(contract_fields(contract) for contract in data.contracts),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientCardFields(ClientFields):
    """All that is known of a client."""

    money: Annotated[MoneyFields, "Все заказы вместе"]
    orders: Annotated[tuple[SummaryFields, ...], "Заявки и заказы, последние сверху"]
    payments: Annotated[tuple[PaymentFields, ...], "Платежи, последние сверху"]
    deliveries: Annotated[tuple[DeliveryFields, ...], "Поставки, последние сверху"]
    claims: Annotated[tuple[ClientClaimFields, ...], "Претензии, последние сверху"]


def client_card(data: ClientData) -> ClientCardFields:
    """Fill the client's card (source text 9.04, duties 9 and 10)."""
    return ClientCardFields(
        **field_values(client(data)),
        money=_money(data.orders, data.claims),
        orders=tuple(_summary(order) for order in data.orders),
        payments=tuple(
            from_row(PaymentFields, row, date=row.on) for row in _latest(data, "payments")
        ),
        deliveries=tuple(_delivery(row) for row in _latest(data, "deliveries")),
        claims=tuple(from_row(ClientClaimFields, row, date=row.on) for row in data.claims),
    )


def _latest(data: ClientData, rows: str) -> list[Any]:
    """Return the payments or deliveries of all orders, the latest first."""
    found = [row for order in data.orders for row in getattr(order, rows)]
    return sorted(found, key=lambda row: (row.on, row.row), reverse=True)


def _delivery(delivery: Delivery) -> DeliveryFields:
    sample = delivery.sample_place or (YES if delivery.sample else "")
    return from_row(DeliveryFields, delivery, date=delivery.on, sample=sample)


def _summary(data: OrderData) -> SummaryFields:
    order, totals = data.order, data.totals
    return from_row(
        SummaryFields,
        order,
        date=order.on,
        stage=data.stage,
        what=_what(data),
        amount=totals.total if totals else None,
        profit=totals.profit if totals else None,
        paid=data.paid or None,
        owed=_debt_at(data) or None,
        mark=group_digits(order.mark) if order.mark else "",
    )


def _what(data: OrderData) -> str:
    """Name the positions, and those without a price where the order has a sum."""
    names = "; ".join(position.name for position in data.positions)
    return f"{names} (сумма {data.missing})" if data.totals and data.missing else names


def _debt_at(data: OrderData) -> Decimal:
    """Return what the client owes for an order; for a preliminary request nothing."""
    if data.totals is None or not data.order.is_final:
        return ZERO
    return unpaid(data.totals.total, data.paid)


def _money(orders: Sequence[OrderData], claims: Sequence[Claim]) -> MoneyFields:
    final = [data for data in orders if data.order.is_final]
    sums = [data.totals for data in final if data.totals]
    return from_row(
        MoneyFields,
        orders=len(final),
        amount=sum((totals.total for totals in sums), ZERO),
        profit=sum((totals.profit for totals in sums), ZERO),
        paid=sum((data.paid for data in orders), ZERO),
        owed=sum((_debt_at(data) for data in orders), ZERO) or None,
        claimed=sum((claim.amount for claim in claims), ZERO) or None,
    )
