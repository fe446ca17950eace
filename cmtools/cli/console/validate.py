"""Show the problems of books."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import show_files, show_problems, show_tally
from cmtools.cli.console.render import render
from cmtools.commands.validate import ValidateResult


@render.register
def _(result: ValidateResult, console: Console) -> None:
    show_problems(console, result.problems)
    show_tally(console, "книг", len(result.checked), result.problems)
    show_files(console, result.files)
