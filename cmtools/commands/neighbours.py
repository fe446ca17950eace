"""What the workspace's other order books say of a dropped one: earlier orders, numbers taken.

The one place where the work on a book asks about the others. A book is read once and again when
it changes; what is asked for is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.books.loading import BookFile, load
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.clients import order_days
from cmtools.tables.guard import Reader
from cmtools.workspace import is_copy

State = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Book:
    """An order book as it was read: the days of its orders by client, its numbers as compared."""

    state: State
    days: Mapping[str, Sequence[date]]
    numbers: frozenset[str]


class Neighbours:
    """The order books of a workspace, as far as they concern another one."""

    def __init__(self, root: Path, reader: Reader) -> None:
        self._root = root
        self._reader = reader
        self._books: dict[str, _Book] = {}

    def look(self, today: date) -> None:
        """Read what is new or changed."""
        paths = [p for p in self._root.glob(f"{ORDER_BOOK.name}*.xlsx") if not is_copy(p)]
        found: dict[str, _Book] = {}
        for path in paths:
            try:
                status = path.stat()
                state = status.st_ino, status.st_size, status.st_mtime_ns
                known = self._books.get(path.name)
                same = known is not None and known.state == state
                found[path.name] = known if same and known else self._read(path, state, today)
            except OSError:
                continue  # it is gone, or open: it says nothing today
        self._books = found

    def days(self, clients: Iterable[str], but: str) -> dict[str, list[date]]:
        """The days of these clients' orders in all books but that of a name."""
        wanted = set(clients)
        found: dict[str, list[date]] = {}
        for name, book in self._books.items():
            if name != but:
                for client in wanted & book.days.keys():
                    found.setdefault(client, []).extend(book.days[client])
        return found

    def taken(self, numbers: Iterable[str], but: str) -> dict[str, str]:
        """Which of these numbers stand in another book, and in which."""
        wanted = {ORDERS.key.same(number): number for number in numbers}
        return {
            wanted[same]: name
            for name, book in self._books.items()
            if name != but
            for same in book.numbers & wanted.keys()
        }

    def _read(self, path: Path, state: State, today: date) -> _Book:
        file = BookFile(path=path, name=path.name, book=ORDER_BOOK)
        orders = load((), [file], self._reader, today).dataset.entries(ORDERS)
        numbers = (order.get("number") for order in orders)
        return _Book(
            state=state,
            days=order_days(orders),
            numbers=frozenset(ORDERS.key.same(number) for number in numbers if number),
        )
