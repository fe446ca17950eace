"""What is told of papers and their templates."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from cmtools.cli.console.layout import safe, show_problems, show_tally, table_of
from cmtools.commands.results import Outcome

MOST_FILES = 40


def tell_docs(console: Console, outcome: Outcome) -> None:
    """Each paper, and whether it is new."""
    show_problems(console, outcome.problems)
    files = outcome.data["files"]
    words = {"made": "сделан", "unchanged": "без изменений", "version": "новая версия"}
    for file in files[:MOST_FILES]:
        state = words.get(file["state"], file["state"])
        console.print(f"[green]✓[/] {safe(file['path'])} [dim]({state})[/]", overflow="fold")
    if len(files) > MOST_FILES:
        states = Counter(file["state"] for file in files)
        told = ", ".join(f"{words[state]}: {count}" for state, count in states.items())
        console.print(f"…всего документов: {len(files)} ({told})")
    if not files and not outcome.problems:
        console.print("Эта стадия документов не требует; назовите вид ключом --kind.")


def tell_templates(console: Console, outcome: Outcome) -> None:
    """What is wrong with the templates."""
    show_problems(console, outcome.problems)
    show_tally(console, "шаблонов", outcome.facts["checked"], outcome.problems)


def tell_fields(console: Console, outcome: Outcome) -> None:
    """The fields and filters of a template."""
    console.print(f"[bold]Поля шаблона «{safe(outcome.data['template'])}»[/]")
    table = table_of("Поле", "Вид", "Что это")
    for row in outcome.data["fields"]:
        table.add_row(*(safe(text) for text in row.values()))
    console.print(table)
    console.print("\n[bold]Фильтры[/]")
    table = table_of("Фильтр", "Что делает", "Пример")
    for row in outcome.data["filters"]:
        table.add_row(safe(row["filter"]), safe(row["meaning"]), safe(row["example"]))
    console.print(table)
