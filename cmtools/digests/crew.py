"""Who makes digests: some processes of this machine, one a core, or this one itself."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, Self

from cmtools.digests.codec import encoded
from cmtools.digests.digest import unread
from cmtools.digests.making import answer
from cmtools.digests.request import Answer, Request, start_worker
from cmtools.tables import messages
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.reader.worker import WorkerLost, WorkerProcess


class Crew(Protocol):
    """Whoever takes requests and keeps the promise of an answer to each; a context manager."""

    def submit(self, request: Request) -> Future[Answer]:
        """Have a digest made as soon as somebody is free."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class LocalCrew:
    """Processes of this machine, one a thread, each started when it is first needed."""

    def __init__(self, limits: Limits, processes: int | None = None) -> None:
        self._limits = limits
        self._threads = ThreadPoolExecutor(processes or cores(), "crew")
        self._own = threading.local()
        self._children: list[WorkerProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.stop()

    def submit(self, request: Request) -> Future[Answer]:
        return self._threads.submit(self._work, request)

    def _work(self, request: Request) -> Answer:
        child: WorkerProcess | None = getattr(self._own, "child", None)
        if child is None:
            child = self._own.child = WorkerProcess(start_worker, self._limits.seconds)
            self._children.append(child)
        return make(child, request)


class Alone:
    """Whoever asks makes them, by a reader that stands ready: a little is done sooner so."""

    def __init__(self, reader: WorkbookReader) -> None:
        self._reader = reader

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, request: Request) -> Future[Answer]:
        promise: Future[Answer] = Future()
        promise.set_result(answer(request, self._reader))
        return promise


def make(child: WorkerProcess, request: Request) -> Answer:
    """Have a process make a digest; one that is lost over the book costs only the book."""
    try:
        (found,) = child.ask(request, lambda _: True)
    except WorkerLost as lost:
        fault = messages.FILE_UNREADABLE(detail=str(lost))
        return encoded(unread(fault.code, fault.message))
    assert isinstance(found, bytes | OSError)
    return found


def cores() -> int:
    """How many processes this one may have run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
