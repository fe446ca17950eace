"""Show each check of a workspace, and what to do."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cmtools.cli.console.layout import plain, safe
from cmtools.cli.console.render import render
from cmtools.commands.doctor import DoctorResult


@render.register
def _(result: DoctorResult, console: Console) -> None:
    for check in result.checks:
        mark = "[green]✓[/]" if check.ok else "[red]✗[/]"
        console.print(f"{mark} {safe(check.text)}", overflow="fold")
        if check.hint:
            console.print(Padding(Text(plain(check.hint), style="dim"), (0, 0, 0, 2)))
