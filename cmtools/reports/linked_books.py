"""Books of orders linked with the other books and with each other, part by part.

A million positions do not fit into memory as sheets and records. Of all books together only the
other rows are needed; the positions are unpacked, checked and forgotten by books that share orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from cmtools.books.cross_rules import check_across
from cmtools.books.orders import POSITIONS
from cmtools.problems import Problem
from cmtools.reports.book_rows import FIELDS, BookRows
from cmtools.tables.dataset import Dataset

_WITHOUT_POSITIONS = [table for table in FIELDS if table is not POSITIONS]


class LinkedBooks:
    """Books of orders by name, joined with the `others` and checked for what all together show.

    without_positions: all sheets but those of the positions.
    """

    def __init__(self, others: Dataset, names: Sequence[str], books: Sequence[BookRows]) -> None:
        self._others, self._names, self._books = others, names, books
        self._sheets = [
            [*book.sheets(name, _WITHOUT_POSITIONS)]
            for name, book in zip(names, books, strict=True)
        ]
        self.without_positions = others.joined(chain.from_iterable(self._sheets))
        self.without_positions.link(_WITHOUT_POSITIONS)
        check_across(self.without_positions)

    def parts(self) -> Iterator[tuple[Dataset, list[Problem]]]:
        """Yield all rows of some books after others, and what these have wrong by themselves.

        Books that name the same order come together.
        """
        for group in group_by_order([book.orders() for book in self._books]):
            books = [(self._names[place], self._books[place]) for place in group]
            sheets = chain.from_iterable(self._sheets[place] for place in group)
            positions = chain.from_iterable(book.sheets(name, [POSITIONS]) for name, book in books)
            part = self._others.joined([*sheets, *positions])
            part.link([POSITIONS])
            check_across(part)
            yield part, [problem for name, book in books for problem in book.problems(name)]


def group_by_order(orders: Sequence[set[str]]) -> list[list[int]]:
    """Group the places of books that name the same orders, directly or through other books."""
    group_of: list[list[int]] = []
    first: dict[str, int] = {}
    for place, of_book in enumerate(orders):
        group_of.append([place])
        for other in {first.setdefault(order, place) for order in of_book}:
            if group_of[other] is not group_of[place]:
                group = sorted([*group_of[other], *group_of[place]])
                for member in group:
                    group_of[member] = group
    return [group for place, group in enumerate(group_of) if group[0] == place]
