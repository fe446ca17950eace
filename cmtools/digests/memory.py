"""What a workspace remembers of the books it has read: their digests, in `.cmtools`.

The file is a convenience, never a source: it may be deleted at any time, one that is broken is made
anew, and where it cannot be kept (on a network share, without rights, on a full disk) everything
is read as if there were none; `trouble` says why.

A digest is taken for a book whose path and stamp are those that were read.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Self, TypeVar

from cmtools.books.choices import Request
from cmtools.books.orders import ORDERS
from cmtools.digests.codec import decoded
from cmtools.digests.digest import Digest
from cmtools.digests.shares import is_remote
from cmtools.digests.store import Store
from cmtools.files import FileFingerprint

FOLDER, NAME = ".cmtools", "books.sqlite3"
VERSION = 3
COMPLETE = 1  # the file's application_id once all books of the workspace are in it
SCHEMA = """
CREATE TABLE IF NOT EXISTS digests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seal INTEGER NOT NULL,
    content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS books (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    checksum BLOB NOT NULL,
    digest INTEGER NOT NULL,
    place INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    is_listed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS orders (
    book INTEGER NOT NULL,
    number TEXT,
    client TEXT,
    day INTEGER
);
CREATE INDEX IF NOT EXISTS orders_by_number ON orders (number);
CREATE INDEX IF NOT EXISTS orders_by_client ON orders (client, day);
CREATE INDEX IF NOT EXISTS orders_by_book ON orders (book);
CREATE INDEX IF NOT EXISTS books_by_digest ON books (digest);
CREATE INDEX IF NOT EXISTS books_unlisted ON books (id) WHERE NOT is_listed;
"""

KEEP = """
INSERT INTO books (digest, place, seal, path, size, changed, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, place = excluded.place,
    seal = excluded.seal, size = excluded.size, changed = excluded.changed,
    checksum = excluded.checksum, is_listed = 0
"""
BIND = """
UPDATE books SET digest = ?, place = ?, seal = ?
WHERE path = ? AND size = ? AND changed = ? AND checksum = ?
"""
KNOWN = """
SELECT books.id, digest, place, books.seal, digests.seal, path, size, changed, checksum
FROM books JOIN digests ON digests.id = digest
"""
UNUSED = "DELETE FROM digests WHERE NOT EXISTS (SELECT 1 FROM books WHERE digest = digests.id)"
NAMED = ("number", "client", "on", "request")
MOST_BYTES = 1 << 29  # SQLite keeps up to 10**9 in a row

T = TypeVar("T")

Remembered = tuple[Path, FileFingerprint, int]
"""A book, the stamp of what was read, and its place among the books of a digest."""


class Memory:
    """The digests of books by path: relative to the workspace, or absolute outside of it.

    One that is not `lasting` touches no disk and is gone with the process.
    """

    def __init__(self, root: Path, *, lasting: bool = True) -> None:
        self._root = root.absolute()
        self._inside = f"{self._root.as_posix()}/"
        is_kept = lasting and not is_remote(root)
        self._store = Store(root / FOLDER / NAME if is_kept else None, SCHEMA, VERSION)
        if lasting and not is_kept:
            self._store.give_up("рабочая папка лежит на сетевом диске")

    @property
    def trouble(self) -> str | None:
        """Why nothing is remembered, in Russian; None while all is well."""
        return self._store.trouble

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def recall(
        self, stamps: Mapping[Path, FileFingerprint], today: date
    ) -> dict[Path, tuple[Digest, int]]:
        """The books that bear these stamps, if what is known of them holds: digest and place."""
        return self._store.ask(lambda database: self._recalled(database, stamps, today), {})

    def remember(self, digest: bytes, books: Collection[Remembered]) -> None:
        """Keep an encoded digest of books instead of what was known of them; all or nothing."""
        if len(digest) <= MOST_BYTES:
            self._store.ask(lambda database: self._keep(database, digest, books), None)

    def bind(self, digest: bytes, books: Collection[Remembered]) -> None:
        """Keep one encoded digest of many remembered books instead of several."""
        if len(digest) <= MOST_BYTES:
            self._store.ask(lambda database: self._bind(database, digest, books), None)

    def forget_vanished(self) -> None:
        """Drop what is known of books that are no more."""
        self._store.ask(self._drop_vanished, None)

    def is_complete(self) -> bool:
        """Whether all books of a workspace have been compared with it since it was made."""
        return self._listed("PRAGMA application_id", (), int) == [COMPLETE]

    def complete(self) -> None:
        """Note that all books of the workspace have been compared with it."""
        self._store.ask(
            lambda database: database.execute(f"PRAGMA application_id = {COMPLETE}"), None
        )

    def order_days(self, client: str) -> list[tuple[Path, date]]:
        """The book and the day of each order that counts for a client's category, by day.

        The work grows with the orders of that client alone, however many books are remembered.
        """
        code = ORDERS.fields["client"].same(client)
        query = (
            "SELECT path, day FROM orders JOIN books ON id = book WHERE day IS NOT NULL"
            " AND (client = ?1 OR client > ?1 || ' ' AND client < ?1 || '!') ORDER BY day, path"
        )
        return self._listed(
            query, (code,), lambda path, day: (self._root / path, date.fromordinal(day))
        )

    def books_with(self, number: str) -> list[Path]:
        """The books in which an order bears that number, each as often as there is one.

        The work does not grow with the number of books that are remembered.
        """
        query = "SELECT path FROM orders JOIN books ON id = book WHERE number = ? ORDER BY path"
        return self._listed(query, (ORDERS.key.same(number),), lambda path: self._root / path)

    def _recalled(
        self, database: sqlite3.Connection, stamps: Mapping[Path, FileFingerprint], today: date
    ) -> dict[Path, tuple[Digest, int]]:
        wanted = {self._key(path): path for path in stamps}
        known = {
            path: (number, place)
            for _, number, place, key, stamp in _known(database)
            if (path := wanted.get(key)) is not None and stamps[path] == stamp
        }
        digests = _digests(database, {number for number, _ in known.values()})
        return {
            path: (digests[number], place)
            for path, (number, place) in known.items()
            if number in digests
            and place in range(len(digests[number].parts))
            and digests[number].parts[place].holds_on(today)
        }

    def _keep(
        self, database: sqlite3.Connection, digest: bytes, books: Collection[Remembered]
    ) -> None:
        with database:
            query = "SELECT digest FROM books WHERE path = ?"
            keys = [self._key(path) for path, *_ in books]
            former = {row for key in keys for row in database.execute(query, (key,))}
            database.executemany(KEEP, self._rows_of(database, digest, books))
            database.executemany(f"{UNUSED} AND id = ?", former)

    def _bind(
        self, database: sqlite3.Connection, digest: bytes, books: Collection[Remembered]
    ) -> None:
        with database:
            database.executemany(BIND, self._rows_of(database, digest, books))
            database.execute(UNUSED)

    def _rows_of(
        self, database: sqlite3.Connection, digest: bytes, books: Collection[Remembered]
    ) -> list[tuple[Any, ...]]:
        """What the table of books says of books of a digest, which is kept from now on."""
        seal = zlib.crc32(digest)
        query = "INSERT INTO digests (seal, content) VALUES (?, ?) RETURNING id"
        ((number,),) = database.execute(query, (seal, digest)).fetchall()
        rows = ((place, self._key(path), *stamp) for path, stamp, place in books)
        return [(number, place, _seal(seal, place, *row), *row) for place, *row in rows]

    def _list_orders(self, database: sqlite3.Connection) -> None:
        """Put the orders of books that came since the last time into the table of orders."""
        query = "SELECT id FROM books WHERE NOT is_listed"
        if not database.execute(f"{query} LIMIT 1").fetchall():
            return
        with database:
            database.execute("BEGIN IMMEDIATE")  # a book that is remembered meanwhile waits
            unlisted = database.execute(query).fetchall()
            sound = {book: kept for book, *kept, _, _ in _known(database, "WHERE NOT is_listed")}
            digests = _digests(database, {number for number, _ in sound.values()})
            orders = {number: _orders(digest) for number, digest in digests.items()}
            for (book,) in unlisted:
                database.execute("DELETE FROM orders WHERE book = ?", (book,))
                number, place = sound.get(book, (-1, -1))
                of_digest = orders.get(number, [])
                if place not in range(len(of_digest)):  # what all books say is not known then
                    database.execute("DELETE FROM books WHERE id = ?", (book,))
                    database.execute("PRAGMA application_id = 0")
                    continue
                rows = ((book, *row) for row in of_digest[place])
                database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
                database.execute("UPDATE books SET is_listed = 1 WHERE id = ?", (book,))

    def _drop_vanished(self, database: sqlite3.Connection) -> None:
        with database:
            books = database.execute("SELECT id, path FROM books").fetchall()
            gone = [(book,) for book, key in books if not (self._root / key).exists()]
            database.executemany("DELETE FROM orders WHERE book = ?", gone)
            database.executemany("DELETE FROM books WHERE id = ?", gone)
            if gone:
                database.execute(UNUSED)

    def _listed(self, query: str, values: Sequence[str], made: Callable[..., T]) -> list[T]:
        """What a query finds once all orders are listed, which a report alone has no need of."""
        self._store.ask(self._list_orders, None)
        return self._store.ask(
            lambda database: [made(*row) for row in database.execute(query, values).fetchall()], []
        )

    def _key(self, path: Path) -> str:
        """How a book is called; one whose name is no text is not found again."""
        name = path.absolute().as_posix().removeprefix(self._inside)
        return name.encode(errors="replace").decode()


def _known(
    database: sqlite3.Connection, which: str = ""
) -> list[tuple[int, int, int, str, tuple[int, int, bytes]]]:
    """Books as they were kept: id, digest and place in it, path, stamp; no row that was damaged."""
    return [
        (book, number, place, key, (size, changed, checksum))
        for book, number, place, seal, of_digest, key, size, changed, checksum in (
            database.execute(KNOWN + which)
        )
        if seal == _seal(of_digest, place, key, size, changed, checksum)
    ]


def _seal(*said: object) -> int:
    """A checksum of what is said of a book."""
    return zlib.crc32(repr(said).encode())


def _digests(database: sqlite3.Connection, numbers: Collection[int]) -> dict[int, Digest]:
    """The digests of these numbers, without those that were damaged or made by another program."""
    found = {}
    for number in numbers:
        query = "SELECT content, seal FROM digests WHERE id = ?"
        for content, seal in database.execute(query, (number,)).fetchall():
            is_whole = isinstance(content, bytes) and zlib.crc32(content) == seal
            digest = decoded(content) if is_whole else None
            if digest is not None:
                found[number] = digest
    return found


def _orders(digest: Digest) -> list[list[tuple[str | None, str | None, int | None]]]:
    """Of each book the number and the client of each order, as compared, and the day if it counts.

    An order counts for its client's category once its request is final.
    """
    columns = digest.columns.get(ORDERS.title, {})
    same_client = ORDERS.fields["client"].same
    final = list(Request).index(Request.FINAL)
    rows = zip(*(columns.get(name, ()) for name in NAMED), strict=True)
    orders = [
        (
            ORDERS.key.same(digest.numbers[number - digest.before]) if number >= 0 else None,
            same_client(digest.texts[client]) if client >= 0 else None,
            on if on >= 0 and client >= 0 and request == final else None,
        )
        for number, client, on, request in rows
    ]
    ends = [*accumulate(part.heights.get(ORDERS.title, 0) for part in digest.parts)]
    return [orders[start:end] for start, end in pairwise([0, *ends])]
