"""`python -m benchmarks [NAME…] [--slow]`: a table of figures, each beside its goal."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.catalog import BENCHMARKS, Benchmark, Workspaces


def main() -> None:
    """Measure what is asked for, and print each line as soon as it is known."""
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--slow", action="store_true", help="also what takes minutes")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(names):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; ours : theirs\n")
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        workspaces = Workspaces(Path(folder))
        for benchmark in BENCHMARKS:
            if benchmark.name in asked.names or (not asked.names and _is_due(benchmark, asked)):
                figure = benchmark.measure(workspaces)
                verdict = "met" if figure <= benchmark.goal else "MISSED"
                goal = f"{benchmark.goal:g} {benchmark.unit}".rstrip()
                print(f"{benchmark.name:<9}{figure:6.2f} ≤ {goal:<7}{verdict:<8}{benchmark.what}")


def _is_due(benchmark: Benchmark, asked: argparse.Namespace) -> bool:
    return asked.slow or not benchmark.is_slow


if __name__ == "__main__":
    main()
