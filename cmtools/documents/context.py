"""Find the rows that a document is made from, and make its data of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from cmtools.books.choices import DeliveryKind, Department, PaperKind, PriceVisibility, SourceRow
from cmtools.books.cross_rules import stages_before
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
    Paper,
)
from cmtools.books.register import CLIENTS, CONTACTS, JOURNAL, TRANSFERS, Client, Transfer
from cmtools.books.settings import CONTRACTORS, ORGANIZATION, STAGES, Organization
from cmtools.documents.catalog import DocumentKind
from cmtools.documents.data import ClientData, ContractData, DocumentData, OrderData, TransferData
from cmtools.documents.own_kinds import kinds_of
from cmtools.pricing.category import category_at, order_days
from cmtools.pricing.order_problems import money_received
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.price import ZERO, shipment_day
from cmtools.pricing.session import Session
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Entry, InvalidRow, R, Table

SHIPPING_STAGE = "3.7"

_TECHNICAL = (
    PaperKind.PASSPORT,
    PaperKind.SCHEME,
    PaperKind.DRAWING,
    PaperKind.PROJECT_KZH,
    PaperKind.PROJECT_KM,
    PaperKind.GEOLOGY,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSubject:
    """What documents are about: an order, a contract or a client, with those that it refers to."""

    order: PricedOrder | None = None
    contract: Contract | InvalidRow | None = None
    client: Client | InvalidRow | None = None

    def entry(self, table: Table[Any]) -> Entry | None:
        """Return its row of «Заказы», «Договоры» or «Клиенты»."""
        if table is ORDERS:
            return self.order.entry if self.order else None
        return self.contract if table is CONTRACTS else self.client


class RowIndex:
    """The rows of a session by key, each table indexed when it is first needed.

    kinds: the kinds of documents that the company has.
    """

    def __init__(self, session: Session, today: date) -> None:
        self.session = session
        self.dataset = session.loaded.dataset
        self.kinds = kinds_of(self.dataset)
        self._today = today
        self._groups: dict[tuple[Table[Any], str], Mapping[str, list[Any]]] = {}
        self._paid = money_received(self.dataset.records(PAYMENTS))
        self._days = order_days(self.dataset.entries(ORDERS))
        self._early_stages = stages_before(self.dataset, SHIPPING_STAGE)
        self._orders: dict[str, list[PricedOrder]] | None = None

    def rows(self, table: Table[R], name: str, key: object) -> Sequence[R | InvalidRow]:
        """Return the rows whose field has a key, valid or not, in the order of files and rows."""
        if (table, name) not in self._groups:
            groups: dict[str, list[R | InvalidRow]] = {}
            for row in self.dataset.entries(table):
                value = row.get(name)
                if value is not None:
                    groups.setdefault(normalize_name(str(value)), []).append(row)
            self._groups[table, name] = groups
        return () if key is None else self._groups[table, name].get(normalize_name(str(key)), ())

    def valid_rows(self, table: Table[R], name: str, key: object) -> list[R]:
        """Return the same without rows in error."""
        return _valid(self.rows(table, name, key))

    def first(self, table: Table[R], key: object) -> R | InvalidRow | None:
        """Return the first row of that key, valid or not."""
        return next(iter(self.rows(table, table.key.name, key)), None)

    def order_subject(self, order: PricedOrder) -> DocumentSubject:
        """Return an order with its contract and client."""
        return DocumentSubject(
            order=order,
            contract=self.first(CONTRACTS, order.entry.get("contract")),
            client=self.first(CLIENTS, order.entry.get("client")),
        )

    def contract_subject(self, contract: Contract | InvalidRow) -> DocumentSubject:
        """Return a contract with its client."""
        client = self.first(CLIENTS, contract.get("client"))
        return DocumentSubject(contract=contract, client=client)

    def orders_under(self, contract: Contract | InvalidRow) -> Sequence[PricedOrder]:
        """Return the orders made under a contract."""
        if self._orders is None:
            self._orders = {}
            for order in self.session.prices.orders:
                number = order.entry.get("contract")
                if number is not None:
                    self._orders.setdefault(normalize_name(number), []).append(order)
        return self._orders.get(normalize_name(str(contract.get("number"))), ())

    def paid(self, order: PricedOrder) -> Decimal:
        """Return what the order's client paid, less what was given back, roubles."""
        return self._paid.get(order.number, ZERO)

    def source_rows(self, kind: DocumentKind, subject: DocumentSubject) -> Sequence[Entry]:
        """Return the rows of `kind.rows` that the document can be made of, the latest last."""
        rows: Sequence[Entry] = ()
        if kind.rows is TRANSFERS and subject.client:
            rows = self.rows(TRANSFERS, "client", subject.client.get("code"))
        elif kind.rows is DELIVERIES and subject.order:
            rows = self.rows(DELIVERIES, "order", subject.order.number)
            rows = [row for row in rows if row.get("kind") is DeliveryKind.SHIPPED]
        elif kind.rows is CLAIMS and subject.order:
            rows = self.rows(CLAIMS, "order", subject.order.number)
        return sorted(rows, key=_by_day)

    def rows_read(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> Sequence[Entry]:
        """Return all rows that the document is made from; `row` is that of `kind.rows`."""
        order, of_order = subject.order, kind.made_from in (SourceRow.ORDER, SourceRow.CLAIM)
        rows: list[Entry | None] = [subject.client]
        if kind.made_from not in (SourceRow.CLIENT, SourceRow.TRANSFER):
            rows.append(subject.contract)
        if order and (of_order or None in rows):  # it is the order that should have named them
            rows.append(order.entry)
        if order and of_order:
            rows += [position.entry for position in order.positions]
            rows += order.agreed.values() if kind.shows is not PriceVisibility.NO_PRICE else ()
        for table in kind.reads:
            if table is PAPERS:
                rows += self.papers(kind, subject)
            elif order and table is CONTRACTORS:
                rows.append(self.first(CONTRACTORS, order.entry.get("contractor")))
            elif order:
                rows += self.rows(table, "order", order.number)
        return [entry for entry in (*rows, row) if entry is not None]

    def papers(self, kind: DocumentKind, subject: DocumentSubject) -> list[Paper | InvalidRow]:
        """Return the originals that a register lists: to finance, or to the technical department.

        An original belongs to the department that it was sent to, else to that of its kind.
        """
        orders = [subject.order] if subject.order else []
        rows: list[Paper | InvalidRow] = []
        department = Department.TECHNICAL
        if kind.made_from is SourceRow.CONTRACT:
            if subject.contract is None:
                return []
            rows += self.rows(PAPERS, "contract", subject.contract.get("number"))
            orders, department = [*self.orders_under(subject.contract)], Department.FINANCE
        for order in orders:
            rows += self.rows(PAPERS, "order", order.number)
        unique = {(row.source.file, row.row): row for row in rows}
        return [row for row in unique.values() if _department(row) in (department, None)]

    def data(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None, day: date
    ) -> DocumentData:
        """Return the data of a document whose rows are valid.

        `row` is that of `kind.rows` that it is made of, `day` that of the paper.
        """
        papers = _valid(self.papers(kind, subject)) if PAPERS in kind.reads else []
        match kind.made_from:
            case SourceRow.ORDER | SourceRow.CLAIM:
                assert subject.order is not None
                return self.order_data(subject.order, row, papers, day)
            case SourceRow.CONTRACT:
                assert subject.contract is not None
                return ContractData(
                    contract=subject.contract,
                    client=_client(subject),
                    seller=self._seller,
                    papers=papers,
                )
            case SourceRow.TRANSFER:
                assert isinstance(row, Transfer)
                return TransferData(client=_client(subject), seller=self._seller, transfer=row)
            case SourceRow.CLIENT:
                return self._client_data(_client(subject), day)

    def order_data(
        self,
        priced: PricedOrder,
        row: Entry | None = None,
        papers: Sequence[Paper] = (),
        day: date | None = None,
    ) -> OrderData:
        """Return the data of an order whose rows are valid; `row`, `papers`, `day`: see `data`."""
        order = priced.order
        assert order is not None
        stage = self.first(STAGES, order.stage)
        client, contract = self.first(CLIENTS, order.client), self.first(CONTRACTS, order.contract)
        contractor = self.first(CONTRACTORS, order.contractor)
        deliveries = self.valid_rows(DELIVERIES, "order", order.number)
        shipped = row.on if isinstance(row, Delivery) else shipment_day(order, priced.shipments)
        vat_row = self.session.prices.tariff.vat_on(shipped)
        assert isinstance(client, Client)
        return OrderData(
            order=order,
            stage=f"{order.stage} {stage.get('name') or ''}".strip() if stage else order.stage,
            client=client,
            seller=self._seller,
            contract=None if isinstance(contract, InvalidRow) else contract,
            contractor=None if isinstance(contractor, InvalidRow) else contractor,
            positions=sorted(
                _valid([position.entry for position in priced.positions]), key=attrgetter("number")
            ),
            lines=sorted(priced.lines, key=attrgetter("position.number")),
            totals=priced.totals if priced.lines else None,
            missing=priced.missing_in_words,
            vat_rate=vat_row.rate if vat_row else None,
            paid=self.paid(priced),
            payments=self.valid_rows(PAYMENTS, "order", order.number),
            deliveries=deliveries,
            shipments=[
                one for one in deliveries if one.on == shipped and one.kind is DeliveryKind.SHIPPED
            ],
            is_ready=order.stage not in self._early_stages,
            layouts=self.valid_rows(LAYOUTS, "order", order.number),
            papers=papers,
            claims=self.valid_rows(CLAIMS, "order", order.number),
            claim=row if isinstance(row, Claim) else None,
            day=day,
        )

    def _client_data(self, client: Client, since: date) -> ClientData:
        code, prices = client.code, self.session.prices
        own = [priced for priced in prices.orders if priced.order and priced.order.client == code]
        own.sort(key=lambda priced: _by_day(priced.entry))
        orders = [self.order_data(priced) for priced in own]
        claims = [c for priced in own for c in self.valid_rows(CLAIMS, "order", priced.number)]
        return ClientData(
            client=client,
            seller=self._seller,
            category=category_at(self._days.get(code, ()), self._today, prices.tariff.rules),
            contacts=self.valid_rows(CONTACTS, "client", code),
            touches=sorted(self.valid_rows(JOURNAL, "client", code), key=_by_day, reverse=True),
            transfers=sorted(self.valid_rows(TRANSFERS, "client", code), key=_by_day, reverse=True),
            contracts=sorted(self.valid_rows(CONTRACTS, "client", code), key=_by_day),
            orders=orders[::-1],
            claims=sorted(claims, key=_by_day, reverse=True),
            since=since,
        )

    @property
    def _seller(self) -> Organization:
        seller = self.dataset.entries(ORGANIZATION)[0]
        assert isinstance(seller, Organization)
        return seller


def _valid(rows: Sequence[R | InvalidRow]) -> list[R]:
    return [row for row in rows if not isinstance(row, InvalidRow)]


def _client(subject: DocumentSubject) -> Client:
    assert isinstance(subject.client, Client)
    return subject.client


def _by_day(row: Entry) -> tuple[date, int]:
    """Sort rows by day; a row whose day cannot be read is the latest, so that it is reported."""
    return row.get("on") or date.max, row.row


def _department(paper: Paper | InvalidRow) -> Department | None:
    sent: Department | None = paper.get("department")
    kind = paper.get("kind")
    if sent is not None or kind is None:
        return sent
    return Department.TECHNICAL if kind in _TECHNICAL else Department.FINANCE
