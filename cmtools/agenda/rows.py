"""The sound rows of all books by what they belong to: by order, by client, by contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar
from unicodedata import normalize

from cmtools.books.choices import (
    Category,
    DeliveryKind,
    LegalForm,
    PaymentKind,
    Quality,
    RequestKind,
)
from cmtools.books.counterparty import own_name
from cmtools.books.orders import (
    CLAIMS,
    CONTRACTS,
    DELIVERIES,
    LAYOUTS,
    ORDERS,
    PAPERS,
    PAYMENTS,
    Claim,
    Contract,
    Delivery,
    Layout,
    Order,
    Paper,
    Payment,
)
from cmtools.books.plan import PLAN, approval, approval_place
from cmtools.books.register import CLIENTS, CONTACTS, JOURNAL, Client, Contact, Touch
from cmtools.books.settings import HOLIDAYS, STAGES, Holiday, Rules, Stage, rules_of
from cmtools.books.tasks import TASKS, Task
from cmtools.pricing.category import category_at, order_days
from cmtools.pricing.orders import PricedOrder, unpaid
from cmtools.pricing.price import ZERO
from cmtools.pricing.session import Session
from cmtools.problems import Place, Problem
from cmtools.tables.table import Row
from cmtools.workspace import REPORTS

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, kw_only=True)
class OrderRows:
    """An order with its price and the rows that hang on it; money in roubles."""

    priced: PricedOrder
    order: Order
    payments: Sequence[Payment]
    deliveries: Sequence[Delivery]
    claims: Sequence[Claim]
    layouts: Sequence[Layout]
    papers: Sequence[Paper]

    @property
    def is_open(self) -> bool:
        """Whether the order has not been closed."""
        return self.order.closed is None

    @property
    def is_final(self) -> bool:
        """Whether the request is окончательная."""
        return self.order.request is RequestKind.FINAL

    @cached_property
    def total(self) -> Decimal | None:
        """What the client pays, delivery included; None while a position has no price."""
        return self.priced.total

    @cached_property
    def paid(self) -> Decimal:
        """What came from the client less what went back."""
        received = _sum_amounts(self.payments, PaymentKind.FROM_CLIENT)
        return received - _sum_amounts(self.payments, PaymentKind.REFUND)

    @cached_property
    def debt(self) -> Decimal | None:
        """What the client still owes, not below 0; None while the total is unknown."""
        return None if self.total is None else unpaid(self.total, self.paid)

    @property
    def quantity(self) -> Decimal:
        """The quantities of all positions together."""
        return Decimal(sum(entry.get("quantity") or 0 for entry, _ in self.priced.positions))

    def deliveries_of(self, kind: DeliveryKind) -> Sequence[Delivery]:
        """Return the deliveries of a kind, by day."""
        found = (delivery for delivery in self.deliveries if delivery.kind is kind)
        return sorted(found, key=attrgetter("on"))

    @cached_property
    def shipments(self) -> Sequence[Delivery]:
        """What was shipped to the client, by day."""
        return self.deliveries_of(DeliveryKind.SHIPPED)

    @property
    def last_shipment(self) -> date | None:
        """The day of the last shipment to the client."""
        return self.shipments[-1].on if self.shipments else None

    @property
    def is_shipped(self) -> bool:
        """Whether all of the order has gone to the client."""
        shipped = sum((delivery.quantity for delivery in self.shipments), ZERO)
        return bool(self.shipments) and shipped >= self.quantity

    @property
    def is_produced(self) -> bool:
        """Whether all has come from the contractor without defects, or has gone to the client."""
        received = self.deliveries_of(DeliveryKind.RECEIVED)
        sound = (found.quantity for found in received if found.quality is not Quality.DEFECTIVE)
        return self.is_shipped or (bool(received) and sum(sound, ZERO) >= self.quantity)


@dataclass(frozen=True, kw_only=True)
class AgendaRows:
    """All that duties are made of: orders, clients, settings, tasks and a date.

    stages: code → stage, in the order of the sheet, by which one is later than another.
    plans: month, by its first day → where its plan waits for approval; None once it is approved.
    reports: the months that have a report.
    """

    today: date
    rules: Rules
    stages: Mapping[str, Stage]
    orders: Sequence[OrderRows]
    clients: Mapping[str, Client]
    contacts: Mapping[str, Sequence[Contact]]
    touches: Mapping[str, Sequence[Touch]]
    contracts: Mapping[str, Contract]
    papers: Sequence[Paper]
    holidays: Sequence[Holiday]
    tasks: Sequence[Task]
    plans: Mapping[date, Place | None]
    reports: Set[date]

    @cached_property
    def stage_codes(self) -> Sequence[str]:
        """The codes of the stages in their order."""
        return list(self.stages)

    def has_reached(self, order: Order, code: str) -> bool:
        """Whether an order is at a stage or later; False where the company has no such stage."""
        codes = self.stage_codes
        known = order.stage in codes and code in codes
        return known and codes.index(order.stage) >= codes.index(code)

    @cached_property
    def order_by_number(self) -> Mapping[str, OrderRows]:
        """The orders by their numbers."""
        return {rows.order.number: rows for rows in self.orders}

    @cached_property
    def category_days(self) -> Mapping[str, Sequence[date]]:
        """The days of the orders that count for a client's category."""
        return order_days(rows.order for rows in self.orders)

    def person_of(self, code: str | None, name: str = "") -> tuple[str | None, str | None]:
        """Return the name and phone of the first contact person of a client, else of the head.

        name: whom to look for instead, a contact person or the head.
        """
        if code is None or code not in self.clients:
            return None, None
        client, people = self.clients[code], self.contacts.get(code, ())
        if name:
            phone = next((person.phone for person in people if person.name == name), None)
            return name, phone or client.phone
        if people:
            return people[0].name, people[0].phone or client.phone
        return head_of(client) or client.name, client.phone

    def category(self, client: Client) -> Category:
        """Return the category of a client today, whatever its особый статус."""
        return category_at(self.category_days.get(client.code, ()), self.today, self.rules)


