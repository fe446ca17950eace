"""Commands run as processes: how long they take, and how much memory all of them hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
SAMPLE_SECONDS = 0.05

Run = Callable[[], float]


def program(*arguments: str) -> list[str]:
    """Return the command line of cmtools."""
    return [sys.executable, "-m", "cmtools", *arguments]


def rival(name: str, *arguments: str) -> list[str]:
    """Return the command line of a function of `rivals`."""
    return [sys.executable, "-m", "benchmarks.rivals", name, *arguments]


def seconds(command: Sequence[str]) -> float:
    """Return the seconds from the start of a process to its end."""
    start = time.perf_counter()
    output(command)
    return time.perf_counter() - start


def printed(command: Sequence[str]) -> float:
    """Return the number that a process prints in its last line."""
    return float(json.loads(output(command).splitlines()[-1]))


def peak_gigabytes(command: Sequence[str]) -> float:
    """Return the most that a process and all processes below it held at one time; Linux only.

    Pages that processes share are counted for each of them.
    """
    with subprocess.Popen(
        command, cwd=ROOT, env=_environment(), stdout=subprocess.DEVNULL
    ) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _held_below(process.pid))
            time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}")
    return peak / 1e9


def ratio(ours: Run, beside: Run, rounds: int) -> float:
    """Return the ratio of the medians of some rounds; the two take turns at going first."""
    taken: dict[Run, list[float]] = {ours: [], beside: []}
    for number in range(rounds):
        for run in (ours, beside) if number % 2 == 0 else (beside, ours):
            taken[run].append(run())
    return median(taken[ours]) / median(taken[beside])


def output(command: Sequence[str]) -> str:
    """Run a process to its end and return what it printed."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def _held_below(root: int) -> int:
    """Return the bytes in memory of a process and its descendants."""
    parents: dict[int, int] = {}
    held: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        pid = int(stat.parent.name)
        parents[pid], held[pid] = int(fields[1]), int(fields[21]) * os.sysconf("SC_PAGESIZE")
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(held.get(pid, 0) for pid in family)
