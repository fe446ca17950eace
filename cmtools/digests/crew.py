"""Who makes digests: some processes of this machine, one a core."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from cmtools.digests.codec import encoded
from cmtools.digests.digest import unread
from cmtools.digests.request import Answer, Request, start_worker
from cmtools.tables import messages
from cmtools.tables.children import Child, Lost
from cmtools.tables.container import Limits


class Crew(Protocol):
    """Whoever takes requests and keeps the promise of an answer to each; a context manager."""

    def submit(self, request: Request) -> Future[Answer]:
        """Have a digest made as soon as somebody is free."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class LocalCrew:
    """Processes of this machine, one a thread, each started when it is first needed."""

    def __init__(self, limits: Limits, processes: int | None = None) -> None:
        self._limits = limits
        self._threads = ThreadPoolExecutor(processes or cores(), "crew")
        self._own = threading.local()
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.stop()

    def submit(self, request: Request) -> Future[Answer]:
        return self._threads.submit(self._work, request)

    def _work(self, request: Request) -> Answer:
        child: Child | None = getattr(self._own, "child", None)
        if child is None:
            child = self._own.child = Child(start_worker, self._limits.seconds)
            self._children.append(child)
        return make(child, request)


def make(child: Child, request: Request) -> Answer:
    """Have a process make a digest; one that is lost over the book costs only the book."""
    try:
        (answer,) = child.ask(request, lambda _: True)
    except Lost as lost:
        fault = messages.FILE_UNREADABLE(detail=str(lost))
        return encoded(unread(fault.code, fault.message))
    assert isinstance(answer, bytes | OSError)
    return answer


def cores() -> int:
    """How many processes this one may have run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
