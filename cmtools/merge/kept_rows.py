"""Rows of books as they are kept in the database: each distinct one once, under a number."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from cmtools.merge.packed_cell import unpack_row
from cmtools.merge.records import Owner, Record

ROWS_SCHEMA = """
CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, content TEXT) STRICT;
"""
MOST_PARAMETERS = 500


class KeptRows:
    """The rows of a database; one that was looked up or read once is not read again."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._numbers: dict[bytes, int] = {}
        self._known: dict[int, Record] = {}

    def find(self, rows: Sequence[Record]) -> list[int | None]:
        """Return the number of each row that is kept, None for the others."""
        for chunk in _chunks([*{row.digest for row in rows} - self._numbers.keys()]):
            query = f"SELECT hash, id FROM row WHERE hash IN ({','.join('?' * len(chunk))})"
            self._numbers |= self._database.execute(query, chunk)
        found = [self._numbers.get(row.digest) for row in rows]
        self._known |= {n: row for n, row in zip(found, rows, strict=True) if n is not None}
        return found

    def add(self, rows: Sequence[Record]) -> list[int]:
        """Keep rows; return the number of each."""
        new = [row for row, n in zip(rows, self.find(rows), strict=True) if n is None]
        self._database.executemany(
            "INSERT OR IGNORE INTO row (hash, content) VALUES (?, ?)",
            [(row.digest, row.text) for row in new],
        )
        return [number for number in self.find(rows) if number is not None]

    def read(self, numbers: Collection[int]) -> dict[int, Record]:
        """Return the rows that are kept under these numbers."""
        for chunk in _chunks([*{*numbers} - self._known.keys()]):
            query = f"SELECT id, content FROM row WHERE id IN ({','.join('?' * len(chunk))})"
            for number, content in self._database.execute(query, chunk):
                self._known[number] = read_row(json.loads(content))
        return {number: self._known[number] for number in numbers}


def read_row(parts: Sequence[Any]) -> Record:
    """Restore a row from the JSON of `Record.text`."""
    cells, meanings, key, name, owner = parts
    return Record(
        cells=unpack_row(cells),
        meanings=meanings,
        key=key,
        name=name,
        owner=Owner(sheet=owner[0], key=owner[1]) if owner else None,
    )


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + MOST_PARAMETERS] for at in range(0, len(values), MOST_PARAMETERS))
