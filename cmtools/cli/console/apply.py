"""Show what became of a form that came back: each row, then the books."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from cmtools.agenda.outcome import RowState
from cmtools.cli.console.layout import safe, show_files, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.apply import ApplyResult

NAMES = {
    RowState.DONE: "[green]записано[/]",
    RowState.SAME: "уже записано",
    RowState.CHANGED: "[yellow]изменилось[/]",
    RowState.LISTED: "[yellow]за вами[/]",
    RowState.BAD: "[red]ошибка[/]",
}


@render.register
def _(result: ApplyResult, console: Console) -> None:
    for form in result.forms:
        console.print(f"[bold]{safe(form)}[/]")
    if result.rows:
        table = table_of("Что", "Дело", "Почему")
        for row in result.rows:
            table.add_row(NAMES[row.state], safe(row.title), safe(row.message))
        console.print(table)
    counts = Counter(row.state for row in result.rows)
    show_problems(console, result.problems)
    if result.problems and not result.files:
        console.print("[red]✗[/] Книги не изменены.")
    elif not result.rows:
        console.print("В жёлтых столбцах ничего не заполнено.")
    else:
        mark = "[green]✓[/]" if not counts[RowState.BAD] + counts[RowState.CHANGED] else "[red]✗[/]"
        console.print(f"{mark} Записано: {counts[RowState.DONE]} из {len(result.rows)}.")
    show_files(console, result.files)
