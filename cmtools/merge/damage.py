"""Signs that a copy was spoiled as a whole: a part of the book, a column sorted alone.

The rules of the merge would take such changes for a person's: rows deleted, cells typed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from cmtools.merge.alignment import beyond, count, differing
from cmtools.merge.book_records import ReadBook
from cmtools.merge.records import BookRecords, Record, SheetRecords
from cmtools.problems import Fault, Message, Place, Problem, problem_at

MANY = 10
PART = 3  # one third of the rows
FEW_VALUES = 2  # two managers may have exchanged their clients

ROWS_MISSING = Message(
    "rows-missing",
    "в копии нет строк этого листа: {missing} из {count}; похоже, это лишь часть книги",
    "внесите правки в полную книгу; лишние строки удалите в книге рабочей папки сами",
)
CELLS_SHUFFLED = Message(
    "cells-shuffled",
    "значения те же, но стоят в других строках ({count}): похоже, столбец отсортировали отдельно",
    "отмените это и сортируйте лист целиком; если так и нужно, впишите это в книгу рабочей папки",
)


class CopyDamaged(Exception):
    """A copy must not be merged; `problems` say what happened to it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = tuple(problems)


def find_damage(file: str, base: BookRecords, ours: ReadBook, theirs: ReadBook) -> list[Problem]:
    """Return what happened to a copy, named `file`, since it was made from its base."""
    return [
        problem
        for title in theirs.sources
        for problem in _damage_of_sheet(
            file,
            base.get(title, SheetRecords(title=title)),
            ours.records.get(title, SheetRecords(title=title)),
            theirs.records[title],
        )
    ]


def _damage_of_sheet(
    file: str, base: SheetRecords, ours: SheetRecords, theirs: SheetRecords
) -> Iterator[Problem]:
    def problem(fault: Fault, title: str | None = None) -> Problem:
        cell = (theirs.header, theirs.columns[title]) if title else (None, None)
        place = Place(file=file, sheet=theirs.title, row=cell[0], column=cell[1])
        return problem_at(place, fault, column=title)

    missing = min(len(base.rows), len(ours.rows)) - len(theirs.rows)
    if missing >= MANY and PART * missing > len(base.rows):
        yield problem(ROWS_MISSING(missing=missing, count=len(base.rows)))
    for title, rows in _shuffled_columns(base, theirs):
        yield problem(CELLS_SHUFFLED(count=rows), title)
    if rows := _shuffled_rows(base, theirs):
        yield problem(CELLS_SHUFFLED(count=rows))


def _shuffled_columns(base: SheetRecords, theirs: SheetRecords) -> Iterator[tuple[str, int]]:
    """Yield the columns whose values went from rows to other rows, and how many did."""
    known = {row.key: row for row in base.rows if row.key}
    changes: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in theirs.rows:
        before = known.get(row.key, row)
        if before is not row:
            for title in differing(before, row):
                was, now = before.meanings.get(title, ""), row.meanings.get(title, "")
                changes[title].append((was, now))
    for title, pairs in changes.items():
        was_there, is_there = (Counter(side) for side in zip(*pairs, strict=True))
        is_many = len(pairs) >= MANY and len(was_there) > FEW_VALUES
        if is_many and was_there == is_there and title in theirs.columns:
            yield title, len(pairs)


def _shuffled_rows(base: SheetRecords, theirs: SheetRecords) -> int:
    """Count the rows without keys that have the values of other rows in each of their columns."""
    old, new = ([row for row in side.rows if not row.key] for side in (base, theirs))
    gone, come = [*beyond(old, count(new))], [*beyond(new, count(old))]
    is_shuffled = len(gone) >= MANY and _values(gone) == _values(come)
    return len(gone) if is_shuffled else 0


def _values(rows: Sequence[Record]) -> Counter[tuple[str, str]]:
    return Counter(pair for row in rows for pair in row.meanings.items())
