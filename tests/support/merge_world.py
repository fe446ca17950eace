"""People who edit copies of one book for weeks; `support.merge_judge` judges the merges.

Every value that is typed is new, so that what becomes of it can be followed. A value of the book
may be overwritten only by somebody who had seen it there; a value that came with a drop must be in
the book, in an open conflict, or overwritten by somebody who had seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from cmtools.merge import reasons
from cmtools.merge.base import choose_base
from cmtools.merge.conflict import Answer, Conflict, Side
from cmtools.merge.decisions import decide, open_conflicts
from cmtools.merge.drops import NewDrop
from cmtools.merge.three_way import merge_books
from cmtools.merge.versions import Versions
from support.merge_copy import COLUMNS, LINE_COLUMNS, Copy, Person, as_copy, orphans
from support.merge_judge import Judge, Tally
from support.merge_moves import START, Moves
from support.merging import answer_to, apply

NAME = "Книга.xlsx"
LOST_STAMPS = 0.05  # of the drops come from a program that keeps no properties


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
        self._moves = moves = Moves(self._random)
        self._tally = tally
        self._versions = Versions(folder)
        orders = {f"З-{n:03}": {c: f"{c}{n}" for c in COLUMNS[:-1]} for n in range(START)}
        for n in range(START if has_lines else 0):
            orders[f"З-{n:03}\n1"] = {c: f"{c}{n}" for c in LINE_COLUMNS}
        self._ours = Copy(stamp=None, orders=orders, payments=[("З-000", "п0"), ("З-001", "п1")])
        self._stamp = self._versions.add_version(NAME, self._ours.records())
        for place, value in self._ours.values().items():
            moves.rows[place, value].add(0)
        self._judge = Judge(seed, tally, moves, self._ours)
        self._people = [Person(name, self._fresh()) for name in names]
        wide = (moves.retype, moves.rename, moves.sort, moves.pay_too, self._edit_book)
        lines = (moves.add_line, moves.add_line, moves.delete_line, moves.insert)
        self._more: Sequence[Callable[[Person], None]] = (
            *((*wide, self._answer_again) if is_wide else ()),
            *(lines if has_lines else ()),
        )
        self._answers: list[Answer] = []
        self._is_edited = False

    def run(self, steps: int) -> None:
        """Let the people work, then drop all copies once more."""
        moves = self._moves
        actions = (*[moves.type] * 5, moves.revert, moves.add, moves.pay)
        drops = (self._drop, self._drop, self._drop)
        rare = (*drops, self._refresh, moves.delete, self._answer, moves.correct)
        for _ in range(steps):
            person = self._random.choice(self._people)
            self._random.choice((*actions, *rare, *self._more, self._drop_old))(person)
        for person in self._people:
            self._drop(person)
        self._versions.__exit__()

    def _fresh(self) -> Copy:
        copy = self._ours.clone()
        copy.stamp, copy.seen, copy.typed, copy.removed = self._stamp, {}, {}, set()
        copy.origin = copy.base = self._ours.values()
        copy.look()
        return copy

    def _drop_old(self, person: Person) -> None:
        if not self._careful and person.old is not None and self._random.random() < 0.3:
            person.copy, person.old = person.old, None
            self._moves.type(person)
            self._drop(person)

    def _refresh(self, person: Person) -> None:
        """Take the workspace's book, keeping the old copy."""
        self._drop(person)
        person.old = person.copy
        person.copy = self._fresh()

    def _edit_book(self, _: Person) -> None:
        """Type into the workspace's book itself; it is looked at when the next copy comes."""
        if self._random.random() < 0.3 and self._ours.orders:
            number, column = self._random.choice(sorted(self._ours.numbers)), COLUMNS[0]
            self._ours = self._ours.clone()
            rows = self._moves.rows_of(self._ours, number)
            self._ours.orders[number][column] = new = self._moves.new("к")
            self._moves.rows[(number, column), new] |= rows
            self._is_edited = True
            self._judge.see_edit(self._ours, number, column)

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
        own = self._moves.new("о") if conflict.column else Side.BASE
        return self._random.choice((Side.OURS, Side.THEIRS, Side.BASE, own))

    def _answer_again(self, _: Person) -> None:
        """Drop the conflict book that was filled in last, though the book may have moved on."""
        self._record_edits()
        before, asked = self._ours, self._versions.conflicts(NAME)
        conflicts = {(number, conflict.place): conflict for number, conflict in asked}
        found = decide(self._answers, asked, before.records())
        merged = apply(found.merge, before.records())
        self._ours = as_copy(merged, has_own=before.has_own)
        if not found.merge.is_empty:
            self._stamp = self._versions.add_version(NAME, self._ours.records())
        self._versions.decide(NAME, found.decided, found.refused)
        decided = [conflicts[one] for one in found.decided]
        self._judge.judge_answers(self._ours, self._answers, decided, self._open())

    def _open(self) -> Sequence[Conflict]:
        return [conflict for _, conflict in self._versions.conflicts(NAME)]

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
        if broken := {*orphans(merged)} - {*orphans(before.records()), *orphans(records)}:
            rows = {**base.caution.rows, **dict.fromkeys(broken, reasons.BREAKS_RULES)}
            merge = merge_with(caution=replace(base.caution, rows=rows))
            merged = apply(merge, before.records())
        self._ours = as_copy(merged, has_own=before.has_own or copy.has_own)
        self._stamp = self._versions.add_version(NAME, self._ours.records())
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
        self._judge.judge_drop(
            person, self._ours, merged, merge.conflicts, self._open(), is_lost=is_lost
        )
        copy.base = copy.values()
