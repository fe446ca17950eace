"""Show a client's category, and why it is so."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cmtools.cli.console.layout import plain, safe, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.client import ClientResult

MOST_ORDERS = 20


@render.register
def _(result: ClientResult, console: Console) -> None:
    client, state, orders = result.client, result.state, result.orders
    name = f" {safe(client.get('name'))}" if client.get("name") else ""
    status = f", {safe(client.get('status').value)}" if client.get("status") else ""
    console.print(
        f"[bold]{safe(client.get('code'))}[/]{name} · {safe(client.get('manager') or '—')}"
    )
    console.print(f"На {result.day:%d.%m.%Y}: [bold]{state.category.value}[/]{status}")
    for line in state.explain():
        console.print(Padding(Text(plain(line)), (0, 0, 0, 2)))
    if orders:
        table = table_of("Заказ", "Дата", "Где", "В счёт категории")
        for order in orders[:MOST_ORDERS]:
            table.add_row(
                safe(order.get("number") or "—"),
                f"{order.get('on'):%d.%m.%Y}",
                safe(f"{order.source.file}, строка {order.row}"),
                "да" if state.includes(order.get("on")) else "[dim]нет[/]",
            )
        console.print(Padding(table, (1, 0, 0, 2)))
    if len(orders) > MOST_ORDERS:
        console.print(f"  …и ещё {len(orders) - MOST_ORDERS}")
    show_problems(console, result.problems)
