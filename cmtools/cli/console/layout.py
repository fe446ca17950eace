"""What all that is told is made of: problems, files, tables, texts that keep the screen whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from cmtools.problems import Problem
from cmtools.tables.parsers import format_roubles

NBSP = "\u00a0"
MOST_SHOWN = 300


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, gone when all is done, that shows how many of how many have been done."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Each problem at its place, under its file and sheet, with what to do."""
    shown = problems[:MOST_SHOWN]
    for (file, sheet), found in groupby(shown, key=lambda p: (p.place.file, p.place.sheet)):
        where = f", лист «{safe(sheet)}»" if sheet else ""
        console.print(f"[bold]{safe(file)}[/]{where}")
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", width=7, no_wrap=True)
        table.add_column(overflow="fold")
        for problem in found:
            colour = "red" if problem.is_error else "yellow"
            table.add_row(
                Text(problem.place.cell or "—", style=f"bold {colour}"), _explained(problem)
            )
        console.print(table)
        console.print()
    if len(problems) > len(shown):
        console.print(f"…и ещё {len(problems) - len(shown)}: все покажет ключ --annotate\n")


def _explained(problem: Problem) -> Text:
    line = Text()
    if problem.column:
        line.append(f"{plain(problem.column)}: ", style="bold")
    if problem.value is not None:
        line.append(f"«{plain(problem.value)[:60]}» — ")
    line.append(plain(problem.message))
    if problem.hint:
        line.append(f"\n{plain(problem.hint)}", style="dim")
    return line


def show_tally(console: Console, what: str, checked: int, problems: Sequence[Problem]) -> None:
    """How many of what were checked, and how many problems they have."""
    errors = sum(problem.is_error for problem in problems)
    mark = "[red]✗[/]" if errors else "[green]✓[/]"
    warnings = len(problems) - errors
    console.print(
        f"{mark} Проверено {what}: {checked}. Ошибок: {errors}, предупреждений: {warnings}."
    )


def show_files(console: Console, files: Iterable[str]) -> None:
    """What was made."""
    for name in files:
        console.print(f"[green]✓[/] {safe(name)}", overflow="fold")


def table_of(*titles: str) -> Table:
    """A table without lines; a title that begins with `>` is of a column of numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for title in titles:
        right = title.startswith(">")
        table.add_column(
            title.lstrip(">"), justify="right" if right else "left", no_wrap=right, overflow="fold"
        )
    return table


def figure(value: object) -> str:
    """A figure of an answer, a dash where there is none."""
    if value is None:
        return "[dim]—[/]"
    return format_roubles(Decimal(value)) if isinstance(value, str) else str(value)


def plain(text: str) -> str:
    """Without control characters: whatever a cell or a file is called, the screen stays whole."""
    return "".join(sign if sign.isprintable() or sign == NBSP else "·" for sign in text)


def safe(text: str) -> str:
    """The same where markup is understood."""
    return escape(plain(text))
