"""People who edit copies of one book for weeks, and a judge who knows who had seen what.

Every value that is typed is new, so that what becomes of it can be followed. A value of the book
may be overwritten only by somebody who had seen it there; a value that came with a drop must be in
the book, in an open conflict, or overwritten by somebody who had seen it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random

from cmtools.merge import reasons
from cmtools.merge.base import choose_base
from cmtools.merge.conflict import Answer, CellPlace, Conflict, Side
from cmtools.merge.decisions import decide, open_conflicts
from cmtools.merge.drops import NewDrop
from cmtools.merge.records import BookRecords, RowPlace, place_of
from cmtools.merge.three_way import merge_books
from cmtools.merge.versions import Versions
from support.merging import answer_to, apply, book

NAME = "Книга.xlsx"
OWN = "Моё"
COLUMNS = ("Стадия", "Срок", "Примечание", OWN)
"""The last one is a column that a manager adds; the book has it once he has dropped his copy."""
LINE_COLUMNS = ("Название", "Тираж")
"""Of rows with a key that belong to an order, as contracts belong to a client."""
START = 12  # orders
COMMON = ("готово",)  # what several people type into one cell
WITHDRAWN_UNSEEN = "withdrawn before it ever stood in the book"
WITHDRAWN_UNKNOWN = "withdrawn by an unknown person: his copy is there as its version was"
WITHDRAWN_UNDECIDED = "withdrawn while a person has still to decide about it"
TYPED_AGAIN = "typed again by an unknown person, as in a drop of which it was turned down"
DELETED_AND_MOVED = "a payment deleted that the book has under another number of its order"
DELETED_WITHOUT_STAMP = "deleted in a copy that has lost the number of its version"
LOST_STAMPS = 0.05  # of the drops come from a program that keeps no properties

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


@dataclass
class Tally:
    """What came of all the drops; `lost` describes each value that should not be gone.

    edits, needless_kinds: what became of each edit, and why a question was needless. unexplained:
    edits that were neither taken nor asked for no reason that the history proves, and other harm.
    """

    drops: int = 0
    taken: int = 0
    conflicts: int = 0
    needless: int = 0
    lost: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    needless_kinds: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)


class World:
    """One history: a workspace's book and its people."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        names: Sequence[str],
        tally: Tally,
        *,
        careful: bool,
        is_wide: bool = False,
        has_lines: bool = False,
    ) -> None:
        """`careful` people never go back to an older copy, and no program loses a stamp.

        Where it `is_wide`, they also sort, give other numbers, retype orders, type one payment,
        edit the book itself, and drop old answers. Where it `has_lines`, orders have them, and new
        orders are inserted at any place.
        """
        self._careful = careful
        self._random = Random(seed)
        self._seed = seed
        self._tally = tally
        self._versions = Versions(folder)
        self._serial = 0
        orders = {f"З-{n:03}": {c: f"{c}{n}" for c in COLUMNS[:-1]} for n in range(START)}
        for n in range(START if has_lines else 0):
            orders[f"З-{n:03}\n1"] = {c: f"{c}{n}" for c in LINE_COLUMNS}
        self._number = START
        self._ours = Copy(stamp=None, orders=orders, payments=[("З-000", "п0"), ("З-001", "п1")])
        self._stamp = self._versions.add_version(NAME, self._ours.records())
        self._had: dict[Place, set[str]] = {}
        self._rows: defaultdict[tuple[Place, str], set[int]] = defaultdict(set)
        for place, value in self._ours.values().items():
            self._rows[place, value].add(0)
        self._remember()
        self._people = [Person(name, self._fresh()) for name in names]
        self._dropped: set[tuple[Place, str]] = set()
        wide = (self._retype, self._rename, self._sort, self._pay_too, self._edit_book)
        lines = (self._add_line, self._add_line, self._delete_line, self._insert)
        self._more: Sequence[Callable[[Person], None]] = (
            *((*wide, self._answer_again) if is_wide else ()),
            *(lines if has_lines else ()),
        )
        self._asked: set[object] = set()
        self._answers: list[Answer] = []
        self._is_edited = False
        self._refused: set[tuple[Place, str]] = set()
        self._rightly_gone: set[tuple[Place, str]] = set()

    def run(self, steps: int) -> None:
        """Let the people work, then drop all copies once more."""
        actions = (*[self._type] * 5, self._revert, self._add, self._pay)
        drops = (self._drop, self._drop, self._drop)
        rare = (*drops, self._refresh, self._delete, self._answer, self._correct)
        for _ in range(steps):
            person = self._random.choice(self._people)
            self._random.choice((*actions, *rare, *self._more, self._drop_old))(person)
        for person in self._people:
            self._drop(person)
        self._versions.__exit__()

    def _new(self, what: str) -> str:
        self._serial += 1
        return f"{what}-{self._serial}"

    def _fresh(self) -> Copy:
        copy = self._ours.clone()
        copy.stamp, copy.seen, copy.typed, copy.removed = self._stamp, {}, {}, set()
        copy.origin = copy.base = self._ours.values()
        copy.look()
        return copy

    def _type(self, person: Person, value: str | None = None) -> None:
        copy = person.copy
        if not copy.orders:
            return
        key = self._random.choice(sorted(copy.orders))
        place = key, self._random.choice(columns_of(key))
        new = value or self._random.choice((*[self._new("в")] * 4, *COMMON))
        self._rows[place, new] |= self._rows_of(copy, place[0])
        copy.orders[place[0]][place[1]] = copy.typed[place] = new
        copy.has_own |= place[1] == OWN
        copy.look()

    def _revert(self, person: Person) -> None:
        """Type back a value that stood in the cell before."""
        copy = person.copy
        places = [p for p in sorted(copy.typed) if p[0] in copy.orders and len(copy.seen[p]) > 1]
        if places:
            number, column = place = self._random.choice(places)
            values = sorted(copy.seen[place] - {copy.orders[number].get(column, "")})
            new = self._random.choice(values)
            self._rows[place, new] |= self._rows_of(copy, number)
            copy.orders[number][column] = copy.typed[place] = new

    def _add(self, person: Person) -> None:
        """A new order, sometimes under a number that somebody else takes at the same time."""
        if self._random.random() < 0.9:
            self._number += 1
        number = f"З-{self._number:03}"
        if number not in person.copy.orders:
            self._fill(person.copy, number)

    def _insert(self, person: Person) -> None:
        """Type a new order between others."""
        self._add(person)
        rows = [*person.copy.orders.items()]
        rows.insert(self._random.randrange(len(rows)), rows.pop())
        person.copy.orders = dict(rows)

    def _add_line(self, person: Person) -> None:
        """Add the next line of an order; somebody else may take the same number."""
        copy = person.copy
        number = self._random.choice(sorted(copy.numbers))
        last = max((int(key.split("\n")[1]) for key in copy.lines(number)), default=0)
        self._fill(copy, f"{number}\n{last + 1}")

    def _delete_line(self, person: Person) -> None:
        copy = person.copy
        lines = sorted(filter(is_line, copy.orders))
        if lines and self._random.random() < 0.5:
            key = self._random.choice(lines)
            del copy.orders[key]
            copy.typed = {place: v for place, v in copy.typed.items() if place[0] != key}

    def _rows_of(self, copy: Copy, number: str) -> set[int]:
        """Return which orders, as they were first typed, have all cells of an order's row."""
        places = [((number, c), v) for c, v in copy.orders.get(number, {}).items() if v]
        return set.intersection(*(self._rows[place] for place in places)) if places else set()

    def _fill(self, copy: Copy, number: str, rows: Set[int] = frozenset()) -> None:
        columns = (column for column in columns_of(number) if column != OWN)
        copy.orders[number] = {column: self._new("н") for column in columns}
        copy.typed |= {(number, column): v for column, v in copy.orders[number].items()}
        for column, value in copy.orders[number].items():
            self._rows[(number, column), value] |= {self._serial, *rows}
        copy.look()

    def _pay(self, person: Person) -> None:
        if person.copy.orders:
            order = self._random.choice(sorted(person.copy.numbers))
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
        if len(copy.numbers) > 4 and self._random.random() < 0.3:
            number = self._random.choice(sorted(copy.numbers))
            for key in (number, *copy.lines(number)):
                del copy.orders[key]
            copy.payments = [payment for payment in copy.payments if payment[0] != number]
            left = copy.values()
            copy.typed = {place: v for place, v in copy.typed.items() if place in left}

    def _refresh(self, person: Person) -> None:
        """Take the workspace's book, keeping the old copy."""
        self._drop(person)
        person.old = person.copy
        person.copy = self._fresh()

    def _drop_old(self, person: Person) -> None:
        if not self._careful and person.old is not None and self._random.random() < 0.3:
            person.copy, person.old = person.old, None
            self._type(person)
            self._drop(person)

    def _retype(self, person: Person) -> None:
        """Delete an order and type another one under its number: by its key it is the same row."""
        rows = {number: self._rows_of(person.copy, number) for number in person.copy.numbers}
        self._delete(person)
        for number in rows.keys() - person.copy.orders.keys():
            self._fill(person.copy, number, rows[number])

    def _rename(self, person: Person) -> None:
        """Give an order and its payments another number."""
        copy = person.copy
        if copy.orders and self._random.random() < 0.3:
            old, self._number = self._random.choice(sorted(copy.numbers)), self._number + 1
            new = f"З-{self._number:03}"
            moved_keys = {key: key.replace(old, new) for key in (old, *copy.lines(old))}
            for before, after in moved_keys.items():
                rows = self._rows_of(copy, before)
                copy.orders[after] = copy.orders.pop(before)
                for column, value in copy.orders[after].items():
                    self._rows[(after, column), value] |= rows
            moved = {paper for order, paper in copy.payments if order == old}
            copy.payments = [(new if o == old else o, paper) for o, paper in copy.payments]
            left = copy.values()
            copy.typed = {place: v for place, v in copy.typed.items() if left.get(place) == v}
            for key in moved_keys.values():
                copy.typed |= {(key, column): value for column, value in copy.orders[key].items()}
            copy.typed |= {("Платежи", paper): new for paper in moved}
            copy.look()

    def _sort(self, person: Person) -> None:
        copy = person.copy
        rows = [*copy.orders.items()]
        self._random.shuffle(rows)
        self._random.shuffle(copy.payments)
        copy.orders = dict(rows)

    def _pay_too(self, person: Person) -> None:
        """Type a payment that others type as well: it is one."""
        number = self._random.randrange(4)
        order, paper = f"З-{number:03}", f"общий {number}"
        if order in person.copy.orders and (order, paper) not in person.copy.payments:
            person.copy.payments.append((order, paper))
            person.copy.typed["Платежи", paper] = order
            person.copy.look()

    def _edit_book(self, _: Person) -> None:
        """Type into the workspace's book itself; it is looked at when the next copy comes."""
        if self._random.random() < 0.3 and self._ours.orders:
            number, column = self._random.choice(sorted(self._ours.numbers)), COLUMNS[0]
            self._rightly_gone.add(((number, column), self._ours.orders[number].get(column, "")))
            self._ours = self._ours.clone()
            rows = self._rows_of(self._ours, number)
            self._ours.orders[number][column] = new = self._new("к")
            self._rows[(number, column), new] |= rows
            self._is_edited = True
            self._remember()

    def _record_edits(self) -> int:
        """Keep the version that was made in place; return its number, 0 without one."""
        if not self._is_edited:
            return 0
        self._is_edited = False
        return self._versions.add_version(NAME, self._ours.records(), stamp=self._stamp)

    def _answer(self, _: Person) -> None:
        """Fill in about half of the conflict book, and drop it, sometimes twice."""
        self._record_edits()
        asked = open_conflicts(self._versions.conflicts(NAME), self._ours.records())
        self._answers = [
            answer_to(conflict, self._choose_side(conflict))
            for conflict in asked
            if self._random.random() < 0.5
        ]
        for _time in range(self._random.choice((1, 2))):
            self._answer_again(_)

    def _choose_side(self, conflict: Conflict) -> Side | str:
        """Choose a side or a new value, but no payments of an order that is not in the book."""
        order = conflict.place[1].split("\n")[0]
        if conflict.sheet != "Заказы" and order not in self._ours.orders:
            return Side.OURS
        own = self._new("о") if conflict.column else Side.BASE
        return self._random.choice((Side.OURS, Side.THEIRS, Side.BASE, own))

    def _answer_again(self, _: Person) -> None:
        """Drop the conflict book that was filled in last, though the book may have moved on."""
        self._record_edits()
        before, conflicts = self._ours, dict(self._open())
        found = decide(self._answers, self._versions.conflicts(NAME), before.records())
        merged = apply(found.merge, before.records())
        self._ours = _as_copy(merged, has_own=before.has_own)
        if not found.merge.is_empty:
            self._stamp = self._versions.add_version(NAME, self._ours.records())
        self._versions.decide(NAME, found.decided, found.refused)
        self._judge_answers(before, [conflicts[one] for one in found.decided])

    def _open(self) -> Iterator[tuple[tuple[int, CellPlace], Conflict]]:
        for number, conflict in self._versions.conflicts(NAME):
            yield (number, conflict.place), conflict

    def _judge_answers(self, before: Copy, decided: Sequence[Conflict]) -> None:
        """See that only what was answered changed, from what was shown to what was chosen."""
        was, now = before.values(), self._ours.values()
        for place in {**was, **now}:
            old, new = was.get(place), now.get(place)
            if old != new and not any(_may_change(one, place, old) for one in self._answers):
                self._harm(f"an answer changed {place} {old} → {new}")
            if new and old != new:
                self._rows[place, new] |= self._rows_of(before, place[0])
            if old is not None and old != new:
                self._rightly_gone.add((place, old))
        for conflict in decided:
            for place, value in _values_of(conflict):
                if now.get(place) != value:
                    self._rightly_gone.add((place, value))
                    self._refused.add((place, value))
        self._remember()
        self.judge()

    def _drop(self, person: Person) -> None:
        """Merge a person's copy as the program does, and judge what became of every value."""
        first_seen = self._record_edits()
        copy, before = person.copy, self._ours
        is_lost = not self._careful and self._random.random() < LOST_STAMPS
        stamp = None if is_lost else copy.stamp
        records = copy.records()
        base = choose_base(
            self._versions, NAME, records, stamp=stamp, person=person.name, first_seen=first_seen
        )
        merge_with = partial(
            merge_books, base.records, before.records(), records, author=person.name
        )
        merge = merge_with(caution=base.caution)
        merged = apply(merge, before.records())
        if broken := {*_orphans(merged)} - {*_orphans(before.records()), *_orphans(records)}:
            rows = {**base.caution.rows, **dict.fromkeys(broken, reasons.BREAKS_RULES)}
            merge = merge_with(caution=replace(base.caution, rows=rows))
            merged = apply(merge, before.records())
        self._ours = _as_copy(merged, has_own=before.has_own or copy.has_own)
        self._stamp = self._versions.add_version(NAME, self._ours.records())
        self._tally.drops += 1
        self._versions.add_drop(
            NewDrop(
                token=str(self._tally.drops),
                book=NAME,
                records=records,
                version=base.version,
                state=base.state,
                is_guess=base.is_guess,
                author=person.name,
                conflicts=merge.conflicts,
            )
        )
        self._tally.taken += len(
            {(c.sheet, c.row) for c in merge.taken} | {(r.sheet, id(r)) for r in merge.added}
        ) + len(merge.removed)
        self._judge_overwritten(person, before)
        self._judge_typed(person)
        self._judge_edits(person, merge.conflicts, is_lost=is_lost)
        self._judge_rows(person, before, merged)
        for conflict in merge.conflicts:
            self._judge_conflict(copy, conflict)
        copy.base = copy.values()

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
            if value:
                self._dropped.add((place, value))
            person.seen.setdefault(place, set()).update({value}, earlier)
        for place, value in copy.values().items():
            person.seen.setdefault(place, set()).add(value)
        self.judge()

    def _judge_edits(self, person: Person, conflicts: Sequence[Conflict], *, is_lost: bool) -> None:
        """See that each edit since the copy's last drop is taken or asked, else say why not."""
        copy, after, now = person.copy, self._ours.values(), person.copy.values()
        for place in {**copy.base, **now}:
            was, value = copy.base.get(place), now.get(place)
            if was == value:
                continue
            if after.get(place) == value:
                kind = "taken"
            elif any(_is_about(conflict, place) for conflict in conflicts):
                kind = "asked"
            elif value == copy.origin.get(place) and was not in self._had.get(place, ()):
                kind = WITHDRAWN_UNSEEN
            elif value == copy.origin.get(place) and not person.name:
                kind = WITHDRAWN_UNKNOWN
            elif value == copy.origin.get(place) and self._is_open(person, place, was or ""):
                kind = WITHDRAWN_UNDECIDED
            elif (place, value) in self._refused and not person.name:
                kind = TYPED_AGAIN
            elif place[0] == "Платежи" and place in after and after[place] != was:
                kind = DELETED_AND_MOVED
            elif is_lost and value is None:
                kind = DELETED_WITHOUT_STAMP
            else:
                kind = "unexplained"
                self._harm(f"{person.name} {place} {was} → {value}: {after.get(place)}")
            self._tally.edits[kind] += 1

    def _is_open(self, person: Person, place: Place, value: str) -> bool:
        """Tell whether a value of a person's copy is still asked."""
        asked = (conflict for _, conflict in self._versions.conflicts(NAME))
        return any(one.author == person.name and _is_asked(one, place, value) for one in asked)

    def _judge_rows(self, person: Person, before: Copy, records: BookRecords) -> None:
        """See that no row is doubled, orphaned, comes back, or is mixed with another one."""
        after, copy = self._ours.values(), person.copy
        names = [row.key for title in ("Заказы", "Позиции") for row in records[title].rows]
        names += [row.meanings["Документ"] for row in records["Платежи"].rows]
        for name, times in Counter(names).items():
            if times > 1:
                self._harm(f"{name} is there {times} times")
        for number, cells in self._ours.orders.items():
            if any(cells.values()) and not self._rows_of(self._ours, number):
                self._harm(f"{number} is mixed of several orders: {cells}")
        known = {*_orphans(before.records()), *_orphans(copy.records())}
        for place_of_orphan in {*_orphans(records)} - known:
            self._harm(f"{place_of_orphan} is left of an order that went")
        now = copy.values()
        for place, value in after.items():
            if value not in self._had.get(place, ()) and now.get(place) != value:
                self._harm(f"{place} {value} was never typed there")
            was_there = value in self._had.get(place, ()) or (place, value) in self._refused
            if was_there and place not in before.values() and copy.base.get(place) == value:
                self._harm(f"{place} {value} came back with a copy of {person.name}")
        self._remember()

    def _remember(self) -> None:
        """Note what the book has had."""
        for place, value in self._ours.values().items():
            self._had.setdefault(place, set()).add(value)

    def _harm(self, what: str) -> None:
        self._tally.unexplained.append(f"history {self._seed}, drop {self._tally.drops}: {what}")

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
        place = conflict.place[1], conflict.column
        is_typed = copy.typed.get(place) == conflict.meanings[2]
        had_seen = conflict.meanings[1] in copy.seen.get(place, set())
        if is_typed and not had_seen:
            return
        self._tally.needless += 1
        self._tally.needless_kinds[self._needless_kind(copy, place, conflict)] += 1

    def _needless_kind(self, copy: Copy, place: Place, conflict: Conflict) -> str:
        """Name what makes a question look needed to somebody who sees only the files."""
        value, ours = conflict.meanings[2], conflict.meanings[1]
        if (place, value) in self._refused:
            return "a value that was turned down comes again"
        if copy.base.get(place) == value:
            return "an old copy that its author did not edit there"
        if value == copy.origin.get(place):
            return "typed back what the copy's version had, as an old copy has it"
        if ours == copy.base.get(place):
            return "typed anew over the value of his own drop, which other edits left"
        return "typed over a value that stood in his copy before"

    def _lose(self, what: str) -> None:
        self._tally.lost.append(f"history {self._seed}, drop {self._tally.drops}: {what}")


