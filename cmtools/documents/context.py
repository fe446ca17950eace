"""The rows that a document is made from, found by their keys however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cmtools.books.choices import Department, PaperKind
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
    Paper,
)
from cmtools.books.register import CLIENTS, CONTACTS, JOURNAL, TRANSFERS, Client, Transfer
from cmtools.books.settings import CONTRACTORS, ORGANIZATION, STAGES, Organization
from cmtools.documents.catalog import DocumentKind, SourceRow
from cmtools.documents.data import (
    ClientMaterial,
    ContractMaterial,
    Material,
    OrderMaterial,
    TransferMaterial,
)
from cmtools.pricing.category import category_at, order_days
from cmtools.pricing.order_problems import money_received
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.price import ZERO, shipment_day
from cmtools.pricing.session import Session
from cmtools.tables.table import InvalidRow, R, Row, Table

Entry = Row | InvalidRow
TECHNICAL = frozenset(
    (
        PaperKind.PASSPORT,
        PaperKind.SCHEME,
        PaperKind.DRAWING,
        PaperKind.PROJECT_KZH,
        PaperKind.PROJECT_KM,
        PaperKind.GEOLOGY,
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSubject:
    """What documents are asked of: an order, a contract or a client, and what stands above it."""

    quote: PricedOrder | None = None
    contract: Contract | InvalidRow | None = None
    client: Client | InvalidRow | None = None

    def entry(self, table: Table[Any]) -> Entry | None:
        """Its row of «Заказы», «Договоры» or «Клиенты»."""
        if table is ORDERS:
            return self.quote.entry if self.quote else None
        return self.contract if table is CONTRACTS else self.client


class RowIndex:
    """The opened books' rows by key, each table indexed once, when it is first asked for."""

    def __init__(self, opened: Session, today: date) -> None:
        self.opened = opened
        self._today = today
        self.dataset = opened.loaded.dataset
        self._groups: dict[tuple[Table[Any], str], Mapping[str, list[Any]]] = {}
        self._paid = money_received(self.dataset.records(PAYMENTS))
        self._days = order_days(self.dataset.entries(ORDERS))
        self._quotes: dict[str, list[PricedOrder]] | None = None

    def all(self, table: Table[R], name: str, key: object) -> Sequence[R | InvalidRow]:
        """The rows, sound or not, whose field has a key, in the order of files and rows."""
        field = table.fields[name]
        if (table, name) not in self._groups:
            groups: dict[str, list[R | InvalidRow]] = {}
            for row in self.dataset.entries(table):
                value = row.get(name)
                if value is not None:
                    groups.setdefault(field.same(str(value)), []).append(row)
            self._groups[table, name] = groups
        return () if key is None else self._groups[table, name].get(field.same(str(key)), ())

    def sound(self, table: Table[R], name: str, key: object) -> list[R]:
        """The same without rows in error."""
        return [row for row in self.all(table, name, key) if not isinstance(row, InvalidRow)]

    def one(self, table: Table[R], key: object) -> R | InvalidRow | None:
        """The first row of that key, sound or not."""
        return next(iter(self.all(table, table.key.name, key)), None)

    def of_order(self, quote: PricedOrder) -> DocumentSubject:
        """An order with its contract and client."""
        return DocumentSubject(
            quote=quote,
            contract=self.one(CONTRACTS, quote.entry.get("contract")),
            client=self.one(CLIENTS, quote.entry.get("client")),
        )

    def of_contract(self, contract: Contract | InvalidRow) -> DocumentSubject:
        """A contract with its client."""
        return DocumentSubject(contract=contract, client=self.one(CLIENTS, contract.get("client")))

    def quotes_under(self, contract: Contract | InvalidRow) -> list[PricedOrder]:
        """The orders made under a contract."""
        same = CONTRACTS.key.same
        if self._quotes is None:
            self._quotes = {}
            for quote in self.opened.prices.orders:
                number = quote.entry.get("contract")
                if number is not None:
                    self._quotes.setdefault(same(number), []).append(quote)
        return self._quotes.get(same(str(contract.get("number"))), [])

    def papers_of(self, kind: DocumentKind, subject: DocumentSubject) -> list[Paper | InvalidRow]:
        """The originals that a register of originals lists: to finance, or to the technical side.

        A paper goes where it was sent; one that is not sent yet, where its kind belongs.
        """
        if kind.made_from is SourceRow.CONTRACT:
            if subject.contract is None:
                return []
            rows = [*self.all(PAPERS, "contract", subject.contract.get("number"))]
            for quote in self.quotes_under(subject.contract):
                rows += self.all(PAPERS, "order", quote.number)
            wanted = Department.FINANCE
        else:
            assert subject.quote is not None
            rows = [*self.all(PAPERS, "order", subject.quote.number)]
            wanted = Department.TECHNICAL
        found = {(row.source.file, row.row): row for row in rows}
        return [row for row in found.values() if _department(row) in (wanted, None)]

    def paid(self, quote: PricedOrder) -> Decimal:
        """What the order's client paid, less what was given back, roubles."""
        return self._paid.get(quote.number, ZERO)

    def claims_of(self, quote: PricedOrder) -> Sequence[Claim | InvalidRow]:
        """The order's claims, the latest last."""
        return sorted(self.all(CLAIMS, "order", quote.number), key=_by_day)

    def transfers_of(self, client: Client | InvalidRow) -> Sequence[Transfer | InvalidRow]:
        """The client's handovers, the latest last."""
        return sorted(self.all(TRANSFERS, "client", client.get("code")), key=_by_day)

    def material(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None, since: date
    ) -> Material:
        """The material of a document whose rows were judged sound.

        `row` is the claim or the handover that it is made of, `since` the day of its first version.
        """
        match kind.made_from:
            case SourceRow.ORDER | SourceRow.CLAIM:
                assert subject.quote is not None
                papers = self.papers_of(kind, subject) if kind.id == "handover-technical" else ()
                return self._order(subject.quote, row if isinstance(row, Claim) else None, papers)
            case SourceRow.CONTRACT:
                return self._contract(kind, subject)
            case SourceRow.TRANSFER:
                assert isinstance(row, Transfer)
                return TransferMaterial(client=_client(subject), seller=self._seller, transfer=row)
            case SourceRow.CLIENT:
                return self._card(_client(subject), since)

    def _order(
        self,
        quote: PricedOrder,
        claim: Claim | None = None,
        papers: Sequence[Paper | InvalidRow] = (),
    ) -> OrderMaterial:
        order = quote.order
        assert order is not None
        stage = self.one(STAGES, order.stage)
        client, contract = self.one(CLIENTS, order.client), self.one(CONTRACTS, order.contract)
        contractor = self.one(CONTRACTORS, order.contractor)
        vat_row = self.opened.prices.tariff.vat_on(shipment_day(order))
        assert isinstance(client, Client)
        return OrderMaterial(
            order=order,
            stage=f"{order.stage} {stage.get('name') or ''}".strip() if stage else order.stage,
            client=client,
            seller=self._seller,
            contract=None if isinstance(contract, InvalidRow) else contract,
            contractor=None if isinstance(contractor, InvalidRow) else contractor,
            positions=[p.entry for p in quote.positions if not isinstance(p.entry, InvalidRow)],
            lines=quote.lines,
            totals=quote.totals if quote.lines else None,
            vat_rate=vat_row.rate if vat_row else None,
            paid=self.paid(quote),
            payments=self.sound(PAYMENTS, "order", order.number),
            deliveries=self.sound(DELIVERIES, "order", order.number),
            layouts=self.sound(LAYOUTS, "order", order.number),
            papers=[paper for paper in papers if not isinstance(paper, InvalidRow)],
            claim=claim,
        )

    def _contract(self, kind: DocumentKind, subject: DocumentSubject) -> ContractMaterial:
        assert subject.contract is not None
        papers = self.papers_of(kind, subject)
        return ContractMaterial(
            contract=subject.contract,
            client=_client(subject),
            seller=self._seller,
            papers=[paper for paper in papers if not isinstance(paper, InvalidRow)],
        )

    def _card(self, client: Client, since: date) -> ClientMaterial:
        code = client.code
        quotes = [q for q in self.opened.prices.orders if q.order and q.order.client == code]
        orders = [self._order(quote) for quote in sorted(quotes, key=lambda q: _by_day(q.entry))]
        rules = self.opened.prices.tariff.rules
        claims = [c for quote in quotes for c in self.sound(CLAIMS, "order", quote.number)]
        return ClientMaterial(
            client=client,
            seller=self._seller,
            category=category_at(self._days.get(code, ()), self._today, rules),
            contacts=self.sound(CONTACTS, "client", code),
            touches=sorted(self.sound(JOURNAL, "client", code), key=_by_day, reverse=True),
            transfers=sorted(self.sound(TRANSFERS, "client", code), key=_by_day, reverse=True),
            contracts=sorted(self.sound(CONTRACTS, "client", code), key=_by_day),
            orders=orders[::-1],
            claims=sorted(claims, key=_by_day, reverse=True),
            since=since,
        )

    @property
    def _seller(self) -> Organization:
        seller = self.dataset.entries(ORGANIZATION)[0]
        assert isinstance(seller, Organization)
        return seller


def _client(subject: DocumentSubject) -> Client:
    assert isinstance(subject.client, Client)
    return subject.client


def _by_day(row: Entry) -> tuple[date, int]:
    """Rows by day; one whose day cannot be read is the latest, so that it is told."""
    return row.get("on") or date.max, row.row


def _department(paper: Paper | InvalidRow) -> Department | None:
    sent: Department | None = paper.get("department")
    kind = paper.get("kind")
    if sent is not None or kind is None:
        return sent
    return Department.TECHNICAL if kind in TECHNICAL else Department.FINANCE
