"""The rows of a book, of its copy and of what both came from, side by side."""

from __future__ import annotations

from ast import literal_eval
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmtools.merge.records import (
    BookRecords,
    Key,
    Owner,
    Record,
    SheetRecords,
    place_of,
    with_absent_columns,
)

SIMILAR = 2  # one half of the cells of a row tells that it is the same under another key

Rows = Sequence[Record]
RowContent = frozenset[tuple[str, str]]
"""What the cells of a row mean, by the titles of their columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlignedSheet:
    """The rows of one sheet on the three sides: by key, and in groups where there is no key.

    is_gone: the book had the sheet, and has it no longer.
    """

    title: str
    is_gone: bool
    base: SheetRecords
    ours: SheetRecords
    theirs: SheetRecords
    keyed: Mapping[Key, tuple[Record | None, Record | None, Record | None]]
    groups: Mapping[str, tuple[Rows, Rows, Rows]]

    @property
    def names(self) -> Iterator[str]:
        """The names of all rows of the book and its copy."""
        return (record.name for side in (self.ours, self.theirs) for record in side.rows)


def align(base: BookRecords, ours: BookRecords, theirs: BookRecords) -> Iterator[AlignedSheet]:
    """Yield the sheets that the copy has: one that is not there says nothing."""
    for title, their in theirs.items():
        before = base.get(title, SheetRecords(title=title))
        our = ours.get(title, SheetRecords(title=title))
        sides = (before, with_absent_columns(our, before), with_absent_columns(their, before))
        counts = [Counter(record.key for record in side.rows) for side in sides]
        repeated = {key for count in counts for key, times in count.items() if times > 1}
        keyed: dict[Key, list[Record | None]] = {}
        groups: dict[str, tuple[list[Record], list[Record], list[Record]]] = {}
        for at in (1, 2, 0):  # the book's own order first
            for record in sides[at].rows:
                if record.key and record.key not in repeated:
                    keyed.setdefault(record.key, [None, None, None])[at] = record
                else:
                    groups.setdefault(place_of(record), ([], [], []))[at].append(record)
        yield AlignedSheet(
            title=title,
            is_gone=title not in ours and title in base,
            base=before,
            ours=our,
            theirs=their,
            keyed={key: (rows[0], rows[1], rows[2]) for key, rows in keyed.items()},
            groups=groups,
        )


def describe_rows(rows: Iterable[Record | None]) -> str:
    """Return what rows mean, in one text that does not depend on their order."""
    return describe_counts(count(row for row in rows if row))


def describe_counts(counts: Counter[RowContent]) -> str:
    """Return what counted rows mean, as `describe_rows` does."""
    return "\n".join(sorted(str(sorted(content)) for content in counts.elements()))


def read_row(line: str) -> dict[str, str]:
    """Return what a row means whose description is one line of `describe_rows`."""
    return dict(literal_eval(line))


def same(one: Record | None, other: Record | None) -> bool:
    """Tell whether two rows mean the same, or neither is there."""
    if one is None or other is None:
        return one is other
    return one is other or one.meanings == other.meanings


def differing(one: Record, other: Record) -> list[str]:
    """Return the titles under which two rows differ, in the order of the columns."""
    titles = dict.fromkeys((*other.meanings, *one.meanings))
    return [t for t in titles if one.meanings.get(t, "") != other.meanings.get(t, "")]


def _content(record: Record) -> RowContent:
    return frozenset(record.meanings.items())


def own_content(meanings: Mapping[str, str], owner: Key) -> RowContent:
    """Return what a row means but for whom it belongs to."""
    return frozenset(item for item in meanings.items() if item[1] != owner)


def own_contents(rows: Iterable[Record]) -> Iterator[RowContent]:
    """Yield what rows mean but for whom they belong to."""
    return (own_content(row.meanings, place_of(row)) for row in rows)


def count(rows: Iterable[Record]) -> Counter[RowContent]:
    """Count rows by what they mean."""
    return Counter(map(_content, rows))


def beyond(rows: Iterable[Record], known: Counter[RowContent]) -> Iterator[Record]:
    """Yield the rows that are there more often than they are known."""
    left = known.copy()
    for record in rows:
        content = _content(record)
        if left[content] > 0:
            left[content] -= 1
        else:
            yield record


def worked_on(sheets: Iterable[AlignedSheet], side: int) -> Iterator[Owner]:
    """Yield the owners of all rows that a side added or changed."""
    for sheet in sheets:
        for sides in sheet.keyed.values():
            record = sides[side]
            if record and record.owner and not same(record, sides[0]):
                yield record.owner
        for lists in sheet.groups.values():
            for record in beyond(lists[side], count(lists[0])):
                if record.owner:
                    yield record.owner


def renamed_keys(sheet: AlignedSheet, record: Record, side: int) -> Iterator[Key]:
    """Yield keys new on one side under which a row seems to go on: half of its cells are there."""
    for key, sides in sheet.keyed.items():
        row = sides[side]
        if row and [*map(bool, sides)].count(True) == 1:
            shared = record.meanings.items() & row.meanings.items()
            if SIMILAR * len(shared) >= len(record.meanings):
                yield key
