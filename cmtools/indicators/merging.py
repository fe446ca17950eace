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

from cmtools.digests.digest import (
    BAD,
    FIELDS,
    HUGE,
    NONE,
    ROW,
    UNSOUND,
    Column,
    Digest,
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

    files: what the books are called; `digests` are theirs.
    texts: each different text once; `numbers` are the order numbers as typed in each book.
    key_of: for each order number the first one that counts as the same, -1 for none.
    rows: the rows of each table; `starts` are the first rows of each book in each of them.
    huge: numbers beyond 64 bits: (table, field, row) → text.
    """

    files: Sequence[str]
    digests: Sequence[Digest]
    texts: Texts
    numbers: Texts
    key_of: Ints
    rows: Mapping[Table[Any], Rows]
    starts: Mapping[Table[Any], Ints]
    huge: Mapping[tuple[Table[Any], str, int], str]

    def has(self, table: Table[Any]) -> bool:
        """Whether rows of other tables can refer to this one: it was read, with its key column."""
        places = [d.places[table.title] for d in self.digests if table.title in d.places]
        return bool(places) and all(table.key.name in columns for columns in places)

    def told(self) -> list[tuple[int, Told]]:
        """The errors that books show by themselves, each with the number of its book."""
        return [(book, told) for book, digest in enumerate(self.digests) for told in digest.told]


def merge(files: Sequence[str], digests: Sequence[Digest]) -> Merged:
    """Put digests together in the order given."""
    numbers = list(chain.from_iterable(digest.numbers for digest in digests))
    keys = list(chain.from_iterable(digest.keys for digest in digests))
    places: dict[str, int] = {}
    text_of = [places.setdefault(text, len(places)) for digest in digests for text in digest.texts]
    known = _Known(
        text_of=np.array([*text_of, HUGE, BAD, NONE], np.int32),
        first_text=_starts([len(digest.texts) for digest in digests]),
        first_number=_starts([len(digest.numbers) for digest in digests]),
    )
    rows: dict[Table[Any], Rows] = {}
    starts: dict[Table[Any], Ints] = {}
    for table in FIELDS:
        rows[table], starts[table] = _rows(table, digests, known)
    by_title = {table.title: table for table in FIELDS}
    return Merged(
        files=files,
        digests=digests,
        texts=objects(list(places)),
        numbers=objects(numbers),
        key_of=table_of(_firsts(keys), -1),
        rows=rows,
        starts=starts,
        huge={
            (by_title[sheet], name, int(starts[by_title[sheet]][book]) + line): text
            for book, digest in enumerate(digests)
            for (sheet, name, line), text in digest.huge.items()
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """Where the texts of each book begin among those of all, and what number each has now.

    The last three numbers are what stands for no text, as it is.
    """

    text_of: Ints
    first_text: Ints
    first_number: Ints


def _rows(table: Table[Any], digests: Sequence[Digest], known: _Known) -> tuple[Rows, Ints]:
    found = [digest.columns.get(table.title) for digest in digests]
    counts = [len(columns[ROW]) if columns else 0 for columns in found]
    filled = [columns for columns, count in zip(found, counts, strict=True) if columns and count]

    def joined(name: str) -> Ints:
        columns = [np.frombuffer(columns[name], _kind(columns[name])) for columns in filled]
        return np.concatenate(columns or [np.empty(0, np.int8)])

    columns = {name: joined(name) for name in FIELDS[table]}
    for name, column in columns.items():
        field = table.fields[name]
        if is_number(field):
            columns[name] = _shifted(column, known.first_number, counts)
        elif is_text(field):
            columns[name] = known.text_of[_shifted(column, known.first_text, counts)]
    rows = Rows(
        table=table,
        book=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        row=joined(ROW),
        unsound=joined(UNSOUND).astype(bool),
        columns=columns,
    )
    return rows, _starts(counts)


def _shifted(column: Ints, first: Ints, counts: Sequence[int]) -> Ints:
    """Numbers of each book's own texts as numbers among those of all books."""
    return np.where(column < 0, column, column + np.repeat(first, counts))


def _starts(counts: Sequence[int]) -> Ints:
    """Where each part begins if they follow each other."""
    return np.cumsum([0, *counts], dtype=np.int32)[:-1]


def _firsts(keys: Sequence[str]) -> Ints:
    """For each key the place of the first one that is the same."""
    if len(set(keys)) == len(keys):  # as it is where nobody has made a mistake
        return np.arange(len(keys), dtype=np.int32)
    first: dict[str, int] = {}
    return np.array([first.setdefault(key, place) for place, key in enumerate(keys)], np.int32)


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


def _kind(column: Column) -> str:
    return column.format if isinstance(column, memoryview) else column.typecode


def objects(values: Sequence[Any]) -> Texts:
    """A column of Python's own values."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
