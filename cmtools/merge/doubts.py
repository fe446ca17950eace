"""Where a copy may be out of date: its author may not have seen what the book has there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from cmtools.merge import reasons
from cmtools.merge.changes import (
    Changes,
    by_place,
    find_changes,
    is_group_row,
    meaning_at,
)
from cmtools.merge.conflict import ADDED, REMOVED, CellPlace
from cmtools.merge.drops import KeptDrop
from cmtools.merge.records import BookRecords, RowPlace, place_of
from cmtools.merge.versions import Versions

MANY_ROWS = 5  # new rows that two people do not type alike by chance


@dataclass(frozen=True, kw_only=True, slots=True)
class Ancestor:
    """What a copy of a book was made from.

    person: who saved the copy, empty where that is not known.
    stamped: the versions that the copy's stamp may mean, the oldest first; empty without one.
    version: the version that it was made from. drop: the drop of the same person since, if any.
    changes_since: number of a version → what the copy has otherwise.
    """

    versions: Versions
    book: str
    copy: BookRecords
    person: str
    stamped: Sequence[int]
    version: int
    drop: KeptDrop | None
    changes_since: Callable[[int], Changes]

    @property
    def state(self) -> int:
        """The number of the drop, else of the version."""
        return self.drop.number if self.drop else self.version

    @property
    def records(self) -> BookRecords:
        """What the base of the copy holds."""
        return self.versions.records(self.state)

    @property
    def original(self) -> BookRecords:
        """What the version held."""
        return self.versions.records(self.version)


def find_doubts(ancestor: Ancestor, drops: Sequence[KeptDrop], first_seen: int) -> set[CellPlace]:
    """Find all places in which a copy may be out of date.

    drops: those of the book, the newest first. first_seen: a version known only from now on.
    """
    doubts: set[CellPlace] = set()
    drop = ancestor.drop
    if ancestor.person:
        later = _later_drops(ancestor, drops)
        doubts |= {*_doubts_of_base(ancestor, later), *_doubts_of_rows(ancestor, later)}
    if drop is not None:
        doubts |= {place for place, why in drop.waiting.items() if why == reasons.DOUBTFUL}
        if not ancestor.person:
            doubts |= _doubts_of_drop(ancestor, drop)
    if not ancestor.stamped:
        doubts |= {*_lately_changed(ancestor)}
    elif drop is None and ancestor.version != ancestor.stamped[0]:
        doubts |= {*_perhaps_unseen(ancestor, is_new=ancestor.version == first_seen)}
    return doubts


def _later_drops(ancestor: Ancestor, drops: Sequence[KeptDrop]) -> Sequence[KeptDrop]:
    """Return the last drop that the same person made of each version since his copy's base.

    Without a stamp the copy may be of an older version as well.
    """
    oldest = min(ancestor.stamped, default=0)
    last: dict[int, KeptDrop] = {}
    for drop in drops:
        is_his = drop.author == ancestor.person and drop.number > ancestor.state
        if is_his and drop.version >= oldest:
            last.setdefault(drop.version, drop)
    return [*last.values()]


def _doubts_of_base(ancestor: Ancestor, later: Sequence[KeptDrop]) -> Iterator[CellPlace]:
    """Yield the cells that hold what the base had, where the same person had otherwise later."""
    known, before, now = map(by_place, (ancestor.original, ancestor.records, ancestor.copy))
    base = ancestor.drop
    for drop in later:
        places = {*drop.changes}
        if base is not None and base.version == drop.version:
            places |= base.changes.keys()
        for place in places:
            value = drop.changes.get(place, meaning_at(known, place))
            is_cell = place[:2] in before and place[:2] in now
            if is_cell and value != meaning_at(before, place) == meaning_at(now, place):
                yield place


def _doubts_of_rows(ancestor: Ancestor, later: Sequence[KeptDrop]) -> Iterator[CellPlace]:
    """Yield the rows that the same person added or deleted in a later drop, and not in the copy.

    Else a payment that he corrected would be there twice, as it was and as it is.
    """
    rows = by_place(ancestor.original) if later else {}
    known = _by_row(ancestor.drop.changes if ancestor.drop else {}, rows)
    for drop in later:
        is_same = not ancestor.stamped or drop.version in ancestor.stamped
        version = drop.version if is_same else ancestor.version
        then, now = (_by_row(one, rows) for one in (drop.changes, ancestor.changes_since(version)))
        for row in then.keys() | known.keys():
            was, his, his_now = (one.get(row, set()) for one in (known, then, now))
            is_other = was == his_now
            if is_same:
                is_other = bool((his - his_now) | ((was & his_now) - his))
            if his != was and is_other:
                yield (*row, "")


def _by_row(
    changes: Changes, rows: Collection[RowPlace]
) -> dict[RowPlace, set[tuple[CellPlace, str]]]:
    """Group what changed otherwise than in cells of rows that were there before."""
    found: dict[RowPlace, set[tuple[CellPlace, str]]] = {}
    for place, value in changes.items():
        if place[:2] not in rows or not place[2] or is_group_row(place):
            found.setdefault(place[:2], set()).add((place, value))
    return found


def _doubts_of_drop(ancestor: Ancestor, drop: KeptDrop) -> set[CellPlace]:
    """Find what an unknown person has otherwise than the drop that the copy seems to go on from.

    Where both have only values that several rows have, such as stages, or a few new rows, it may be
    by chance: then any other value counts, else what the drop's version had.
    """
    changes = ancestor.changes_since(drop.version)
    others = {place for place, value in drop.changes.items() if changes.get(place) != value}
    rows = by_place(ancestor.original)
    counts: Counter[tuple[str, str, str]] = Counter(
        (title, column, value)
        for title, sheet in ancestor.copy.items()
        for row in sheet.rows
        for column, value in row.meanings.items()
    )
    new_rows = {place[:2] for place in drop.changes if place[:2] not in rows}
    new_rows -= {place[:2] for place in others}
    is_chance = len(new_rows) < MANY_ROWS and all(
        counts[place[0], place[2], value] != 1
        for place, value in drop.changes.items()
        if place not in others and place[:2] in rows
    )
    return others if is_chance else others - changes.keys()


def _lately_changed(ancestor: Ancestor) -> Iterator[CellPlace]:
    """Find what a copy without a stamp has otherwise than its base, where that is no older itself.

    The copy may be of a version before: then its author had not seen what the base has there.
    """
    base = ancestor.records
    changes = find_changes(base, ancestor.copy)
    if not changes:
        return
    rows, own = by_place(base), by_place(ancestor.copy)
    for number in ancestor.versions.earlier(ancestor.book, ancestor.state):
        since = find_changes(ancestor.versions.records(number), base)
        touched = {place[:2] for place in since}
        for place in changes:
            is_cell = place[:2] in rows and place[:2] in own
            if place in since if is_cell else place[:2] in touched:
                yield place


def _perhaps_unseen(ancestor: Ancestor, *, is_new: bool) -> Iterator[CellPlace]:
    """Find where a copy has what a version had, and not what was edited in place since.

    Its author may not have seen the edit. Where the edit `is_new`, others may have come before it
    and be in the copy: then any other value counts in a row that the version had.
    """
    base, stamped = ancestor.records, ancestor.stamped
    before = ancestor.versions.records(stamped[stamped.index(ancestor.version) - 1])
    if not is_new and not any(sheet.rows for sheet in before.values()):
        return  # a blank is far from all copies
    since = find_changes(before, base)
    old, rows, own = by_place(before), by_place(base), by_place(ancestor.copy)
    touched = {place[:2] for place in since}
    opposite = {ADDED: REMOVED, REMOVED: ADDED}
    for place in ancestor.changes_since(ancestor.version):
        sheet, key, column = place
        if place[:2] in rows and place[:2] in own:
            is_back = meaning_at(old, place) == meaning_at(own, place)
            is_unseen = place in since and (is_back or (is_new and place[:2] in old))
        elif place[:2] in rows or place[:2] in own:
            is_unseen = place[:2] in touched
        else:
            is_unseen = (sheet, key, opposite.get(column[:1], "") + column[1:]) in since
        if is_unseen:
            yield place


def find_deleted(ancestor: Ancestor) -> Iterator[RowPlace]:
    """Yield the rows that a copy adds, and that came into the book and went again since its base.

    Its author may have brought them in before, with a drop that is not known for his.
    """
    versions, copy = ancestor.versions, ancestor.copy
    newest = versions.newest_version(ancestor.book)
    book = versions.records(newest)
    sides = (ancestor.records, book)
    present = {(t, row.digest) for side in sides for t, sheet in side.items() for row in sheet.rows}
    keys = by_place(ancestor.records).keys() | by_place(book).keys()
    added = {
        (title, number): place_of(row)
        for title, numbers in versions.find_rows(copy).items()
        for row, number in zip(copy[title].rows, numbers, strict=True)
        if number is not None and (title, row.digest) not in present
        if not row.key or (title, row.key) not in keys
    }
    if not added:
        return
    since = {n for n in versions.earlier(ancestor.book, newest) if n > ancestor.version}
    since -= versions.never_placed(ancestor.book)
    held = [rows for number, rows in versions.states(ancestor.book) if number in since]
    for (title, number), key in added.items():
        if any(number in rows.get(title, ()) for rows in held):
            yield title, key