def is_line(key: str) -> bool:
    """Tell whether a key is of a line of an order."""
    return "\n" in key


def columns_of(key: str) -> Sequence[str]:
    """The columns of an order, or of a line of one."""
    return LINE_COLUMNS if is_line(key) else COLUMNS


def _orphans(records: BookRecords) -> Iterator[RowPlace]:
    """Yield the rows whose order is not there, and that order: the program's check names both."""
    numbers = {row.key for row in records["Заказы"].rows}
    for title in ("Позиции", "Платежи"):
        for row in records[title].rows:
            if row.owner and row.owner.key not in numbers:
                yield title, place_of(row)
                yield "Заказы", row.owner.key


def _sheet_of(place: Place) -> str:
    if place[0] == "Платежи":
        return "Платежи"
    return "Позиции" if is_line(place[0]) else "Заказы"


def _as_copy(records: BookRecords, *, has_own: bool) -> Copy:
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


def _may_change(answer: Answer, place: Place, old: str | None) -> bool:
    """Tell whether an answer is about a place, and shows what stood there."""
    is_payment = place[0] == "Платежи"
    if answer.take == Side.OURS or answer.sheet != _sheet_of(place):
        return False
    key = place[0].replace("\n", " · ")
    if answer.column is not None:
        return (answer.key, answer.column, answer.ours) == (key, place[1], old or "")
    shown = place[1] if is_payment else (old or "")
    is_key = is_payment or answer.key == key
    return is_key and (old is None or shown in answer.ours)


