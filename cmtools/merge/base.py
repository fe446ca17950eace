"""What a copy was made from: a version that stood in the workspace, or its author's last drop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from cmtools.merge import reasons
from cmtools.merge.changes import GONE_ROW, Changes, by_place, find_changes, is_group_row
from cmtools.merge.conflict import CellPlace
from cmtools.merge.doubts import Ancestor, find_deleted, find_doubts
from cmtools.merge.drops import KeptDrop
from cmtools.merge.nearest import find_nearest, unclear_rows
from cmtools.merge.records import BookRecords, place_of
from cmtools.merge.three_way import Caution
from cmtools.merge.versions import Versions
from cmtools.tables.parsers import normalize_name

HALF = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """What a copy is merged by.

    version: the version that it was made from, 0 where that is not known.
    state: the number of that version, or of the drop of the same person that it goes on from.
    is_guess: whether the copy had no stamp, so that it may be of another version.
    """

    records: BookRecords
    version: int
    state: int
    is_guess: bool = False
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
    stamped = versions.versions_of_stamp(book, stamp) if stamp is not None else []
    if stamp is not None and not stamped and versions.book_of(stamp) in ("", book):
        return _unknown_base(copy)
    drops = versions.drops(book)
    others = {drop.number for drop in drops if not person or drop.author != person}
    nearest = find_nearest(versions, book, copy, stamped, others)
    ancestor = _find_ancestor(versions, book, copy, person, stamped, nearest[0], drops)
    drop = ancestor.drop
    rows = dict.fromkeys(unclear_rows(versions, nearest), reasons.BASE_UNKNOWN)
    if drop is not None:
        rows |= drop.waiting_rows
    doubts = find_doubts(ancestor, drops, first_seen)
    common = by_place(ancestor.records).keys() & by_place(copy).keys()
    cells = {place for place in doubts if place[2] and place[:2] in common}
    rows |= {place[:2]: reasons.DOUBTFUL for place in doubts - cells}
    rows |= dict.fromkeys(find_deleted(ancestor), reasons.CAME_BACK)
    return Base(
        records=ancestor.records,
        version=ancestor.version,
        state=ancestor.state,
        is_guess=not stamped,
        caution=Caution(rows=rows, doubtful=cells, refused=versions.refused_values(book)),
    )


def _unknown_base(copy: BookRecords) -> Base:
    """Return no base at all: each row of the copy is asked."""
    places = {(title, place_of(row)) for title, sheet in copy.items() for row in sheet.rows}
    rows = dict.fromkeys(places, reasons.BASE_UNKNOWN)
    return Base(records={}, version=0, state=0, caution=Caution(rows=rows))


def _find_ancestor(
    versions: Versions,
    book: str,
    copy: BookRecords,
    person: str,
    stamped: Sequence[int],
    nearest: int,
    drops: Sequence[KeptDrop],
) -> Ancestor:
    """Find the drop that a copy goes on from; without one it was made from the nearest version.

    Of several the latest counts, first of the nearest version. A person may have edited the book in
    place since: all versions of the stamp count.
    """

    @cache
    def changes_since(version: int) -> Changes:
        return find_changes(versions.records(version), copy)

    def rebase(drop: KeptDrop) -> KeptDrop:
        """Compare his that had lost its stamp, and came later, with the version of this copy."""
        is_his = bool(person) and drop.author == person
        if not (is_his and drop.is_guess and stamped and drop.number > stamped[0]):
            return drop
        changes = find_changes(versions.records(nearest), versions.records(drop.number))
        return replace(drop, version=nearest, changes=changes)

    def goes_on(drop: KeptDrop) -> bool:
        if drop.version not in (stamped or [nearest]):
            return False
        original = versions.records(drop.version)
        return _goes_on(drop, changes_since(drop.version), original, person)

    drop = next((drop for drop in drops if drop.number == nearest), None)
    if drop is None:
        his = [rebase(drop) for drop in drops if not person or drop.author in ("", person)]
        his.sort(key=lambda drop: drop.version != nearest)
        drop = next(filter(goes_on, his), None)
    return Ancestor(
        versions=versions,
        book=book,
        copy=copy,
        person=person,
        stamped=stamped,
        version=drop.version if drop else nearest,
        drop=drop,
        changes_since=changes_since,
    )


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
    return (*place[:2], "") if is_group_row(place) else place
