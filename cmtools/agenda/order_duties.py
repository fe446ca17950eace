"""Duties of orders, one small function a kind; an order that is closed has only money duties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from cmtools.agenda.duty import Duty, from_place, is_near, of_order
from cmtools.agenda.rows import AgendaRows, OrderRows
from cmtools.agenda.workdays import add_workdays, workdays_between
from cmtools.books.choices import ClaimDecision, DeliveryKind, PaperKind, PaymentKind, Quality
from cmtools.documents.field_types import Count
from cmtools.documents.russian_text import NBSP
from cmtools.pricing.price import ZERO, prepayment_of
from cmtools.tables.parsers import format_roubles

READY_STAGE, MARK_STAGE = "3.6", "4.2"
COST_STAGE, CONTRACT_STAGE, INVOICE_STAGE = "2.3", "2.5", "2.6"
PREPAYMENT_WORKDAYS = 5
CLAIM_WORKDAYS = 5
GOOD_MARK = 4
REPEAT_DAYS = timedelta(days=30)
DAY = timedelta(days=1)


def production(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders near or past Срок изготовления that have not all come from the contractor."""
    for found in _open_final(rows):
        due = found.order.production_due
        if due is not None and not found.is_produced and is_near(rows, due):
            text = f"Проверить изготовление{_at_contractor(found)}"
            yield of_order("production", found, due, text, "production_due")


