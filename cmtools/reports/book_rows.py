"""What is kept of a book of orders: its rows as it states them by itself, and its own errors.

It depends on no other book and no settings, and knows no file name. Cells are kept as plain values
that SQLite and any process understand: a date as `2026-11-30`, a sum as its digits.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

from cmtools.books.loader import BookFile, BookLoader
from cmtools.books.orders import (
    CLAIMS,
    CONTRACTS,
    DELIVERIES,
    ORDER_BOOK,
    ORDERS,
    PAYMENTS,
    POSITIONS,
)
from cmtools.problems import Message, Place, Problem, Severity
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Source, Table

FIELDS: Mapping[Table[Any], Sequence[str]] = {
    ORDERS: (
        *("number", "on", "client", "manager", "request", "stage", "contractor", "contract"),
        *("delivery_due", "closed", "dissatisfaction"),
    ),
    POSITIONS: (
        *("order", "number", "kind", "quantity", "design", "layout"),
        *("unit_cost", "extra_cost", "manual_price"),
    ),
    PAYMENTS: ("order", "on", "kind", "amount"),
    DELIVERIES: ("order", "on", "kind", "quality", "amount"),
    CLAIMS: ("order", "on", "reason", "decision", "decided", "amount", "met_amount"),
    CONTRACTS: ("number",),
}
"""The fields that are kept of each table: those that figures and cross-sheet rules read."""

COUNTED: tuple[Table[Any], ...] = (ORDERS, POSITIONS, PAYMENTS, DELIVERIES, CLAIMS)
"""The tables whose errors leave something out of a report."""

NO_ORDER_BOOK = Message(
    "no-order-book",
    "это не книга заказов, а «{book}»",
    "уточните шаблон имён: сводятся только книги заказов",
)

StoredRow = tuple[Any, ...]
"""The row in the sheet, the names of its fields in error (None: none), the values of `FIELDS`."""


class BookError(NamedTuple):
    """An error that a book shows by itself; without a sheet it is the whole book's."""

    sheet: str | None
    row: int | None
    column: int | None
    title: str | None
    code: str
    message: str


