"""Positions checked and priced in worker processes, by books that share orders.

What was priced before is taken from the store while all that it depends on is the same: a part's
key is a hash over these inputs, and the store is emptied whenever the program's rules change.
"""

from __future__ import annotations

import json
import marshal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from cmtools.books.choices import Category
from cmtools.books.cross_rules import CROSS_RULES, final_orders, kinds_with_markup
from cmtools.books.orders import DELIVERIES, ORDERS, POSITIONS
from cmtools.pricing.category import order_days
from cmtools.pricing.orders import iterate_prices
from cmtools.pricing.price import EXACT
from cmtools.pricing.tariff import Terms, read_terms
from cmtools.problems import Place
from cmtools.reports.book_rows import BookRows, PackedRows, StoredRow
from cmtools.reports.exclusions import Reason, reasons_of_rows
from cmtools.reports.linked_books import LinkedBooks
from cmtools.reports.pool import Pool
from cmtools.reports.store import Store
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.workers.process import WorkerDied


class PricedLine(NamedTuple):
    """A position with a price, in kopecks, and where it stands."""

    file: str
    row: int
    order: str
    amount: int
    profit: int


class PricedPart(NamedTuple):
    """What the positions of some books say.

    unpriced: the sound orders of which a position has no price.
    reasons: why rows do not count.
    """

    lines: Sequence[PricedLine]
    unpriced: Sequence[str]
    reasons: Sequence[Reason]


@dataclass(frozen=True, kw_only=True, slots=True)
class PartInputs:
    """All that the prices of some books depend on.

    books: name → its linked orders and deliveries, its positions as they were read.
    terms: without clients; with the agreed prices of these orders alone.
    categories: order number → the client's category on that day, None where there is no price.
    kinds: see `kinds_with_markup`.
    """

    books: Mapping[str, BookRows]
    terms: Terms
    categories: Mapping[str, Category | None]
    kinds: Set[str] | None

    def key(self) -> str:
        """Return a hash of the inputs; equal values have equal bytes in version 2 of marshal."""
        books = [
            (name, dict(book.columns), [tuple(error) for error in book.errors], _plain(book.rows))
            for name, book in self.books.items()
        ]
        categories = [(number, str(category)) for number, category in self.categories.items()]
        kinds = None if self.kinds is None else sorted(self.kinds)
        plain = (books, categories, kinds, repr(self.terms))
        return sha256(marshal.dumps(plain, 2)).hexdigest()


def price_parts(linked: LinkedBooks, store: Store, pool: Pool) -> Iterator[PricedPart]:
    """Price the positions of all books, part by part."""
    parts = {inputs.key(): inputs for inputs in _inputs(linked)}
    known = store.recall_prices(parts)
    missing = {key: inputs for key, inputs in parts.items() if key not in known}
    futures = {}
    if len(missing) > 1:  # one is priced sooner than a process starts
        futures = {key: pool.submit(price_part, inputs) for key, inputs in missing.items()}
    fresh = {}
    for key, inputs in parts.items():
        content = known.get(key)
        if content is None:
            content = fresh[key] = _price(inputs, futures.pop(key, None))
        yield _loads(content)
    store.keep_prices(fresh, used=parts)


def price_part(inputs: PartInputs) -> bytes:
    """Check and price the positions of some books; a `PricedPart` as JSON."""
    tables = (ORDERS, DELIVERIES, POSITIONS)
    part = Dataset(
        sheet for name, book in inputs.books.items() for sheet in book.sheets(name, tables)
    )
    part.link([POSITIONS])
    values = {"final_orders": final_orders(part), "kinds": inputs.kinds}
    part.apply_rules({POSITIONS: CROSS_RULES[POSITIONS]}, values)
    lines, unpriced = [], []
    for priced in iterate_prices(part, inputs.terms, lambda o: inputs.categories[o.number]):
        if priced.order is None:
            continue
        if priced.unpriced:
            unpriced.append(priced.number)
        lines += [
            PricedLine(
                file=line.position.source.file,
                row=line.position.row,
                order=priced.number,
                amount=int(EXACT.scaleb(line.amount, 2)),
                profit=int(EXACT.scaleb(line.profit, 2)),
            )
            for line in priced.lines
        ]
    own = [problem for name, book in inputs.books.items() for problem in book.problems(name)]
    reasons = [
        (reason.place.file, reason.place.sheet, reason.place.row, *reason[1:])
        for reason in reasons_of_rows(part, [POSITIONS], own)
    ]
    return json.dumps((lines, unpriced, reasons)).encode()


def _loads(content: bytes) -> PricedPart:
    lines, unpriced, reasons = json.loads(content)
    return PricedPart(
        lines=[PricedLine(sys.intern(file), *rest) for file, *rest in lines],
        unpriced=unpriced,
        reasons=[
            Reason(Place(file=file, sheet=sheet, row=row), *rest)
            for file, sheet, row, *rest in reasons
        ],
    )


def _price(inputs: PartInputs, future: Future[bytes] | None) -> bytes:
    """Wait for the worker; what is too much for it is done here."""
    try:
        return future.result() if future else price_part(inputs)
    except WorkerDied:
        return price_part(inputs)


def _inputs(linked: LinkedBooks) -> Iterator[PartInputs]:
    rows = linked.without_positions
    terms, days, kinds = read_terms(rows), order_days(rows.entries(ORDERS)), kinds_with_markup(rows)
    of_book: dict[str, dict[str, Category | None]] = {}
    for order in rows.records(ORDERS):
        category = terms.category(order.client, days.get(order.client, ()), order.on)
        of_book.setdefault(order.source.file, {})[order.number] = category
    for books in linked.parts():
        categories = {n: c for name in books for n, c in of_book.get(name, {}).items()}
        agreed = terms.agreed
        if agreed is not None:
            numbers = map(normalize_name, categories)
            agreed = {number: agreed[number] for number in numbers if number in agreed}
        yield PartInputs(
            books=books,
            terms=replace(terms, vip=frozenset(), doubtful=frozenset(), agreed=agreed),
            categories=categories,
            kinds=kinds,
        )


def _plain(rows: Mapping[str, Iterable[StoredRow]]) -> list[object]:
    return [
        (title, cells.content if isinstance(cells, PackedRows) else list(cells))
        for title, cells in rows.items()
    ]
