"""Show a merge: what was taken of the copy, and what a person has to decide."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import safe, show_files, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.merge import MergeResult
from cmtools.merge.conflict import WHOLE_ROWS, Content, show_content

MOST_LETTERS = 60


@render.register
def _(result: MergeResult, console: Console) -> None:
    merge = result.merge
    if merge.taken:
        table = table_of("Лист", "Строка", "Столбец", "Было", "Стало")
        for cell in merge.taken:
            sides = (_short(side, cell.column) for side in (cell.was, cell.now))
            row = (cell.sheet, cell.key, cell.column, *sides)
            table.add_row(*map(safe, row))
        console.print(table)
    for verb, rows in (("Добавлено", merge.added), ("Убрано", merge.removed)):
        for taken in rows:
            text = f"{verb}: «{taken.sheet}», {taken.key} — {_short((taken.cells,))}"
            console.print(safe(text))
    for doubled in merge.doubled:
        text = f"Есть у обоих, записано один раз: «{doubled.sheet}», {_short((doubled.cells,))}"
        console.print(safe(text))
    if merge.conflicts:
        console.print("[yellow]Решить человеку[/] (в книге пока осталось как было):")
        table = table_of("Лист", "Строка", "Столбец", "Было", "В книге", "В копии", "Почему")
        for conflict in merge.conflicts:
            contents = (conflict.base, conflict.ours, conflict.theirs)
            sides = (_short(content, conflict.column) for content in contents)
            place = (conflict.sheet, conflict.key, conflict.column or WHOLE_ROWS)
            table.add_row(*map(safe, (*place, *sides, conflict.reason)))
        console.print(table)
    show_problems(console, result.problems)
    if result.problems:
        console.print("[red]✗[/] Книга не изменена: вместе две версии дают ошибки.")
    else:
        console.print(_tally(result))
    show_files(console, result.files)


def _tally(result: MergeResult) -> str:
    merge = result.merge
    changes = len(merge.taken) + len(merge.added) + len(merge.removed)
    mark = "[yellow]![/]" if merge.conflicts else "[green]✓[/]"
    return (
        f"{mark} {safe(result.book)}: взято правок — {changes}, "
        f"ждут решения — {len(merge.conflicts)}."
    )


def _short(content: Content, column: str | None = None) -> str:
    """Show what stands at a place in a line or two."""
    text = show_content(content, column) or "пусто"
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
