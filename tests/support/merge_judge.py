"""Who had seen what: a judge of what becomes of each value that people type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cmtools.merge import reasons
from cmtools.merge.conflict import Answer, Conflict, Side
from cmtools.merge.records import BookRecords
from support.merge_copy import Copy, Person, Place, orphans, sheet_of
from support.merge_moves import Moves

WITHDRAWN_UNSEEN = "withdrawn before it ever stood in the book"
WITHDRAWN_UNKNOWN = "withdrawn by an unknown person: his copy is there as its version was"
WITHDRAWN_UNDECIDED = "withdrawn while a person has still to decide about it"
TYPED_AGAIN = "typed again by an unknown person, as in a drop of which it was turned down"
DELETED_WITHOUT_STAMP = "deleted in a copy that has lost the number of its version"


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


class Judge:
    """Judges one history: a value may only be overwritten by somebody who had seen it there."""

    def __init__(self, seed: int, tally: Tally, moves: Moves, ours: Copy) -> None:
        self._seed = seed
        self._tally = tally
        self._moves = moves
        self._ours = ours
        self._open: Sequence[Conflict] = ()
        self._had: dict[Place, set[str]] = {}
        self._dropped: set[tuple[Place, str]] = set()
        self._asked: set[object] = set()
        self._refused: set[tuple[Place, str]] = set()
        self._rightly_gone: set[tuple[Place, str]] = set()
        self._remember()

    def see_edit(self, ours: Copy, number: str, column: str) -> None:
        """Note that somebody typed into the book itself over what stood there."""
        self._rightly_gone.add(((number, column), self._ours.orders[number].get(column, "")))
        self._ours = ours
        self._remember()

    def judge_drop(
        self,
        person: Person,
        ours: Copy,
        records: BookRecords,
        conflicts: Sequence[Conflict],
        waiting: Sequence[Conflict],
        *,
        is_lost: bool,
    ) -> None:
        """Judge what became of every value when a person's copy was merged into the book.

        ours, records: the book since. conflicts, waiting: those of the copy, and all that are open.
        """
        before, self._ours, self._open = self._ours, ours, waiting
        self._tally.drops += 1
        self._judge_overwritten(person, before)
        self._judge_typed(person)
        self._judge_edits(person, conflicts, is_lost=is_lost)
        self._judge_rows(person, before, records)
        for conflict in conflicts:
            self._judge_conflict(person.copy, conflict)

    def judge_answers(
        self,
        ours: Copy,
        answers: Sequence[Answer],
        decided: Sequence[Conflict],
        waiting: Sequence[Conflict],
    ) -> None:
        """See that only what was answered changed, from what was shown to what was chosen."""
        before, self._ours, self._open = self._ours, ours, waiting
        was, now = before.values(), ours.values()
        for place in {**was, **now}:
            old, new = was.get(place), now.get(place)
            if old != new and not any(_may_change(one, place, old) for one in answers):
                self._harm(f"an answer changed {place} {old} → {new}")
            if new and old != new:
                self._moves.rows[place, new] |= self._moves.rows_of(before, place[0])
            if old is not None and old != new:
                self._rightly_gone.add((place, old))
        for conflict in decided:
            for place, value in _values_of(conflict):
                if now.get(place) != value:
                    self._rightly_gone.add((place, value))
                    self._refused.add((place, value))
        self._remember()
        self._judge_lost()

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
        self._judge_lost()

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
            elif is_lost and value is None:
                kind = DELETED_WITHOUT_STAMP
            else:
                kind = "unexplained"
                self._harm(f"{person.name} {place} {was} → {value}: {after.get(place)}")
            self._tally.edits[kind] += 1

    def _is_open(self, person: Person, place: Place, value: str) -> bool:
        """Tell whether a value of a person's copy is still asked."""
        asked = (one for one in self._open if one.author == person.name)
        return any(_is_asked(one, place, value) for one in asked)

    def _judge_rows(self, person: Person, before: Copy, records: BookRecords) -> None:
        """See that no row is doubled, orphaned, comes back, or is mixed with another one."""
        after, copy = self._ours.values(), person.copy
        names = [row.key for title in ("Заказы", "Позиции") for row in records[title].rows]
        names += [row.meanings["Документ"] for row in records["Платежи"].rows]
        for name, times in Counter(names).items():
            if times > 1:
                self._harm(f"{name} is there {times} times")
        for number, cells in self._ours.orders.items():
            if any(cells.values()) and not self._moves.rows_of(self._ours, number):
                self._harm(f"{number} is mixed of several orders: {cells}")
        known = {*orphans(before.records()), *orphans(copy.records())}
        for place_of_orphan in {*orphans(records)} - known:
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

    def _judge_lost(self) -> None:
        """See that no value that ever came with a drop is gone."""
        values = self._ours.values()
        for place, value in sorted(self._dropped - self._rightly_gone):
            if values.get(place) != value and not any(
                _is_asked(c, place, value) for c in self._open
            ):
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


def _may_change(answer: Answer, place: Place, old: str | None) -> bool:
    """Tell whether an answer is about a place, and shows what stood there."""
    is_payment = place[0] == "Платежи"
    if answer.take == Side.OURS or answer.sheet != sheet_of(place):
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
    return conflict.sheet == sheet_of(place) and is_place


def _is_asked(conflict: Conflict, place: Place, value: str) -> bool:
    """Tell whether a conflict shows a value that came with a drop."""
    if place[0] == "Платежи":
        return conflict.sheet == "Платежи" and place[1] in conflict.meanings[2]
    is_place = conflict.place[1] == place[0] and conflict.column in (None, place[1])
    return conflict.sheet == sheet_of(place) and is_place and value in conflict.meanings[2]