def delivery(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders near or past Срок поставки that have not all gone to the client."""
    for found in _open_final(rows):
        due = found.order.delivery_due
        if due is not None and not found.is_shipped and is_near(rows, due):
            yield of_order("delivery", found, due, "Поставить заказ клиенту", "delivery_due")


def stage(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders that are at their stage for more working days than the norm."""
    for found in _open(rows):
        current, since = rows.stages.get(found.order.stage), found.order.stage_since
        if current is None or current.norm is None or since is None:
            continue
        days = workdays_between(since, rows.today)
        if days > current.norm:
            text = (
                f"Стадия {current.code} «{current.name}»: {days} раб. дн. при норме {current.norm}"
            )
            yield of_order("stage", found, add_workdays(since, current.norm), text, "stage")


def contractor(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders of a chosen contractor without the cost of a position or their term."""
    for found in _open(rows):
        if found.order.contractor is None or not rows.has_reached(found.order, COST_STAGE):
            continue
        no_cost = any(entry.get("unit_cost") is None for entry, _ in found.priced.positions)
        missing = ["себестоимость"] * no_cost + ["срок"] * (found.order.production_due is None)
        if missing:
            text = f"Получить от подрядчика {' и '.join(missing)}: {found.order.contractor}"
            yield of_order("contractor", found, _stage_due(rows, found), text, "contractor")


def approval(rows: AgendaRows) -> Iterator[Duty]:
    """Find final orders below the margin without the director's consent."""
    for found in _open_final(rows):
        if found.priced.approval_needed:
            text = "Согласовать с директором низкую маржу"
            yield of_order("approval", found, found.order.on, text, "approved")


def contract(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders whose contract is missing or has not passed everybody."""
    steps = {
        "lawyer": "у юриста",
        "finance": "в финансовом департаменте",
        "director": "у директора",
    }
    for found in _open(rows):
        if not has_agreed(rows, found, CONTRACT_STAGE):
            continue
        number, due = found.order.contract, _stage_due(rows, found)
        signed = rows.contracts.get(number) if number else None
        if number is None:
            yield of_order("contract", found, due, "Заключить договор", "contract")
        elif signed is not None:
            waiting = next((name for name in steps if signed.get(name) is None), None)
            if waiting is not None:
                text = f"Согласовать договор {number} {steps[waiting]}"
                duty = of_order("contract", found, due, text, "contract")
                yield from_place(duty, signed.place(waiting))


def prepayment(rows: AgendaRows) -> Iterator[Duty]:
    """Find prepayments not paid in full five working days after the invoice stage."""
    for found in _open(rows):
        asked = find_prepayment(rows, found)
        if asked is not None and is_near(rows, asked[1]):
            missing, due = asked
            text = f"Получить предоплату {format_roubles(missing)} ₽"
            yield of_order("prepayment", found, due, text, "prepayment", amount=missing)


def balance(rows: AgendaRows) -> Iterator[Duty]:
    """Find balances due so many days after the last shipment, else after Срок поставки."""
    for found in rows.orders:
        debt, due = found.debt, balance_day(found)
        if found.is_final and due is not None and debt and is_near(rows, due):
            text = f"Получить остаток оплаты {format_roubles(debt)} ₽"
            yield of_order("balance", found, due, text, "balance_days", amount=debt)


def has_agreed(rows: AgendaRows, found: OrderRows, code: str) -> bool:
    """Tell whether an order is at a stage or later, and the client has agreed to it.

    To a preliminary request beyond the stage of the invoice nobody has: a repeat begins at 5.1.
    """
    is_agreed = found.is_final or found.order.stage in (CONTRACT_STAGE, INVOICE_STAGE)
    return is_agreed and rows.has_reached(found.order, code)


def find_prepayment(rows: AgendaRows, found: OrderRows) -> tuple[Decimal, date] | None:
    """Return what of the prepayment was not paid, and when it is due; None where nothing is."""
    order, total = found.order, found.total
    if not order.prepayment or total is None or not has_agreed(rows, found, INVOICE_STAGE):
        return None
    missing = prepayment_of(order, total) - found.paid
    since = order.stage_since or order.on
    due = add_workdays(since, PREPAYMENT_WORKDAYS) if order.stage == INVOICE_STAGE else since
    return (missing, due) if missing > ZERO else None


def balance_day(found: OrderRows) -> date | None:
    """Return the day on which the balance of an order falls due; None where nothing tells."""
    start = found.last_shipment or found.order.delivery_due
    return None if start is None else start + DAY * (found.order.balance_days or 0)


def quality(rows: AgendaRows) -> Iterator[Duty]:
    """Find goods from the contractor that were not accepted by quality."""
    for found in _open(rows):
        for received in found.deliveries_of(DeliveryKind.RECEIVED):
            if received.quality is None:
                text = f"Принять продукцию по качеству: {_quantity(found, received.quantity)}"
                duty = of_order("quality", found, received.on, text, "stage")
                yield from_place(duty, received.place("quality"), key=f"{received.row}")


def sample(rows: AgendaRows) -> Iterator[Duty]:
    """Find accepted goods without a control sample."""
    for found in _open(rows):
        for received in found.deliveries_of(DeliveryKind.RECEIVED):
            if received.quality is Quality.ACCEPTED and received.sample is None:
                duty = of_order(
                    "sample", found, received.on, "Отложить контрольный образец", "stage"
                )
                yield from_place(duty, received.place("sample"), key=f"{received.row}")


def readiness(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders at the stage «Уведомить клиента о готовности»."""
    for found in _open(rows):
        if found.order.stage == READY_STAGE:
            text = "Уведомить клиента о готовности"
            yield of_order("readiness", found, _stage_due(rows, found), text, "stage")


def act(rows: AgendaRows) -> Iterator[Duty]:
    """Find shipped orders without an act among their papers."""
    for found in _open_final(rows):
        shipped = found.last_shipment
        if shipped is not None and not any(paper.kind is PaperKind.ACT for paper in found.papers):
            yield of_order("act", found, shipped, "Подписать акт и внести в Документы", "stage")


def closing(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders that are paid, marked and signed, and so can be closed."""
    for found in _open_final(rows):
        acts = [p.received for p in found.papers if p.kind is PaperKind.ACT and p.received]
        paid = [p.on for p in found.payments if p.kind is PaymentKind.FROM_CLIENT]
        if found.order.mark is not None and acts and paid and found.debt == ZERO:
            last = max(*acts, *paid)
            yield of_order("closing", found, last, "Закрыть сделку", "closed")


def mark(rows: AgendaRows) -> Iterator[Duty]:
    """Find orders shipped in full whose client has not been asked for a mark."""
    norm = rows.stages[MARK_STAGE].norm if MARK_STAGE in rows.stages else None
    for found in _open(rows):
        shipped = found.last_shipment
        if shipped is not None and found.is_shipped and found.order.mark is None:
            due = add_workdays(shipped, norm or 0)
            yield of_order("mark", found, due, "Спросить оценку клиента", "mark")


def claim(rows: AgendaRows) -> Iterator[Duty]:
    """Find claims that are not decided."""
    for found in rows.orders:
        for made in found.claims:
            if made.decision is ClaimDecision.OPEN:
                due = add_workdays(made.on, CLAIM_WORKDAYS)
                text = f"Решить претензию: {made.reason}"
                duty = of_order("claim", found, due, text, "stage", amount=made.amount)
                yield from_place(duty, made.place("decision"), key=f"{made.row}")


def repeat(rows: AgendaRows) -> Iterator[Duty]:
    """Find satisfied clients who ordered nothing since an order was closed a month ago."""
    latest: dict[str, date] = {}
    for found in rows.orders:
        client, on = found.order.client, found.order.on
        latest[client] = max(on, latest.get(client, on))
    for found in rows.orders:
        order = found.order
        if order.closed is None or (order.mark or 0) < GOOD_MARK or latest[order.client] > order.on:
            continue
        due = order.closed + REPEAT_DAYS
        touched = any(touch.on >= due for touch in rows.touches.get(order.client, ()))
        if due <= rows.today and not touched:
            yield of_order("repeat", found, due, "Предложить повторный заказ", "closed")


def design(rows: AgendaRows) -> Iterator[Duty]:
    """Find designs that are near or past their term and not ready."""
    for found in _open(rows):
        for layout in found.layouts:
            if layout.ready is None and is_near(rows, layout.due):
                text = f"Получить макет {layout.number}: {layout.designer}"
                duty = of_order("design", found, layout.due, text, "stage")
                yield from_place(duty, layout.place("due"), key=layout.number)


def _open(rows: AgendaRows) -> Iterator[OrderRows]:
    return (found for found in rows.orders if found.is_open)


def _open_final(rows: AgendaRows) -> Iterator[OrderRows]:
    return (found for found in rows.orders if found.is_open and found.is_final)


def _stage_due(rows: AgendaRows, found: OrderRows) -> date:
    """Return the day on which the norm of the order's stage ends."""
    current = rows.stages.get(found.order.stage)
    since = found.order.stage_since or found.order.on
    return add_workdays(since, (current and current.norm) or 0)


def _quantity(found: OrderRows, quantity: Decimal) -> str:
    """Write a quantity, with its unit where all positions of the order have the same."""
    units = {entry.get("unit") for entry, _ in found.priced.positions}
    unit = units.pop() if len(units) == 1 else None
    return f"{Count(quantity)}{NBSP}{unit}" if unit else Count(quantity)


def _at_contractor(found: OrderRows) -> str:
    return f" у подрядчика {found.order.contractor}" if found.order.contractor else ""