def read_rows(session: Session, today: date) -> AgendaRows:
    """Gather the sound rows of the session's books; rows with errors are left out."""
    dataset = session.loaded.dataset
    payments = _group(dataset.records(PAYMENTS), "order")
    deliveries = _group(dataset.records(DELIVERIES), "order")
    claims = _group(dataset.records(CLAIMS), "order")
    layouts = _group(dataset.records(LAYOUTS), "order")
    papers = _group(dataset.records(PAPERS), "order")
    orders = []
    for priced in session.prices.orders:
        order = priced.order
        if order is not None:
            orders.append(
                OrderRows(
                    priced=priced,
                    order=order,
                    payments=payments.get(order.number, ()),
                    deliveries=deliveries.get(order.number, ()),
                    claims=claims.get(order.number, ()),
                    layouts=layouts.get(order.number, ()),
                    papers=papers.get(order.number, ()),
                )
            )
    return AgendaRows(
        today=today,
        rules=rules_of(dataset),
        stages={stage.code: stage for stage in dataset.records(STAGES)},
        orders=orders,
        clients={client.code: client for client in dataset.records(CLIENTS)},
        contacts=_group(dataset.records(CONTACTS), "client"),
        touches=_group(sorted(dataset.records(JOURNAL), key=attrgetter("on")), "client"),
        contracts={contract.number: contract for contract in dataset.records(CONTRACTS)},
        papers=dataset.records(PAPERS),
        holidays=dataset.records(HOLIDAYS),
        tasks=dataset.records(TASKS),
        plans=_plans(session),
        reports=_months(session.workspace.path(REPORTS).glob("*.xlsx"), "Отчёт"),
    )


def count_rows_in_error(session: Session) -> int:
    """Count the orders that are left out because their row has an error."""
    return len(session.loaded.dataset.entries(ORDERS)) - len(session.loaded.dataset.records(ORDERS))


def find_unread_sheets(session: Session) -> tuple[Problem, ...]:
    """Return the errors of whole books and sheets, whose rows are missing from all answers."""
    return tuple(p for p in session.problems if p.is_error and p.place.row is None)


def _group(rows: Iterable[R], name: str) -> dict[Any, list[R]]:
    groups: dict[Any, list[R]] = {}
    for row in rows:
        groups.setdefault(row.get(name), []).append(row)
    return groups


def _sum_amounts(payments: Iterable[Payment], kind: PaymentKind) -> Decimal:
    return sum((payment.amount for payment in payments if payment.kind is kind), ZERO)


def _plans(session: Session) -> dict[date, Place | None]:
    """Return month → where its plan waits: the common one, else those of all managers."""
    of_managers: dict[date, Place | None] = {}
    common: dict[date, Place | None] = {}
    for sheet in session.loaded.dataset.sheets(PLAN):
        path = Path(sheet.source.file)
        for month in _months([path], "План"):
            place = None if approval(sheet) else approval_place(sheet)
            if " — " in path.stem:
                of_managers[month] = of_managers.get(month) or place
            else:
                common[month] = place
    return of_managers | common


def _months(paths: Iterable[Path], title: str) -> frozenset[date]:
    """Return the months with which names of files begin: «2026-11 Отчёт.xlsx»."""
    names = (
        re.match(rf"(\d{{4}})-(\d\d) {title}\b", normalize("NFC", path.stem)) for path in paths
    )
    return frozenset(date(int(name[1]), int(name[2]), 1) for name in names if name)


def head_of(client: Client) -> str:
    """Return the head of a client: who is no company is its own; empty where none is named."""
    if client.head_name or client.form is LegalForm.COMPANY:
        return client.head_name or ""
    return own_name(client.full_name, client.name)
