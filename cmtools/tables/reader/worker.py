"""A process of ours that works on one file after another, and is replaced when it dies or hangs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

PIPE_BYTES = 1 << 20  # what is answered need not wait while we think (Linux only)

SURROUNDINGS = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 26),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
    "OPENBLAS_NUM_THREADS": "1",
}
"""Memory that is needed again at once stays with the process (glibc; others do not look), and numpy
takes none for threads it has no use for: a core would cost 40 MB of the process's bound."""

Start = Callable[[], subprocess.Popen[bytes]]


def started(module: str) -> subprocess.Popen[bytes]:
    """A process that runs the `main` of a module."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", f"from {module} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=PIPE_BYTES,
        env={**os.environ, **SURROUNDINGS},
    )


class WorkerLost(Exception):
    """The process was lost over a request; the message says how, in Russian."""


class WorkerProcess:
    """A process that answers requests within so many seconds each.

    It is started by `start`, reads pickled requests from stdin and writes pickled answers to
    stdout, one or more for each request; it is ours alone, so what it pickles is trusted.
    """

    def __init__(self, start: Start, seconds: float) -> None:
        self._start = start
        self._seconds = seconds
        self._process = start()
        self._at_work = False

    def ask(self, request: object, is_last: Callable[[Any], bool]) -> Iterator[Any]:
        """Have the process begin at once; its answers come when they are asked for.

        Raises:
            Lost: it died, or was killed as its time was over; another one stands ready.
        """
        assert self._process.stdin is not None
        self._at_work = True
        try:
            pickle.dump(request, self._process.stdin)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died before: the first answer will tell
        return self._answers(is_last)

    def _answers(self, is_last: Callable[[Any], bool]) -> Iterator[Any]:
        assert self._process.stdout is not None
        alarm = _Alarm(self._process, self._seconds)
        try:
            while self._at_work:
                answer = pickle.load(self._process.stdout)
                self._at_work = not is_last(answer)
                yield answer
        except (EOFError, pickle.UnpicklingError):
            self.replace()
            raise WorkerLost(alarm.what_happened()) from None
        finally:
            alarm.cancel()

    def drop(self) -> None:
        """Give up what it is at: nobody will ask for its answers."""
        if self._at_work:
            self.replace()

    def replace(self) -> None:
        """Have another process in its place."""
        self.stop()
        self._process = self._start()
        self._at_work = False

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


class _Alarm:
    """Kills a process that is still at the same request after so many seconds."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._rang = threading.Event()
        self._seconds = seconds
        self._process = process
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        self._rang.set()
        self._process.kill()

    def cancel(self) -> None:
        self._timer.cancel()

    def what_happened(self) -> str:
        if self._rang.is_set():
            return f"длилось дольше {self._seconds:.0f} с"
        return "оборвалось: книга требует слишком много памяти или повреждена"


def limit_memory(limit: int) -> None:
    """Hold this process to so many bytes of address space, where the system can."""
    if sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))  # a child of ours may need more
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
