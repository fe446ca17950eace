"""What is measured, against what, and how it should come out: whole commands, as ratios."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from shutil import rmtree

from benchmarks.measuring import output, peak_gigabytes, printed, program, ratio, rival, seconds

TODAY, MONTH = "2026-11-21", "2026-10"
LARGE, MEDIUM, SMALL = 20_000, 2_000, 200  # orders, of five positions each
BOOKS, MANY_BOOKS = 300, 1000
READ_EVERY = 10  # of these, pandas reads one in so many, and its time is multiplied


@dataclass(frozen=True)
class Workspaces:
    """A temporary folder and the workspaces in it, each written when it is first asked for."""

    folder: Path

    @cached_property
    def large(self) -> Path:
        """One book of 100 000 positions."""
        return self._written(LARGE)

    @cached_property
    def demo(self) -> Path:
        """The sample of `cmtools demo`, after the whole chain has run on it."""
        workspace = self.folder / "demo"
        output(program("demo", str(workspace), "--today", TODAY))
        return workspace

    @cached_property
    def copied(self) -> Path:
        """One book of 2000 orders, and two edited copies of it in `copies/`."""
        return self._written(MEDIUM, copies=2)

    @cached_property
    def small(self) -> Path:
        """One book of 200 orders."""
        return self._written(SMALL)

    @cached_property
    def books(self) -> Path:
        """300 books of 200 orders in `books/`."""
        return self._written(SMALL, BOOKS)

    @cached_property
    def many_books(self) -> Path:
        """1000 books of 200 orders, a million positions."""
        return self._written(SMALL, MANY_BOOKS)

    def _written(self, orders: int, books: int = 0, copies: int = 0) -> Path:
        workspace = self.folder / f"{orders} orders, {books} books, {copies} copies"
        sizes = (str(orders), str(books), str(copies))
        output([sys.executable, "-m", "benchmarks.workspaces", str(workspace), *sizes])
        return workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """One line of the table.

    goal: the most that the figure may be; a ratio, or gigabytes where `unit` says so.
    """

    name: str
    what: str
    goal: float
    measure: Callable[[Workspaces], float]
    unit: str = ""
    is_slow: bool = False


def _command(name: str, workspace: Path, *arguments: str) -> list[str]:
    options = ("--json", "--workspace", str(workspace), "--today", TODAY)
    return program(name, *arguments, *options)


def _help(_: Workspaces) -> float:
    typer = [sys.executable, "-c", "import typer"]
    return ratio(partial(seconds, program("--help")), partial(seconds, typer), rounds=21)


def _validate(workspaces: Workspaces) -> float:
    book = str(workspaces.large / "Предварительные заказы.xlsx")
    ours = _command("validate", workspaces.large, book)
    return ratio(partial(seconds, ours), partial(seconds, rival("calamine", book)), rounds=5)


def _agenda(workspace: Path, rounds: int) -> float:
    """Compare the whole morning, its workbook included, with a check of the same books."""
    ours, check = (_command(name, workspace) for name in ("today", "validate"))
    return ratio(partial(seconds, ours), partial(seconds, check), rounds)


def _merge(workspaces: Workspaces) -> float:
    """Accept one copy, then merge the other one beside the book, which stays as it is."""
    workspace = workspaces.copied
    output(_command("merge", workspace, "--in-place", str(workspace / "copies" / "0.xlsx")))
    ours = _command("merge", workspace, str(workspace / "copies" / "1.xlsx"))
    check = _command("validate", workspace, str(workspace / "Предварительные заказы.xlsx"))
    return ratio(partial(seconds, ours), partial(seconds, check), rounds=5)


def _docs(workspaces: Workspaces) -> float:
    """Make the specifications of all orders anew, and compare the time of one."""
    workspace = workspaces.small
    command = _command("docs", workspace, "--all", "--kind", "specification")

    def ours() -> float:
        rmtree(workspace / "Клиенты", ignore_errors=True)
        taken = seconds(command)
        return taken / len(list(workspace.glob("Клиенты/**/*.docx")))

    return ratio(ours, partial(printed, rival("docxtpl", str(workspace), "20")), rounds=3)


def _report(workspace: Path) -> list[str]:
    return _command("report", workspace, MONTH, "--books", str(workspace / "books" / "*.xlsx"))


def _first_report(workspace: Path) -> float:
    rmtree(workspace / ".cmtools", ignore_errors=True)
    return seconds(_report(workspace))


def _reading(workspace: Path) -> float:
    return printed(rival("pandas", str(workspace / "books"), str(READ_EVERY)))


def _books(workspaces: Workspaces) -> float:
    workspace = workspaces.books
    return ratio(partial(_first_report, workspace), partial(_reading, workspace), rounds=1)


def _changed(workspaces: Workspaces) -> float:
    workspace = workspaces.books
    first = _first_report(workspace)
    os.utime(min((workspace / "books").iterdir()))
    return seconds(_report(workspace)) / first


def _million(workspaces: Workspaces) -> float:
    workspace = workspaces.many_books
    return ratio(partial(_first_report, workspace), partial(_reading, workspace), rounds=1)


def _million_memory(workspaces: Workspaces) -> float:
    rmtree(workspaces.many_books / ".cmtools", ignore_errors=True)
    return peak_gigabytes(_report(workspaces.many_books))


BENCHMARKS = (
    Benchmark(
        name="help",
        what="cmtools --help : import typer",
        goal=1.5,
        measure=_help,
    ),
    Benchmark(
        name="validate",
        what="validate a book of 100 000 positions : calamine reading its cells",
        goal=2.5,
        measure=_validate,
    ),
    Benchmark(
        name="agenda",
        what="today over the demo : validate of it",
        goal=1.5,
        measure=lambda workspaces: _agenda(workspaces.demo, rounds=7),
    ),
    Benchmark(
        name="orders",
        what="today over 20 000 open orders, 80 000 duties : validate of them",
        goal=3,
        measure=lambda workspaces: _agenda(workspaces.large, rounds=3),
    ),
    Benchmark(
        name="merge",
        what="merge a copy of a book of 2000 orders into it : validate the book",
        goal=3.0,
        measure=_merge,
    ),
    Benchmark(
        name="docs",
        what="a specification of `docs --all` : docxtpl with its template opened anew",
        goal=0.1,
        measure=_docs,
    ),
    Benchmark(
        name="report",
        what="report over 300 books of 200 orders, both files : pandas reading their two sheets",
        goal=0.25,
        measure=_books,
        is_slow=True,
    ),
    Benchmark(
        name="changed",
        what="the same report after one book has changed : the first report",
        goal=0.35,
        measure=_changed,
        is_slow=True,
    ),
    Benchmark(
        name="million",
        what="report over 1000 books, 1 000 000 positions : pandas reading their two sheets",
        goal=0.125,
        measure=_million,
        is_slow=True,
    ),
    Benchmark(
        name="memory",
        what="the same report, the most that all its processes hold at one time",
        goal=2.0,
        measure=_million_memory,
        unit="GB",
        is_slow=True,
    ),
)
