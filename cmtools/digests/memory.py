"""What a workspace remembers of the books it has read: their digests, in `.cmtools`.

The file is a convenience, never a source: it may be deleted at any time, one that is broken is made
anew, and where it cannot be kept (on a network share, without rights, on a full disk) everything
is read as if there were none; `trouble` says why.

A digest is taken for a book whose path, size, time of change and checksum are those that were
read. The checksum is of the file's end, where a zip has its table of contents with the CRC-32 of
every part: a book changed under the same size and time shows for the price of reading 16 KiB.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar, cast

from cmtools.books.orders import ORDERS, Request
from cmtools.digests.codec import decoded
from cmtools.digests.digest import Digest
from cmtools.digests.shares import is_remote

FOLDER, NAME = ".cmtools", "books.sqlite3"
TAIL = 1 << 14
PATIENCE = 5.0  # seconds for which another process may be writing
VERSION = 3
COMPLETE = 1  # the file's application_id once all books of the workspace are in it
BROKEN = (
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_ERROR,
)  # the last: of another make
SCHEMA = """
CREATE TABLE IF NOT EXISTS books (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    checksum BLOB NOT NULL,
    digest BLOB NOT NULL,
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
CREATE INDEX IF NOT EXISTS books_unlisted ON books (id) WHERE NOT is_listed;
"""

KEEP = """
INSERT INTO books (path, size, changed, checksum, digest, seal) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET size = excluded.size, changed = excluded.changed,
    checksum = excluded.checksum, digest = excluded.digest, seal = excluded.seal, is_listed = 0
"""

T = TypeVar("T")


class Stamp(NamedTuple):
    """By what a file is known to be the same: bytes, nanoseconds, the checksum of its end."""

    size: int
    changed: int
    checksum: bytes


def stamp_of(path: Path) -> Stamp:
    """The stamp of a file as it is now.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb", buffering=0) as file:
        found = os.fstat(file.fileno())
        file.seek(max(found.st_size - TAIL, 0))
        checksum = hashlib.blake2b(file.read(), digest_size=16).digest()
    return Stamp(found.st_size, found.st_mtime_ns, checksum)


class Memory:
    """The digests of books by path: relative to the workspace, or absolute outside of it.

    `trouble` is why nothing is remembered, in Russian; None while all is well. One that is not
    `lasting` touches no disk and is gone with the process.
    """

    def __init__(self, root: Path, *, lasting: bool = True) -> None:
        self._root = root.absolute()
        self._inside = f"{self._root.as_posix()}/"
        self._file = root / FOLDER / NAME
        self._lasting = lasting
        self._database: sqlite3.Connection | None = None
        self.trouble: str | None = None
        if lasting and is_remote(root):
            self.trouble = "рабочая папка лежит на сетевом диске"
        else:
            self._try(self._open)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def recall(self, stamps: Mapping[Path, Stamp], today: date) -> dict[Path, Digest]:
        """The digests that still hold, of books that bear these stamps."""
        return self._ask(lambda database: self._recalled(database, stamps, today), {})

    def remember(self, books: Collection[tuple[Path, Stamp, bytes]]) -> None:
        """Keep encoded digests of books instead of what was known of them; all or none."""
        self._ask(lambda database: self._keep(database, books), None)

    def forget_vanished(self) -> None:
        """Drop what is known of books that are no more."""
        self._ask(self._drop_vanished, None)

    def is_complete(self) -> bool:
        """Whether all books of a workspace have been compared with it since it was made."""
        return self._listed("PRAGMA application_id") == [(COMPLETE,)]

    def complete(self) -> None:
        """Note that all books of the workspace have been compared with it."""
        self._ask(lambda database: database.execute(f"PRAGMA application_id = {COMPLETE}"), None)

    def order_days(self, client: str) -> list[tuple[Path, date]]:
        """The book and the day of each order that counts for a client's category, by day.

        The work grows with the orders of that client alone, however many books are remembered.
        """
        code = ORDERS.fields["client"].same(client)
        query = (
            "SELECT path, day FROM orders JOIN books ON id = book WHERE day IS NOT NULL"
            " AND (client = ?1 OR client > ?1 || ' ' AND client < ?1 || '!') ORDER BY day, path"
        )
        rows = self._listed(query, code)
        return [(self._root / path, date.fromordinal(day)) for path, day in rows]

    def books_with(self, number: str) -> list[Path]:
        """The books in which an order bears that number, each as often as there is one.

        The work does not grow with the number of books that are remembered.
        """
        query = "SELECT path FROM orders JOIN books ON id = book WHERE number = ? ORDER BY path"
        rows = self._listed(query, ORDERS.key.same(number))
        return [self._root / path for (path,) in rows]

    def _recalled(
        self, database: sqlite3.Connection, stamps: Mapping[Path, Stamp], today: date
    ) -> dict[Path, Digest]:
        wanted = {self._key(path): path for path in stamps}
        known = database.execute("SELECT id, path, size, changed, checksum FROM books").fetchall()
        found: dict[Path, Digest] = {}
        for book, key, *stamp in known:
            path = wanted.get(key)
            if path is None or stamps[path] != tuple(stamp):
                continue
            ((content, seal),) = database.execute(
                "SELECT digest, seal FROM books WHERE id = ?", (book,)
            ).fetchall()
            digest = _unsealed(content, seal)
            if digest is not None and digest.holds_on(today):
                found[path] = digest
        return found

    def _keep(
        self, database: sqlite3.Connection, books: Collection[tuple[Path, Stamp, bytes]]
    ) -> None:
        rows = [
            (self._key(path), *stamp, content, zlib.crc32(content))
            for path, stamp, content in books
        ]
        with database:
            database.executemany(KEEP, rows)

    def _list_orders(self, database: sqlite3.Connection) -> None:
        """Put the orders of books that came since the last time into the table of orders."""
        with database:
            query = "SELECT id, digest, seal FROM books WHERE NOT is_listed"
            for book, *kept in database.execute(query).fetchall():
                digest = _unsealed(*kept)
                if digest is None:
                    raise sqlite3.DatabaseError("a digest is broken")
                database.execute("DELETE FROM orders WHERE book = ?", (book,))
                rows = ((book, *row) for row in _orders(digest))
                database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
                database.execute("UPDATE books SET is_listed = 1 WHERE id = ?", (book,))

    def _drop_vanished(self, database: sqlite3.Connection) -> None:
        with database:
            books = database.execute("SELECT id, path FROM books").fetchall()
            gone = [(book,) for book, key in books if not (self._root / key).exists()]
            database.executemany("DELETE FROM orders WHERE book = ?", gone)
            database.executemany("DELETE FROM books WHERE id = ?", gone)

    def _listed(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """What a query finds once all orders are listed, which a report alone has no need of."""
        self._ask(self._list_orders, None)
        return self._ask(lambda database: database.execute(query, values).fetchall(), [])

    def _key(self, path: Path) -> str:
        return path.absolute().as_posix().removeprefix(self._inside)

    def _ask(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """The answer of the database; `otherwise` where there is none or it fails."""
        database = self._database
        if database is None:
            return otherwise
        return self._try(lambda: work(database), otherwise)

    def _try(self, work: Callable[[], T], otherwise: T | None = None) -> T:
        """Whatever fails costs no more than the memory; a file that is broken is made anew."""
        try:
            return work()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_NOTADB) in BROKEN:
                self._renew()
            else:  # locked, no room, no rights, no such disk
                self._give_up(error)
        except OSError as error:
            self._give_up(error)
        return cast(T, otherwise)

    def _renew(self) -> None:
        self._close()
        try:
            self._file.unlink(missing_ok=True)
            self._open()
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def _give_up(self, reason: Exception) -> None:
        self._close()
        is_busy = isinstance(reason, sqlite3.OperationalError) and "locked" in str(reason)
        self.trouble = (
            "файл памяти занят другой программой"
            if is_busy
            else f"в папке {FOLDER} ничего не сохранить"
        )

    def _open(self) -> None:
        if self._lasting:
            self._file.parent.mkdir(exist_ok=True)
        self._database = sqlite3.connect(
            self._file if self._lasting else ":memory:", timeout=PATIENCE
        )
        ((version,),) = self._database.execute("PRAGMA user_version").fetchall()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"version {version}")
        self._database.executescript(f"{SCHEMA} PRAGMA user_version = {VERSION};")

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _unsealed(content: Any, seal: int) -> Digest | None:
    """The digest that was kept; None where the file was damaged or another program kept it."""
    is_whole = isinstance(content, bytes) and zlib.crc32(content) == seal
    return decoded(content) if is_whole else None


def _orders(digest: Digest) -> Iterator[tuple[str | None, str | None, int | None]]:
    """Number and client, as they are compared, and the day, if it counts, of each order."""
    columns = digest.columns.get(ORDERS.title)
    if columns is None:
        return
    same_client = ORDERS.fields["client"].same
    final = list(Request).index(Request.FINAL)
    names = ("number", "client", "on", "request")
    for number, client, on, request in zip(*(columns[name] for name in names), strict=True):
        yield (
            ORDERS.key.same(digest.numbers[number]) if number >= 0 else None,
            same_client(digest.texts[client]) if client >= 0 else None,
            on if on >= 0 and client >= 0 and request == final else None,
        )
