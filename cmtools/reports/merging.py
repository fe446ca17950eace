"""The digests of many books put together: columns as long as all the books, texts known by number.

Nothing is judged here. Whole numbers are those of the digests, but that a text is a number of
`Merged.texts` or `Merged.numbers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from cmtools.books.orders import ORDERS
from cmtools.digests.digest import (
    BAD,
    FIELDS,
    HUGE,
    NONE,
    ROW,
    UNSOUND,
    Column,
    Digest,
    Part,
    Told,
    is_number,
    is_text,
)
from cmtools.tables.table import Table

Ints = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The rows of a table in all books, in the order of files and rows.

    `book` and `row` say where each stands; `unsound` are those with an error that their book
    shows by itself; `columns` are the values by field, in as few bytes as they need.
    """

    table: Table[Any]
    book: Ints
    row: Ints
    unsound: Flags
    columns: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name]

    def wide(self, name: str, at: Ints) -> npt.NDArray[np.int64]:
        """The values of some rows as numbers to reckon with."""
        return self.columns[name][at].astype(np.int64)


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """All that was read of all books of orders.

    files: what the books are called; `parts` are what their digests say besides the rows.
    texts: each different text once; `numbers` are the order numbers as typed in each book, `marks`
        are theirs.
    key_of: for each order number the first one that counts as the same, -1 for none.
    rows: the rows of each table; `starts` are the first rows of each book in each of them.
    huge: numbers beyond 64 bits: (table, field, row) → text.
    """

    files: Sequence[str]
    parts: Sequence[Part]
    texts: Texts
    numbers: Texts
    marks: Ints
    key_of: Ints
    rows: Mapping[Table[Any], Rows]
    starts: Mapping[Table[Any], Ints]
    huge: Mapping[tuple[Table[Any], str, int], str]

    def has(self, table: Table[Any]) -> bool:
        """Whether rows of other tables can refer to this one: it was read, with its key column."""
        key = table.key.name
        places = [part.places[table.title] for part in self.parts if table.title in part.places]
        return bool(places) and all(key in columns for columns in places)

    def told(self) -> list[tuple[int, Told]]:
        """The errors that books show by themselves, each with the number of its book."""
        return [(book, told) for book, part in enumerate(self.parts) for told in part.told]


def merge(files: Sequence[str], digests: Sequence[Digest]) -> Merged:
    """Put digests together in the order given; `files` are the names of all their books."""
    parts = [part for digest in digests for part in digest.parts]
    numbers = list(chain.from_iterable(digest.numbers for digest in digests))
    held = {id(digest.texts): digest.texts for digest in digests}  # those cut from one share them
    texts = list(chain.from_iterable(held.values()))
    first_text = dict(zip(held, _starts([len(own) for own in held.values()]).tolist(), strict=True))
    number_of = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    known = _Known(
        text_of=np.array([*map(number_of.__getitem__, texts), HUGE, BAD, NONE], np.int32),
        first_text=np.array([first_text[id(digest.texts)] for digest in digests], np.int32),
        first_number=_starts([len(digest.numbers) for digest in digests])
        - np.array([digest.before for digest in digests], np.int32),
    )
    marks = _joined([digest.marks for digest in digests])
    rows: dict[Table[Any], Rows] = {}
    starts: dict[Table[Any], Ints] = {}
    for table in FIELDS:
        heights = [part.heights.get(table.title, 0) for part in parts]
        rows[table], starts[table] = _rows(table, digests, heights, known), _starts(heights)
    by_title = {table.title: table for table in FIELDS}
    return Merged(
        files=files,
        parts=parts,
        texts=objects(list(number_of)),
        numbers=objects(numbers),
        marks=marks,
        key_of=table_of(_firsts(marks, numbers), -1),
        rows=rows,
        starts=starts,
        huge={
            (by_title[sheet], name, int(starts[by_title[sheet]][book]) + line): text
            for book, part in enumerate(parts)
            for (sheet, name, line), text in part.huge.items()
        },
    )


