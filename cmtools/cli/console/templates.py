"""Show the problems of templates, and what a template may name."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import safe, show_problems, show_tally, table_of
from cmtools.cli.console.render import render
from cmtools.commands.templates import FieldsResult, RenewResult, TemplatesResult


@render.register
def _(result: TemplatesResult, console: Console) -> None:
    show_problems(console, result.problems)
    show_tally(console, "шаблонов", result.checked, result.problems)


@render.register
def _(result: RenewResult, console: Console) -> None:
    for file in result.files:
        console.print(f"[green]✓[/] {safe(file)}")
    if not result.files:
        console.print("Обновлять нечего: прежних и недостающих шаблонов нет.")
    show_problems(console, result.problems)


@render.register
def _(result: FieldsResult, console: Console) -> None:
    console.print(f"[bold]Поля шаблона «{safe(result.template)}»[/]")
    table = table_of("Поле", "Вид", "Что это")
    for row in result.fields:
        table.add_row(*(safe(text) for text in row.values()))
    console.print(table)
    console.print("\n[bold]Фильтры[/]")
    table = table_of("Фильтр", "Что делает", "Пример")
    for row in result.filters:
        table.add_row(safe(row["filter"]), safe(row["meaning"]), safe(row["example"]))
    console.print(table)
