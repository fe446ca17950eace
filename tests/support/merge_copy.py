"""A copy of a book as a person has it, and what he has ever seen in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cmtools.merge.records import BookRecords, RowPlace, place_of
from support.merging import book

OWN = "Моё"
COLUMNS = ("Стадия", "Срок", "Примечание", OWN)
"""The last one is a column that a manager adds; the book has it once he has dropped his copy."""
LINE_COLUMNS = ("Название", "Тираж")
"""Of rows with a key that belong to an order, as contracts belong to a client."""

Place = tuple[str, str]
"""The key of an order or line and a column; «Платежи» and a payment's document."""


@dataclass
class Copy:
    """A copy of the book as a person has it: the orders, the payments, what was ever seen there.

    orders: also their lines, under the number of the order and their own.
    """

    stamp: int | None
    orders: dict[str, dict[str, str]]
    payments: list[tuple[str, str]]
    seen: dict[Place, set[str]] = field(default_factory=dict)
    typed: dict[Place, str] = field(default_factory=dict)
    removed: set[tuple[Place, str]] = field(default_factory=set)
    origin: dict[Place, str] = field(default_factory=dict)
    base: dict[Place, str] = field(default_factory=dict)
    has_own: bool = False

    def records(self) -> BookRecords:
        """The copy as it would be read."""
        own = {OWN: ""} if self.has_own else {}
        orders = [{"№ заказа": number, **own, **self.orders[number]} for number in self.numbers]
        lines = [
            dict(zip(("№ заказа", "№ п/п"), key.split("\n"), strict=True)) | cells
            for key, cells in self.orders.items()
            if is_line(key)
        ]
        payments = [{"№ заказа": order, "Документ": paper} for order, paper in self.payments]
        return book({"Заказы": orders, "Позиции": lines, "Платежи": payments})

    @property
    def numbers(self) -> list[str]:
        """The numbers of the orders, as they stand."""
        return [key for key in self.orders if not is_line(key)]

    def lines(self, number: str) -> list[str]:
        """The keys of an order's lines."""
        return [key for key in self.orders if key.startswith(f"{number}\n")]

    def values(self) -> dict[Place, str]:
        """Place → value, of all orders and payments."""
        cells = {(n, c): v for n, cells in self.orders.items() for c, v in cells.items() if v}
        return cells | {("Платежи", paper): order for order, paper in self.payments}

    def look(self) -> None:
        """Note what stands in it as seen."""
        for number, cells in self.orders.items():
            for column in columns_of(number):
                self.seen.setdefault((number, column), set()).add(cells.get(column, ""))
        for order, paper in self.payments:
            self.seen.setdefault(("Платежи", paper), set()).add(order)

    def clone(self) -> Copy:
        """The same copy saved under another name."""
        return Copy(
            stamp=self.stamp,
            orders={number: dict(cells) for number, cells in self.orders.items()},
            payments=[*self.payments],
            seen={place: {*values} for place, values in self.seen.items()},
            typed=dict(self.typed),
            removed={*self.removed},
            origin=self.origin,
            base=self.base,
            has_own=self.has_own,
        )


@dataclass
class Person:
    """Somebody with a copy, and perhaps with an older one; empty where Office does not know him."""

    name: str
    copy: Copy
    old: Copy | None = None
    seen: dict[Place, set[str]] = field(default_factory=dict)


def is_line(key: str) -> bool:
    """Tell whether a key is of a line of an order."""
    return "\n" in key


def columns_of(key: str) -> Sequence[str]:
    """The columns of an order, or of a line of one."""
    return LINE_COLUMNS if is_line(key) else COLUMNS


def orphans(records: BookRecords) -> Iterator[RowPlace]:
    """Yield the rows whose order is not there, and that order: the program's check names both."""
    numbers = {row.key for row in records["Заказы"].rows}
    for title in ("Позиции", "Платежи"):
        for row in records[title].rows:
            if row.owner and row.owner.key not in numbers:
                yield title, place_of(row)
                yield "Заказы", row.owner.key


def sheet_of(place: Place) -> str:
    """The sheet that a place is on."""
    if place[0] == "Платежи":
        return "Платежи"
    return "Позиции" if is_line(place[0]) else "Заказы"


def as_copy(records: BookRecords, *, has_own: bool) -> Copy:
    """The copy that would be read so."""
    orders = {
        row.key: {c: row.meanings.get(c, "") for c in COLUMNS if c != OWN or c in row.meanings}
        for row in records["Заказы"].rows
    }
    orders |= {
        row.key: {c: row.meanings.get(c, "") for c in LINE_COLUMNS}
        for row in records["Позиции"].rows
    }
    payments = [
        (row.meanings["№ заказа"], row.meanings["Документ"]) for row in records["Платежи"].rows
    ]
    return Copy(stamp=None, orders=orders, payments=payments, has_own=has_own)
