"""What is kept of books of orders: all that figures are made of, in columns of whole numbers.

A digest says of a book only what the book says by itself; it does not depend on settings, clients
or other books. It knows no place either: the name of its file is whoever's who holds it.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from cmtools.books.choices import Design
from cmtools.books.orders import CLAIMS, CONTRACTS, DELIVERIES, ORDERS, PAYMENTS, POSITIONS
from cmtools.tables.columns import CODE, TEXT, Field
from cmtools.tables.table import Table

NONE, BAD, HUGE = -1, -2, -3
"""An empty cell, one in error, and a number that is kept as a text since it needs over 64 bits."""

ROW, UNSOUND = "(row)", "(unsound)"
"""The columns that every table has besides its fields: the row in the sheet, 1 where it errs."""

FIELDS: Mapping[Table[Any], Sequence[str]] = {
    ORDERS: (
        *("number", "client", "manager", "stage", "contractor", "contract", "dissatisfaction"),
        *("on", "delivery_due", "closed", "request"),
    ),
    POSITIONS: (
        *("order", "number", "kind", "quantity", "unit_cost", "extra_cost", "manual_price"),
        "layout",
    ),
    PAYMENTS: ("order", "on", "kind", "amount"),
    DELIVERIES: ("order", "on", "kind", "quality", "amount"),
    CLAIMS: ("order", "on", "reason", "decision", "decided", "amount", "met_amount"),
    CONTRACTS: ("number",),
}
"""The fields that are kept of each table.

Order numbers are numbers of `Digest.numbers`, other texts of `Digest.texts`, choices of their
enumeration, days are ordinals, money counts the smallest unit of its kind. Of a layout it is kept
only which design needs one that is missing, as a number of `NEED_LAYOUT`.
"""

LAYOUT = POSITIONS.fields["layout"]
NEED_LAYOUT = (Design.READY, Design.REPEAT)

COUNTED = (ORDERS, POSITIONS, PAYMENTS, DELIVERIES, CLAIMS)
"""The tables whose errors leave something out of a report."""

Column: TypeAlias = "array[int] | memoryview"


def is_number(field: Field) -> bool:
    """Whether a field is kept as the number of an order number."""
    return field is ORDERS.key or field.column.refers is ORDERS


def is_text(field: Field) -> bool:
    """Whether a field is kept as the number of another text."""
    return field.kind in (TEXT, CODE) and field is not LAYOUT and not is_number(field)


class Told(NamedTuple):
    """An error that the book shows by itself; without a sheet it is the whole book's.

    `line` counts the sheet's rows of data from 0, `row` and `column` are where a person sees it;
    `line` is -1 and the others are 0 where the error is no row's.
    """

    sheet: str
    line: int
    row: int
    column: int
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What a digest says of one of its books besides the rows.

    heights: how many rows each sheet has; perhaps not of sheets without rows.
    numbers: how many different order numbers the book has.
    places: sheet → field → its column in the sheet, of the sheets that the book has.
    huge: sheet, field and line of each `HUGE` → the number as a text.
    past, future: the last order day that is not after the day of reading, and the first that is:
        from the one up to the other, excluded, what is said holds.
    is_whole: false where the book could not be read: then there is nothing but the reason.
    """

    heights: Mapping[str, int]
    numbers: int
    places: Mapping[str, Mapping[str, int]]
    told: Sequence[Told]
    huge: Mapping[tuple[str, str, int], str]
    past: int = date.min.toordinal()
    future: int = date.max.toordinal()
    is_whole: bool = True

    def holds_on(self, today: date) -> bool:
        """Whether a reading on that day would say the same."""
        return self.past <= today.toordinal() < self.future


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """Books of orders one after another, read and checked row by row; mostly one of them.

    numbers: all different order numbers of each book as they were typed, in the order of their
        rows; of those that count as the same the `marks` are equal, of others hardly ever.
    texts: all different texts of the other columns, perhaps some more.
    columns: sheet → field → a whole number for each row; perhaps not of sheets without rows.
    before: the number by which rows know the first of `numbers`.
    """

    parts: Sequence[Part]
    texts: Sequence[str] = ()
    numbers: Sequence[str] = ()
    marks: Column
    columns: Mapping[str, Mapping[str, Column]]
    before: int = 0

    def height(self, sheet: str) -> int:
        """How many rows there are in a sheet."""
        columns = self.columns.get(sheet)
        return len(columns[ROW]) if columns else 0

    def cut(self, first: int, stop: int) -> Digest:
        """The books from one up to another, excluded; nothing is copied."""
        if (first, stop) == (0, len(self.parts)):
            return self
        parts = self.parts[first:stop]
        before = sum(part.numbers for part in self.parts[:first])
        numbers = slice(before, before + sum(part.numbers for part in parts))
        columns = {}
        for title, fields in self.columns.items():
            start = sum(part.heights.get(title, 0) for part in self.parts[:first])
            end = start + sum(part.heights.get(title, 0) for part in parts)
            columns[title] = {name: column[start:end] for name, column in fields.items()}
        return Digest(
            parts=parts,
            texts=self.texts,
            numbers=self.numbers[numbers],
            marks=self.marks[numbers],
            columns=columns,
            before=self.before + before,
        )


def runs(books: Sequence[tuple[Digest, int]]) -> list[Digest]:
    """Books, each given by a digest and its place in it, as few digests in the same order."""
    found: list[tuple[Digest, int, int]] = []
    for digest, place in books:
        last = found[-1] if found else None
        if last is not None and last[0] is digest and last[2] == place:
            found[-1] = (digest, last[1], place + 1)
        else:
            found.append((digest, place, place + 1))
    return [digest.cut(first, stop) for digest, first, stop in found]


def unread(code: str, reason: str) -> Digest:
    """The digest of a book that cannot be read."""
    told = [Told("", -1, 0, 0, code, reason)]
    part = Part(heights={}, numbers=0, places={}, told=told, huge={}, is_whole=False)
    return Digest(parts=[part], marks=array("b"), columns={})
