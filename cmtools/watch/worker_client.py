"""The working process, seen from outside: asked one thing at a time, replaced when it fails.

It lives through many jobs, so that what it has read and compiled serves the next one. Each part of
a job has a limit of time and memory; whoever breaks it is killed with all that it started.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Protocol

from cmtools.inbox.drop import Stage
from cmtools.tables.reader.container import Limits
from cmtools.watch.requests import Errand, Heartbeat, Reply, WorkerError


class WorkerDied(Exception):
    """The working process died or hung over a job; the words say which, `stage` over what."""

    def __init__(self, reason: str, *, hung: bool = False, stage: Stage | None = None) -> None:
        super().__init__(reason)
        self.hung = hung
        self.stage = stage


class WorkerStopped(Exception):
    """The working process was stopped because the watcher ends."""


class WorkerBug(Exception):
    """The program itself failed; the words are a trace for the log."""


class WorkerClient(Protocol):
    """Whoever does the work."""

    def ask(self, errand: Errand) -> Reply:
        """Have something done.

        Raises:
            Died, Stopped, Bug: see there.
            OSError: no rights, no room.
        """

    def stop(self) -> None:
        """End at once, whatever is being done; from any thread."""


class Process:
    """An assistant in a process of its own, started when it is first asked."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._guard = threading.Lock()

    def prepare(self) -> None:
        """Have the process start before it is needed."""
        self._running()

    def ask(self, errand: Errand) -> Reply:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        alarm = _Alarm(process, self._limits.seconds)
        stage: Stage | None = None
        try:
            pickle.dump(errand, process.stdin)
            process.stdin.flush()
            while isinstance(reply := pickle.load(process.stdout), Heartbeat):
                stage = reply.stage
                alarm.again()
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            self._end()
            if self._stopped:
                raise WorkerStopped from error
            raise WorkerDied(alarm.what_happened(), hung=alarm.rang, stage=stage) from error
        finally:
            alarm.cancel()
        if isinstance(reply, OSError):
            raise reply
        if isinstance(reply, WorkerError):
            raise WorkerBug(reply.trace)
        answer: Reply = reply
        return answer

    def stop(self) -> None:
        with self._guard:  # whoever is asking hears that nothing more comes, and clears it away
            self._stopped = True
            if self._process is not None:
                kill(self._process)

    def _running(self) -> subprocess.Popen[bytes]:
        with self._guard:
            if self._stopped:
                raise WorkerStopped
            if self._process is None:
                self._process = _start(self._limits)
            return self._process

    def _end(self) -> None:
        with self._guard:
            process, self._process = self._process, None
        if process is not None:
            kill(process)
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):  # what was not sent any more is of no use
                    assert stream is not None
                    stream.close()


def _start(limits: Limits) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-c",
            "from cmtools.watch.worker_main import main; main()",
            str(limits.memory_bytes),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a key pressed at the console is for the watcher alone
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started."""
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


class _Alarm:
    """Kills a process that is still at the same part of a job after so many seconds."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self.rang = False
        self._timer = self._set()

    def again(self) -> None:
        self._timer.cancel()
        self._timer = self._set()

    def cancel(self) -> None:
        self._timer.cancel()

    def what_happened(self) -> str:
        if self.rang:
            return f"разбор длился дольше {self._seconds:.0f} с"
        return "разбор оборвался: не хватило памяти, или книга повреждена"

    def _set(self) -> threading.Timer:
        timer = threading.Timer(self._seconds, self._ring)
        timer.daemon = True
        timer.start()
        return timer

    def _ring(self) -> None:
        self.rang = True
        kill(self._process)
