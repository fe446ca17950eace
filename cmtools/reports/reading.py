"""Books of orders as digests: remembered where they are known, read where they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date
from pathlib import Path

from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK
from cmtools.digests.cluster import NoCluster
from cmtools.digests.codec import decoded, encoded
from cmtools.digests.crew import Crew
from cmtools.digests.digest import Digest, runs, unread
from cmtools.digests.memory import Memory
from cmtools.digests.request import Answer, Request
from cmtools.errors import Unavailable, explain_os_error
from cmtools.files import FileFingerprint, file_fingerprint
from cmtools.progress import Progress
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
        self._stamps: dict[Path, FileFingerprint] = {}
        self._found: dict[Path, tuple[Digest, int]] = {}
        for path in self._paths:
            try:
                self._stamps[path] = file_fingerprint(path)
            except OSError as error:
                self._found[path] = _unopened(error), 0
        remembered = memory.recall(self._stamps, request.today)
        self._found |= remembered
        self._remembered = set(remembered)
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
        """All books, in their order, as few digests, once all have been read."""
        fresh: dict[Path, Digest] = {}
        for done, (path, promise) in enumerate(self._asked.items(), start=1):
            digest = self._taken(promise)
            self._found[path] = digest, 0
            if digest.parts[0].is_whole:
                fresh[path] = digest
            progress(done, len(self._asked))
            if fresh and (len(fresh) == BATCH or done == len(self._asked)):
                self._remember(fresh)
                fresh.clear()
        return runs([self._found[path] for path in self._paths])

    def _remember(self, fresh: Mapping[Path, Digest]) -> None:
        """Keep some digests as one, which is read and put together sooner than many."""
        fresh = {path: digest for path, digest in fresh.items() if self._is_unchanged(path)}
        if not fresh:
            return
        digests = [*fresh.values()]
        if len(digests) > 1:
            from cmtools.reports.merging import as_one, merge

            digests = [as_one(merge([""] * len(fresh), digests))]
        (digest,) = digests
        books = [(path, self._stamps[path], place) for place, path in enumerate(fresh)]
        self._memory.remember(encoded(digest), books)
        self._found |= {path: (digest, place) for path, _, place in books}
        self._remembered.update(fresh)

    def remember_as_one(self, digest: Digest) -> None:
        """Have the memory keep a digest of all the books, in their order, instead of many."""
        books = [
            (path, self._stamps[path], place)
            for place, path in enumerate(self._paths)
            if path in self._remembered
        ]
        self._memory.bind(encoded(digest), books)

    def _taken(self, promise: Future[Answer]) -> Digest:
        """The digest that was promised."""
        try:
            answer = promise.result()
        except NoCluster as error:
            raise Unavailable(str(error)) from error
        if isinstance(answer, OSError):
            return _unopened(answer)
        digest = decoded(answer)
        if digest is None:
            raise Unavailable("на кластере другая версия cmtools: поставьте везде одну")
        return digest

    def _is_unchanged(self, path: Path) -> bool:
        """Whether a file is still the one that was asked for."""
        try:
            return file_fingerprint(path) == self._stamps[path]
        except OSError:
            return False


def _unopened(error: OSError) -> Digest:
    if isinstance(error, FileNotFoundError):
        fault = messages.FILE_MISSING()
        return unread(fault.code, fault.message)
    return unread("file-unopened", explain_os_error(error))
