"""What the workspace's other order books say of a dropped one: earlier orders, numbers taken.

The one place where the work on a book asks about the others. They are asked through the
workspace's memory: what that costs does not grow with the number of books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.books.orders import ORDER_BOOK
from cmtools.reports.pool import process_pool
from cmtools.reports.reading import update_store
from cmtools.reports.store import Store
from cmtools.workspace import Workspace, is_copy


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Client → the days of earlier orders in other books; number → the book where it stands."""

    days: Mapping[str, Sequence[date]]
    taken: Mapping[str, str]


class OtherBooks:
    """The order books of a workspace, as far as they concern another one; `beat` as they are read.

    A memory that is new is filled first. Where the workspace can keep none, one of this process's
    own is compared with the books each time.
    """

    def __init__(self, workspace: Workspace, beat: Callable[[], None]) -> None:
        self._workspace = workspace
        self._beat = beat
        self._pool = process_pool(workspace.limits(), processes=1)
        self._own: Store | None = None

    def close(self) -> None:
        """End the process that reads books, if one was needed."""
        self._pool.__exit__(None, None, None)

    def look(self, today: date) -> None:
        """Compare the memory with the books: some may have been changed by hand."""
        with Store(self._workspace.root) as store:
            if store.trouble is None:
                self._compare(store, today)

    def ask(self, clients: Iterable[str], numbers: Iterable[str], but: str, today: date) -> Said:
        """What all books but that of a name say of clients and of order numbers."""
        clients, numbers = [*clients], [*numbers]
        with Store(self._workspace.root) as store:
            if store.trouble is None and not store.is_complete():
                self._compare(store, today)
            said = self._said(store, clients, numbers, but)
            if store.is_complete():  # else it may have been lost before it was asked
                return said
        self._own = self._own or Store(self._workspace.root, lasting=False)
        self._compare(self._own, today)
        return self._said(self._own, clients, numbers, but)

    def _said(self, store: Store, clients: Sequence[str], numbers: Sequence[str], but: str) -> Said:
        days = {
            client: [on for path, on in store.order_days(client) if self._counts(path, but)]
            for client in clients
        }
        taken = {
            number: path.name
            for number in numbers
            for path in store.books_with(number)
            if self._counts(path, but) and path.is_file()
        }
        return Said(days=days, taken=taken)

    def _compare(self, store: Store, today: date) -> None:
        update_store(self._workspace, store, self._pool, today, lambda *_: self._beat())

    def _counts(self, path: Path, but: str) -> bool:
        """Whether it is an order book of the workspace: a memory may know others too."""
        return (
            path.name.startswith(ORDER_BOOK.name)
            and path.name != but
            and path.parent == self._workspace.root.absolute()
            and not is_copy(path)
        )
