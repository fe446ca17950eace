"""An SQLite file that may be lost or damaged at any time: that costs only what it kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

PATIENCE = 5.0  # seconds for which another process may be writing
BROKEN = (
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_CONSTRAINT,  # rows whose book is lost
    sqlite3.SQLITE_ERROR,  # other tables
)
PRIMARY = 0xFF  # of an extended code, such as SQLITE_CORRUPT_INDEX, the bits that say what it is

T = TypeVar("T")


class Database:
    """A file with the tables of a `schema`, made where there is none; without one, in memory.

    `trouble` is why nothing can be kept, in Russian; None while all is well.
    """

    def __init__(self, file: Path | None, schema: str, version: int) -> None:
        self._file = file
        self._schema = f"{schema} PRAGMA user_version = {version};"
        self._version = version
        self._database: sqlite3.Connection | None = None
        self.trouble: str | None = None
        self._try(self._open)

    def ask(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """The answer of the database; `otherwise` where there is none or it fails."""
        database = self._database
        if database is None:
            return otherwise
        return self._try(lambda: work(database), otherwise)

    def give_up(self, trouble: str) -> None:
        """Keep nothing from now on."""
        self.close()
        self.trouble = trouble

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _try(self, work: Callable[[], T], otherwise: T | None = None) -> T:
        """Whatever fails costs no more than what was kept; a file that is broken is made anew."""
        try:
            return work()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_NOTADB) & PRIMARY in BROKEN:
                self._renew()
            else:  # locked, no room, no rights, no such disk
                self._fail(error)
        except OSError as error:
            self._fail(error)
        except (TypeError, ValueError, OverflowError):  # rows that this program did not write
            self._renew()
        return cast(T, otherwise)

    def _renew(self) -> None:
        self.close()
        try:
            if self._file is not None:
                self._file.unlink(missing_ok=True)
            self._open()
        except (sqlite3.Error, OSError) as error:
            self._fail(error)

    def _fail(self, reason: Exception) -> None:
        is_busy = isinstance(reason, sqlite3.OperationalError) and "locked" in str(reason)
        folder = self._file.parent.name if self._file else ""
        self.give_up(
            "файл памяти занят другой программой"
            if is_busy
            else f"в папке {folder} ничего не сохранить"
        )

    def _open(self) -> None:
        if self._file is not None:
            self._file.parent.mkdir(exist_ok=True)
        self._database = sqlite3.connect(self._file or ":memory:", timeout=PATIENCE)
        ((version,),) = self._database.execute("PRAGMA user_version").fetchall()
        if version not in (0, self._version):
            raise sqlite3.DatabaseError(f"version {version}")
        self._database.executescript(self._schema)
