"""What a copy was made from: a version that stood in the workspace, or its author's last drop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter

from cmtools.merge import reasons
from cmtools.merge.changes import (
    GONE_ROW,
    GROUP_ROW,
    Changes,
    by_place,
    count_changed_cells,
    find_changes,
    meaning_at,
)
from cmtools.merge.conflict import ADDED, REMOVED, CellPlace
from cmtools.merge.drops import KeptDrop
from cmtools.merge.records import BookRecords, RowPlace, place_of
from cmtools.merge.three_way import Caution
from cmtools.merge.versions import Versions
from cmtools.tables.parsers import normalize_name

HALF = 2
MANY_ROWS = 5  # new rows that two people do not type alike by chance
MOST_COMPARED = 50  # states whose cells are counted, of those with the fewest other rows

_NONE: Counter[int] = Counter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """What a copy is merged by.

    version: the version that it was made from, 0 where that is not known.
    state: the number of that version, or of the drop of the same person that it goes on from.
    """

    records: BookRecords
    version: int
    state: int
    caution: Caution = field(default_factory=Caution)


def known_person(modified_by: str, managers: Iterable[str]) -> str:
    """Return the one manager whose name has all words of the name that Office put into a file.

    Empty where there is none, or more than one.
    """
    words = {*normalize_name(modified_by).replace(".", " ").split()}
    fitting = {
        name: None
        for name in managers
        if words and words <= {*normalize_name(name).replace(".", " ").split()}
    }
    return next(iter(fitting)) if len(fitting) == 1 else ""


def choose_base(
    versions: Versions,
    book: str,
    copy: BookRecords,
    *,
    stamp: int | None,
    person: str,
    first_seen: int = 0,
) -> Base:
    """Find what a copy of a book was made from, and in which places that is in doubt.

    stamp: the version that the file names, None without one. person: the manager who saved it,
    empty where that is not known. first_seen: a version that is known only from now on.
    """

    @cache
    def changes_since(version: int) -> Changes:
        return find_changes(versions.records(version), copy)

    drops = versions.drops(book)
    his = [drop for drop in drops if _may_be_his(drop, person)]
    candidates = None
    if stamp is not None:
        candidates = versions.versions_of_stamp(book, stamp) or None
        if candidates is None and versions.book_of(stamp) in ("", book):
            places = dict.fromkeys(_places(copy), reasons.BASE_UNKNOWN)
            return Base(records={}, version=0, state=0, caution=Caution(rows=places))
    others = {drop.number for drop in drops if not person or drop.author != person}
    nearest = _nearest(versions, book, copy, candidates, others)
    drop = next((drop for drop in drops if drop.number == nearest[0]), None)
    same = candidates or [nearest[0]]  # a person may have edited the book in place since
    for one in sorted(his, key=lambda one: one.version != nearest[0]):
        if drop is None and one.version in same:
            before = versions.records(one.version)
            drop = one if _goes_on(one, changes_since(one.version), before, person) else None
    version = drop.version if drop else nearest[0]
    original = versions.records(version)
    changes = changes_since(version)
    records = versions.records(drop.number) if drop else original
    state = drop.number if drop else version
    rows = dict.fromkeys(_unclear_rows(versions, nearest), reasons.BASE_UNKNOWN)
    doubts: set[CellPlace] = set()
    if person:
        since = [one for one in his if one.author == person and one.number > state]
        later = {one.version: one for one in reversed(since) if one.version >= version}
        doubts |= {*_doubts_of_base(drop, original, records, copy, later.values())}
        doubts |= {*_doubts_of_rows(drop, original, changes, later, version)}
    if drop is not None:
        doubts |= {place for place, why in drop.waiting.items() if why == reasons.DOUBTFUL}
        rows |= {p[:2]: why for p, why in drop.waiting.items() if why == reasons.BASE_UNKNOWN}
        if not person:
            doubts |= _doubts_of_drop(drop, changes, original, copy)
    if stamp is None:
        doubts |= {*_lately_changed(versions, book, state, records, copy)}
    elif candidates and drop is None and version != candidates[0]:
        before = versions.records(candidates[candidates.index(version) - 1])
        is_new = version == first_seen
        if is_new or any(sheet.rows for sheet in before.values()):  # a blank is far from all copies
            doubts |= {*_perhaps_unseen(before, records, copy, is_new=is_new)}
    cells = {*_common_cells(records, copy, doubts)}
    rows |= {place[:2]: reasons.DOUBTFUL for place in doubts - cells}
    return Base(
        records=records,
        version=version,
        state=state,
        caution=Caution(rows=rows, doubtful=cells, refused=versions.refused_values(book)),
    )


def _common_cells(
    base: BookRecords, copy: BookRecords, places: Iterable[CellPlace]
) -> Iterator[CellPlace]:
    """Yield the places that are cells of a row which both have; the others are of whole rows."""
    common = by_place(base).keys() & by_place(copy).keys()
    return (place for place in places if place[2] and place[:2] in common)


def _may_be_his(drop: KeptDrop, person: str) -> bool:
    return not (drop.author and person and drop.author != person)


def _goes_on(drop: KeptDrop, changes: Changes, original: BookRecords, person: str) -> bool:
    """Tell whether a copy goes on from a drop: it holds most of what the drop changed.

    A new row is one change: two people who take the same number fill in much alike. For one and the
    same person also where it changed every place that the drop did, once more.
    """
    rows = by_place(original)
    telling = {p: v for p, v in drop.changes.items() if not p[2].startswith(GONE_ROW)}
    telling = telling or {**drop.changes}  # of a row that was changed, what became of it
    held: dict[Sequence[str], bool] = {}
    for place, value in telling.items():
        change = place if place[:2] in rows else place[:2]
        held[change] = held.get(change, True) and changes.get(place) == value
    is_same_person = bool(person) and drop.author == person
    return bool(held) and (
        HALF * sum(held.values()) >= len(held)
        or (is_same_person and {*map(_spot, drop.changes)} <= {*map(_spot, changes)})
    )


def _spot(place: CellPlace) -> CellPlace:
    """Return a cell as it is; rows without a key are one place with all of their order."""
    is_cell = place[2] and not place[2].startswith(GROUP_ROW)
    return place if is_cell else (*place[:2], "")


def _doubts_of_base(
    base: KeptDrop | None,
    original: BookRecords,
    records: BookRecords,
    copy: BookRecords,
    later: Iterable[KeptDrop],
) -> Iterator[CellPlace]:
    """Yield the places that hold what the base had, where the same person had otherwise later.

    original: the version that the base was made from. later: his last drop of each version since.
    """
    known, before, now = map(by_place, (original, records, copy))
    for drop in later:
        places = {*drop.changes}
        if base is not None and base.version == drop.version:
            places |= base.changes.keys()
        for place in places:
            value = drop.changes.get(place, meaning_at(known, place))
            is_cell = place[:2] in before and place[:2] in now
            if is_cell and value != meaning_at(before, place) == meaning_at(now, place):
                yield place


def _doubts_of_rows(
    base: KeptDrop | None,
    original: BookRecords,
    changes: Changes,
    later: Mapping[int, KeptDrop],
    version: int,
) -> Iterator[CellPlace]:
    """Yield the rows that the same person added or deleted in a later drop, and not in the copy.

    Else a payment that he corrected would be there twice, as it was and as it is.
    """
    rows = by_place(original) if later else {}
    known, now = (_by_row(one, rows) for one in (base.changes if base else {}, changes))
    for drop in later.values():
        then = _by_row(drop.changes, rows)
        for row in then.keys() | known.keys():
            was, his, his_now = (one.get(row, set()) for one in (known, then, now))
            is_other = was == his_now
            if drop.version == version:
                is_other = bool((his - his_now) | ((was & his_now) - his))
            if his != was and is_other:
                yield (*row, "")


def _by_row(
    changes: Changes, rows: Collection[RowPlace]
) -> dict[RowPlace, set[tuple[CellPlace, str]]]:
    """Group what changed otherwise than in cells of rows that were there before."""
    found: dict[RowPlace, set[tuple[CellPlace, str]]] = {}
    for place, value in changes.items():
        if place[:2] not in rows or not _spot(place)[2]:
            found.setdefault(place[:2], set()).add((place, value))
    return found


def _doubts_of_drop(
    drop: KeptDrop, changes: Changes, original: BookRecords, copy: BookRecords
) -> set[CellPlace]:
    """Find what an unknown person has otherwise than the drop that the copy seems to go on from.

    Where both have only values that several rows have, such as stages, or a few new rows, it may be
    by chance: then any other value counts, else what the drop's version had.
    """
    others = {place for place, value in drop.changes.items() if changes.get(place) != value}
    rows = by_place(original)
    counts: Counter[tuple[str, str, str]] = Counter(
        (title, column, value)
        for title, sheet in copy.items()
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


def _nearest(
    versions: Versions,
    book: str,
    copy: BookRecords,
    candidates: Collection[int] | None,
    left_out: Collection[int],
) -> list[int]:
    """Return the states that differ from a copy in the fewest cells, the latest first.

    They are chosen of the candidates, or of all. Only rows that are not in both are read.
    """
    if candidates is not None and len(candidates) == 1:
        return [*candidates]
    numbers = versions.find_rows(copy)
    known = {title: Counter(n for n in rows if n is not None) for title, rows in numbers.items()}
    unknown = {
        title: [row for row, n in zip(copy[title].rows, rows, strict=True) if n is None]
        for title, rows in numbers.items()
    }
    compared = []
    for number, rows in versions.states(book):
        if number in left_out or (candidates is not None and number not in candidates):
            continue
        kept = {title: Counter(rows.get(title, ())) for title in {*rows, *known}}
        differing = {
            t: (kept[t] - known.get(t, _NONE), known.get(t, _NONE) - kept[t]) for t in kept
        }
        total = sum(one.total() + other.total() for one, other in differing.values())
        compared.append((total, -number, differing))
    compared.sort(key=itemgetter(0, 1))
    cells: dict[int, int] = {}
    for _, number, differing in compared[:MOST_COMPARED]:
        cells[-number] = sum(
            count_changed_cells(
                versions.rows(one.elements()),
                [*versions.rows(other.elements()), *unknown.get(title, ())],
            )
            for title, (one, other) in differing.items()
        )
    least = min(cells.values(), default=0)
    return sorted((number for number, count in cells.items() if count == least), reverse=True)


def _lately_changed(
    versions: Versions, book: str, state: int, base: BookRecords, copy: BookRecords
) -> Iterator[CellPlace]:
    """Find what a copy without a stamp has otherwise than its base, where that is no older itself.

    The copy may be of a version before: then its author had not seen what the base has there.
    """
    changes = find_changes(base, copy)
    if not changes:
        return
    rows, own = by_place(base), by_place(copy)
    for number in versions.earlier(book, state):
        since = find_changes(versions.records(number), base)
        touched = {place[:2] for place in since}
        for place in changes:
            is_cell = place[:2] in rows and place[:2] in own
            if place in since if is_cell else place[:2] in touched:
                yield place


def _perhaps_unseen(
    version: BookRecords, base: BookRecords, copy: BookRecords, *, is_new: bool
) -> Iterator[CellPlace]:
    """Find where a copy has what a version had, and not what was edited in place since.

    Its author may not have seen the edit. Where the edit `is_new`, others may have come before it
    and be in the copy: then any other value counts in a row that the version had.
    """
    since = find_changes(version, base)
    old, rows, own = by_place(version), by_place(base), by_place(copy)
    touched = {place[:2] for place in since}
    opposite = {ADDED: REMOVED, REMOVED: ADDED}
    for place in find_changes(base, copy):
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


def _unclear_rows(versions: Versions, nearest: list[int]) -> set[RowPlace]:
    """Return the places in which versions that are equally near to a copy differ."""
    first, *others = (versions.records(number) for number in nearest)
    return {place[:2] for other in others for place in find_changes(first, other)}


def _places(records: BookRecords) -> Iterable[RowPlace]:
    return {(title, place_of(row)) for title, sheet in records.items() for row in sheet.rows}
