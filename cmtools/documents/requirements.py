"""Why a document is not made: errors in its rows, no price, an unknown seller, a low margin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from cmtools.books.agreed import AGREED_BOOK, AGREED_PRICES
from cmtools.books.choices import PriceVisibility, SourceRow
from cmtools.books.cross_rules import SELLER_INCOMPLETE, SELLER_NEEDS, missing_of_seller
from cmtools.books.orders import CONTRACTS, ORDER_BOOK, ORDERS, Order
from cmtools.books.register import CLIENTS, REGISTER
from cmtools.books.settings import DISCOUNTS, MARKUPS, ORGANIZATION, RULES, SETTINGS, VAT
from cmtools.documents.catalog import DocumentKind
from cmtools.documents.context import DocumentSubject, RowIndex
from cmtools.documents.template.schema import declared_fields, walk_fields
from cmtools.merge.open_conflicts import MERGE_OPEN
from cmtools.pricing.orders import PricedOrder
from cmtools.problems import Message, Place, Problem, Severity, problem_at
from cmtools.tables import messages
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import format_decimal, normalize_name
from cmtools.tables.table import Entry, Table

NO_CONTRACT = Message(
    "contract-needed",
    "документу «{document}» нужен договор, а у заказа {order} его нет",
    "впишите номер договора с листа «Договоры»",
)
NO_CLIENT = Message(
    "client-needed",
    "документу «{document}» нужен клиент, а его нет в реестре",
    "впишите код клиента с листа «Клиенты»",
)
NO_CLAIM = Message(
    "claim-needed",
    "документу «{document}» нужна претензия, а по заказу {order} их нет",
    "впишите её на лист «Претензии»",
)
NO_TRANSFER = Message(
    "transfer-needed",
    "документу «{document}» нужна передача, а клиента {client} никто не передавал",
    "впишите её на лист «Передачи клиентов»",
)
CONTRACT_OF_ANOTHER = Message(
    "contract-of-another",
    "договор {contract} — другого клиента: {other}",
    "впишите договор клиента {client} или поправьте код клиента",
)
NO_PRICE = Message(
    "price-needed",
    "документ «{document}» не сделать: у заказа {order} нет цены ({positions})",
    "впишите себестоимость подрядчика",
)
NO_POSITIONS = Message(
    "positions-needed",
    "документ «{document}» не сделать: в заказе {order} нет позиций",
    "впишите их на лист «Позиции»",
)
MARGIN_REFUSED = Message(
    "low-margin-refused",
    "маржа заказа {order} — {margin} %, ниже минимальной {limit} %: "
    "документ с ценой не делается без согласия директора",
    "поднимите цену или получите согласие директора: «да» в этом столбце",
)
SELLER_NEEDED = Message(
    SELLER_INCOMPLETE.code, SELLER_INCOMPLETE.text, SELLER_INCOMPLETE.hint, Severity.ERROR
)

_DECIDING = ("number", "on", "client", "request", "contract", "delivery_due", "delivery_cost")
"""Columns of an order that each document uses, under other names."""
_PRICE_SETTINGS: tuple[Table[Any], ...] = (MARKUPS, DISCOUNTS, VAT, RULES)


class DocumentChecker:
    """Decides whether a document may be made; the errors of the books are indexed by place."""

    def __init__(self, rows: RowIndex) -> None:
        self._rows = rows
        self._of_row: dict[tuple[str, str | None, int], list[Problem]] = {}
        self._of_key: dict[tuple[str | None, str | None, str], list[Problem]] = {}
        self._open: dict[tuple[str, str | None, int], list[Problem]] = {}
        self._of_sheets: list[Problem] = []  # of books and sheets, and of any row of the settings
        keys = {(table.title, table.key.title): table.key for table in (ORDERS, CLIENTS, CONTRACTS)}
        for problem in rows.session.problems:
            place = problem.place
            if problem.code == MERGE_OPEN.code and place.row is not None:
                self._open.setdefault((place.file, place.sheet, place.row), []).append(problem)
            if not problem.is_error:
                continue
            if place.row is not None:
                self._of_row.setdefault((place.file, place.sheet, place.row), []).append(problem)
            if place.row is None or place.file == SETTINGS.file_name:
                self._of_sheets.append(problem)
            key = keys.get((str(place.sheet), str(problem.column)))
            if key is not None and problem.value is not None:
                name = (place.sheet, problem.column, normalize_name(problem.value))
                self._of_key.setdefault(name, []).append(problem)

    def check(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> list[Problem]:
        """Return why a document cannot be made; `row` is that of `kind.rows` it is made of.

        Missing data are reported only when the rows have no errors, and what the kind itself
        refuses only when no data are missing.
        """
        return (
            [*self._errors(kind, subject, row)]
            or [*self._open_conflicts(kind, subject, row)]
            or [*self._refusals(kind, subject, row)]
            or [*self._refusals_of_kind(kind, subject, row)]
        )

    def _errors(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> Iterator[Problem]:
        """Yield errors in the rows that the document reads, and in sheets that cannot be read."""
        entries = self._rows.rows_read(kind, subject, row)
        may_lack = {CONTRACTS.fields[name].title for name in kind.may_lack}
        for entry in entries:
            source = entry.source
            for problem in self._of_row.get((source.file, source.sheet, entry.row), ()):
                if problem.code != messages.REQUIRED.code or problem.column not in may_lack:
                    yield problem
        yield from self._errors_of_sheets(kind, entries)
        for table in (ORDERS, CONTRACTS, CLIENTS):  # a later row may bear the same number
            entry_of_key = subject.entry(table)
            if entry_of_key is not None:
                number = normalize_name(str(entry_of_key.get(table.key.name)))
                yield from self._of_key.get((table.title, table.key.title, number), ())

    def _open_conflicts(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> Iterator[Problem]:
        """Yield, as errors, the open conflicts in cells that the document shows."""
        hidden = _columns_not_shown(kind)
        for entry in self._rows.rows_read(kind, subject, row):
            source = entry.source
            for problem in self._open.get((source.file, source.sheet, entry.row), ()):
                if (source.sheet, problem.column) not in hidden:
                    yield replace(problem, severity=Severity.ERROR)

    def _errors_of_sheets(self, kind: DocumentKind, entries: Sequence[Entry]) -> Iterator[Problem]:
        settings = {ORGANIZATION.title}
        terms = self._rows.session.prices.terms
        if kind.shows is not PriceVisibility.NO_PRICE and not terms.sound:
            settings |= {table.title for table in _PRICE_SETTINGS}
        sheets = {(entry.source.file, entry.source.sheet) for entry in entries}
        files = {file for file, _ in sheets} | {SETTINGS.file_name, REGISTER.file_name}
        read = {*kind.reads, kind.rows} & {*ORDER_BOOK.tables}
        titles = {table.title for table in read if table}
        if kind.shows is not PriceVisibility.NO_PRICE:
            files.add(AGREED_BOOK.file_name)
            titles.add(AGREED_PRICES.title)
        for problem in self._of_sheets:
            file, sheet = problem.place.file, problem.place.sheet
            if sheet is None:
                stops = file in files
            elif (file, sheet) in sheets:
                stops = problem.place.row is None
            else:
                stops = sheet in (settings if file == SETTINGS.file_name else titles)
            if stops:
                yield problem

    def _refusals(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> Iterator[Problem]:
        """Yield what valid rows still lack for the document."""
        order = subject.order.order if subject.order else None
        if order is not None:
            yield from _refuse_order(kind, subject, order)
        elif subject.client is None and subject.contract is not None:
            yield CONTRACTS.problem(subject.contract, "client", NO_CLIENT(document=kind.name))
        if row is None and kind.made_from is SourceRow.CLAIM and order:
            yield ORDERS.problem(order, "number", NO_CLAIM(document=kind.name, order=order.number))
        if row is None and kind.made_from is SourceRow.TRANSFER and subject.client:
            fault = NO_TRANSFER(document=kind.name, client=subject.client.get("code"))
            yield CLIENTS.problem(subject.client, "code", fault)
        yield from _refuse_seller(self._rows.dataset)
        is_final = order is None or order.is_final
        if kind.shows is PriceVisibility.FINAL_PRICE and not is_final:
            return
        if kind.shows is not PriceVisibility.NO_PRICE:
            yield from self._refuse_price(kind, subject)

    def _refuse_price(self, kind: DocumentKind, subject: DocumentSubject) -> Iterator[Problem]:
        """Yield why no price may be shown; a contract answers for all its orders still open."""
        if subject.order and kind.made_from is SourceRow.ORDER:
            yield from self._refuse_unpriced(kind, subject.order)
        if kind.shows is PriceVisibility.ALL_FIGURES:
            return
        if subject.order:
            yield from self._refuse_margin(subject.order)
        elif subject.contract:
            for order in self._rows.orders_under(subject.contract):
                if not order.entry.get("closed"):
                    yield from self._refuse_margin(order)

    def _refuse_unpriced(self, kind: DocumentKind, priced: PricedOrder) -> Iterator[Problem]:
        order = priced.order
        if order is None:
            return
        unpriced = priced.unpriced
        if unpriced:
            numbers = ", ".join(str(row.get("number")) for row in unpriced)
            positions = f"позиции: {numbers}"
            fault = NO_PRICE(document=kind.name, order=order.number, positions=positions)
            yield problem_at(unpriced[0].place("unit_cost"), fault)

    def _refusals_of_kind(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> Iterator[Problem]:
        if kind.refuse is None or subject.order is None:
            return
        yield from kind.refuse(self._rows.order_data(subject.order, row))

    def _refuse_margin(self, priced: PricedOrder) -> Iterator[Problem]:
        order, totals = priced.order, priced.totals
        if order and totals and priced.approval_needed:
            fault = MARGIN_REFUSED(
                order=order.number,
                margin=format_decimal(totals.margin),
                limit=format_decimal(self._rows.session.prices.tariff.rules.min_margin),
            )
            yield ORDERS.problem(order, "approved", fault)


@cache
def _columns_not_shown(kind: DocumentKind) -> frozenset[tuple[str, str]]:
    """Return the columns of an order, sheet and title, that neither a template nor a price uses."""
    fields = walk_fields(declared_fields(kind.record))
    shown = {*(name.rpartition(".")[2] for name, _ in fields), *_DECIDING}
    unused = (field for name, field in ORDERS.fields.items() if name not in shown)
    return frozenset((ORDERS.title, field.title) for field in unused)


def _refuse_order(kind: DocumentKind, subject: DocumentSubject, order: Order) -> Iterator[Problem]:
    if subject.client is None:
        yield ORDERS.problem(order, "client", NO_CLIENT(document=kind.name))
    contract = subject.contract
    if contract is None:
        if kind.needs_contract or kind.made_from is SourceRow.CONTRACT:
            fault = NO_CONTRACT(document=kind.name, order=order.number)
            yield ORDERS.problem(order, "contract", fault)
    elif contract.get("client") != order.client:
        fault = CONTRACT_OF_ANOTHER(
            contract=order.contract, other=contract.get("client"), client=order.client
        )
        yield ORDERS.problem(order, "contract", fault)
    if kind.made_from is SourceRow.ORDER and subject.order and not subject.order.positions:
        fault = NO_POSITIONS(document=kind.name, order=order.number)
        yield ORDERS.problem(order, "number", fault)


def _refuse_seller(dataset: Dataset) -> Iterator[Problem]:
    missing = missing_of_seller(dataset)
    sheets = dataset.sheets(ORGANIZATION)
    if not dataset.entries(ORGANIZATION):
        missing = [ORGANIZATION.fields[name] for name in SELLER_NEEDS]
    if missing:
        place = Place(file=SETTINGS.file_name, sheet=ORGANIZATION.title)
        if sheets:
            place = sheets[0].source.place(1, missing[0].name)
        fault = SELLER_NEEDED(fields=", ".join(field.title for field in missing))
        yield problem_at(place, fault, column=missing[0].title)