def _values_of(conflict: Conflict) -> Iterator[tuple[Place, str]]:
    """Yield what a conflict shows of the orders and payments."""
    if conflict.column is not None:
        for meaning in conflict.meanings:
            yield (conflict.place[1], conflict.column), meaning
        return
    for content in (conflict.base, conflict.ours, conflict.theirs):
        for row in content if isinstance(content, tuple) else ():
            cells = {title: str(value) for title, value in row.items()}
            order, paper = cells.pop("№ заказа"), cells.pop("Документ", None)
            order = "\n".join((order, *filter(None, (cells.pop("№ п/п", ""),))))
            if paper is not None:
                yield ("Платежи", paper), order
            yield from (((order, column), value) for column, value in cells.items())


def _is_about(conflict: Conflict, place: Place) -> bool:
    """Tell whether a conflict is about a cell, or the whole of its row or group."""
    if place[0] == "Платежи":
        return conflict.sheet == "Платежи" and place[1] in "".join(conflict.meanings)
    is_place = conflict.place[1] == place[0] and conflict.column in (None, place[1])
    return conflict.sheet == _sheet_of(place) and is_place


def _is_asked(conflict: Conflict, place: Place, value: str) -> bool:
    """Tell whether a conflict shows a value that came with a drop."""
    if place[0] == "Платежи":
        return conflict.sheet == "Платежи" and place[1] in conflict.meanings[2]
    is_place = conflict.place[1] == place[0] and conflict.column in (None, place[1])
    return conflict.sheet == _sheet_of(place) and is_place and value in conflict.meanings[2]
