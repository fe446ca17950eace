"""Books of orders linked with the other books and with each other.

A million positions do not fit into memory as sheets and records. Of all books together only the
other rows are needed; the positions stay packed, for each part of the books to be priced apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from itertools import chain

from cmtools.books.cross_rules import check_across
from cmtools.books.orders import DELIVERIES, ORDERS, POSITIONS
from cmtools.reports.book_rows import FIELDS, BookRows, cells_of
from cmtools.tables.dataset import Dataset

_WITHOUT_POSITIONS = [table for table in FIELDS if table is not POSITIONS]


class LinkedBooks:
    """Books of orders by name, joined with the `others` and checked for what all together show.

    without_positions: all sheets but those of the positions.
    """

    def __init__(self, others: Dataset, books: Mapping[str, BookRows]) -> None:
        self._books = books
        self._sheets = {
            name: [*book.sheets(name, _WITHOUT_POSITIONS)] for name, book in books.items()
        }
        self.without_positions = others.join(chain.from_iterable(self._sheets.values()))
        self.without_positions.link(_WITHOUT_POSITIONS)
        check_across(self.without_positions)

    def parts(self) -> Iterator[Mapping[str, BookRows]]:
        """Yield the positions of some books with the orders and deliveries as they were linked.

        Books that name the same order come together.
        """
        orders = {name: book.orders() for name, book in self._books.items()}
        for group in group_by_order(orders):
            yield {name: self._priced_rows(name) for name in group}

    def _priced_rows(self, name: str) -> BookRows:
        book = self._books[name]
        linked = {
            sheet.table.title: cells_of(sheet)
            for sheet in self._sheets[name]
            if sheet.table in (ORDERS, DELIVERIES)
        }
        return replace(book, rows={**linked, POSITIONS.title: book.rows.get(POSITIONS.title, ())})


def group_by_order(orders: Mapping[str, Set[str]]) -> list[list[str]]:
    """Group books that name the same orders, directly or through other books."""
    group_of: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for book, of_book in orders.items():
        group_of[book] = [book]
        for other in {first.setdefault(order, book) for order in of_book}:
            if group_of[other] is not group_of[book]:
                group = [*group_of[other], *group_of[book]]
                group_of |= dict.fromkeys(group, group)
    places = {book: place for place, book in enumerate(orders)}
    groups = {id(group): sorted(group, key=places.__getitem__) for group in group_of.values()}
    return [*groups.values()]
