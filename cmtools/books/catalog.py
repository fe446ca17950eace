"""All the books, and how an unknown file is recognised as one of them."""

from __future__ import annotations

from collections.abc import Iterable

from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.orders import ORDER_BOOK
from cmtools.books.plan import PLAN_BOOK
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.books.tasks import TASK_BOOK
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Book

BOOKS = (SETTINGS, REGISTER, ORDER_BOOK, TASK_BOOK, AGREED_BOOK, PLAN_BOOK)

SHEETS = frozenset(normalize_name(table.title) for book in BOOKS for table in book.tables)


def recognise_book(sheet_names: Iterable[str]) -> Book | None:
    """Return the book with the most sheets of these names; None where no name is known."""
    names = {normalize_name(name) for name in sheet_names}
    scores = [
        sum(normalize_name(table.title) in names for table in book.tables if not table.optional)
        for book in BOOKS
    ]
    best = max(scores)
    return BOOKS[scores.index(best)] if best else None
