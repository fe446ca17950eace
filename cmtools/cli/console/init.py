"""Show a new workspace."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import safe
from cmtools.cli.console.render import render
from cmtools.commands.init import InitResult


@render.register
def _(result: InitResult, console: Console) -> None:
    console.print(f"[green]✓[/] Рабочая папка готова: {safe(str(result.workspace))}")
    for name in result.files:
        console.print(f"  {safe(name)}")
    console.print("Начните с листа «Организация» книги «Настройки.xlsx», затем cmtools validate.")
