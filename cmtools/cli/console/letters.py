"""Show drafts of letters that were made."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.docs import STATES
from cmtools.cli.console.layout import safe, show_problems
from cmtools.cli.console.render import render
from cmtools.commands.letters import LettersResult


@render.register
def _(result: LettersResult, console: Console) -> None:
    show_problems(console, result.problems)
    for made in result.letters:
        state = STATES.get(made.state, made.state.value)
        console.print(f"[green]✓[/] {safe(made.path)} [dim]({state})[/]", overflow="fold")
        letter = made.letter
        when = f", отправить {letter.duty.date:%d.%m.%Y}" if letter.kind.on_its_day else ""
        console.print(f"   {safe(str(letter.to))}{when}", overflow="fold")
    if result.letters:
        console.print("Письма не отправлены: откройте их в почтовой программе и отправьте сами.")
    elif not result.problems:
        console.print("Таких писем сегодня не нужно.")
    if result.left_out:
        console.print(f"Не вошли заказы с ошибками в строке: {result.left_out} — cmtools validate")
