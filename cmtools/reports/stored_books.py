"""Books of orders from the store where they are known, read where they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import date
from pathlib import Path

from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK
from cmtools.errors import explain_os_error
from cmtools.files import FileFingerprint, file_fingerprint
from cmtools.progress import Progress
from cmtools.reports.book_rows import BookRows, unreadable
from cmtools.reports.pool import Pool, ReadRequest, read_book
from cmtools.reports.store import FileRows, Store
from cmtools.tables import messages
from cmtools.tables.reader import sandbox
from cmtools.tables.reader.container import Limits
from cmtools.workers.process import WorkerDied
from cmtools.workspace import Workspace

BATCH = 64  # books that are kept in one transaction


class StoredBooks:
    """Books of which some are in the store and the others have to be read."""

    def __init__(
        self, books: Sequence[BookFile], store: Store, today: date, limits: Limits
    ) -> None:
        self._paths = [book.path for book in books]
        self._store = store
        self._fingerprints: dict[Path, FileFingerprint] = {}
        self._found: dict[Path, BookRows] = {}
        for path in self._paths:
            try:
                self._fingerprints[path] = file_fingerprint(path)
            except OSError as error:
                self._found[path] = _unopened_rows(error)
        self._found |= store.recall(self._fingerprints, today)
        self._fresh = {
            book.path: ReadRequest(
                path=book.path, is_orders=book.book is ORDER_BOOK, today=today, limits=limits
            )
            for book in books
            if book.path not in self._found
        }
        self._asked: dict[Path, Future[BookRows]] = {}

    def begin(self, pool: Pool) -> None:
        """Have what is not in the store read by the workers of a pool."""
        self._asked = {
            path: pool.submit(read_book, request) for path, request in self._fresh.items()
        }

    def finish(self, progress: Progress) -> list[BookRows]:
        """The rows of all books, packed and in their order, once all have been read and kept."""
        fresh: dict[Path, BookRows] = {}
        count = len(self._asked)
        for done, path in enumerate([*self._asked], start=1):
            rows = self._found[path] = _result(self._asked.pop(path)).pack()
            if rows.is_read:
                fresh[path] = rows
            progress(done, count)
            if len(fresh) == BATCH or done == count:
                self._keep(fresh)
                fresh.clear()
        return [self._found[path] for path in self._paths]

    def _keep(self, fresh: Mapping[Path, BookRows]) -> None:
        self._store.keep(
            FileRows(path, self._fingerprints[path], rows)
            for path, rows in fresh.items()
            if self._is_unchanged(path)
        )

    def _is_unchanged(self, path: Path) -> bool:
        """Whether a file is still the one that was asked for."""
        try:
            return file_fingerprint(path) == self._fingerprints[path]
        except OSError:
            return False


def update_store(
    workspace: Workspace, store: Store, pool: Pool, today: date, progress: Progress
) -> None:
    """Have the store say of the workspace's books of orders what they say now."""
    books = [book for book in workspace.books() if book.book is ORDER_BOOK]
    stored = StoredBooks(books, store, today, workspace.limits())
    stored.begin(pool)
    stored.finish(progress)
    store.forget_vanished()
    store.complete()


def _result(future: Future[BookRows]) -> BookRows:
    """The rows of a book, or why it cannot be read."""
    try:
        return future.result()
    except OSError as error:
        return _unopened_rows(error)
    except WorkerDied as died:
        fault = sandbox.unreadable(died)
        return unreadable(fault.code, fault.message)


def _unopened_rows(error: OSError) -> BookRows:
    if isinstance(error, FileNotFoundError):
        fault = messages.FILE_MISSING()
        return unreadable(fault.code, fault.message)
    return unreadable("file-unopened", explain_os_error(error))
