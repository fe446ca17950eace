"""Rows without a key, an owner at a time: what a copy changes in the book, and no row twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from cmtools.merge import reasons
from cmtools.merge.alignment import (
    AlignedSheet,
    RowContent,
    Rows,
    beyond,
    count,
    describe_rows,
    own_contents,
)
from cmtools.merge.conflict import ADDED, REMOVED
from cmtools.merge.records import Key, Record

_Sides = tuple[Rows, Rows, Rows]
"""The rows of one owner in what both came from, in the book and in the copy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupMerge:
    """What becomes of a group in the book: rows that come and go, or why a person decides.

    doubled: rows that both sides added, and that are there once.
    """

    added: Sequence[Record] = ()
    removed: Sequence[Record] = ()
    doubled: Sequence[Record] = ()
    reason: str = ""


def merge_groups(
    sheet: AlignedSheet, hold: Callable[[Key, Record], str], refused: Set[tuple[Key, str]]
) -> Mapping[Key, GroupMerge]:
    """Merge the groups that differ.

    hold: a group's key and one of its rows → why its changes wait, empty where they do not.
    refused: changes that a person has turned down: the key, `ADDED` or `REMOVED` with the row.

    A row that one side gave to another owner, while the other side did so too or deleted it, would
    stay in the book twice or although it was deleted: all that make it so wait.
    """
    groups = {key: sides for key, sides in sheet.groups.items() if not _are_same(sides)}
    held = {key: hold(key, next(chain.from_iterable(sides))) for key, sides in groups.items()}
    while True:
        merges = {key: _merge_group(key, *groups[key], held[key], refused) for key in groups}
        excess = _keys_of_excess(groups, merges)
        moved = {key for key in excess if held[key] not in reasons.ASKED_UNCHANGED}
        if not moved:
            return merges
        held |= dict.fromkeys(moved, reasons.MOVED)


def _are_same(sides: _Sides) -> bool:
    was, is_ours, is_theirs = map(count, sides)
    return was == is_ours == is_theirs


def _merge_group(
    key: Key, base: Rows, our: Rows, their: Rows, held: str, refused: Set[tuple[Key, str]]
) -> GroupMerge:
    was, is_ours, is_theirs = map(count, (base, our, their))
    if is_ours == is_theirs:
        return GroupMerge()
    only_added = not (was - is_ours) and not (was - is_theirs)
    if is_theirs == was:
        return GroupMerge(reason=held if held in reasons.ASKED_UNCHANGED else "")
    if held or (is_ours != was and not only_added):
        return GroupMerge(reason=held or reasons.BOTH_TOUCHED)
    added = [*beyond(their, is_ours)]
    removed = [*beyond(our, is_theirs)] if is_ours == was else []
    changes = [ADDED + describe_rows([row]) for row in added]
    changes += [REMOVED + describe_rows([row]) for row in removed]
    if any((key, change) in refused for change in changes):
        return GroupMerge(reason=reasons.TURNED_DOWN)
    in_both = (is_ours - was) & (is_theirs - was) if is_ours != was else Counter()
    doubled = [*beyond(our, is_ours - in_both)]
    return GroupMerge(added=added, removed=removed, doubled=doubled)


def _keys_of_excess(
    groups: Mapping[Key, _Sides], merges: Mapping[Key, GroupMerge]
) -> Iterator[Key]:
    """Yield the groups that add, or else have come to have, a row more often than it should be.

    That is as often as the book has it and the copy has it more; where both have it less, no more
    often than either.
    """
    base, ours, theirs = (_count_all(sides[at] for sides in groups.values()) for at in range(3))
    added = _count_all(merge.added for merge in merges.values())
    removed = _count_all(merge.removed for merge in merges.values())
    for row in base | ours | theirs:
        was, is_ours, is_theirs = base[row], ours[row], theirs[row]
        most = is_ours + is_theirs - was
        if max(is_ours, is_theirs) < was:
            most = min(is_ours, is_theirs)
        if is_ours + added[row] - removed[row] > most:
            for key, (before, our, _) in groups.items():
                coming = merges[key].added if added[row] else beyond(our, count(before))
                if row in own_contents(coming):
                    yield key


def find_movable(sheet: AlignedSheet, merges: Mapping[Key, GroupMerge]) -> Mapping[Key, str]:
    """Return what a person decides about that the copy has for one owner at most, as described.

    Where such a row is in the book for another owner, it has been given to that one.
    """
    asked = {key: sheet.groups[key] for key, merge in merges.items() if merge.reason}
    times = _count_all(theirs for _, _, theirs in sheet.groups.values()) if asked else Counter()
    found = {}
    for key, (base, _, theirs) in asked.items():
        known = Counter(own_contents(theirs))
        rows = [*theirs, *beyond(base, count(theirs))]
        found[key] = describe_rows(
            row
            for row, content in zip(rows, own_contents(rows), strict=True)
            if times[content] == known[content]
        )
    return found


def _count_all(groups: Iterable[Rows]) -> Counter[RowContent]:
    return Counter(chain.from_iterable(map(own_contents, groups)))
