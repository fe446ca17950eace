"""A Dask cluster as a pool of workers, which see the books under the same paths."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ParamSpec, Self, TypeVar

from cmtools.errors import Unavailable
from cmtools.reports.store import rules_version
from cmtools.tables.reader.container import Limits
from cmtools.workers.process import WorkerDied, WorkerProcess

EXTRA = 'pip install "cmtools[cluster]"'
PATIENCE = "10s"

P = ParamSpec("P")
T = TypeVar("T")

_own = threading.local()


class Cluster:
    """The workers of a Dask cluster, given by the address of its scheduler.

    Raises:
        Unavailable: the cluster cannot be used.
    """

    def __init__(self, scheduler: str, limits: Limits) -> None:
        self._limits = limits
        try:
            import distributed
        except ImportError as error:
            raise Unavailable(f"для --scheduler нужен Dask: {EXTRA}") from error
        try:
            connect: Any = distributed.Client
            self._client = connect(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise Unavailable(f"планировщик Dask не отвечает: {scheduler}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call the function as soon as a worker of the cluster is idle."""
        future: Future[T] = Future()
        done = self._client.submit(_call, self._limits, function, args, kwargs, pure=False)
        done.add_done_callback(lambda found: _settle(future, found))
        return future


def _settle(future: Future[T], found: Any) -> None:
    try:
        version, result = found.result()
    except (OSError, WorkerDied) as error:
        future.set_exception(error)
    except Exception as error:  # a worker without cmtools, or no worker any more
        future.set_exception(Unavailable(f"кластер не справился с работой: {error}"))
    else:
        if version == rules_version():
            future.set_result(result)
        else:
            text = "на кластере другая версия cmtools: поставьте везде одну"
            future.set_exception(Unavailable(text))


def _call(limits: Limits, function: Callable[..., T], args: Any, kwargs: Any) -> tuple[int, T]:
    """Call a function in a process of its own: the worker of the cluster itself opens no book."""
    worker: WorkerProcess | None = getattr(_own, "worker", None)
    if worker is None:
        worker = WorkerProcess(seconds=limits.seconds, memory_bytes=2 * limits.memory_bytes)
        _own.worker = worker
    return rules_version(), worker.call(function, *args, **kwargs)
