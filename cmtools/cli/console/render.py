"""Print results for a person: each type of result has its renderer.

The results of `commands/price.py` are rendered by `console/price.py`, and so on by name: a renderer
is imported only when it is needed, as the modules of results are heavy.
"""

from __future__ import annotations

from functools import singledispatch
from importlib import import_module

from rich.console import Console

from cmtools.cli.console.layout import UnbrokenLines
from cmtools.commands.result import Result


def print_result(result: Result, console: Console | None = None) -> None:
    """Print what was asked for, then the problems, then the files made."""
    command = type(result).__module__.rpartition(".")[2]
    import_module(f"cmtools.cli.console.{command}")
    console = console or Console(highlight=False, emoji=False)
    console.push_render_hook(UnbrokenLines())
    try:
        render(result, console)
    finally:
        console.pop_render_hook()


@singledispatch
def render(result: Result, console: Console) -> None:
    """Render a result; each type registers its own renderer."""
    raise NotImplementedError(type(result).__name__)
