"""Reading books of orders side by side, in worker processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ParamSpec, Protocol, Self, TypeVar

from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK
from cmtools.reports.book_rows import BookRows, read_rows
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.workers.pool import WorkerPool

P = ParamSpec("P")
T = TypeVar("T")


class Pool(Protocol):
    """Calls functions side by side; a context manager."""

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call the function as soon as a worker is idle."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadRequest:
    """Which book to read, on which day; `is_orders` where it must be a book of orders."""

    path: Path
    is_orders: bool
    today: date
    limits: Limits


def process_pool(limits: Limits, processes: int | None = None) -> WorkerPool:
    """Make a pool of processes that have memory enough to read a book, and to understand it."""
    return WorkerPool(
        seconds=limits.seconds,
        memory_bytes=2 * limits.memory_bytes,
        processes=processes,
        preload=("cmtools.reports.priced_parts", "cmtools.tables.reader.workbook"),
    )


def read_book(request: ReadRequest) -> BookRows:
    """Read the book of a request in this process.

    Raises:
        OSError: the file cannot be opened.
    """
    book = ORDER_BOOK if request.is_orders else None
    file = BookFile(path=request.path, name="", book=book)
    return read_rows(file, InProcessReader(limits=request.limits), request.today)
