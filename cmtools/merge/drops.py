"""Copies of a book that were dropped, as they are remembered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cmtools.merge import reasons, storage
from cmtools.merge.changes import Changes, by_place
from cmtools.merge.conflict import CellPlace, Conflict
from cmtools.merge.records import BookRecords, RowPlace, SheetRecords, place_of

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptDrop:
    """A copy that was dropped: the version that it was made from, whose it is, what it changed.

    is_guess: whether no stamp told the version.
    waiting: place → why it was asked, until a person has decided about it.
    """

    number: int
    version: int
    is_guess: bool
    author: str
    changes: Changes
    waiting: Mapping[CellPlace, str]

    @property
    def waiting_rows(self) -> Mapping[RowPlace, str]:
        """Rows all of which waits, also that of which the cell in conflict alone is decided."""
        with_conflict = {p[:2] for p, why in self.waiting.items() if why != reasons.SAME_ROW}
        return {
            place[:2]: why
            for place, why in self.waiting.items()
            if why == reasons.BASE_UNKNOWN or place[:2] not in with_conflict
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDrop:
    """A copy that was merged into its book, to be remembered.

    token: tells it from all others, so that it is kept once.
    version, state, is_guess: as those of `Base`.
    """

    token: str
    book: str
    records: BookRecords
    version: int
    state: int
    is_guess: bool = False
    author: str
    conflicts: tuple[Conflict, ...]

    def dump(self) -> dict[str, Any]:
        """Write it as JSON can hold it, to be remembered once the book has been replaced."""
        plain = ("token", "book", "version", "state", "is_guess", "author")
        return {
            **{name: getattr(self, name) for name in plain},
            "records": storage.dump_book(self.records),
            "conflicts": [storage.dump_conflict(conflict) for conflict in self.conflicts],
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> NewDrop:
        """Restore what `dump` has written."""
        conflicts = tuple(map(storage.load_conflict, dumped["conflicts"]))
        records = storage.load_book(dumped["records"])
        return cls(**{**dumped, "records": records, "conflicts": conflicts})


def with_places(
    records: BookRecords, other: BookRecords, places: Collection[RowPlace]
) -> BookRecords:
    """Return a book that holds in some places what another one holds there."""
    wanted = {*places}
    result: dict[str, SheetRecords] = {}
    for title, sheet in records.items():
        rows = [row for row in sheet.rows if (title, place_of(row)) not in wanted]
        if title in other:
            rows += [row for row in other[title].rows if (title, place_of(row)) in wanted]
        result[title] = replace(sheet, rows=rows)
    return result


def with_cells(
    records: BookRecords, other: BookRecords, place: RowPlace, waiting: Collection[str]
) -> BookRecords:
    """Return a book whose row at a place is that of another one, but for the cells that wait."""
    before, now = (by_place(book).get(place) for book in (records, other))
    if before is None or now is None:
        return records
    row = replace(
        before,
        cells=_mix(now.cells, before.cells, waiting),
        meanings=_mix(now.meanings, before.meanings, waiting),
    )
    title = place[0]
    return with_places(records, {title: replace(records[title], rows=[row])}, {place})


def _mix(new: Mapping[str, T], old: Mapping[str, T], waiting: Collection[str]) -> dict[str, T]:
    changed = {title: value for title, value in new.items() if title not in waiting}
    return changed | {title: old[title] for title in waiting if title in old}
