"""The digests of many books put together: columns as long as all the books, texts known by number.

Nothing is judged here. Whole numbers are those of the digests, but that a text is a number of
`Merged.texts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cmtools.digests.digest import FIELDS, ROW, UNSOUND, Digest, Told, is_text
from cmtools.tables.table import Table

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The rows of a table in all books, in the order of files and rows.

    `book` and `row` say where each stands; `unsound` are those with an error that their book
    shows by itself; `columns` are the values by field.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """All that was read of all books of orders.

    files: what the books are called; `digests` are theirs.
    key_of: the number of the order key that each text is, below `keys`, or -1; and a last -1.
    rows: the rows of each table; `starts` are the first rows of each book in each of them.
    huge: numbers beyond 64 bits: (table, field, row) → text.
    """

    files: Sequence[str]
    digests: Sequence[Digest]
    texts: Texts
    key_of: Ints
    keys: int
    rows: Mapping[Table[Any], Rows]
    starts: Mapping[Table[Any], Ints]
    huge: Mapping[tuple[Table[Any], str, int], str]

    def has(self, table: Table[Any]) -> bool:
        """Whether rows of other tables can refer to this one: it was read, with its key column."""
        places = [d.places[table.title] for d in self.digests if table.title in d.places]
        return bool(places) and all(table.key.name in columns for columns in places)

    def keys_of(self, texts: Ints) -> Ints:
        """The order key of each text, -1 where none is given."""
        return np.where(texts >= 0, self.key_of[np.maximum(texts, -1)], -1)

    def told(self) -> list[tuple[int, Told]]:
        """The errors that books show by themselves, each with the number of its book."""
        return [(book, told) for book, digest in enumerate(self.digests) for told in digest.told]


def merge(files: Sequence[str], digests: Sequence[Digest]) -> Merged:
    """Put digests together in the order given."""
    texts = [text for digest in digests for text in digest.texts]
    sizes = np.array([len(digest.texts) for digest in digests], dtype=np.int64)
    first_texts = np.concatenate(([0], np.cumsum(sizes)[:-1])) if len(sizes) else sizes
    key_of, keys = _keys(digests)
    rows: dict[Table[Any], Rows] = {}
    starts: dict[Table[Any], Ints] = {}
    for table in FIELDS:
        rows[table], starts[table] = _rows(table, digests, first_texts)
    by_title = {table.title: table for table in FIELDS}
    return Merged(
        files=files,
        digests=digests,
        texts=objects(texts),
        key_of=np.append(key_of, -1),
        keys=keys,
        rows=rows,
        starts=starts,
        huge={
            (by_title[sheet], name, int(starts[by_title[sheet]][book]) + line): text
            for book, digest in enumerate(digests)
            for (sheet, name, line), text in digest.huge.items()
        },
    )


def _keys(digests: Sequence[Digest]) -> tuple[Ints, int]:
    """The number of the key of each text, the same in all books, and how many keys there are."""
    numbers: dict[str, int] = {}
    columns = []
    for digest in digests:
        own = np.array([numbers.setdefault(key, len(numbers)) for key in digest.keys] + [-1])
        columns.append(own[_column(digest.key_of)])  # the key -1 is the last one
    return _joined(columns), len(numbers)


def _rows(table: Table[Any], digests: Sequence[Digest], first_texts: Ints) -> tuple[Rows, Ints]:
    empty: Mapping[str, Any] = dict.fromkeys((ROW, UNSOUND, *FIELDS[table]), b"")
    found = [digest.columns.get(table.title, empty) for digest in digests]
    counts = np.array([len(columns[ROW]) for columns in found], dtype=np.int64)
    book = np.repeat(np.arange(len(found)), counts)
    columns = {}
    for name in FIELDS[table]:
        column = _joined([_column(columns[name]) for columns in found])
        if is_text(table, name):
            column = np.where(column < 0, column, column + first_texts[book])
        columns[name] = column
    rows = Rows(
        table=table,
        book=book,
        row=_joined([_column(columns[ROW]) for columns in found]),
        unsound=_joined([_column(columns[UNSOUND]) for columns in found]).astype(bool),
        columns=columns,
    )
    return rows, np.cumsum(counts) - counts


def _column(column: Any) -> npt.NDArray[Any]:
    kind = column.format if isinstance(column, memoryview) else getattr(column, "typecode", "b")
    return np.frombuffer(column, dtype=kind)


def _joined(columns: Sequence[npt.NDArray[Any]]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *columns], dtype=np.int64)


def objects(values: Sequence[Any]) -> Texts:
    """A column of Python's own values."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
