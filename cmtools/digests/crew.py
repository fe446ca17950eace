"""Who makes digests: some processes of this machine, one a core, or this one itself."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, Self

from cmtools.digests.codec import encoded
from cmtools.digests.digest import unread
from cmtools.digests.making import answer
from cmtools.digests.request import Answer, Request
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader, WorkbookReader, unreadable
from cmtools.workers.pool import available_cores
from cmtools.workers.process import WorkerDied, WorkerProcess


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
        self._threads = ThreadPoolExecutor(processes or available_cores(), "crew")
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
            child = self._own.child = worker_process(self._limits)
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


def worker_process(limits: Limits) -> WorkerProcess:
    """Make a process for `make`: it reads a book, and understands it in as much memory again."""
    return WorkerProcess(
        seconds=limits.seconds,
        memory_bytes=2 * limits.memory_bytes,
        preload=("cmtools.digests.making", "cmtools.tables.reader.workbook"),
    )


def make(child: WorkerProcess, request: Request) -> Answer:
    """Have a process make a digest; one that dies over the book costs only the book."""
    try:
        return child.call(_answer, request)
    except WorkerDied as death:
        fault = unreadable(death)
        return encoded(unread(fault.code, fault.message))


def _answer(request: Request) -> Answer:
    return answer(request, InProcessReader(limits=request.limits))
