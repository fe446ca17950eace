"""From the sheets of a book to its digest; pure."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_type_hints
from zlib import crc32

from cmtools.books.loader import BookFile, BookReading
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.digests.codec import encoded
from cmtools.digests.digest import (
    BAD,
    COUNTED,
    FIELDS,
    HUGE,
    LAYOUT,
    NEED_LAYOUT,
    NONE,
    ROW,
    UNSOUND,
    Column,
    Digest,
    Part,
    Told,
    is_number,
    unread,
)
from cmtools.digests.request import Answer, Request
from cmtools.problems import Message, Problem
from cmtools.tables.columns import MONEY, Field
from cmtools.tables.dataset import Dataset
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Table

NO_ORDER_BOOK = Message(
    "no-order-book",
    "это не книга заказов, а «{book}»",
    "уточните шаблон имён: сводятся только книги заказов",
)
MOST = 2**63 - 1


def digest_of_sound(dataset: Dataset, file: str, today: date) -> Digest:
    """The digest of a book that was read with others and has no errors."""
    sheets = [s for table in FIELDS for s in dataset.sheets(table) if s.source.file == file]
    return digest_of(sheets, (), today)


def answer(request: Request, reader: WorkbookReader) -> Answer:
    """Read the book that is asked for."""
    book = ORDER_BOOK if request.is_orders else None
    file = BookFile(path=request.path, name="", book=book)
    try:
        return encoded(digest_book(file, reader, request.today))
    except OSError as error:
        return error


def digest_book(file: BookFile, reader: WorkbookReader, today: date) -> Digest:
    """Read a book and keep what figures need of it; a book that cannot be read says why.

    Raises:
        OSError: the file cannot be opened.
    """
    reading = BookReading(reader, FIELDS)
    reading.read(file)
    book = reading.books.get(file.name)
    if book is None:
        refusal = next(problem for problem in reading.problems if problem.is_error)
        return unread(refusal.code, refusal.message)
    if book is not ORDER_BOOK:
        fault = NO_ORDER_BOOK(book=book.name)
        return unread(fault.code, fault.message)
    dataset = Dataset(reading.sheets)
    dataset.check_rows(today)
    return digest_of(reading.sheets, [*reading.problems, *dataset.problems], today)


def told(problem: Problem) -> str:
    """An error in one line: the cell, the column, what is wrong."""
    if problem.place.cell is None or problem.column is None:
        return problem.message
    return f"{problem.place.cell} ({problem.column}): {problem.message}"


def digest_of(sheets: Sequence[Sheet[Any]], problems: Iterable[Problem], today: date) -> Digest:
    """What is kept of the sheets of one book, which were read and checked on that day."""
    texts = _Texts()
    huge: dict[tuple[str, str, int], str] = {}
    days = {on for s in sheets if s.table is ORDERS for on in s.values["on"] if on is not None}
    columns = {sheet.table.title: _columns(sheet, texts, huge) for sheet in sheets}
    part = Part(
        heights={sheet.table.title: len(sheet.rows) for sheet in sheets},
        numbers=len(texts.numbers),
        places={sheet.table.title: dict(sheet.source.columns) for sheet in sheets},
        told=list(_told(problems, sheets)),
        huge=huge,
        past=max((on for on in days if on <= today), default=date.min).toordinal(),
        future=min((on for on in days if on > today), default=date.max).toordinal(),
    )
    return Digest(
        parts=[part],
        texts=list(texts.texts),
        numbers=list(texts.numbers),
        marks=packed([crc32(ORDERS.key.same(number).encode()) for number in texts.numbers]),
        columns=columns,
    )


class _Texts:
    """The texts of a book, order numbers apart, numbered as they come."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.numbers: dict[str, int] = {}

    def text(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def order_number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def _columns(
    sheet: Sheet[Any], texts: _Texts, huge: dict[tuple[str, str, int], str]
) -> Mapping[str, Column]:
    table = sheet.table
    unsound = [0] * len(sheet.rows)
    for index in set[int]().union(*sheet.bad.values()):
        unsound[index] = 1
    columns = {ROW: packed(sheet.rows), UNSOUND: packed(unsound)}
    for name in FIELDS[table]:
        numbers = _numbers(sheet, name, texts)
        for index in sheet.bad[name]:
            numbers[index] = BAD
        try:
            columns[name] = packed(numbers)
        except OverflowError:
            for index in [at for at, number in enumerate(numbers) if number > MOST]:
                numbers[index] = HUGE
                huge[table.title, name, index] = str(sheet.values[name][index])
            columns[name] = packed(numbers)
    return columns


def _numbers(sheet: Sheet[Any], name: str, texts: _Texts) -> list[int]:
    values, field = sheet.values[name], sheet.table.fields[name]
    if field is LAYOUT:
        missing = [NONE] * len(values)
        for index, layout, design in sheet.lines("layout", "design"):
            if layout is None and design in NEED_LAYOUT:
                missing[index] = NEED_LAYOUT.index(design)
        return missing
    python_type = _python_type(sheet.table, name)
    if python_type is Decimal:  # they hardly repeat, and are slow to look up
        scale = 2 if field.kind is MONEY else 4
        return [NONE if value is None else int(value.scaleb(scale)) for value in values]
    encode = _encoder(python_type, field, texts)
    known = {value: encode(value) for value in dict.fromkeys(values) if value is not None}
    known[None] = NONE
    return [known[value] for value in values]


def _encoder(python_type: Any, field: Field, texts: _Texts) -> Callable[[Any], int]:
    """How a value of the field becomes a whole number that is not less than 0."""
    if is_number(field):
        return texts.order_number
    if python_type is str:
        return texts.text
    if python_type is date:
        return date.toordinal
    return list(python_type).index if issubclass(python_type, StrEnum) else int


def _python_type(table: Table[Any], name: str) -> Any:
    hint = _hints(table)[name]
    return next((part for part in get_args(hint) if part is not type(None)), hint)


@cache
def _hints(table: Table[Any]) -> Mapping[str, Any]:
    return get_type_hints(table.record)


def packed(numbers: Sequence[int]) -> array[int]:
    """Whole numbers in the smallest kind of column that holds them all.

    Raises:
        OverflowError: one needs over 64 bits.
    """
    for kind in "bhi":
        with suppress(OverflowError):
            return array(kind, numbers)
    return array("q", numbers)


def _told(problems: Iterable[Problem], sheets: Sequence[Sheet[Any]]) -> Iterable[Told]:
    counted = {table.title for table in COUNTED}
    rows = {sheet.table.title: sheet.rows for sheet in sheets}
    lines: dict[str, Mapping[int, int]] = {}
    for problem in problems:
        place = problem.place
        if not problem.is_error or (place.sheet is not None and place.sheet not in counted):
            continue
        sheet, row = place.sheet or "", place.row or 0
        if row and sheet not in lines:
            lines[sheet] = {found: line for line, found in enumerate(rows[sheet])}
        line = lines[sheet].get(row, -1) if row else -1
        yield Told(sheet, line, row, place.column or 0, problem.code, told(problem))
