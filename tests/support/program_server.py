"""Runs the program in processes forked from this one, which has imported all of it.

Each run is a process of its own, as if it were started anew, without half a second of imports.
`support.program` starts this file; requests come by stdin, exit codes go to stdout.
"""

from __future__ import annotations

import gc
import os
import pickle
import pkgutil
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

import cmtools
from cmtools.cli.app import main

NOT_STARTED = 70  # the exit code of a run that did not even reach the program
MEMORY = 4 << 30  # bytes of addresses; only a guard for the machine that runs the tests
APART = ("cmtools.__main__", "cmtools.reports.cluster")
"""Modules that run when they are imported, or import what only they need."""


def serve() -> None:
    """Answer requests until stdin ends."""
    for module in pkgutil.walk_packages(cmtools.__path__, "cmtools."):
        if module.name not in APART:
            import_module(module.name)
    gc.freeze()
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(run(*request), sys.stdout.buffer)
        sys.stdout.buffer.flush()


def run(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    streams: tuple[Path, Path],
    patience: int,
) -> int:
    """Run the program in a folder, its answers in two files; return its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        signal.alarm(patience)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, path in enumerate(streams, start=1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["cmtools", *arguments]
        main()
    finally:
        os._exit(NOT_STARTED)


if __name__ == "__main__":
    serve()
