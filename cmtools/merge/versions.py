"""What is remembered of each book: its versions in the workspace, the drops, open conflicts.

An SQLite file in `.cmtools`. A version is kept before it takes its place: one that never did is
only one more that a copy is compared with. Where the file is lost, copies with a stamp are compared
cell by cell, and every difference is asked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cmtools.merge import storage
from cmtools.merge.changes import by_place, find_changes, meaning_at
from cmtools.merge.conflict import CellPlace, Conflict
from cmtools.merge.database import as_os_errors, open_database
from cmtools.merge.drops import KeptDrop, NewDrop, with_cells, with_places
from cmtools.merge.kept_rows import ROWS_SCHEMA, KeptRows
from cmtools.merge.records import BookRecords, Record, RowPlace

FILE = Path(".cmtools", "versions.sqlite")
MOST_EARLIER = 50  # versions with which a copy without a stamp is compared once more

_SCHEMA = (
    ROWS_SCHEMA
    + """
CREATE TABLE IF NOT EXISTS state (
    number INTEGER PRIMARY KEY AUTOINCREMENT, book TEXT NOT NULL, content BLOB NOT NULL,
    stamp INTEGER, token TEXT UNIQUE, version INTEGER, author TEXT, changes TEXT, own BLOB,
    waiting TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS state_of_book ON state (book, number);
CREATE TABLE IF NOT EXISTS refused (
    book TEXT, sheet TEXT, key TEXT, column TEXT, meaning TEXT,
    PRIMARY KEY (book, sheet, key, column, meaning)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conflict (
    drop_number INTEGER, sheet TEXT, key TEXT, column TEXT, book TEXT, content TEXT,
    PRIMARY KEY (drop_number, sheet, key, column)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (book TEXT PRIMARY KEY, fingerprint TEXT) STRICT, WITHOUT ROWID;
"""
)
"""A state is a version where `version` is null; else a drop that was made from that version.

`stamp` is the number that the book bore where it is not its own: a person had edited it in place.
Of a drop it is the version, null where no stamp told it.
"""


class Versions:
    """The memory of a workspace; use as a context manager."""

    def __init__(self, root: Path) -> None:
        """Open the file, or make it.

        Raises:
            OSError: no rights, no room, or another process does not let go of it.
        """
        path = root / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        with as_os_errors(path):
            self._database = open_database(path, _SCHEMA)
        self._path = path
        self._rows = KeptRows(self._database)
        self._known: dict[int, BookRecords] = {}

    def __enter__(self) -> Versions:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Change all or nothing, one process at a time."""
        with as_os_errors(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.commit()
            except BaseException:
                self._database.rollback()
                self._rows = KeptRows(self._database)  # numbers that were not kept are given anew
                raise

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with as_os_errors(self._path):
            return self._database.execute(query, values).fetchall()

    def add_version(self, book: str, records: BookRecords, stamp: int | None = None) -> int:
        """Keep what a book holds; return its number, that of the newest version if it is equal.

        `stamp` is the number that its file bears.
        """
        with self._writing() as database:
            content = storage.pack_book(self._rows, records)
            newest = database.execute(
                "SELECT number, content FROM state WHERE book = ? AND version IS NULL "
                "ORDER BY number DESC LIMIT 1",
                (book,),
            ).fetchone()
            if newest and newest[1] == content:
                return int(newest[0])
            return _insert(database, book=book, content=content, stamp=stamp)

    def add_drop(self, drop: NewDrop) -> None:
        """Keep what a drop held, once; what it has in conflict is as in its base until decided.

        Where it asks anew what the drop that it goes on from asked, or, if both are known to be of
        one person, now has what the book has, the older conflict is closed.
        """
        waiting = [(*conflict.place, conflict.reason) for conflict in drop.conflicts]
        held = drop.records
        if waiting:
            rows = {conflict.place[:2] for conflict in drop.conflicts}
            held = with_places(held, self.records(drop.state), rows)
        changes = find_changes(self.records(drop.version), drop.records)
        with self._writing() as database:
            query = "SELECT 1 FROM state WHERE token = ?"
            if database.execute(query, (drop.token,)).fetchone():
                return
            own = storage.pack_book(self._rows, drop.records)
            number = _insert(
                database,
                book=drop.book,
                content=storage.pack_book(self._rows, held) if waiting else own,
                token=drop.token,
                stamp=None if drop.is_guess else drop.version,
                version=drop.version,
                author=drop.author,
                changes=json.dumps([[*p, m] for p, m in changes.items()], ensure_ascii=False),
                own=own,
                waiting=json.dumps(waiting, ensure_ascii=False),
            )
            _close_renewed(database, drop)
            _keep_conflicts(database, drop.book, number, drop.conflicts)

    def is_recorded(self, book: str, fingerprint: str) -> bool:
        """Tell whether a version was kept of the file of a book as it is now."""
        query = "SELECT 1 FROM file WHERE book = ? AND fingerprint = ?"
        return bool(self._ask(query, book, fingerprint))

    def add_fingerprint(self, book: str, fingerprint: str) -> None:
        """Note that a version was kept of the file of a book."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (book, fingerprint))

    def newest_version(self, book: str) -> int:
        """Return the number of the version that was kept last; 0 without one."""
        query = "SELECT max(number) FROM state WHERE book = ? AND version IS NULL"
        return int(self._ask(query, book)[0][0] or 0)

    def versions_of_stamp(self, book: str, stamp: int) -> list[int]:
        """Return the versions of a book that bore a stamp: its own, and what was edited in place.

        None where no version of the book has that number.
        """
        query = (
            "SELECT number FROM state WHERE book = ? AND version IS NULL "
            "AND (number = ? OR stamp = ?) ORDER BY number"
        )
        numbers = [number for (number,) in self._ask(query, book, stamp, stamp)]
        return numbers if stamp in numbers else []

    def earlier(self, book: str, number: int) -> list[int]:
        """Return the newest of the versions that were kept before a state, the newest first."""
        query = (
            "SELECT number FROM state WHERE book = ? AND version IS NULL AND number < ? "
            "ORDER BY number DESC LIMIT ?"
        )
        return [number for (number,) in self._ask(query, book, number, MOST_EARLIER)]

    def never_placed(self, book: str) -> Set[int]:
        """Return the versions that were made, but that another drop kept from the book's place.

        The file found there next still bore the number of an earlier one.
        """
        query = (
            "SELECT number FROM state AS made WHERE book = ? AND version IS NULL AND number > ("
            "SELECT stamp FROM state WHERE book = made.book AND version IS NULL "
            "AND number > made.number ORDER BY number LIMIT 1)"
        )
        return {number for (number,) in self._ask(query, book)}

    def book_of(self, version: int) -> str:
        """Return the book that a version is of; empty where there is no such version."""
        query = "SELECT book FROM state WHERE number = ? AND version IS NULL"
        return next((str(book) for (book,) in self._ask(query, version)), "")

    def states(self, book: str) -> Iterator[tuple[int, Mapping[str, Sequence[int]]]]:
        """Yield the numbers, and those of the rows, of a book's versions and drops."""
        query = "SELECT number, content FROM state WHERE book = ?"
        for number, content in self._ask(query, book):
            yield number, storage.row_numbers(content)

    def drops(self, book: str) -> list[KeptDrop]:
        """Return the drops of a book, the newest first."""
        query = (
            "SELECT number, version, stamp, author, changes, waiting FROM state "
            "WHERE book = ? AND version IS NOT NULL ORDER BY number DESC"
        )
        return [
            KeptDrop(
                number=number,
                version=version,
                is_guess=stamp is None,
                author=author,
                changes={
                    (sheet, key, column): value for sheet, key, column, value in json.loads(changes)
                },
                waiting={
                    (sheet, key, column): why for sheet, key, column, why in json.loads(waiting)
                },
            )
            for number, version, stamp, author, changes, waiting in self._ask(query, book)
        ]

    def find_rows(self, records: BookRecords) -> Mapping[str, list[int | None]]:
        """Return the numbers under which the rows of a book are kept, None for other rows."""
        with as_os_errors(self._path):
            return {t: self._rows.find(s.rows) for t, s in records.items()}

    def rows(self, numbers: Iterable[int]) -> list[Record]:
        """Return the rows that are kept under these numbers, as often as they are named."""
        wanted = [*numbers]
        with as_os_errors(self._path):
            known = self._rows.read(wanted)
        return [known[number] for number in wanted]

    def records(self, number: int) -> BookRecords:
        """Return what a version or a drop held; a number that is not there held nothing."""
        if number not in self._known:
            found = self._ask("SELECT content FROM state WHERE number = ?", number)
            if not found:
                return {}
            with as_os_errors(self._path):
                self._known[number] = storage.unpack_book(self._rows, found[0][0])
        return self._known[number]

    def refused_values(self, book: str) -> frozenset[tuple[CellPlace, str]]:
        """Return the values that a person has turned down: cell, meaning."""
        query = "SELECT sheet, key, column, meaning FROM refused WHERE book = ?"
        found = self._ask(query, book)
        return frozenset(((sheet, key, column), value) for sheet, key, column, value in found)

    def conflicts(self, book: str) -> list[tuple[int, Conflict]]:
        """Return the conflicts that nobody has decided yet, each with the number of its drop."""
        query = (
            "SELECT drop_number, content FROM conflict WHERE book = ? "
            "ORDER BY drop_number, sheet, key"
        )
        return [
            (number, storage.load_conflict(json.loads(text)))
            for number, text in self._ask(query, book)
        ]

    def decide(
        self,
        book: str,
        decided: Collection[tuple[int, CellPlace]],
        refused: Collection[tuple[CellPlace, str]],
    ) -> None:
        """Close conflicts of drops, by number and place; the drops now hold their own rows there.

        Values that a person turned down are never taken again from a copy by themselves.
        """
        self._known.clear()
        with self._writing() as database:
            database.executemany(
                "INSERT OR IGNORE INTO refused VALUES (?, ?, ?, ?, ?)",
                [(book, *place, meaning) for place, meaning in refused],
            )
            for number, place in decided:
                _close(database, number, place)
            for number, (sheet, key, _) in decided:
                _own_rows(database, number, (sheet, key))


def _own_rows(database: sqlite3.Connection, number: int, place: RowPlace) -> None:
    """Let a drop hold in a place what it really held, but for the cells that still wait."""
    query = "SELECT column FROM conflict WHERE drop_number = ? AND sheet = ? AND key = ?"
    titles = {title for (title,) in database.execute(query, (number, *place))}
    if "" in titles:
        return
    query = "SELECT content, own, waiting FROM state WHERE number = ?"
    content, own, waiting = database.execute(query, (number,)).fetchone()
    rows = KeptRows(database)
    held, real = (storage.unpack_book(rows, packed) for packed in (content, own))
    held = with_cells(held, real, place, titles) if titles else with_places(held, real, {place})
    left = [
        [*names, column, why]
        for *names, column, why in json.loads(waiting)
        if tuple(names) != place or column in titles
    ]
    database.execute(
        "UPDATE state SET content = ?, waiting = ? WHERE number = ?",
        (storage.pack_book(rows, held), json.dumps(left, ensure_ascii=False), number),
    )


def _insert(database: sqlite3.Connection, **values: object) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = database.execute(f"INSERT INTO state ({names}) VALUES ({marks})", [*values.values()])
    return int(cursor.lastrowid or 0)


def _close_renewed(database: sqlite3.Connection, drop: NewDrop) -> None:
    query = "SELECT sheet, key, column, content FROM conflict WHERE drop_number = ?"
    rows, renewed = by_place(drop.records), {c.place: c.meanings[2] for c in drop.conflicts}
    for *names, content in database.execute(query, (drop.state,)).fetchall():
        place = (names[0], names[1], names[2])
        old = storage.load_conflict(json.loads(content))
        is_agreed = drop.author and place[2] and meaning_at(rows, place) == old.meanings[1]
        is_renewed = place in renewed and (drop.author or renewed[place] == old.meanings[2])
        if is_agreed or is_renewed:
            _close(database, drop.state, place)


def _close(database: sqlite3.Connection, number: int, place: CellPlace) -> None:
    database.execute(
        "DELETE FROM conflict WHERE drop_number = ? AND sheet = ? AND key = ? AND column = ?",
        (number, *place),
    )


def _keep_conflicts(
    database: sqlite3.Connection, book: str, number: int, conflicts: Collection[Conflict]
) -> None:
    database.executemany(
        "INSERT INTO conflict VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, *c.place, book, json.dumps(storage.dump_conflict(c), ensure_ascii=False))
            for c in conflicts
        ],
    )
