"""Whether a document may be made: its rows are sound, its price stands, the seller is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cmtools.books.crosscheck import SELLER_INCOMPLETE, SELLER_NEEDS, missing_of_seller
from cmtools.books.orders import CONTRACTS, ORDERS, Contract, Order
from cmtools.books.register import CLIENTS, REGISTER, Client
from cmtools.books.settings import (
    DISCOUNTS,
    MARKUPS,
    ORGANIZATION,
    RULES,
    SETTINGS,
    VAT,
    Organization,
)
from cmtools.commands.opening import Opened
from cmtools.commands.quoting import Quote
from cmtools.documents.catalog import Kind, Shows
from cmtools.documents.fields import Material
from cmtools.problems import Fault, Message, Place, Problem, Severity, at
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Partial, R, Row, Table
from cmtools.tables.values import shown, shown_percent

NO_CONTRACT = Message(
    "contract-needed",
    "документу «{document}» нужен договор, а у заказа {order} его нет",
    "впишите номер договора с листа «Договоры»",
)
NO_CLIENT = Message(
    "client-needed",
    "документу «{document}» нужен клиент, а у заказа {order} его нет",
    "впишите код клиента с листа «Клиенты»",
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
MARGIN_REFUSED = Message(
    "low-margin-refused",
    "маржа заказа {order} — {margin} %, ниже минимальной {limit} %: "
    "документ с ценой не делается без согласия директора",
    "поднимите цену или получите согласие директора: «да» в этом столбце",
)
SELLER_NEEDED = Message(
    SELLER_INCOMPLETE.code, SELLER_INCOMPLETE.text, SELLER_INCOMPLETE.hint, Severity.ERROR
)


def errors_of_rows(opened: Opened, quote: Quote, kind: Kind) -> Iterator[Problem]:
    """Errors in what the document is made from, and in sheets or books that cannot be read."""
    dataset = opened.loaded.dataset
    client = row_of(dataset, CLIENTS, quote.entry.get("client"))
    contract = row_of(dataset, CONTRACTS, quote.entry.get("contract"))
    used = (quote.entry, *(found.entry for found in quote.positions), client, contract)
    rows = [row for row in used if row is not None]
    titles = {ORGANIZATION.title}
    if kind.shows is not Shows.NO_PRICE and not opened.quotes.sound:
        titles |= {table.title for table in (MARKUPS, DISCOUNTS, VAT, RULES)}
    books = {SETTINGS.file_name, REGISTER.file_name, quote.entry.source.file}
    for problem in opened.problems:
        place = problem.place
        if problem.is_error and (
            stands_in(problem, rows)
            or (place.file == SETTINGS.file_name and place.sheet in titles)
            or (place.file in books and place.sheet is None)
            or _repeats(problem, quote)
        ):
            yield problem


def stands_in(problem: Problem, rows: Sequence[Row | Partial]) -> bool:
    """Whether a problem is of one of the rows, or of the whole sheet of one."""
    place = problem.place
    return any(
        (row.source.file, row.source.sheet) == (place.file, place.sheet)
        and place.row in (None, row.row)
        for row in rows
    )


def _repeats(problem: Problem, quote: Quote) -> bool:
    """Whether a later row bears the number of the order, its client or its contract."""
    numbers: dict[Table[Any], str] = {ORDERS: "number", CLIENTS: "client", CONTRACTS: "contract"}
    return problem.value is not None and any(
        (problem.place.sheet, problem.column) == (table.title, table.key.title)
        and table.key.same(problem.value) == table.key.same(str(quote.entry.get(name)))
        for table, name in numbers.items()
    )


def refusals(opened: Opened, quote: Quote, kind: Kind) -> Iterator[Problem]:
    """What sound rows still lack for the document."""
    order, dataset = quote.order, opened.loaded.dataset
    assert order is not None  # its errors would have been told
    names = {"document": kind.name, "order": order.number}
    if row_of(dataset, CLIENTS, order.client) is None:
        yield _at_order(order, "client", NO_CLIENT(**names))
    contract = row_of(dataset, CONTRACTS, order.contract)
    if contract is None and kind.needs_contract:
        yield _at_order(order, "contract", NO_CONTRACT(**names))
    elif contract is not None and contract.get("client") != order.client:
        fault = CONTRACT_OF_ANOTHER(
            contract=order.contract, other=contract.get("client"), client=order.client
        )
        yield _at_order(order, "contract", fault)
    yield from _missing_of_seller(dataset)
    yield from _refusals_of_price(opened, quote, kind)


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
        yield at(place, fault, column=missing[0].title)


def _refusals_of_price(opened: Opened, quote: Quote, kind: Kind) -> Iterator[Problem]:
    order = quote.order
    assert order is not None
    if kind.shows is Shows.NO_PRICE:
        return
    unpriced = [found.entry for found in quote.positions if found.line is None]
    if unpriced or not quote.lines:
        numbers = ", ".join(str(row.get("number")) for row in unpriced)
        what = f"позиции: {numbers}" if numbers else "позиций нет"
        fault = NO_PRICE(document=kind.name, order=order.number, positions=what)
        place = unpriced[0].place("unit_cost") if unpriced else order.place("number")
        yield at(place, fault)
    if kind.shows is Shows.PRICE and quote.approval_needed and quote.totals:
        margin, limit = quote.totals.margin, opened.quotes.tariff.rules.min_margin
        fault = MARGIN_REFUSED(
            order=order.number, margin=shown_percent(margin), limit=shown_percent(limit)
        )
        yield _at_order(order, "approved", fault)


def _at_order(order: Order, name: str, fault: Fault) -> Problem:
    value = order.get(name)
    title = ORDERS.fields[name].title
    return at(order.place(name), fault, column=title, value=None if value is None else shown(value))


def row_of(dataset: Dataset, table: Table[R], key: Any) -> R | Partial | None:
    """The first row of that key, sound or not."""
    if key is None:
        return None
    wanted = table.key.same(str(key))
    rows = dataset.entries(table)
    return next(
        (row for row in rows if table.key.same(str(row.get(table.key.name))) == wanted), None
    )


def material(opened: Opened, quote: Quote) -> Material:
    """The rows of a document, all of them sound by now."""
    dataset, order, totals = opened.loaded.dataset, quote.order, quote.totals
    assert order is not None
    assert totals is not None
    client = row_of(dataset, CLIENTS, order.client)
    contract = row_of(dataset, CONTRACTS, order.contract)
    seller = dataset.entries(ORGANIZATION)[0]
    assert isinstance(client, Client)
    assert isinstance(seller, Organization)
    assert contract is None or isinstance(contract, Contract)
    return Material(
        order=order,
        client=client,
        seller=seller,
        contract=contract,
        lines=quote.lines,
        totals=totals,
    )
