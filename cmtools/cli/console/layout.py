"""The parts of all screens: problems, files, tables, texts without control characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich import box
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cmtools.problems import Problem, group_alike, list_cells
from cmtools.workspace import AGENDAS, DRAFT, PLANS, REPORTS

NBSP = "\u00a0"
_UNBROKEN = "\ue000"  # stands for NBSP while lines are broken: rich breaks them at NBSP too
_BREAK = "\x1f"  # a space of no width for rich: a line may break after the hyphen of a word
_HYPHEN = re.compile("(?<=[а-яё]-)(?=[а-яё]{3})", re.IGNORECASE)
MOST_SHOWN = 300
_SECOND = re.compile(
    rf"(?: — [а-я ]+|^(?:{PLANS}|{REPORTS}|{AGENDAS})/.+) \(\d+\)\.(?:xlsx|docx)$"
)  # of documents a second one is the next version
NO_FIGURE = "[dim]—[/]"


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Print each problem at its place, under its file and sheet, with what to do.

    Problems that differ only in their cell are one.
    """
    groups = group_alike(problems)
    shown = groups[:MOST_SHOWN]
    for (file, sheet), of_sheet in groupby(shown, key=_sheet_of):
        where = f", лист «{safe(sheet)}»" if sheet else ""
        console.print(f"[bold]{safe(file)}[/]{where}")
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", width=7, no_wrap=True)
        table.add_column(overflow="fold")
        for alike in of_sheet:
            problem = alike[0]
            colour = "red" if problem.is_error else "yellow"
            table.add_row(
                Text(problem.place.cell or "—", style=f"bold {colour}"), _problem_text(alike)
            )
        console.print(table)
        console.print()
    if len(groups) > len(shown):
        left = sum(map(len, groups[MOST_SHOWN:]))
        console.print(f"…и ещё {left}: все покажет ключ --annotate\n")


def _sheet_of(alike: Sequence[Problem]) -> tuple[str, str | None]:
    return alike[0].place.file, alike[0].place.sheet


def _problem_text(alike: Sequence[Problem]) -> Text:
    problem = alike[0]
    line = Text()
    if problem.column:
        line.append(f"{plain(problem.column)}: ", style="bold")
    if problem.value is not None:
        line.append(f"«{plain(problem.value)[:60]}» — ")
    line.append(plain(problem.message))
    if len(alike) > 1:
        line.append(f"\n{list_cells(alike)}")
    if problem.hint:
        line.append(f"\n{plain(problem.hint)}", style="dim")
    return line


def show_tally(console: Console, what: str, checked: int, problems: Sequence[Problem]) -> None:
    """Print how many of what were checked, and how many problems they have."""
    errors = sum(problem.is_error for problem in problems)
    mark = "[red]✗[/]" if errors else "[green]✓[/]"
    warnings = len(problems) - errors
    console.print(
        f"{mark} Проверено {what}: {checked}. Ошибок: {errors}, предупреждений: {warnings}."
    )


def show_files(console: Console, files: Iterable[str]) -> None:
    """Print the names of files that were made; of a second one, why it is not the first."""
    for name in files:
        is_second = _SECOND.search(name) is not None
        kept = "прежний остался" if f"— {DRAFT} " in name else "прежний файл вы меняли, он остался"
        why = f" [dim]({kept})[/]" if is_second else ""
        console.print(f"[green]✓[/] {safe(name)}{why}", overflow="fold")


def table_of(*titles: str) -> Table:
    """Return a table without lines; a title that begins with `>` is of a column of numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for title in titles:
        right = title.startswith(">")
        table.add_column(
            title.lstrip(">"), justify="right" if right else "left", no_wrap=right, overflow="fold"
        )
    return table


def plain(text: str) -> str:
    """Replace control characters, which would break the screen; mark where lines may break."""
    shown = "".join(sign if sign.isprintable() or sign == NBSP else "·" for sign in text)
    return _HYPHEN.sub(_BREAK, shown).replace(NBSP, _UNBROKEN)


class UnbrokenLines(RenderHook):
    """Prints what the marks of `plain` stand for, once the lines are broken."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Unbroken(renderable) for renderable in renderables]


@dataclass(frozen=True, slots=True)
class _Unbroken:
    renderable: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self.renderable, options):
            text = segment.text.replace(_UNBROKEN, NBSP).replace(_BREAK, "")
            yield segment._replace(text=text)


def safe(text: str) -> str:
    """Replace control characters and escape the markup of rich."""
    return escape(plain(text))
