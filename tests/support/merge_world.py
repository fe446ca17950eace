"""People who edit copies of one book for weeks, and a judge who knows who had seen what.

Every value that is typed is new, so that what becomes of it can be followed. A value of the book
may be overwritten only by somebody who had seen it there; a value that came with a drop must be in
the book, in an open conflict, or overwritten by somebody who had seen it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cmtools.merge import reasons
from cmtools.merge.base import choose_base
from cmtools.merge.conflict import Conflict
from cmtools.merge.drops import NewDrop
from cmtools.merge.records import BookRecords
from cmtools.merge.three_way import merge_books
from cmtools.merge.versions import Versions
from support.merging import apply, book

NAME = "Книга.xlsx"
COLUMNS = ("Стадия", "Срок", "Примечание")
START = 12  # orders
COMMON = ("готово",)  # what several people type into one cell
LOST_STAMPS = 0.05  # of the drops come from a program that keeps no properties

Place = tuple[str, str]
"""An order's number and a column; «Платежи» and a payment's document."""


@dataclass
class Copy:
    """A copy of the book as a person has it: the orders, the payments, what was ever seen there."""

    stamp: int | None
    orders: dict[str, dict[str, str]]
    payments: list[tuple[str, str]]
    seen: dict[Place, set[str]] = field(default_factory=dict)
    typed: dict[Place, str] = field(default_factory=dict)
    removed: set[tuple[Place, str]] = field(default_factory=set)

    def records(self) -> BookRecords:
        """The copy as it would be read."""
        orders = [{"№ заказа": number, **cells} for number, cells in self.orders.items()]
        payments = [{"№ заказа": order, "Документ": paper} for order, paper in self.payments]
        return book({"Заказы": orders, "Платежи": payments})

    def values(self) -> dict[Place, str]:
        """Place → value, of all orders and payments."""
        cells = {(n, c): v for n, cells in self.orders.items() for c, v in cells.items()}
        return cells | {("Платежи", paper): order for order, paper in self.payments}

    def look(self) -> None:
        """Note what stands in it as seen."""
        for number, cells in self.orders.items():
            for column in COLUMNS:
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
        )


@dataclass
class Person:
    """Somebody with a copy, and perhaps with an older one; empty where Office does not know him."""

    name: str
    copy: Copy
    old: Copy | None = None
    seen: dict[Place, set[str]] = field(default_factory=dict)


@dataclass
class Tally:
    """What came of all the drops; `lost` describes each value that should not be gone."""

    drops: int = 0
    taken: int = 0
    conflicts: int = 0
    needless: int = 0
    lost: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


class World:
    """One history: a workspace's book and its people."""

    def __init__(
        self, folder: Path, seed: int, names: Sequence[str], tally: Tally, *, careful: bool
    ) -> None:
        """`careful` people never go back to an older copy, and no program loses a stamp."""
        self._careful = careful
        self._random = Random(seed)
        self._seed = seed
        self._tally = tally
        self._versions = Versions(folder)
        self._serial = 0
        orders = {f"З-{n:03}": {c: f"{c}{n}" for c in COLUMNS} for n in range(START)}
        self._number = START
        self._ours = Copy(stamp=None, orders=orders, payments=[("З-000", "п0"), ("З-001", "п1")])
        self._stamp = self._versions.add_version(NAME, self._ours.records())
        self._people = [Person(name, self._fresh()) for name in names]
        self._dropped: set[tuple[Place, str]] = set()
        self._asked: set[object] = set()
        self._rightly_gone: set[tuple[Place, str]] = set()

    def run(self, steps: int) -> None:
        """Let the people work, then drop all copies once more."""
        actions = (*[self._type] * 5, self._revert, self._add, self._pay)
        drops = (self._drop, self._drop, self._drop)
        rare = (*drops, self._refresh, self._delete, self._answer, self._correct)
        for _ in range(steps):
            person = self._random.choice(self._people)
            self._random.choice((*actions, *rare, self._drop_old))(person)
        for person in self._people:
            self._drop(person)
        self._versions.__exit__()

    def _new(self, what: str) -> str:
        self._serial += 1
        return f"{what}-{self._serial}"

    def _fresh(self) -> Copy:
        copy = self._ours.clone()
        copy.stamp, copy.seen, copy.typed, copy.removed = self._stamp, {}, {}, set()
        copy.look()
        return copy

    def _type(self, person: Person, value: str | None = None) -> None:
        copy = person.copy
        if not copy.orders:
            return
        place = self._random.choice(sorted(copy.orders)), self._random.choice(COLUMNS)
        new = value or self._random.choice((*[self._new("в")] * 4, *COMMON))
        copy.orders[place[0]][place[1]] = copy.typed[place] = new
        copy.look()

    def _revert(self, person: Person) -> None:
        """Type back a value that stood in the cell before."""
        copy = person.copy
        places = [p for p in sorted(copy.typed) if p[0] in copy.orders and len(copy.seen[p]) > 1]
        if places:
            number, column = place = self._random.choice(places)
            values = sorted(copy.seen[place] - {copy.orders[number].get(column, "")})
            copy.orders[number][column] = copy.typed[place] = self._random.choice(values)

    def _add(self, person: Person) -> None:
        """A new order, sometimes under a number that somebody else takes at the same time."""
        if self._random.random() < 0.9:
            self._number += 1
        number = f"З-{self._number:03}"
        if number not in person.copy.orders:
            person.copy.orders[number] = {column: self._new("н") for column in COLUMNS}
            for column, value in person.copy.orders[number].items():
                person.copy.typed[number, column] = value
            person.copy.look()

    def _pay(self, person: Person) -> None:
        if person.copy.orders:
            order = self._random.choice(sorted(person.copy.orders))
            paper = self._new("п")
            person.copy.payments.append((order, paper))
            person.copy.typed["Платежи", paper] = order
            person.copy.look()

    def _correct(self, person: Person) -> None:
        """Write another document into a payment."""
        copy = person.copy
        if copy.payments:
            order, paper = copy.payments.pop(self._random.randrange(len(copy.payments)))
            copy.typed.pop(("Платежи", paper), None)
            copy.removed.add((("Платежи", paper), order))
            self._pay(person)

    def _delete(self, person: Person) -> None:
        copy = person.copy
        if len(copy.orders) > 4 and self._random.random() < 0.3:
            number = self._random.choice(sorted(copy.orders))
            del copy.orders[number]
            copy.payments = [payment for payment in copy.payments if payment[0] != number]
            left = copy.values()
            copy.typed = {place: v for place, v in copy.typed.items() if place in left}

    def _refresh(self, person: Person) -> None:
        """Take the workspace's book, keeping the old copy."""
        person.old = person.copy.clone()
        self._drop(person)
        person.copy = self._fresh()

    def _drop_old(self, person: Person) -> None:
        if not self._careful and person.old is not None and self._random.random() < 0.3:
            person.copy, person.old = person.old, None
            self._type(person)
            self._drop(person)

    def _answer(self, _: Person) -> None:
        """Decide some open conflicts of cells, seeing both sides."""
        for number, conflict in self._versions.conflicts(NAME):
            order, column = conflict.key, conflict.column
            is_current = (
                column and self._ours.orders.get(order, {}).get(column, "") == conflict.ours
            )
            if conflict.sheet != "Заказы" or not is_current or self._random.random() < 0.5:
                continue
            refused = conflict.meanings[2]
            if self._random.random() < 0.5:
                self._ours.orders[order][column or ""] = refused
                refused = conflict.meanings[1]
                self._stamp = self._versions.add_version(NAME, self._ours.records())
            self._versions.decide(NAME, [(number, conflict.place)], [(conflict.place, refused)])
            self._rightly_gone.add(((order, column or ""), refused))

    def _drop(self, person: Person) -> None:
        """Merge a person's copy as the program does, and judge what became of every value."""
        copy, before = person.copy, self._ours
        is_lost = not self._careful and self._random.random() < LOST_STAMPS
        stamp = None if is_lost else copy.stamp
        records = copy.records()
        base = choose_base(self._versions, NAME, records, stamp=stamp, person=person.name)
        merge = merge_books(
            base.records, before.records(), records, author=person.name, caution=base.caution
        )
        self._ours = _as_copy(apply(merge, before.records()))
        self._stamp = self._versions.add_version(NAME, self._ours.records())
        self._tally.drops += 1
        self._versions.add_drop(
            NewDrop(
                token=str(self._tally.drops),
                book=NAME,
                records=records,
                version=base.version,
                state=base.state,
                author=person.name,
                conflicts=merge.conflicts,
            )
        )
        self._tally.taken += len(
            {(c.sheet, c.row) for c in merge.taken} | {(r.sheet, id(r)) for r in merge.added}
        ) + len(merge.removed)
        self._judge_overwritten(person, before)
        self._judge_typed(person)
        for conflict in merge.conflicts:
            self._judge_conflict(copy, conflict)

    def _judge_overwritten(self, person: Person, before: Copy) -> None:
        """See that the drop replaced or deleted only what its author had seen."""
        after = self._ours.values()
        for place, value in before.values().items():
            if after.get(place) == value:
                continue
            seen = person.copy.seen.get(place, set()) | person.seen.get(place, set())
            if value in seen:
                self._rightly_gone.add((place, value))
            else:
                self._lose(f"{person.name} overwrote {place} {value} by {after.get(place)}")

    def _judge_typed(self, person: Person) -> None:
        """See that all that its author typed is in the book, or asked, or overwritten rightly."""
        copy = person.copy
        self._rightly_gone |= copy.removed
        for place, value in copy.typed.items():
            earlier = copy.seen.get(place, set()) - {value}
            self._rightly_gone |= {(place, old) for old in earlier}
            self._dropped.add((place, value))
            person.seen.setdefault(place, set()).update({value}, earlier)
        for place, value in copy.values().items():
            person.seen.setdefault(place, set()).add(value)
        self.judge()

    def judge(self) -> None:
        """See that no value that ever came with a drop is gone."""
        values = self._ours.values()
        asked = [conflict for _, conflict in self._versions.conflicts(NAME)]
        for place, value in sorted(self._dropped - self._rightly_gone):
            if values.get(place) != value and not any(_is_asked(c, place, value) for c in asked):
                self._lose(f"{place} {value} is gone: the book has {values.get(place)}")

    def _judge_conflict(self, copy: Copy, conflict: Conflict) -> None:
        self._tally.reasons[conflict.reason] += 1
        question = conflict.place, conflict.meanings
        if conflict.column is None or conflict.reason == reasons.SAME_ROW:
            return
        if question in self._asked:  # nobody has answered it, so it is asked again
            return
        self._asked.add(question)
        self._tally.conflicts += 1
        place = conflict.key, conflict.column
        is_typed = copy.typed.get(place) == conflict.meanings[2]
        had_seen = conflict.meanings[1] in copy.seen.get(place, set())
        self._tally.needless += not is_typed or had_seen

    def _lose(self, what: str) -> None:
        self._tally.lost.append(f"history {self._seed}, drop {self._tally.drops}: {what}")


def _as_copy(records: BookRecords) -> Copy:
    orders = {r.key: {c: r.meanings.get(c, "") for c in COLUMNS} for r in records["Заказы"].rows}
    payments = [
        (row.meanings["№ заказа"], row.meanings["Документ"]) for row in records["Платежи"].rows
    ]
    return Copy(stamp=None, orders=orders, payments=payments)


def _is_asked(conflict: Conflict, place: Place, value: str) -> bool:
    """Tell whether a conflict shows a value that came with a drop."""
    if place[0] == "Платежи":
        return conflict.sheet == "Платежи" and place[1] in conflict.meanings[2]
    is_place = conflict.key == place[0] and conflict.column in (None, place[1])
    return conflict.sheet == "Заказы" and is_place and value in conflict.meanings[2]
