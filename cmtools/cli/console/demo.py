"""Show the steps of the sample, and where to look first."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cmtools.cli.console.layout import safe, table_of
from cmtools.cli.console.render import render
from cmtools.cli.console.report import indicator_table
from cmtools.commands.demo import DemoResult


@render.register
def _(result: DemoResult, console: Console) -> None:
    folder = safe(str(result.folder))
    console.print(f"[bold]Пример готов:[/] {folder}\n")
    table = table_of("Что сделано", "Итог")
    for step, outcome in result.steps:
        table.add_row(step, safe(outcome))
    console.print(table)
    console.print()
    console.print(f"[bold]Показатели за {result.report.month}[/]")
    console.print(indicator_table(result.report.report.figures.figures))
    console.print("\n[bold]С чего начать смотреть[/]")
    for number, (path, why) in enumerate(result.look_at, start=1):
        console.print(f"  {number}. [cyan]{safe(path)}[/]", overflow="fold", soft_wrap=True)
        console.print(Padding(Text(why, style="dim"), (0, 0, 0, 5)))
    console.print(f"\nДальше: cd {folder}, затем cmtools validate")
