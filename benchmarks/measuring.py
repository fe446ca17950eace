"""Two processes run in turn, round after round, and the medians of what they took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]

Run = Callable[[], float]


class Skipped(Exception):
    """What is to be measured cannot run here; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """Medians of ours and of what it is held against; `beside` is None where there is nothing."""

    ours: float
    beside: float | None = None

    @property
    def figure(self) -> float:
        """What the goal is about: the ratio, or ours where nothing stands beside it."""
        return self.ours if self.beside is None else self.ours / self.beside


def program(*arguments: str) -> list[str]:
    """The command line of cmtools."""
    return [sys.executable, "-m", "cmtools", *arguments]


def rival(name: str, *arguments: str) -> list[str]:
    """The command line of a function of `rivals`."""
    return [sys.executable, "-m", "benchmarks.rivals", name, *arguments]


def wall(command: Sequence[str]) -> Run:
    """Measure the seconds from the start of a process to its end."""

    def run() -> float:
        start = time.perf_counter()
        _output(command)
        return time.perf_counter() - start

    return run


def side_by_side(command: Sequence[str], count: int) -> Run:
    """Measure the seconds until so many processes of one command have all ended well."""

    def run() -> float:
        start = time.perf_counter()
        started = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
        codes = [process.wait() for process in started]
        if any(codes):
            raise RuntimeError(f"{command} failed")
        return time.perf_counter() - start

    return run


def told(command: Sequence[str]) -> Run:
    """Measure what a process itself has measured: the JSON number in its last line."""
    return lambda: float(json.loads(_output(command).splitlines()[-1]))


def alone(run: Run, rounds: int) -> Measured:
    """The median of some rounds."""
    return Measured(ours=median(run() for _ in range(rounds)))


def in_turn(ours: Run, beside: Run, rounds: int) -> Measured:
    """The medians of some rounds, in each of which both run, now the one and now the other first.

    What else the machine does meanwhile so falls on both.
    """
    taken: dict[Run, list[float]] = {ours: [], beside: []}
    for number in range(rounds):
        for run in (ours, beside) if number % 2 == 0 else (beside, ours):
            taken[run].append(run())
    return Measured(ours=median(taken[ours]), beside=median(taken[beside]))


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout
