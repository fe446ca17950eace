"""What is to be remembered of a merge once the merged book has taken its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cmtools.merge import storage
from cmtools.merge.answered_book import place_conflict_book
from cmtools.merge.conflict import CellPlace
from cmtools.merge.drops import NewDrop
from cmtools.merge.records import BookRecords
from cmtools.merge.versions import Versions
from cmtools.tables.reader.sandbox import WorkbookReader


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeMemory:
    """A copy that was merged, or a person's decisions; `records` are what the book holds then."""

    book: str
    records: BookRecords
    drop: NewDrop | None = None
    decided: Sequence[tuple[int, CellPlace]] = ()
    refused: Sequence[tuple[CellPlace, str]] = ()

    def keep(self, root: Path, reader: WorkbookReader, now: datetime) -> list[Path]:
        """Remember it; return the book of what is to be decided, if there is anything.

        Again it changes nothing.

        Raises:
            OSError: no rights, no room.
        """
        with Versions(root) as versions:
            if self.drop is not None:
                versions.add_drop(self.drop)
            versions.decide(self.book, self.decided, self.refused)
            return place_conflict_book(root, self.book, self.records, reader, versions, now)

    def dumps(self) -> bytes:
        """Write it down, to be kept once the book has been replaced."""
        dumped = {
            "book": self.book,
            "records": storage.dump_book(self.records),
            "drop": self.drop and self.drop.dump(),
            "decided": [*self.decided],
            "refused": [*self.refused],
        }
        return json.dumps(dumped, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @classmethod
    def loads(cls, content: bytes) -> MergeMemory:
        """Restore what `dumps` has written."""
        dumped = json.loads(content.decode("utf-8", "surrogatepass"))
        drop = dumped["drop"]
        return cls(
            book=dumped["book"],
            records=storage.load_book(dumped["records"]),
            drop=drop and NewDrop.load(drop),
            decided=[(number, tuple(place)) for number, place in dumped["decided"]],
            refused=[(tuple(place), meaning) for place, meaning in dumped["refused"]],
        )
