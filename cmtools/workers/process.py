"""A process that calls functions for this one, within limits of time and memory.

It is started once and calls function after function; one that exceeds a limit is killed and
replaced. With CMTOOLS_IN_PROCESS=1 in the environment every function is called in this process, as
any other function is: without limits, for a debugger.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from typing import ParamSpec, Protocol, Self, TypeVar

from cmtools.workers.server import CallRequest, Raised, StageStarted, WorkerBug

P = ParamSpec("P")
T = TypeVar("T")

IN_PROCESS = "CMTOOLS_IN_PROCESS"

_prestarted: list[subprocess.Popen[bytes]] = []


class Limit(Enum):
    """The limit that ended a process; a crash counts as lack of memory, its usual cause."""

    SECONDS = "seconds"
    MEMORY = "memory"


class WorkerDied(Exception):
    """The process exceeded a limit or crashed; `stage` is the last one that it reported."""

    def __init__(self, limit: Limit, *, seconds: float, stage: str = "") -> None:
        super().__init__(limit, seconds, stage)
        self.limit = limit
        self.seconds = seconds
        self.stage = stage


class WorkerStopped(Exception):
    """The process was stopped during the call, or before it."""


class Worker(Protocol):
    """Calls functions: `WorkerProcess`, or a stand-in of the tests."""

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `WorkerProcess.call`."""

    def stop(self) -> None:
        """See `WorkerProcess.stop`."""


class WorkerProcess:
    """A process that calls one function at a time, each within `seconds` and `memory_bytes`.

    It starts with the first call, or with `start`, and imports the modules of `preload` before it
    takes a call. Use as a context manager, or call `stop`.
    """

    def __init__(self, *, seconds: float, memory_bytes: int, preload: Sequence[str] = ()) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._preload = preload
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._calling = threading.Lock()
        self._changing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id; None while none is running."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process before it is needed."""
        if not is_in_process():
            self._running()

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns; it, its arguments and its result must be picklable.

        Raises:
            WorkerDied: a limit was exceeded, or the process crashed.
            WorkerBug: the function raised anything else than OSError.
            WorkerStopped: `stop` was called.
            OSError: the function raised it.
        """
        if is_in_process():
            return function(*args, **kwargs)
        request = pickle.dumps(
            CallRequest(function, args, kwargs, self._seconds, self._memory_bytes)
        )
        with self._calling:
            answer = self._ask(self._running(), request)
        if isinstance(answer, Raised):
            raise answer.error
        result: T = answer  # type: ignore[assignment]  # of the type that the function returns
        return result

    def stop(self) -> None:
        """Kill the process; from any thread, a call that is going on then raises WorkerStopped."""
        with self._changing:
            self._stopped = True
            if self._process is not None:
                _kill(self._process)
        with self._calling:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        with self._changing:
            if self._stopped:
                raise WorkerStopped
            if self._process is None:
                self._process = _prestarted.pop() if _prestarted else _start(self._preload)
            return self._process

    def _ask(self, process: subprocess.Popen[bytes], request: bytes) -> object:
        assert process.stdin is not None
        assert process.stdout is not None
        stage = ""
        timer = _KillTimer(process, self._seconds)
        try:
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            while isinstance(answer := pickle.load(process.stdout), StageStarted):
                stage = answer.name
                timer.restart()
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise self._explain_end(process, timer, stage) from error
        except BaseException:  # a key was pressed: half an answer may be left in the pipe
            self._end()
            raise
        finally:
            timer.cancel()
        return answer

    def _explain_end(
        self, process: subprocess.Popen[bytes], timer: _KillTimer, stage: str
    ) -> Exception:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)  # for the exit code of its own
        self._end()
        if self._stopped:
            return WorkerStopped()
        if timer.has_killed:
            return WorkerDied(Limit.SECONDS, seconds=self._seconds, stage=stage)
        if process.returncode in (0, 1):  # the interpreter ended by itself
            return WorkerBug(f"the worker process ended with exit code {process.returncode}")
        return WorkerDied(Limit.MEMORY, seconds=self._seconds, stage=stage)

    def _end(self) -> None:
        """Kill the process, if there is one, and forget it."""
        with self._changing:
            process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):  # a part of a request that nothing reads any more
                assert stream is not None
                stream.close()


def is_in_process() -> bool:
    """Return whether functions are called in this process, for a debugger."""
    return os.environ.get(IN_PROCESS, "") not in ("", "0")


def prestart(*modules: str) -> None:
    """Start a process that imports the modules, for the first worker that needs a process.

    So it gets ready while this process is still importing what it needs itself.
    """
    if not is_in_process():
        _prestarted.append(_start(modules))


class _KillTimer:
    """Kills a process that is still at the same stage after so many seconds."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self.has_killed = False
        self._timer = self._start_timer()

    def restart(self) -> None:
        self._timer.cancel()
        self._timer = self._start_timer()

    def cancel(self) -> None:
        self._timer.cancel()

    def _start_timer(self) -> threading.Timer:
        timer = threading.Timer(self._seconds, self._kill)
        timer.daemon = True
        timer.start()
        return timer

    def _kill(self) -> None:
        self.has_killed = True
        _kill(self._process)


def _start(modules: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "from cmtools.workers.server import main; main()", *modules],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a key pressed at the console is for this process alone
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # each thread takes 40 MB of addresses
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it has started."""
    if sys.platform == "win32":
        process.kill()
    elif process.returncode is None:  # its id is not yet another one's
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
