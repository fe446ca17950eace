"""The rows of all books of orders that a workspace has read, in an SQLite file in `.cmtools`.

The file is a convenience, never a source: it may be deleted at any time, one that is damaged is
made anew, and where it cannot be kept (on a network share, without rights, on a full disk)
everything is read as if there were none; `trouble` says why.

A book's rows are taken while its path, its fingerprint and the program's own rules are those of the
reading, and their checksum holds.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

from cmtools.books.choices import RequestKind
from cmtools.books.orders import CLAIMS, CONTRACTS, DELIVERIES, ORDERS, PAYMENTS, POSITIONS
from cmtools.files import FileFingerprint
from cmtools.reports.book_rows import FIELDS, BookError, BookRows, StoredRow
from cmtools.reports.database import Database
from cmtools.reports.network_folder import is_remote
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Table

FOLDER, NAME = ".cmtools", "books.sqlite3"
COMPLETE = 1  # the file's application_id once all books of the workspace are in it
RULES = ("problems.py", "tables", "books", "pricing", "reports")
"""The sources on which kept rows depend."""

SQL_NAMES: Mapping[Table[Any], str] = {
    ORDERS: "orders",
    POSITIONS: "positions",
    PAYMENTS: "payments",
    DELIVERIES: "deliveries",
    CLAIMS: "claims",
    CONTRACTS: "contracts",
}


class FileRows(NamedTuple):
    """A book, the fingerprint of the file that was read, and its rows."""

    path: Path
    fingerprint: FileFingerprint
    rows: BookRows


@cache
def rules_version() -> int:
    """A number that changes whenever the program's declarations or rules do."""
    return hash_rules(Path(__file__).parents[1])


def hash_rules(root: Path) -> int:
    """A number that depends on the sources of the rules below the program's folder."""
    digest = hashlib.sha256()
    for name in RULES:
        path = root / name
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(source.read_bytes())
    return int.from_bytes(digest.digest()[:4], "big") >> 1 | 1


def _columns(table: Table[Any]) -> str:
    return ", ".join(f'"{name}"' for name in ("row", "bad", *FIELDS[table]))


def _schema() -> str:
    tables = [
        f"CREATE TABLE IF NOT EXISTS {name} (book INTEGER NOT NULL, {_columns(table)}"
        f"{', number_key, client_key' if table is ORDERS else ''}, PRIMARY KEY (book, row))"
        " WITHOUT ROWID;"
        for table, name in SQL_NAMES.items()
    ]
    return "\n".join((_BOOKS, *tables, _PRICES, _INDEXES))


_BOOKS = """
CREATE TABLE IF NOT EXISTS books (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    tail BLOB NOT NULL,
    columns TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    errors TEXT NOT NULL,
    checksum INTEGER NOT NULL
);
"""
_PRICES = """
CREATE TABLE IF NOT EXISTS prices (
    key TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS orders_by_number ON orders (number_key);
CREATE INDEX IF NOT EXISTS orders_by_client ON orders (client_key, "on");
"""


