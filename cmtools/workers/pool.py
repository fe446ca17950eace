"""Several worker processes at work at the same time."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import LifoQueue
from typing import ParamSpec, Self, TypeVar

from cmtools.workers.process import WorkerProcess, is_in_process

P = ParamSpec("P")
T = TypeVar("T")


class WorkerPool:
    """Worker processes that call functions at the same time; use as a context manager.

    `processes` is their number: by default one for each core that this process may use.
    """

    def __init__(
        self,
        *,
        seconds: float,
        memory_bytes: int,
        processes: int | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        count = processes or available_cores()
        self._workers = [
            WorkerProcess(seconds=seconds, memory_bytes=memory_bytes, preload=preload)
            for _ in range(count)
        ]
        self._idle: LifoQueue[WorkerProcess] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count, "worker")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.stop()
        self._threads.shutdown()

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call the function as soon as a worker is idle; the future raises what `call` raises."""
        if is_in_process():
            return _call_here(function, *args, **kwargs)
        return self._threads.submit(lambda: self._call(function, *args, **kwargs))

    def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        worker = self._idle.get()
        try:
            return worker.call(function, *args, **kwargs)
        finally:
            self._idle.put(worker)


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _call_here(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    future: Future[T] = Future()
    try:
        future.set_result(function(*args, **kwargs))
    except Exception as error:
        future.set_exception(error)
    return future
