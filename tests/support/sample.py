"""The books of the sample at a day, written, read and priced once a day and session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cmtools.books.catalog import BOOKS
from cmtools.books.loader import BookFile, LoadedBooks, load_books
from cmtools.demo import FAULTY_BOOK, write_sample
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.pricing.order_problems import check_prices
from cmtools.pricing.orders import PricedOrders, price_orders
from cmtools.problems import Problem, sort_problems
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader

Row = dict[str, Any]
Sheets = Mapping[str, Sequence[Row]]
"""Sheet title → rows: column title → value."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The sample at a day: the rows of its books, the total of each priced order, the problems.

    `faulty_problems` are those of the book of typical mistakes, beside the other books.
    """

    books: Mapping[str, Sheets]
    totals: Mapping[str, Decimal]
    problems: Sequence[Problem]
    faulty_problems: Sequence[Problem]


@cache
def sample_at(today: date) -> Sample:
    """Write the sample for a day, read it and price it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sample(folder, today)
        files = [
            BookFile(path=folder / book.file_name, name=book.name, book=book)
            for book in BOOKS
            if (folder / book.file_name).exists()
        ]
        faulty = BookFile(path=folder / FAULTY_BOOK, name=FAULTY_BOOK.name)
        reader = InProcessReader(limits=Limits())
        loaded = load_books([], files, reader, today, STANDARD_DOCUMENTS)
        beside = load_books([faulty], files, reader, today, STANDARD_DOCUMENTS)
    prices, faulty_prices = price_orders(loaded.dataset), price_orders(beside.dataset)
    return Sample(
        books={file.name: _rows_of(file, loaded) for file in files},
        totals={o.number: o.totals.total for o in prices.orders if o.lines and o.totals},
        problems=_all_problems(loaded, prices),
        faulty_problems=_all_problems(beside, faulty_prices),
    )


def _rows_of(file: BookFile, loaded: LoadedBooks) -> Sheets:
    assert file.book is not None
    return {
        table.title: [
            {field.title: row.get(name) for name, field in table.fields.items()}
            for row in loaded.dataset.entries(table)
        ]
        for table in file.book.tables
    }


def _all_problems(loaded: LoadedBooks, prices: PricedOrders) -> Sequence[Problem]:
    return sort_problems([*loaded.problems, *check_prices(loaded.dataset, prices)])
