"""What one version of a book has otherwise than another: cells, rows that are gone, rows added."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain

from cmtools.merge.alignment import align, beyond, count, describe_rows, differing, same
from cmtools.merge.conflict import ADDED, REMOVED, CellPlace
from cmtools.merge.records import BookRecords, Record, place_of

GONE = "\n"
"""Stands for what a cell of a row that is gone means; no cell can mean it."""

GONE_ROW = f"{REMOVED}["
"""Begins the place of a row without a key that is gone, before the bracket of its description."""

Changes = Mapping[CellPlace, str]
"""Place → what stands there now, as it is compared."""


def find_changes(before: BookRecords, after: BookRecords) -> Changes:
    """Return all that differs; a row without a key is its own place."""
    found: dict[CellPlace, str] = {}
    for sheet in align(before, after, after):
        for key, (old, new, _) in sheet.keyed.items():
            if new is None:
                found[sheet.title, key, ""] = GONE
            elif not same(old, new):
                was = old or Record(cells={}, meanings={})
                for title in differing(was, new):
                    found[sheet.title, key, title] = new.meanings.get(title, "")
        for key, (olds, news, _) in sheet.groups.items():
            for sign, rows in (
                (REMOVED, beyond(olds, count(news))),
                (ADDED, beyond(news, count(olds))),
            ):
                for row in rows:
                    place = (sheet.title, key, sign + describe_rows([row]))
                    found[place] = f"{found.get(place, '')}1"
    return found


def is_group_row(place: CellPlace) -> bool:
    """Tell whether a change is of a row without a key."""
    return place[2].startswith((f"{ADDED}[", GONE_ROW))


def count_changed_cells(one: Collection[Record], other: Collection[Record]) -> int:
    """Count the cells in which two sets of rows of one sheet differ."""
    keyed = {record.key: record for record in one if record.key}
    cells = 0
    for record in other:
        twin = keyed.pop(record.key, None) if record.key else None
        cells += len(differing(twin, record)) if twin else len(record.meanings)
    loose = chain(keyed.values(), (record for record in one if not record.key))
    return cells + sum(len(record.meanings) for record in loose)


def meaning_at(records: Mapping[tuple[str, str], Record], place: CellPlace) -> str:
    """Return what a cell means; empty where its row is not there."""
    record = records.get(place[:2])
    return record.meanings.get(place[2], "") if record else ""


def by_place(records: BookRecords) -> dict[tuple[str, str], Record]:
    """Return place → row, of the rows that have a key."""
    return {
        (title, place_of(row)): row
        for title, sheet in records.items()
        for row in sheet.rows
        if row.key
    }
