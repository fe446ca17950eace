"""Copies of a book that were dropped, as they are remembered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cmtools.merge import storage
from cmtools.merge.changes import Changes
from cmtools.merge.conflict import CellPlace, Conflict
from cmtools.merge.records import BookRecords, RowPlace, SheetRecords, place_of


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptDrop:
    """A copy that was dropped: the version that it was made from, whose it is, what it changed.

    waiting: place → why it was asked, until a person has decided all of its row.
    """

    number: int
    version: int
    author: str
    changes: Changes
    waiting: Mapping[CellPlace, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDrop:
    """A copy that was merged into its book, to be remembered.

    token: tells it from all others, so that it is kept once. version, state: as those of `Base`.
    """

    token: str
    book: str
    records: BookRecords
    version: int
    state: int
    author: str
    conflicts: tuple[Conflict, ...]

    def dump(self) -> dict[str, Any]:
        """Write it as JSON can hold it, to be remembered once the book has been replaced."""
        plain = ("token", "book", "version", "state", "author")
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
