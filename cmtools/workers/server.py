"""The worker process itself: it calls the functions that stdin names and answers on stdout."""

from __future__ import annotations

import faulthandler
import gc
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

ORPHAN_SECONDS = 5.0  # how much longer than its limit a process lives that no parent kills
OUT_OF_MEMORY = 70  # the exit code


class WorkerBug(Exception):
    """A function raised what it should not; the message is the traceback of the process."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A function to call, its arguments, and the limits of the call."""

    function: Callable[..., object]
    args: Sequence[object]
    kwargs: Mapping[str, object]
    seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage of the call begins, which has the whole time to itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Raised:
    """The call ended with an exception."""

    error: Exception


class _Server:
    """Calls the functions that stdin names and answers on stdout."""

    def __init__(self) -> None:
        self._requests = sys.stdin.buffer
        self._answers = os.fdopen(os.dup(1), "wb")
        self._seconds = 0.0
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer

    def run(self) -> None:
        while True:
            try:
                content: bytes = pickle.load(self._requests)
            except EOFError:
                return
            self._send(self._answer(content))
            faulthandler.cancel_dump_traceback_later()
            gc.collect()

    def report_stage(self, name: str) -> None:
        self._limit_time()
        self._send(_pickle(StageStarted(name)))

    def _answer(self, content: bytes) -> bytes:
        try:
            request: CallRequest = pickle.loads(content)  # this imports the module of the function
            self._seconds = request.seconds
            self._limit_time()
            _limit_memory(request.memory_bytes)
            return _pickle(request.function(*request.args, **request.kwargs))
        except OSError as error:
            return _pickle(Raised(error))
        except MemoryError:
            raise
        except Exception as error:
            trace = "".join(traceback.format_exception(error))
            return _pickle(Raised(WorkerBug(trace)))

    def _limit_time(self) -> None:
        """End this process if its parent, being dead, does not kill it in time."""
        faulthandler.dump_traceback_later(self._seconds + ORPHAN_SECONDS, exit=True)

    def _send(self, answer: bytes) -> None:
        self._answers.write(answer)
        self._answers.flush()


_server: _Server | None = None


def main() -> None:
    """Run the worker process: answer requests until stdin ends."""
    global _server
    _server = _Server()
    for module in sys.argv[1:]:
        with suppress(Exception):  # the first request imports it again and reports why it cannot
            import_module(module)
    gc.disable()  # a call is short: what is left of it is collected after the answer
    gc.freeze()
    try:
        _server.run()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def report_stage(name: str) -> None:
    """Report, from a function that a worker calls, that a stage begins: it has `seconds` anew."""
    if _server is not None:
        _server.report_stage(name)


def _pickle(answer: object) -> bytes:
    """Pickle an answer whole before any of it is sent: what cannot be pickled is a bug, too."""
    return pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)


def _limit_memory(limit: int) -> None:
    """Limit the address space of this process to so many bytes, where the system can (Linux)."""
    if sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))  # a child process may need more
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
