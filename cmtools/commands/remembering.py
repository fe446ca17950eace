"""Books of orders as digests: remembered where they are known, read where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from cmtools.books.loading import BookFile
from cmtools.books.orders import ORDER_BOOK
from cmtools.commands.opening import explain_os_error
from cmtools.commands.outcome import Progress, Unavailable
from cmtools.digests.cluster import NoCluster
from cmtools.digests.codec import decoded
from cmtools.digests.crew import Crew
from cmtools.digests.digest import Digest, unread
from cmtools.digests.memory import Memory, Stamp, stamp_of
from cmtools.digests.request import Answer, Request
from cmtools.tables import messages
from cmtools.workspace import Workspace

BATCH = 64


def compare(
    workspace: Workspace, memory: Memory, crew: Crew, today: date, progress: Progress
) -> None:
    """Have a memory say of the workspace's books of orders what they say now."""
    books = [book for book in workspace.books() if book.book is ORDER_BOOK]
    reading = Reading(books, memory, Request(today=today, limits=workspace.limits()))
    reading.begin(crew)
    reading.digests(progress)
    memory.forget_vanished()
    memory.complete()


class Reading:
    """Books on their way: some are remembered, the others have to be read.

    `fresh_bytes` is the size of all those others.
    """

    def __init__(self, books: Sequence[BookFile], memory: Memory, request: Request) -> None:
        self._paths = [book.path for book in books]
        self._memory = memory
        self._stamps: dict[Path, Stamp] = {}
        self._found: dict[Path, Digest] = {}
        for path in self._paths:
            try:
                self._stamps[path] = stamp_of(path)
            except OSError as error:
                self._found[path] = _unopened(error)
        self._found |= memory.recall(self._stamps, request.today)
        self._fresh = {
            book.path: replace(request, path=book.path, is_orders=book.book is ORDER_BOOK)
            for book in books
            if book.path not in self._found
        }
        self._asked: dict[Path, Future[Answer]] = {}
        self.fresh_bytes = sum(self._stamps[path].size for path in self._fresh)

    def begin(self, crew: Crew) -> None:
        """Have what is not remembered read."""
        self._asked = {path: crew.submit(request) for path, request in self._fresh.items()}

    def digests(self, progress: Progress) -> list[Digest]:
        """The digests of all books, in their order, once all have been read."""
        fresh: list[tuple[Path, Stamp, bytes]] = []
        for done, (path, promise) in enumerate(self._asked.items(), start=1):
            self._found[path] = self._taken(path, promise, fresh)
            progress(done, len(self._asked))
            if len(fresh) == BATCH or done == len(self._asked):
                self._memory.remember(fresh)
                fresh.clear()
        return [self._found[path] for path in self._paths]

    def _taken(
        self, path: Path, promise: Future[Answer], fresh: list[tuple[Path, Stamp, bytes]]
    ) -> Digest:
        """The digest that was promised; `fresh` gets it if the file has not changed meanwhile."""
        try:
            answer = promise.result()
        except NoCluster as error:
            raise Unavailable(str(error)) from error
        if isinstance(answer, OSError):
            return _unopened(answer)
        digest = decoded(answer)
        if digest is None:
            raise Unavailable("на кластере другая версия cmtools: поставьте везде одну")
        with suppress(OSError):
            if digest.is_whole and stamp_of(path) == self._stamps[path]:
                fresh.append((path, self._stamps[path], answer))
        return digest


def _unopened(error: OSError) -> Digest:
    if isinstance(error, FileNotFoundError):
        fault = messages.FILE_MISSING()
        return unread(fault.code, fault.message)
    return unread("file-unopened", explain_os_error(error))