class Store:
    """The rows of books by path: relative to the workspace, or absolute outside of it.

    One that is not `lasting` touches no disk and is gone with the process.
    """

    def __init__(self, root: Path, *, lasting: bool = True) -> None:
        self._root = root.absolute()
        self._inside = f"{self._root.as_posix()}/"
        is_kept = lasting and not is_remote(root)
        file = root / FOLDER / NAME if is_kept else None
        self._database = Database(file, _schema(), rules_version())
        if lasting and not is_kept:
            self._database.give_up("рабочая папка лежит на сетевом диске")

    @property
    def trouble(self) -> str | None:
        """Why nothing can be kept, in Russian; None while all is well."""
        return self._database.trouble

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def recall(
        self, fingerprints: Mapping[Path, FileFingerprint], today: date
    ) -> dict[Path, BookRows]:
        """The rows, packed, of those of the files that were read before, and would be today."""

        def find(database: sqlite3.Connection) -> dict[Path, BookRows]:
            wanted = {self._key(path): path for path in fingerprints}
            found = {}
            for book in database.execute("SELECT * FROM books").fetchall():
                path = wanted.get(book[1])
                if path is not None and fingerprints[path] == book[2:5]:
                    rows = _load(database, book)
                    if rows is not None and rows.holds_on(today):
                        found[path] = rows.pack()
            return found

        return self._database.ask(find, {})

    def keep(self, books: Iterable[FileRows]) -> None:
        """Keep rows of books instead of what was known of them; of all the books or of none."""

        def save(database: sqlite3.Connection) -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")  # other processes wait
                for path, fingerprint, rows in books:
                    key = self._key(path)
                    _delete(database, "path = ?", key)
                    _save(database, key, fingerprint, rows)

        self._database.ask(save, None)

    def recall_prices(self, keys: Iterable[str]) -> dict[str, bytes]:
        """What was kept of priced positions under these keys."""

        def find(database: sqlite3.Connection) -> dict[str, bytes]:
            query = "SELECT content, checksum FROM prices WHERE key = ?"
            found = ((key, database.execute(query, (key,)).fetchone()) for key in keys)
            return {key: row[0] for key, row in found if row and zlib.crc32(row[0]) == row[1]}

        return self._database.ask(find, {})

    def keep_prices(self, fresh: Mapping[str, bytes], used: Collection[str]) -> None:
        """Keep priced positions by their keys; of those kept before only the used ones stay."""

        def save(database: sqlite3.Connection) -> None:
            rows = [(key, content, zlib.crc32(content)) for key, content in fresh.items()]
            with database:
                database.execute("BEGIN IMMEDIATE")
                known = database.execute("SELECT key FROM prices").fetchall()
                unused = [(key,) for (key,) in known if key not in used]
                database.executemany("DELETE FROM prices WHERE key = ?", unused)
                database.executemany("INSERT OR REPLACE INTO prices VALUES (?, ?, ?)", rows)

        self._database.ask(save, None)

    def forget_vanished(self) -> None:
        """Drop what is known of books that no longer exist."""

        def drop(database: sqlite3.Connection) -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")
                for number, key in database.execute("SELECT id, path FROM books").fetchall():
                    if not (self._root / key).exists():
                        _delete(database, "id = ?", number)

        self._database.ask(drop, None)

    def is_complete(self) -> bool:
        """Whether all books of the workspace were compared with the store since it was made."""
        query = "PRAGMA application_id"
        return self._select(query) == [(COMPLETE,)]

    def complete(self) -> None:
        """Note that all books of the workspace have been compared with the store."""
        statement = f"PRAGMA application_id = {COMPLETE}"
        self._database.ask(lambda database: database.execute(statement), None)

    def order_days(self, client: str) -> list[tuple[Path, date]]:
        """The book and the day of each order that counts for a client's category, by day.

        The work grows with the orders of that client alone, however many books there are.
        """
        query = """
            SELECT path, "on" FROM orders JOIN books ON id = book
            WHERE "on" IS NOT NULL AND request = ?2
                AND (client_key = ?1 OR client_key > ?1 || ' ' AND client_key < ?1 || '!')
            ORDER BY "on", path
        """
        code = normalize_name(client)
        rows = self._select(query, code, str(RequestKind.FINAL))
        return [(self._root / path, date.fromisoformat(day)) for path, day in rows]

    def books_with(self, number: str) -> list[Path]:
        """The book of each order of that number."""
        query = "SELECT path FROM orders JOIN books ON id = book WHERE number_key = ? ORDER BY path"
        return [self._root / path for (path,) in self._select(query, normalize_name(number))]

    def _select(self, query: str, *values: str) -> Sequence[tuple[Any, ...]]:
        return self._database.ask(lambda database: database.execute(query, values).fetchall(), [])

    def _key(self, path: Path) -> str:
        """How a book is called; one whose name is no text is not found again."""
        name = path.absolute().as_posix().removeprefix(self._inside)
        return name.encode(errors="replace").decode()


def _save(
    database: sqlite3.Connection, key: str, fingerprint: FileFingerprint, rows: BookRows
) -> None:
    columns = json.dumps(rows.columns, ensure_ascii=False)
    errors = json.dumps(rows.errors, ensure_ascii=False)
    head = (key, *fingerprint, columns, rows.since, rows.until, errors)
    checksum = _checksum(head, rows.rows)
    statement = f"INSERT INTO books VALUES ({_marks(len(head) + 2)}) RETURNING id"
    ((book,),) = database.execute(statement, (None, *head, checksum)).fetchall()
    for table, name in SQL_NAMES.items():
        cells: Iterable[StoredRow] = rows.rows.get(table.title, ())
        width = len(FIELDS[table]) + 3
        if table is ORDERS:
            cells, width = _with_keys(cells), width + 2
        statement = f"INSERT INTO {name} VALUES ({_marks(width)})"
        database.executemany(statement, ((book, *row) for row in cells))


def _load(database: sqlite3.Connection, book: tuple[Any, ...]) -> BookRows | None:
    """The rows of a book as they were kept; None where they were damaged."""
    number, *head, checksum = book
    rows: dict[str, Iterable[StoredRow]] = {}
    for table, name in SQL_NAMES.items():
        query = f"SELECT {_columns(table)} FROM {name} WHERE book = ? ORDER BY row"
        if found := database.execute(query, (number,)).fetchall():
            rows[table.title] = found
    if _checksum(tuple(head), rows) != checksum:
        return None
    *_, columns, since, until, errors = head
    return BookRows(
        columns=json.loads(columns),
        rows=rows,
        errors=[BookError(*error) for error in json.loads(errors)],
        since=since,
        until=until,
    )


def _delete(database: sqlite3.Connection, which: str, value: object) -> None:
    for (book,) in database.execute(f"SELECT id FROM books WHERE {which}", (value,)).fetchall():
        for name in SQL_NAMES.values():
            database.execute(f"DELETE FROM {name} WHERE book = ?", (book,))
        database.execute("DELETE FROM books WHERE id = ?", (book,))


def _with_keys(orders: Iterable[StoredRow]) -> Iterator[StoredRow]:
    """Orders with their number and client as numbers and clients are compared."""
    number_at, client_at = (FIELDS[ORDERS].index(name) + 2 for name in ("number", "client"))
    for order in orders:
        number, client = order[number_at], order[client_at]
        yield (*order, number and normalize_name(number), client and normalize_name(client))


def _checksum(head: tuple[Any, ...], rows: Mapping[str, Iterable[StoredRow]]) -> int:
    """A checksum of all that is kept of a book; equal values have equal bytes in version 2."""
    tables = [list(rows.get(table.title, ())) for table in SQL_NAMES]
    return zlib.crc32(marshal.dumps((head, tables), 2))


def _marks(count: int) -> str:
    return ", ".join("?" * count)
