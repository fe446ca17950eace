"""The states of a book that a copy differs from least, where its stamp does not tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from operator import itemgetter

from cmtools.merge.changes import count_changed_cells, find_changes
from cmtools.merge.records import BookRecords, RowPlace
from cmtools.merge.versions import Versions

MOST_COMPARED = 50  # states whose cells are counted, of those with the fewest other rows

_NONE: Counter[int] = Counter()


def find_nearest(
    versions: Versions,
    book: str,
    copy: BookRecords,
    stamped: Sequence[int],
    left_out: Collection[int],
) -> list[int]:
    """Return the states that differ from a copy in the fewest cells, the latest first.

    They are chosen of the versions that its stamp may mean, without one of all. Only rows that are
    not in both are read.
    """
    if len(stamped) == 1:
        return [*stamped]
    numbers = versions.find_rows(copy)
    known = {title: Counter(n for n in rows if n is not None) for title, rows in numbers.items()}
    unknown = {
        title: [row for row, n in zip(copy[title].rows, rows, strict=True) if n is None]
        for title, rows in numbers.items()
    }
    compared = []
    for number, rows in versions.states(book):
        if number in left_out or (stamped and number not in stamped):
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


def unclear_rows(versions: Versions, nearest: Sequence[int]) -> set[RowPlace]:
    """Return the places in which versions that are equally near to a copy differ."""
    first, *others = (versions.records(number) for number in nearest)
    return {place[:2] for other in others for place in find_changes(first, other)}
