"""Rules of one row of the order book; each parameter is named after the field that it reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cmtools.books.choices import ClaimDecision, DeliveryMethod, RequestKind
from cmtools.problems import Fault, Message

PRODUCTION_BEFORE_ORDER = Message(
    "production-before-order", "изготовление раньше заказа", "проверьте срок и дату заказа"
)
PRODUCTION_AFTER_DELIVERY = Message(
    "production-after-delivery", "изготовление позже поставки", "проверьте оба срока"
)
DELIVERY_BEFORE_ORDER = Message(
    "delivery-before-order", "поставка раньше заказа", "проверьте срок и дату заказа"
)
ADDRESS_NEEDED = Message(
    "address-needed",
    "окончательной заявке с доставкой нужен адрес",
    "впишите адрес или выберите самовывоз",
)
REASON_NEEDED = Message(
    "reason-needed", "при оценке 3 и ниже нужна причина", "спросите клиента и впишите его словами"
)
CLOSED_BEFORE_ORDER = Message(
    "closed-before-order", "дата закрытия раньше даты заказа", "проверьте обе даты"
)
DECISION_DATE_NEEDED = Message(
    "decision-date-needed", "решение есть, а даты его нет", "впишите дату решения"
)
MET_AMOUNT_NEEDED = Message(
    "met-amount-needed", "претензия удовлетворена, а сумма не указана", "впишите сумму, хотя бы 0"
)
AGREED_BEFORE_READY = Message(
    "agreed-before-ready",
    "макет согласован раньше, чем готов",
    "впишите дату готовности не позже согласования",
)
NO_OWNER = Message("no-owner", "не указан ни заказ, ни договор", "впишите № заказа или № договора")
HANDED_BEFORE_RECEIVED = Message(
    "handed-before-received",
    "оригинал передан раньше, чем получен",
    "впишите дату получения не позже передачи",
)
DIRECTOR_BEFORE_FINANCE = Message(
    "director-before-finance",
    "директор подписал раньше финансового департамента",
    "сначала согласует финансовый департамент: проверьте даты",
)


def production_not_before_order(on: date, production_due: date | None) -> Fault | None:
    """Refuse goods made before they are ordered."""
    return PRODUCTION_BEFORE_ORDER() if production_due and production_due < on else None


def production_before_delivery(
    production_due: date | None, delivery_due: date | None
) -> Fault | None:
    """Refuse goods delivered before they are made."""
    if production_due and delivery_due and production_due > delivery_due:
        return PRODUCTION_AFTER_DELIVERY()
    return None


def delivery_not_before_order(on: date, delivery_due: date | None) -> Fault | None:
    """Refuse goods delivered before they are ordered."""
    return DELIVERY_BEFORE_ORDER() if delivery_due and delivery_due < on else None


def address_for_delivery(
    delivery_address: str | None, delivery_method: DeliveryMethod | None, request: RequestKind
) -> Fault | None:
    """Require the address of a final request that is to be delivered."""
    is_delivered = delivery_method not in (None, DeliveryMethod.PICKUP)
    needs_address = is_delivered and request is RequestKind.FINAL and not delivery_address
    return ADDRESS_NEEDED() if needs_address else None


def reason_for_low_mark(mark: int | None, dissatisfaction: str | None) -> Fault | None:
    """Require the reason of a mark of 3 or less."""
    return REASON_NEEDED() if mark is not None and mark <= 3 and not dissatisfaction else None


def closed_not_before_order(on: date, closed: date | None) -> Fault | None:
    """Refuse a closing date before the day of the order."""
    return CLOSED_BEFORE_ORDER() if closed and closed < on else None


def decision_has_date(decision: ClaimDecision, decided: date | None) -> Fault | None:
    """Require the day on which a claim was decided."""
    return (
        DECISION_DATE_NEEDED() if decision is not ClaimDecision.OPEN and decided is None else None
    )


def met_has_amount(decision: ClaimDecision, met_amount: Decimal | None) -> Fault | None:
    """Require the amount to which a claim was met."""
    return MET_AMOUNT_NEEDED() if decision is ClaimDecision.MET and met_amount is None else None


def agreed_after_ready(ready: date | None, agreed: date | None) -> Fault | None:
    """Refuse a client's consent to a design before it is ready."""
    return AGREED_BEFORE_READY() if agreed and (ready is None or agreed < ready) else None


def order_or_contract(order: str | None, contract: str | None) -> Fault | None:
    """Require the order of a paper, or its contract, or both."""
    return NO_OWNER() if order is None and contract is None else None


def handed_after_received(received: date | None, handed: date | None) -> Fault | None:
    """Refuse an original handed on before it was received."""
    return HANDED_BEFORE_RECEIVED() if handed and (received is None or handed < received) else None


def director_after_finance(finance: date | None, director: date | None) -> Fault | None:
    """Refuse the director's signature before that of the financial department.

    Source: section 4 of the manager's duties.
    """
    return DIRECTOR_BEFORE_FINANCE() if finance and director and director < finance else None
