"""What people do to their copies of a book: each takes a person, and chooses at random."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from random import Random

from support.merge_copy import OWN, Copy, Person, Place, columns_of, is_line

START = 12  # orders
COMMON = ("готово",)  # what several people type into one cell


class Moves:
    """Edits of copies; each value that is typed is new.

    rows: place and value → the orders, as they were first typed, that have it there.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._serial = 0
        self._number = START
        self.rows: defaultdict[tuple[Place, str], set[int]] = defaultdict(set)

    def new(self, what: str) -> str:
        """Return a value that nobody has typed yet."""
        self._serial += 1
        return f"{what}-{self._serial}"

    def type(self, person: Person, value: str | None = None) -> None:
        """Type a value into a cell."""
        copy = person.copy
        if not copy.orders:
            return
        key = self._random.choice(sorted(copy.orders))
        place = key, self._random.choice(columns_of(key))
        new = value or self._random.choice((*[self.new("в")] * 4, *COMMON))
        self.rows[place, new] |= self.rows_of(copy, place[0])
        copy.orders[place[0]][place[1]] = copy.typed[place] = new
        copy.has_own |= place[1] == OWN
        copy.look()

    def revert(self, person: Person) -> None:
        """Type back a value that stood in the cell before."""
        copy = person.copy
        places = [p for p in sorted(copy.typed) if p[0] in copy.orders and len(copy.seen[p]) > 1]
        if places:
            number, column = place = self._random.choice(places)
            values = sorted(copy.seen[place] - {copy.orders[number].get(column, "")})
            new = self._random.choice(values)
            self.rows[place, new] |= self.rows_of(copy, number)
            copy.orders[number][column] = copy.typed[place] = new

    def add(self, person: Person) -> None:
        """A new order, sometimes under a number that somebody else takes at the same time."""
        if self._random.random() < 0.9:
            self._number += 1
        number = f"З-{self._number:03}"
        if number not in person.copy.orders:
            self.fill(person.copy, number)

    def insert(self, person: Person) -> None:
        """Type a new order between others."""
        self.add(person)
        rows = [*person.copy.orders.items()]
        rows.insert(self._random.randrange(len(rows)), rows.pop())
        person.copy.orders = dict(rows)

    def add_line(self, person: Person) -> None:
        """Add the next line of an order; somebody else may take the same number."""
        copy = person.copy
        number = self._random.choice(sorted(copy.numbers))
        last = max((int(key.split("\n")[1]) for key in copy.lines(number)), default=0)
        self.fill(copy, f"{number}\n{last + 1}")

    def delete_line(self, person: Person) -> None:
        """Delete a line of an order."""
        copy = person.copy
        lines = sorted(filter(is_line, copy.orders))
        if lines and self._random.random() < 0.5:
            key = self._random.choice(lines)
            del copy.orders[key]
            copy.typed = {place: v for place, v in copy.typed.items() if place[0] != key}

    def rows_of(self, copy: Copy, number: str) -> set[int]:
        """Return which orders, as they were first typed, have all cells of an order's row."""
        places = [((number, c), v) for c, v in copy.orders.get(number, {}).items() if v]
        return set.intersection(*(self.rows[place] for place in places)) if places else set()

    def fill(self, copy: Copy, number: str, rows: Set[int] = frozenset()) -> None:
        """Type a whole row."""
        columns = (column for column in columns_of(number) if column != OWN)
        copy.orders[number] = {column: self.new("н") for column in columns}
        copy.typed |= {(number, column): v for column, v in copy.orders[number].items()}
        for column, value in copy.orders[number].items():
            self.rows[(number, column), value] |= {self._serial, *rows}
        copy.look()

    def pay(self, person: Person) -> None:
        """Type a payment."""
        if person.copy.orders:
            order = self._random.choice(sorted(person.copy.numbers))
            paper = self.new("п")
            person.copy.payments.append((order, paper))
            person.copy.typed["Платежи", paper] = order
            person.copy.look()

    def correct(self, person: Person) -> None:
        """Write another document into a payment."""
        copy = person.copy
        if copy.payments:
            order, paper = copy.payments.pop(self._random.randrange(len(copy.payments)))
            copy.typed.pop(("Платежи", paper), None)
            copy.removed.add((("Платежи", paper), order))
            self.pay(person)

    def delete(self, person: Person) -> None:
        """Delete an order with its lines and payments."""
        copy = person.copy
        if len(copy.numbers) > 4 and self._random.random() < 0.3:
            number = self._random.choice(sorted(copy.numbers))
            for key in (number, *copy.lines(number)):
                del copy.orders[key]
            copy.payments = [payment for payment in copy.payments if payment[0] != number]
            left = copy.values()
            copy.typed = {place: v for place, v in copy.typed.items() if place in left}

    def retype(self, person: Person) -> None:
        """Delete an order and type another one under its number: by its key it is the same row."""
        rows = {number: self.rows_of(person.copy, number) for number in person.copy.numbers}
        self.delete(person)
        for number in rows.keys() - person.copy.orders.keys():
            self.fill(person.copy, number, rows[number])

    def rename(self, person: Person) -> None:
        """Give an order and its payments another number."""
        copy = person.copy
        if copy.orders and self._random.random() < 0.3:
            old, self._number = self._random.choice(sorted(copy.numbers)), self._number + 1
            new = f"З-{self._number:03}"
            moved_keys = {key: key.replace(old, new) for key in (old, *copy.lines(old))}
            for before, after in moved_keys.items():
                rows = self.rows_of(copy, before)
                copy.orders[after] = copy.orders.pop(before)
                for column, value in copy.orders[after].items():
                    self.rows[(after, column), value] |= rows
            moved = {paper for order, paper in copy.payments if order == old}
            copy.payments = [(new if o == old else o, paper) for o, paper in copy.payments]
            left = copy.values()
            copy.typed = {place: v for place, v in copy.typed.items() if left.get(place) == v}
            for key in moved_keys.values():
                copy.typed |= {(key, column): value for column, value in copy.orders[key].items()}
            copy.typed |= {("Платежи", paper): new for paper in moved}
            copy.look()

    def sort(self, person: Person) -> None:
        """Sort the rows in some way."""
        copy = person.copy
        rows = [*copy.orders.items()]
        self._random.shuffle(rows)
        self._random.shuffle(copy.payments)
        copy.orders = dict(rows)

    def pay_too(self, person: Person) -> None:
        """Type a payment that others type as well: it is one."""
        number = self._random.randrange(4)
        order, paper = f"З-{number:03}", f"общий {number}"
        if order in person.copy.orders and (order, paper) not in person.copy.payments:
            person.copy.payments.append((order, paper))
            person.copy.typed["Платежи", paper] = order
            person.copy.look()