class PackedRows:
    """Rows kept as bytes, in a fraction of their room; each loop over them unpacks them again."""

    def __init__(self, rows: Iterable[StoredRow]) -> None:
        self.content = marshal.dumps(list(rows), 2)  # in which equal rows have equal bytes

    def __iter__(self) -> Iterator[StoredRow]:
        rows: list[StoredRow] = marshal.loads(self.content)
        return iter(rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class BookRows:
    """The rows of a book of orders.

    columns: sheet → field → its column there, of the sheets that the book has.
    rows: sheet → its rows.
    since, until: the days from the one up to the other, excluded, on which the checks say the same.
    is_read: false where the book could not be read: then `errors` say why and there are no rows.
    """

    columns: Mapping[str, Mapping[str, int]]
    rows: Mapping[str, Iterable[StoredRow]]
    errors: Sequence[BookError]
    since: str = date.min.isoformat()
    until: str = date.max.isoformat()
    is_read: bool = True

    def dumps(self) -> bytes:
        """The rows as JSON, for `loads`."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return json.dumps(values, ensure_ascii=False).encode()

    def holds_on(self, today: date) -> bool:
        """Whether reading the book on that day would find the same."""
        return self.since <= today.isoformat() < self.until

    def pack(self) -> BookRows:
        """Return the same with its positions packed: of many books not all are unpacked at once."""
        positions = PackedRows(self.rows.get(POSITIONS.title, ()))
        return replace(self, rows={**self.rows, POSITIONS.title: positions})

    def orders(self, tables: Iterable[Table[Any]] = COUNTED) -> set[str]:
        """Return the orders that any row of these tables names, as numbers are compared."""
        numbers: set[str | None] = set()
        for table in tables:
            place = FIELDS[table].index("number" if table is ORDERS else "order") + 2
            numbers.update(row[place] for row in self.rows.get(table.title, ()))
        return {normalize_name(number) for number in numbers if number is not None}

    def sheets(self, file: str, tables: Iterable[Table[Any]] = FIELDS) -> Iterator[Sheet[Any]]:
        """Rebuild the sheets of these tables; `file` is what the book is called."""
        for table in tables:
            if table.title in self.columns:
                source = Source(file=file, sheet=table.title, columns=self.columns[table.title])
                yield _restore(table, source, self.rows.get(table.title, ()))

    def problems(self, file: str) -> Iterator[Problem]:
        """The book's own errors as problems; `file` is what the book is called."""
        for sheet, row, column, title, code, message in self.errors:
            place = Place(file=file, sheet=sheet, row=row, column=column)
            yield Problem(
                code=code, severity=Severity.ERROR, place=place, message=message, column=title
            )


def loads(content: bytes) -> BookRows:
    """The rows that `BookRows.dumps` has written."""
    found = json.loads(content)
    found["rows"] = {title: [tuple(row) for row in rows] for title, rows in found["rows"].items()}
    found["errors"] = [BookError(*error) for error in found["errors"]]
    return BookRows(**found)


def unreadable(code: str, message: str) -> BookRows:
    """What is kept of a book that cannot be read."""
    error = BookError(None, None, None, None, code, message)
    return BookRows(columns={}, rows={}, errors=[error], is_read=False)


def read_rows(file: BookFile, reader: WorkbookReader, today: date) -> BookRows:
    """Read a book of orders and check it by itself; one that cannot be read says why.

    Raises:
        OSError: the file cannot be opened.
    """
    reading = BookLoader(reader, FIELDS)
    reading.read(file)
    book = reading.books.get(file.name)
    if book is None:
        refusal = next(problem for problem in reading.problems if problem.is_error)
        return unreadable(refusal.code, refusal.message)
    if book is not ORDER_BOOK:
        fault = NO_ORDER_BOOK(book=book.name)
        return unreadable(fault.code, fault.message)
    dataset = Dataset(reading.sheets)
    dataset.check_rows(today)
    return rows_of(reading.sheets, [*reading.problems, *dataset.problems], today)


def rows_of_sound(dataset: Dataset, file: str, today: date) -> BookRows:
    """The rows of a book that was read with others and has no errors."""
    sheets = [s for table in FIELDS for s in dataset.sheets(table) if s.source.file == file]
    return rows_of(sheets, (), today)


def rows_of(sheets: Sequence[Sheet[Any]], problems: Iterable[Problem], today: date) -> BookRows:
    """What is kept of the sheets of one book, which were checked on that day."""
    days = {on for s in sheets if s.table is ORDERS for on in s.values["on"] if on is not None}
    return BookRows(
        columns={sheet.table.title: dict(sheet.source.columns) for sheet in sheets},
        rows={sheet.table.title: cells_of(sheet) for sheet in sheets},
        errors=list(_errors(problems)),
        since=max((on for on in days if on <= today), default=date.min).isoformat(),
        until=min((on for on in days if on > today), default=date.max).isoformat(),
    )


def _errors(problems: Iterable[Problem]) -> Iterator[BookError]:
    counted = {None, *(table.title for table in COUNTED)}
    for problem in problems:
        place = problem.place
        if problem.is_error and place.sheet in counted:
            yield BookError(
                place.sheet, place.row, place.column, problem.column, problem.code, problem.message
            )


def cells_of(sheet: Sheet[Any]) -> list[StoredRow]:
    """Return what is kept of the rows of a sheet."""
    names = FIELDS[sheet.table]
    in_error: dict[int, str] = {}
    for name, indices in sheet.bad.items():
        for index in indices:
            in_error[index] = f"{in_error[index]} {name}" if index in in_error else name
    bad = [in_error.get(index) for index in range(len(sheet.rows))]
    columns = [_encode(sheet.values[name], sheet.bad[name]) for name in names]
    return list(zip(sheet.rows, bad, *columns, strict=True))


def _encode(values: Sequence[Any], bad: Iterable[int]) -> list[Any]:
    plain = {value: _plain(value) for value in set(values)}
    column = [plain[value] for value in values]
    for index in bad:
        column[index] = None
    return column


def _plain(value: Any) -> int | str | None:
    return value if value is None or isinstance(value, int) else str(value)


def _restore(table: Table[Any], source: Source, rows: Iterable[StoredRow]) -> Sheet[Any]:
    names = ("row", "bad", *FIELDS[table])
    numbers, in_error, *columns = [*zip(*rows, strict=True)] or [()] * len(names)
    bad: dict[str, set[int]] = {name: set() for name in table.fields}
    for index, names in enumerate(in_error):
        if names is not None:
            for name in names.split():
                bad[name].add(index)
    values: dict[str, list[Any]] = dict.fromkeys(table.fields, [None] * len(numbers))
    for name, column in zip(FIELDS[table], columns, strict=True):
        decode = _decoder(table, name)
        known = {cell: None if cell is None else decode(cell) for cell in set(column)}
        values[name] = [known[cell] for cell in column]
    return Sheet.restore(table, source, list(numbers), values, bad)


@cache
def _decoder(table: Table[Any], name: str) -> Callable[[Any], Any]:
    hint = get_type_hints(table.record)[name]
    python_type = next((part for part in get_args(hint) if part is not type(None)), hint)
    return date.fromisoformat if python_type is date else python_type
