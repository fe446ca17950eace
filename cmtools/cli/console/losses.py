"""Show the clients who will be lost soon, or order later than usual."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import safe, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.losses import LossesResult
from cmtools.tables.parsers import format_roubles


@render.register
def _(result: LossesResult, console: Console) -> None:
    show_problems(console, result.problems)
    if not result.clients:
        console.print("Никто из клиентов пока не уходит.")
        return
    table = table_of("Клиент", ">Последний", ">Потеряется", ">Обычно, дней", ">За год")
    for found in result.clients:
        interval = "—" if found.interval is None else f"{found.interval:g}".replace(".", ",")
        table.add_row(
            safe(f"{found.client.code} {found.client.name}"),
            f"{found.last:%d.%m.%y}",
            f"{found.lost_on:%d.%m.%y}",
            f"[red]{interval}[/]" if found.exceeded else interval,
            format_roubles(found.amount),
        )
    console.print(table)
    late = sum(found.exceeded for found in result.clients)
    console.print(f"Клиентов: {len(result.clients)}, из них дольше обычного не заказывают: {late}.")
