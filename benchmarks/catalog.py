"""What is measured, against what, and how it should come out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree

from benchmarks.measuring import (
    Measured,
    Skipped,
    alone,
    in_turn,
    program,
    rival,
    side_by_side,
    told,
    wall,
)
from cmtools.digests.memory import FOLDER

ROWS = 100_000
LARGE, SMALL = 20_000, 200
BOOKS, FILES, WATCHERS = 500, 10_000, 4
TODAY = "2026-11-21"


@dataclass(frozen=True)
class Shelf:
    """A temporary folder and the workspaces in it, each written when it is first asked for."""

    folder: Path
    books: int

    @cached_property
    def large(self) -> Path:
        """A workspace of 20 000 orders with 100 000 positions."""
        return self._written(LARGE)

    @cached_property
    def small(self) -> Path:
        """A workspace of 200 orders with 1000 positions."""
        return self._written(SMALL)

    @cached_property
    def many(self) -> Path:
        """A workspace with many books of 200 orders with 1000 positions each."""
        return self._written(SMALL, self.books)

    def dropped(self, *, books: int, files: int) -> Path:
        """A workspace with so many books of 20 orders and so many small files in its inbox."""
        workspace = self.folder / f"drops {books} {files}"
        command = [sys.executable, "-m", "benchmarks.drops", str(workspace), str(books), str(files)]
        wall(command)()
        return workspace

    def _written(self, orders: int, books: int = 0) -> Path:
        # In a process of its own: memory that this one held would count as its children's.
        workspace = self.folder / f"{orders}-{books}"
        sizes = (str(orders), str(books))
        wall([sys.executable, "-m", "benchmarks.workspaces", str(workspace), *sizes])()
        return workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """One line of the table; the goal is a ratio, or an amount of `unit` where there is none."""

    name: str
    what: str
    goal: float
    measure: Callable[[Shelf], Measured]
    unit: str = "s"
    is_slow: bool = False


def _validate(workspace: Path, *books: str) -> list[str]:
    return ["validate", *books, "--json", "--workspace", str(workspace), "--today", TODAY]


def _book(workspace: Path) -> str:
    return str(workspace / "Предварительные заказы.xlsx")


def _large(shelf: Shelf) -> Measured:
    ours = program(*_validate(shelf.large, _book(shelf.large)))
    return in_turn(wall(ours), wall(rival("calamine", _book(shelf.large))), rounds=5)


def _need(library: str) -> None:
    """Skip what is held against a library that is not here."""
    if find_spec(library) is None:
        raise Skipped(f"{library} is not installed: pip install {library}")


def _frames(shelf: Shelf) -> Measured:
    _need("pandas")
    ours = program(*_validate(shelf.large, _book(shelf.large)))
    return in_turn(wall(ours), wall(rival("openpyxl", _book(shelf.large))), rounds=1)


def _memory(shelf: Shelf) -> Measured:
    if sys.platform == "win32":
        raise Skipped("Windows does not tell the memory of a process that has ended")
    command = rival("memory", str(shelf.large))
    return alone(lambda: told(command)() / 1e9, rounds=1)


def _small(shelf: Shelf) -> Measured:
    return alone(wall(program(*_validate(shelf.small))), rounds=7)


def _help(_: Shelf) -> Measured:
    bare = [sys.executable, "-c", "import typer"]
    return in_turn(wall(program("--help")), wall(bare), rounds=21)


def _parse(_: Shelf) -> Measured:
    _need("pydantic")
    ours, beside = rival("by_columns", str(ROWS)), rival("by_rows", str(ROWS))
    return in_turn(told(ours), told(beside), rounds=5)


def _documents(shelf: Shelf) -> Measured:
    ours, beside = (
        rival("engine", str(shelf.small), "200"),
        rival("docxtpl", str(shelf.small), "20"),
    )
    return in_turn(told(ours), told(beside), rounds=5)


def _growth(shelf: Shelf) -> Measured:
    if sys.platform == "win32":
        raise Skipped("Windows does not tell the memory of a process")
    return alone(told(rival("growth", str(shelf.small), "1000")), rounds=1)


def _anew(shelf: Shelf) -> float:
    """Seconds of the first run over many books, with nothing remembered."""
    rmtree(shelf.many / FOLDER, ignore_errors=True)
    return wall(rival("figures", str(shelf.many)))()


def _again(shelf: Shelf) -> float:
    """Seconds of a run after one of the books has changed."""
    first = min((shelf.many / "books").iterdir())
    os.utime(first)
    return wall(rival("figures", str(shelf.many)))()


def _many(shelf: Shelf) -> Measured:
    _need("pandas")
    beside = wall(rival("shelf", str(shelf.many / "books")))
    return in_turn(lambda: _anew(shelf), beside, rounds=1)


def _changed(shelf: Shelf) -> Measured:
    beside = _anew(shelf)
    return Measured(ours=alone(lambda: _again(shelf), rounds=3).ours, beside=beside)


def _many_memory(shelf: Shelf) -> Measured:
    if sys.platform == "win32":
        raise Skipped("Windows does not tell the memory of a process that has ended")
    rmtree(shelf.many / FOLDER, ignore_errors=True)
    command = rival("figures_memory", str(shelf.many))
    return alone(lambda: told(command)() / 1e9, rounds=1)


def _drops(shelf: Shelf) -> Measured:
    workspace = shelf.dropped(books=BOOKS, files=0)
    return alone(wall(program(*_watch(workspace))), rounds=1)


def _burst(shelf: Shelf) -> Measured:
    workspace = shelf.dropped(books=0, files=FILES)
    return alone(side_by_side(program(*_watch(workspace)), WATCHERS), rounds=1)


def _taken(shelf: Shelf) -> Measured:
    return alone(told(rival("taken", str(shelf.dropped(books=0, files=0)))), rounds=1)


def _watch(workspace: Path) -> list[str]:
    return ["watch", "--once", "--workspace", str(workspace), "--today", TODAY]


BENCHMARKS = (
    Benchmark(
        name="large",
        what="validate a book of 100 000 positions; calamine reading its bare cells",
        goal=2.0,
        measure=_large,
    ),
    Benchmark(
        name="memory",
        what="the same: peaks of both processes, added",
        goal=1.2,
        measure=_memory,
        unit="GB",
    ),
    Benchmark(
        name="frames",
        what="the same; pandas.read_excel with openpyxl",
        goal=0.5,
        measure=_frames,
        is_slow=True,
    ),
    Benchmark(
        name="books",
        what="a month over many books of 200 orders; pandas with openpyxl reading them",
        goal=0.1,
        measure=_many,
        is_slow=True,
    ),
    Benchmark(
        name="again",
        what="the same once one book has changed; the first run (the goal is for 1000 books)",
        goal=0.05,
        measure=_changed,
        is_slow=True,
    ),
    Benchmark(
        name="million",
        what="the same: peaks of all processes, added; 1000 books have a million positions",
        goal=2.0,
        measure=_many_memory,
        unit="GB",
        is_slow=True,
    ),
    Benchmark(
        name="small",
        what="validate a workspace of 200 orders, the whole process",
        goal=1.0,
        measure=_small,
    ),
    Benchmark(
        name="help",
        what="cmtools --help; python -c 'import typer'",
        goal=1.5,
        measure=_help,
    ),
    Benchmark(
        name="parse",
        what="records of 100 000 rows by columns; pydantic models, row by row",
        goal=1.0,
        measure=_parse,
    ),
    Benchmark(
        name="docs",
        what="a specification of 5 lines; docxtpl opened anew for each",
        goal=1 / 15,
        measure=_documents,
        unit="ms",
    ),
    Benchmark(
        name="flat",
        what="memory by which 1000 specifications grow the process",
        goal=8,
        measure=_growth,
        unit="MB",
    ),
    Benchmark(
        name="drops",
        what="watch --once over 500 books of 20 orders, papers included",
        goal=90.0,
        measure=_drops,
        is_slow=True,
    ),
    Benchmark(
        name="burst",
        what="four watchers over 10 000 small files",
        goal=600.0,
        measure=_burst,
        is_slow=True,
    ),
    Benchmark(
        name="taken",
        what="from the last write of a file to its claim, settling for 2 s",
        goal=4.0,
        measure=_taken,
    ),
)