def as_one(merged: Merged) -> Digest:
    """All the books as one digest, which is put together sooner than many."""

    def columns(rows: Rows) -> dict[str, Column]:
        found = {ROW: rows.row, UNSOUND: rows.unsound.astype(np.int8), **rows.columns}
        return {name: _narrow(column).data for name, column in found.items()}

    return Digest(
        parts=merged.parts,
        texts=merged.texts.tolist(),
        numbers=merged.numbers.tolist(),
        marks=merged.marks.data,
        columns={table.title: columns(rows) for table, rows in merged.rows.items()},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """Where the texts of each digest begin among those of all, and what number each has now.

    The last three numbers are what stands for no text, as it is.
    """

    text_of: Ints
    first_text: Ints
    first_number: Ints


def _rows(
    table: Table[Any], digests: Sequence[Digest], heights: Sequence[int], known: _Known
) -> Rows:
    """The rows of a table; `heights` says how many each book has."""
    counts = [digest.height(table.title) for digest in digests]
    filled = [digest.columns[table.title] for digest in digests if digest.height(table.title)]
    columns = {name: _joined([columns[name] for columns in filled]) for name in FIELDS[table]}
    for name, column in columns.items():
        field = table.fields[name]
        if is_number(field):
            columns[name] = _shifted(column, known.first_number, counts)
        elif is_text(field):
            columns[name] = known.text_of[_shifted(column, known.first_text, counts)]
    return Rows(
        table=table,
        book=np.repeat(np.arange(len(heights), dtype=np.int32), heights),
        row=_joined([columns[ROW] for columns in filled]),
        unsound=_joined([columns[UNSOUND] for columns in filled]).astype(bool),
        columns=columns,
    )


def _shifted(column: Ints, first: Ints, counts: Sequence[int]) -> Ints:
    """Numbers of each digest's own texts as numbers among those of all."""
    return np.where(column < 0, column, column + np.repeat(first, counts))


def _starts(counts: Sequence[int]) -> Ints:
    """Where each part begins if they follow each other."""
    return np.cumsum([0, *counts], dtype=np.int32)[:-1]


def _joined(columns: Sequence[Column]) -> Ints:
    """Columns one after the other, of the smallest kind that holds them all."""
    return np.concatenate([np.asarray(column) for column in columns] or [np.empty(0, np.int8)])


def _narrow(column: Ints) -> Ints:
    """The column in as few bytes as it needs."""
    least, most = column.min(initial=0), column.max(initial=0)
    kinds = (np.int8, np.int16, np.int32)
    fit = (kind for kind in kinds if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max)
    return np.ascontiguousarray(column, next(fit, np.int64))


def _firsts(marks: Ints, numbers: Sequence[str]) -> Ints:
    """For each order number the place of the first one that counts as the same."""
    first = np.arange(len(marks), dtype=np.int32)
    ranked = np.sort(marks)
    doubled = ranked[1:][ranked[1:] == ranked[:-1]]
    known: dict[str, int] = {}
    for place in np.flatnonzero(np.isin(marks, doubled)).tolist():
        first[place] = known.setdefault(ORDERS.key.same(numbers[place]), place)
    return first


def table_of(values: npt.NDArray[Any], nothing: Any) -> npt.NDArray[Any]:
    """What each number from 0 on is; whatever is less than 0 is nothing."""
    return np.append(values, np.full(-HUGE, nothing, values.dtype))


def each(column: Ints, find: Callable[[int], int]) -> npt.NDArray[np.int64]:
    """What `find` says of every value of a column; it is asked once about each different one."""
    table = np.zeros(int(column.max(initial=-1)) + 1, np.int64)
    for value in used(column, len(table)).tolist():
        table[value] = find(value)
    return table_of(table, -1)[column]


def used(column: Ints, count: int) -> Ints:
    """Which of so many numbers from 0 on a column has."""
    found = table_of(np.zeros(count, bool), False)
    found[column] = True
    return np.flatnonzero(found[:count])


def objects(values: Sequence[Any]) -> Texts:
    """A column of Python's own values."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
