"""The same work on a Dask cluster, whose workers see the books under the same paths."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any, Self

from cmtools.digests.crew import make, worker_process
from cmtools.digests.request import Answer, Request
from cmtools.workers.process import WorkerProcess

EXTRA = 'pip install "cmtools[cluster]"'
PATIENCE = "10s"

_own = threading.local()


class NoCluster(Exception):
    """The cluster cannot be used; the message says why, in Russian."""


class Cluster:
    """A crew of the workers of a Dask cluster, given by the address of its scheduler."""

    def __init__(self, scheduler: str) -> None:
        try:
            import distributed
        except ImportError as error:
            raise NoCluster(f"для --scheduler нужен Dask: {EXTRA}") from error
        try:
            connect: Any = distributed.Client
            self._client = connect(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoCluster(f"планировщик Dask не отвечает: {scheduler}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def submit(self, request: Request) -> Future[Answer]:
        promise: Future[Answer] = Future()
        done = self._client.submit(_work, request, pure=False)
        done.add_done_callback(lambda found: _keep(promise, found))
        return promise


def _keep(promise: Future[Answer], found: Any) -> None:
    try:
        promise.set_result(found.result())
    except Exception as error:  # a worker without cmtools, or no worker any more
        promise.set_exception(NoCluster(f"кластер не справился с работой: {error}"))


def _work(request: Request) -> Answer:
    """Runs in a thread of a worker of the cluster, whose own process never touches a book."""
    child: WorkerProcess | None = getattr(_own, "child", None)
    if child is None:
        child = _own.child = worker_process(request.limits)
    return make(child, request)
