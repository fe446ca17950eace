"""Look up orders in the other order books of a workspace, for a book that was dropped.

They are looked up in the workspace's store: the work does not grow with the number of books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from cmtools.books.copies import is_named_as_copy
from cmtools.books.orders import ORDER_BOOK
from cmtools.reports.pool import process_pool
from cmtools.reports.store import Store
from cmtools.reports.stored_books import update_store
from cmtools.workspace import Workspace, is_copy

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class OrdersElsewhere:
    """Orders in other books.

    days: client → the days of the client's orders.
    books: order number → the name of the book that has it.
    """

    days: Mapping[str, Sequence[date]]
    books: Mapping[str, str]


class OtherBooks:
    """The order books of a workspace beside a dropped one; `on_read` is called as they are read.

    A new store is filled first. Where the workspace cannot keep one, this process has one of its
    own, which is updated at each look-up.
    """

    def __init__(self, workspace: Workspace, on_read: Callable[[], None]) -> None:
        self._workspace = workspace
        self._on_read = on_read
        self._pool = process_pool(workspace.limits(), processes=1)
        self._own_store: Store | None = None

    def close(self) -> None:
        """End the process that reads books, if one was needed."""
        self._pool.__exit__(None, None, None)

    def sync(self, today: date) -> None:
        """Update the workspace's store: some books may have been changed by hand."""
        with Store(self._workspace.root) as store:
            if store.trouble is None:
                self._update(store, today)

    def find(
        self, clients: Iterable[str], numbers: Iterable[str], but: str, today: date
    ) -> OrdersElsewhere:
        """Find the clients' orders, and these numbers, in all books but that of the name `but`."""
        clients, numbers = [*clients], [*numbers]
        return self._look_up(today, lambda store: self._find(store, clients, numbers, but))

    def count_shared(self, numbers: Iterable[str], today: date) -> Mapping[str, int]:
        """Count for each order book of the workspace how many of these orders it has."""
        numbers = [*numbers]
        return self._look_up(
            today,
            lambda store: Counter(
                path.name
                for number in numbers
                for path in {*store.books_with(number)}
                if self._counts(path, "") and path.is_file()
            ),
        )

    def _look_up(self, today: date, find: Callable[[Store], T]) -> T:
        with Store(self._workspace.root) as store:
            if store.trouble is None and not store.is_complete():
                self._update(store, today)
            found = find(store)
            if store.is_complete():  # else it may have been lost before the look-up
                return found
        self._own_store = self._own_store or Store(self._workspace.root, lasting=False)
        self._update(self._own_store, today)
        return find(self._own_store)

    def _find(
        self, store: Store, clients: Sequence[str], numbers: Sequence[str], but: str
    ) -> OrdersElsewhere:
        days = {
            client: [day for path, day in store.order_days(client) if self._counts(path, but)]
            for client in clients
        }
        books = {
            number: path.name
            for number in numbers
            for path in store.books_with(number)
            if self._counts(path, but) and path.is_file()
        }
        return OrdersElsewhere(days=days, books=books)

    def _update(self, store: Store, today: date) -> None:
        update_store(self._workspace, store, self._pool, today, lambda *_: self._on_read())

    def _counts(self, path: Path, but: str) -> bool:
        """Tell whether it is an order book of the workspace; a store may have others too."""
        return (
            path.name.startswith(ORDER_BOOK.name)
            and path.name != but
            and path.parent == self._workspace.root.absolute()
            and not is_copy(path)
            and not is_named_as_copy(path.stem)
        )
