"""The SQLite file in which books are remembered; its faults are named as those of any file."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 30.0  # seconds for which another process may be writing

_PRIMARY = 0xFF  # of an extended code, the bits that say what it is
_ERRORS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_BUSY: errno.EAGAIN,
    sqlite3.SQLITE_LOCKED: errno.EAGAIN,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
}


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open a file, or make it; one that is damaged is put aside and made anew."""
    database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        database.executescript(schema)
    except sqlite3.DatabaseError as error:
        database.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        path.replace(path.with_suffix(".damaged"))
        database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        database.executescript(schema)
    return database


@contextmanager
def as_os_errors(path: Path) -> Iterator[None]:
    """Let a fault of the database be a fault of the environment, as it is of any file."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
        raise OSError(_ERRORS.get(code, errno.EIO), str(error), str(path)) from error
