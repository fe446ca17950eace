"""Show to whom a client was handed over, and the files."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import safe, show_files, show_problems
from cmtools.cli.console.render import render
from cmtools.commands.handover import HandoverResult


@render.register
def _(result: HandoverResult, console: Console) -> None:
    plan = result.handover
    client = safe(f"{plan.client.get('code')} {plan.client.get('name') or ''}".rstrip())
    show_problems(console, result.problems)
    if not result.files:
        if not result.problems:
            console.print(f"{client}: уже у менеджера {safe(plan.taker)}, ничего не изменено.")
        return
    if plan.changes_hands:
        console.print(f"[bold]{client}[/]: {safe(plan.giver)} → {safe(plan.taker)}")
    else:
        console.print(f"{client}: передан раньше, теперь менеджер {safe(plan.taker)}.")
    if plan.orders:
        numbers = ", ".join(safe(order.get("number") or "—") for order in plan.orders)
        console.print(f"Открытые заказы: {numbers}")
    show_files(console, result.files)
