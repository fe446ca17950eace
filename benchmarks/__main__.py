"""`python -m benchmarks [NAME…] [--slow] [--full]`: a table of ratios, each line with its goal."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap

from benchmarks.catalog import BENCHMARKS, Benchmark, Shelf
from benchmarks.measuring import Measured, Skipped

WIDTHS = (8, 34, 9, 10, 6, 9, 4)  # 80 columns in all


def main() -> None:
    """Measure what is asked for, and print each line as soon as it is known."""
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--slow", action="store_true", help="also what takes minutes")
    parser.add_argument("--full", action="store_true", help="1000 books instead of 100")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(names):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    print(
        f"Medians, both sides in turn, each run a process of its own. Python "
        f"{platform.python_version()}, {os.cpu_count()} cores.\n"
    )
    _print_row("", "ours; what it is held against", "ours", "beside", "ratio", "goal", "met")
    print("─" * sum(WIDTHS))
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        shelf = Shelf(Path(folder), books=1000 if asked.full else 100)
        for benchmark in BENCHMARKS:
            if benchmark.name in asked.names or not asked.names:
                _print_benchmark(benchmark, shelf, slow=asked.slow or benchmark.name in asked.names)


def _print_benchmark(benchmark: Benchmark, shelf: Shelf, *, slow: bool) -> None:
    try:
        if benchmark.is_slow and not slow:
            raise Skipped("takes a minute or two: ask for it with --slow")
        measured = benchmark.measure(shelf)
    except Skipped as reason:
        _print_row(benchmark.name, f"{benchmark.what} — skipped, {reason}")
        return
    met = "yes" if measured.figure <= benchmark.goal else "no"
    _print_row(benchmark.name, benchmark.what, *_figures(benchmark, measured), met)


def _figures(benchmark: Benchmark, measured: Measured) -> tuple[str, str, str, str]:
    unit = benchmark.unit
    if measured.beside is None:
        return f"{measured.ours:.2f} {unit}", "", "", f"≤ {benchmark.goal:g} {unit}"
    return (
        f"{measured.ours:.2f} {unit}",
        f"{measured.beside:.2f} {unit}",
        f"{measured.figure:.2f}",
        f"≤ {benchmark.goal:.2g}",
    )


def _print_row(name: str, what: str, *figures: str) -> None:
    """The figures stand in the first line; the description goes on below them."""
    lines = wrap(what, WIDTHS[1] - 1)
    for first, text in zip_longest([(name, *figures)], lines, fillvalue=None):
        title, *rest = first or ("",)
        cells = [f"{title:<{WIDTHS[0]}}", f"{text or '':<{WIDTHS[1]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(rest, WIDTHS[2:], strict=False)]
        print("".join(cells).rstrip(), flush=True)


if __name__ == "__main__":
    main()
