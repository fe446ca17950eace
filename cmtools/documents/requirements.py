"""Whether a document may be made: its rows are sound, its price stands, the seller is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cmtools.books.choices import Request
from cmtools.books.cross_rules import SELLER_INCOMPLETE, SELLER_NEEDS, missing_of_seller
from cmtools.books.orders import (
    CLAIMS,
    CONTRACTS,
    DELIVERIES,
    LAYOUTS,
    ORDER_BOOK,
    ORDERS,
    PAPERS,
    PAYMENTS,
    Order,
)
from cmtools.books.register import CLIENTS, REGISTER, TRANSFERS
from cmtools.books.settings import (
    CONTRACTORS,
    DISCOUNTS,
    MARKUPS,
    ORGANIZATION,
    RULES,
    SETTINGS,
    VAT,
)
from cmtools.documents.catalog import DocumentKind, PriceVisibility, SourceRow
from cmtools.documents.context import DocumentSubject, Entry, RowIndex
from cmtools.documents.fields.money import amount_due
from cmtools.documents.fields.terms import ENTITIES
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.price import ZERO
from cmtools.problems import Fault, Message, Place, Problem, Severity, problem_at
from cmtools.tables import messages
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import format_percent, format_value
from cmtools.tables.table import Table

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
NOTHING_DUE = Message(
    "nothing-due",
    "счёт не нужен: заказ {order} оплачен полностью",
    "если это не так, проверьте лист «Платежи»",
)
SELLER_NEEDED = Message(
    SELLER_INCOMPLETE.code, SELLER_INCOMPLETE.text, SELLER_INCOMPLETE.hint, Severity.ERROR
)

_PRICES: tuple[Table[Any], ...] = (MARKUPS, DISCOUNTS, VAT, RULES)
_ALSO_FROM: dict[str, Table[Any]] = {
    "invoice": PAYMENTS,
    "act": DELIVERIES,
    "production-entry": PAYMENTS,
    "design-brief": LAYOUTS,
    "claim-act": CLAIMS,
    "handover-finance": PAPERS,
    "handover-technical": PAPERS,
    "client-transfer": TRANSFERS,
}

_NAME_CONTRACTOR = ("contractor-request", "production-entry")


class DocumentChecker:
    """Knows all that is wrong with the books, by place, and tells what of it stops a document."""

    def __init__(self, rows: RowIndex) -> None:
        self._rows = rows
        self._at_row: dict[tuple[str, str | None, int], list[Problem]] = {}
        self._wide: list[Problem] = []
        self._repeated: dict[tuple[str | None, str | None, str], list[Problem]] = {}
        keys = {(table.title, table.key.title): table.key for table in (ORDERS, CLIENTS, CONTRACTS)}
        for problem in rows.opened.problems:
            place = problem.place
            if not problem.is_error:
                continue
            if place.row is None:
                self._wide.append(problem)
            else:
                self._at_row.setdefault((place.file, place.sheet, place.row), []).append(problem)
            if place.file == SETTINGS.file_name and place.row is not None:
                self._wide.append(problem)
            key = keys.get((str(place.sheet), str(problem.column)))
            if key is not None and problem.value is not None:
                own = (place.sheet, problem.column, key.same(problem.value))
                self._repeated.setdefault(own, []).append(problem)

    def errors(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> Iterator[Problem]:
        """Errors in what the document is made from, and in sheets or books that cannot be read.

        `row` is the claim or the handover that it is made of. The lawyer's card is made of a
        contract whose entities are not all there: it says which.
        """
        used = self._used(kind, subject, row)
        for entry in used:
            source = entry.source
            for problem in self._at_row.get((source.file, source.sheet, entry.row), ()):
                if not (kind.id == "essentials" and _is_missing_entity(problem)):
                    yield problem
        yield from self._errors_of_wholes(kind, used)
        yield from self._repeats(subject)

    def refusals(
        self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None
    ) -> Iterator[Problem]:
        """What sound rows still lack for the document."""
        quote = subject.quote
        order = quote.order if quote else None
        if order is not None:
            yield from self._refusals_of_order(kind, subject, order)
        elif subject.client is None and subject.contract is not None:
            yield _at_row(subject.contract, CONTRACTS, "client", NO_CLIENT(document=kind.name))
        if row is None and kind.made_from is SourceRow.CLAIM and order:
            yield _at_row(order, ORDERS, "number", NO_CLAIM(document=kind.name, order=order.number))
        if row is None and kind.made_from is SourceRow.TRANSFER and subject.client:
            fault = NO_TRANSFER(document=kind.name, client=subject.client.get("code"))
            yield _at_row(subject.client, CLIENTS, "code", fault)
        yield from _missing_of_seller(self._rows.dataset)
        yield from self._refusals_of_price(kind, subject)

    def _used(self, kind: DocumentKind, subject: DocumentSubject, row: Entry | None) -> list[Entry]:
        """The rows that a document of the kind is made from."""
        rows: list[Entry | None] = [subject.client]
        quote, of_order = subject.quote, kind.made_from in (SourceRow.ORDER, SourceRow.CLAIM)
        if kind.made_from not in (SourceRow.CLIENT, SourceRow.TRANSFER):
            rows.append(subject.contract)
        if quote and (of_order or None in rows):  # it is the order that should have named them
            rows.append(quote.entry)
        if quote and of_order:
            rows += [found.entry for found in quote.positions]
        if quote and kind.id in _NAME_CONTRACTOR:
            rows.append(self._rows.one(CONTRACTORS, quote.entry.get("contractor")))
        match _ALSO_FROM.get(kind.id):
            case None:
                pass
            case table if table is PAPERS:
                rows += self._rows.papers_of(kind, subject)
            case table if table in (CLAIMS, TRANSFERS):
                rows.append(row)
            case table if subject.quote:
                rows += self._rows.all(table, "order", subject.quote.number)
        return [found for found in rows if found is not None]

    def _errors_of_wholes(self, kind: DocumentKind, used: Sequence[Entry]) -> Iterator[Problem]:
        """Of whole books and sheets, and of the settings that hold for every row."""
        settings = {ORGANIZATION.title}
        if kind.shows is not PriceVisibility.NO_PRICE and not self._rows.opened.prices.terms.sound:
            settings |= {table.title for table in _PRICES}
        sheets = {(entry.source.file, entry.source.sheet) for entry in used}
        files = {file for file, _ in sheets} | {SETTINGS.file_name, REGISTER.file_name}
        also = _ALSO_FROM.get(kind.id)
        for problem in self._wide:
            file, sheet = problem.place.file, problem.place.sheet
            of_settings = file == SETTINGS.file_name and sheet in settings
            whole = problem.place.row is None and (
                (sheet is None and file in files)
                or (file, sheet) in sheets
                or (also is not None and sheet == also.title and also in ORDER_BOOK.tables)
            )
            if of_settings or whole:
                yield problem

    def _repeats(self, subject: DocumentSubject) -> Iterator[Problem]:
        """A later row that bears the number of the order, its client or its contract."""
        for table in (ORDERS, CONTRACTS, CLIENTS):
            row, key = subject.entry(table), table.key
            if row is not None:
                number = key.same(str(row.get(key.name)))
                yield from self._repeated.get((table.title, key.title, number), ())

    def _refusals_of_order(
        self, kind: DocumentKind, subject: DocumentSubject, order: Order
    ) -> Iterator[Problem]:
        if subject.client is None:
            yield _at_row(order, ORDERS, "client", NO_CLIENT(document=kind.name))
        contract = subject.contract
        if contract is None:
            if kind.needs_contract or kind.made_from is SourceRow.CONTRACT:
                fault = NO_CONTRACT(document=kind.name, order=order.number)
                yield _at_row(order, ORDERS, "contract", fault)
        elif contract.get("client") != order.client:
            fault = CONTRACT_OF_ANOTHER(
                contract=order.contract, other=contract.get("client"), client=order.client
            )
            yield _at_row(order, ORDERS, "contract", fault)
        quote = subject.quote
        if kind.made_from is SourceRow.ORDER and quote and not quote.positions:
            fault = NO_POSITIONS(document=kind.name, order=order.number)
            yield _at_row(order, ORDERS, "number", fault)

    def _refusals_of_price(self, kind: DocumentKind, subject: DocumentSubject) -> Iterator[Problem]:
        """A contract asked for by itself answers for all orders under it that are not closed."""
        quote = subject.quote
        order = quote.order if quote else None
        if kind.shows is PriceVisibility.NO_PRICE or (
            kind.shows is PriceVisibility.FINAL_PRICE
            and order
            and order.request is not Request.FINAL
        ):
            return
        if quote and order and kind.made_from is SourceRow.ORDER:
            yield from _refusals_of_unpriced(kind, quote, order)
            if kind.id == "invoice" and quote.totals:
                due = amount_due(order, quote.totals, self._rows.paid(quote))[1]
                if due <= ZERO < quote.totals.total:
                    fault = NOTHING_DUE(order=order.number)
                    yield _at_row(order, ORDERS, "number", fault)
        if kind.shows is not PriceVisibility.ALL_FIGURES:
            under = self._rows.quotes_under(subject.contract) if subject.contract else []
            for found in [quote] if quote else under:
                if quote or not found.entry.get("closed"):
                    yield from self._refusals_of_margin(found)

    def _refusals_of_margin(self, quote: PricedOrder) -> Iterator[Problem]:
        order, totals = quote.order, quote.totals
        if order and totals and quote.approval_needed:
            limit = self._rows.opened.prices.tariff.rules.min_margin
            fault = MARGIN_REFUSED(
                order=order.number,
                margin=format_percent(totals.margin),
                limit=format_percent(limit),
            )
            yield _at_row(order, ORDERS, "approved", fault)


def _refusals_of_unpriced(
    kind: DocumentKind, quote: PricedOrder, order: Order
) -> Iterator[Problem]:
    unpriced = [found.entry for found in quote.positions if found.line is None]
    if unpriced:
        numbers = ", ".join(str(row.get("number")) for row in unpriced)
        what = f"позиции: {numbers}"
        fault = NO_PRICE(document=kind.name, order=order.number, positions=what)
        yield problem_at(unpriced[0].place("unit_cost"), fault)


def _missing_of_seller(dataset: Dataset) -> Iterator[Problem]:
    missing = missing_of_seller(dataset)
    sheets = dataset.sheets(ORGANIZATION)
    if not sheets or not dataset.entries(ORGANIZATION):
        missing = [ORGANIZATION.fields[name] for name in SELLER_NEEDS]
    if missing:
        place = Place(file=SETTINGS.file_name, sheet=ORGANIZATION.title)
        if sheets:
            place = sheets[0].source.place(1, missing[0].name)
        fault = SELLER_NEEDED(fields=", ".join(found.title for found in missing))
        yield problem_at(place, fault, column=missing[0].title)


def _is_missing_entity(problem: Problem) -> bool:
    titles = {CONTRACTS.fields[name].title for name in ENTITIES}
    return problem.code == messages.REQUIRED.code and problem.column in titles


def _at_row(row: Entry, table: Table[Any], name: str, fault: Fault) -> Problem:
    value = row.get(name)
    title = table.fields[name].title
    return problem_at(
        row.place(name), fault, column=title, value=None if value is None else format_value(value)
    )
