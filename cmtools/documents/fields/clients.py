"""Fields of a client's papers: the card with all that is known, the agreement of a handover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from cmtools.books.choices import Request
from cmtools.books.orders import Claim, Delivery, Payment
from cmtools.books.register import Contact, Touch, Transfer
from cmtools.documents import russian_text as wording
from cmtools.documents.data import ClientMaterial, OrderMaterial, TransferMaterial
from cmtools.documents.field_types import Count, Day, Name, Sum
from cmtools.documents.fields.money import ClaimFields, claim_fields
from cmtools.documents.fields.terms import YES, ContractFields, contract_fields
from cmtools.documents.parties import Party, party
from cmtools.documents.template.schema import values
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
    """A row of «Передачи клиентов»."""
    return TransferFields(
        date=Day(transfer.on),
        giver=Name(transfer.giver),
        taker=Name(transfer.taker),
        reason=transfer.reason.value,
        terms=transfer.terms or "",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientTransferFields:
    """The agreement of two employees about a client."""

    city: Annotated[str, "Место составления: г. Омск"]
    code: Annotated[str, "Код клиента"]
    client: Annotated[Party, "Клиент"]
    seller: Annotated[Party, "Наша организация"]
    transfer: Annotated[TransferFields, "Передача"]


def client_transfer(material: TransferMaterial) -> ClientTransferFields:
    """The fields of the agreement (source text 9.04, rules of combination)."""
    return ClientTransferFields(
        city=wording.town(material.seller.city or ""),
        code=material.client.code,
        client=party(material.client),
        seller=party(material.seller),
        transfer=transfer_fields(material.transfer),
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
    """One contact with the client, whoever of the company made it."""

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
    what: Annotated[str, "Наименования через точку с запятой"]
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
class ClientCardFields:
    """All that is known of a client."""

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
    money: Annotated[MoneyFields, "Все заказы вместе"]
    contacts: Annotated[tuple[ContactFields, ...], "Контактные лица"]
    touches: Annotated[tuple[TouchFields, ...], "Журнал контактов, последние сверху"]
    transfers: Annotated[tuple[TransferFields, ...], "Передачи, последние сверху"]
    contracts: Annotated[tuple[ContractFields, ...], "Договоры"]
    orders: Annotated[tuple[SummaryFields, ...], "Заявки и заказы, последние сверху"]
    payments: Annotated[tuple[PaymentFields, ...], "Платежи, последние сверху"]
    deliveries: Annotated[tuple[DeliveryFields, ...], "Поставки, последние сверху"]
    claims: Annotated[tuple[ClientClaimFields, ...], "Претензии, последние сверху"]


def client_card(material: ClientMaterial) -> ClientCardFields:
    """The fields of the client's card (source text 9.04, duties 9 and 10)."""
    client = material.client
    return ClientCardFields(
        code=client.code,
        client=party(client),
        seller=party(material.seller),
        since=Day(material.since),
        category=material.category.value,
        status=client.status.value if client.status else "",
        manager=Name(client.manager),
        received=Day(client.received),
        head_birthday=Day(client.head_birthday),
        company_day=Day(client.company_day),
        touch_days=Count(client.touch_days),
        open_needs=client.open_needs or "",
        hidden_needs=client.hidden_needs or "",
        money=_money(material.orders, material.claims),
        contacts=tuple(_contact(contact) for contact in material.contacts),
        touches=tuple(_touch(touch) for touch in material.touches),
        transfers=tuple(transfer_fields(transfer) for transfer in material.transfers),
        contracts=tuple(contract_fields(contract) for contract in material.contracts),
        orders=tuple(_summary(order) for order in material.orders),
        payments=tuple(_payment(payment) for payment in _latest(material, "payments")),
        deliveries=tuple(_delivery(delivery) for delivery in _latest(material, "deliveries")),
        claims=tuple(_claim(claim) for claim in material.claims),
    )


def _latest(material: ClientMaterial, rows: str) -> list[Any]:
    """The payments or deliveries of all orders, the latest first."""
    found = [row for order in material.orders for row in getattr(order, rows)]
    return sorted(found, key=lambda row: (row.on, row.row), reverse=True)


def _payment(payment: Payment) -> PaymentFields:
    return PaymentFields(
        date=Day(payment.on),
        order=payment.order,
        kind=payment.kind.value,
        amount=Sum(payment.amount),
        paper=payment.paper or "",
    )


def _delivery(delivery: Delivery) -> DeliveryFields:
    return DeliveryFields(
        date=Day(delivery.on),
        order=delivery.order,
        kind=delivery.kind.value,
        quantity=Count(delivery.quantity),
        amount=Sum(delivery.amount),
        quality=delivery.quality.value if delivery.quality else "",
        sample=delivery.sample_place or (YES if delivery.sample else ""),
    )


def _contact(contact: Contact) -> ContactFields:
    return ContactFields(
        name=Name(contact.name),
        post=contact.post or "",
        phone=contact.phone or "",
        email=contact.email or "",
        birthday=Day(contact.birthday),
    )


def _touch(touch: Touch) -> TouchFields:
    return TouchFields(
        date=Day(touch.on),
        kind=touch.kind.value,
        who=touch.who,
        whom=touch.whom or "",
        content=touch.content,
        next=Day(touch.next),
    )


def _summary(material: OrderMaterial) -> SummaryFields:
    order, totals = material.order, material.totals
    return SummaryFields(
        number=order.number,
        date=Day(order.on),
        request=order.request.value,
        stage=material.stage,
        what="; ".join(position.name for position in material.positions),
        amount=Sum(totals.total if totals else None),
        profit=Sum(totals.profit if totals else None),
        paid=Sum(material.paid or None),
        owed=Sum(_owed(material) or None),
        mark=group_digits(order.mark) if order.mark else "",
        dissatisfaction=order.dissatisfaction or "",
        closed=Day(order.closed),
    )


def _owed(material: OrderMaterial) -> Decimal:
    """What the client of an order owes; a request that is no order yet binds nobody."""
    if material.totals is None or material.order.request is not Request.FINAL:
        return ZERO
    return max(material.totals.total - material.paid, ZERO)


def _claim(claim: Claim) -> ClientClaimFields:
    return ClientClaimFields(**values(claim_fields(claim)), order=claim.order)


def _money(orders: Sequence[OrderMaterial], claims: Sequence[Claim]) -> MoneyFields:
    final = [found for found in orders if found.order.request is Request.FINAL]
    sums = [found.totals for found in final if found.totals]
    return MoneyFields(
        orders=Count(len(final)),
        amount=Sum(sum((found.total for found in sums), ZERO)),
        profit=Sum(sum((found.profit for found in sums), ZERO)),
        paid=Sum(sum((found.paid for found in orders), ZERO)),
        owed=Sum(sum((_owed(found) for found in orders), ZERO) or None),
        claimed=Sum(sum((claim.amount for claim in claims), ZERO) or None),
    )
