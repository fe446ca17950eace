"""Show how much waits for the director, and the form."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import show_files, show_problems
from cmtools.cli.console.render import render
from cmtools.commands.approvals import ApprovalsResult


@render.register
def _(result: ApprovalsResult, console: Console) -> None:
    show_problems(console, result.problems)
    if result.count:
        console.print(f"Ждут решения директора: {result.count}")
    else:
        console.print("Решения директора ничего не ждёт.")
    show_files(console, result.files)
