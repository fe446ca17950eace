"""What is told of a whole workspace: the example, and whether all is well."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cmtools.cli.console.layout import plain, safe, table_of
from cmtools.cli.console.month import indicator_table
from cmtools.commands.results import Outcome


def tell_demo(console: Console, outcome: Outcome) -> None:
    """The steps of the example, and where to look first."""
    facts = outcome.facts
    console.print(f"[bold]Пример готов:[/] {safe(facts['folder'])}\n")
    table = table_of("Что сделано", "Итог")
    for step, result in facts["steps"]:
        table.add_row(step, safe(result))
    console.print(table)
    console.print()
    console.print(f"[bold]Показатели за {facts['month']}[/]")
    console.print(indicator_table(facts["indicators"], facts["titles"]))
    console.print("\n[bold]С чего начать смотреть[/]")
    for number, (path, why) in enumerate(facts["look_at"], start=1):
        console.print(f"  {number}. [cyan]{safe(path)}[/]", overflow="fold", soft_wrap=True)
        console.print(Padding(Text(why, style="dim"), (0, 0, 0, 5)))
    console.print(f"\nДальше: cd {safe(facts['folder'])}, затем cmtools validate")


def tell_doctor(console: Console, outcome: Outcome) -> None:
    """Each check, and what to do."""
    for check in outcome.data["checks"]:
        mark = "[green]✓[/]" if check["ok"] else "[red]✗[/]"
        console.print(f"{mark} {safe(check['text'])}", overflow="fold")
        if check["hint"]:
            console.print(Padding(Text(plain(check["hint"]), style="dim"), (0, 0, 0, 2)))
