"""The program, run from outside."""

from __future__ import annotations

import atexit
import json
import os
import pickle
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from subprocess import run as run_process
from typing import Any

from cmtools.workers.process import IN_PROCESS

PROGRAM = shutil.which("cmtools", path=str(Path(sys.executable).parent)) or "cmtools"
PATIENCE = 240  # seconds; only a guard against a program that hangs
SERVER = Path(__file__).with_name("program_server.py")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run has answered."""

    code: int
    out: str = ""
    err: str = ""

    def json(self) -> dict[str, Any]:
        """The answer of a command that was asked with `--json`."""
        assert "Traceback" not in self.err
        answer: dict[str, Any] = json.loads(self.out)
        return answer


def run(*arguments: str, folder: Path, **environment: str) -> Answer:
    """Run the program in a folder, in a process of its own that has imported it beforehand.

    Where the books are read in the process of the test, they are in that process, too.
    """
    if sys.platform != "linux":
        return run_installed(*arguments, folder=folder, **environment)
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory(prefix="answer-") as place:
        streams = Path(place, "out"), Path(place, "err")
        request = (arguments, folder, _environment(environment), streams, PATIENCE)
        pickle.dump(request, server.stdin)
        server.stdin.flush()
        code = pickle.load(server.stdout)
        out, err = (path.read_bytes().decode("utf-8") for path in streams)
    return Answer(code, out, err)


def run_installed(*arguments: str, folder: Path, **environment: str) -> Answer:
    """Run the program as a person does: started anew, its worker processes included."""
    done = run_process(
        [PROGRAM, *arguments],
        cwd=folder,
        env=_anew(environment),
        stdin=DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def start(
    *arguments: str,
    folder: Path,
    stdout: int = DEVNULL,
    stderr: int = DEVNULL,
) -> Popen[bytes]:
    """Start the program as a person does, and do not wait for its end."""
    command, own = [PROGRAM, *arguments], _anew({})
    return Popen(command, cwd=folder, env=own, stdout=stdout, stderr=stderr)


def _anew(more: dict[str, str]) -> dict[str, str]:
    own = _environment(more)
    if IN_PROCESS not in more:
        own.pop(IN_PROCESS, None)
    return own


def _environment(more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "COLUMNS": "100", **more}


@cache
def _server() -> Popen[bytes]:
    server = Popen(
        [sys.executable, "-P", SERVER],
        stdin=PIPE,
        stdout=PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a fork has no other threads
    )
    atexit.register(_stop, server)
    return server


def _stop(server: Popen[bytes]) -> None:
    for stream in (server.stdin, server.stdout):
        assert stream is not None
        stream.close()
    server.wait()
