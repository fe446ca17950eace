"""Show the open orders by stage."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from cmtools.agenda.overview import OrderOnBoard
from cmtools.agenda.rows import OrderRows
from cmtools.cli.console.layout import safe, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.board import BoardResult
from cmtools.pricing.price import ZERO
from cmtools.tables.parsers import format_roubles

NAME_WIDTH = 26  # of a stage in the summary, so that 80 columns hold the sums
MOST_ORDERS = 40  # of a stage, those that are due first; JSON has all


@render.register
def _(result: BoardResult, console: Console) -> None:
    show_problems(console, result.problems)
    console.print(_summary(result))
    for stage, entries in result.stages:
        if entries:
            norm = "" if stage.norm is None else f", норма {stage.norm} раб. дн."
            console.print(f"\n[bold]{safe(stage.code)} {safe(stage.name)}[/]: {len(entries)}{norm}")
            table = table_of("Заказ", "Клиент", ">Дней", ">Поставка", ">Сумма", ">Долг")
            for entry in entries[:MOST_ORDERS]:
                table.add_row(*_cells(entry))
            console.print(table)
            if len(entries) > MOST_ORDERS:
                left = len(entries) - MOST_ORDERS
                console.print(f"…и ещё {left}: все — на листе «Заказы» повестки (cmtools today)")
    empty = [safe(stage.code) for stage, entries in result.stages if not entries]
    if empty:
        console.print(f"\nПустые стадии: {', '.join(empty)}")
    if result.left_out:
        console.print(f"Не вошли заказы с ошибками в строке: {result.left_out} — cmtools validate")


def _summary(result: BoardResult) -> Table:
    """Say of each stage how many orders it holds, how many too long, and the money in it."""
    table = table_of("Стадия", ">Заказов", ">Сверх нормы", ">Сумма", ">Долг")
    names = table.columns[0]
    names.no_wrap, names.overflow = True, "ellipsis"  # the whole name stands above its orders
    names.max_width = NAME_WIDTH
    every = [entry for _, entries in result.stages for entry in entries]
    for name, entries in (
        *((f"{stage.code} {stage.name}", entries) for stage, entries in result.stages if entries),
        ("Всего", every),
    ):
        late = sum(bool(entry.over) for entry in entries)
        table.add_row(
            safe(name),
            f"{len(entries)}",
            f"[red]{late}[/]" if late else "",
            format_roubles(sum((entry.rows.total or ZERO for entry in entries), ZERO)),
            format_roubles(sum((entry.rows.debt or ZERO for entry in entries), ZERO)),
        )
    return table


def _cells(entry: OrderOnBoard) -> tuple[str, ...]:
    rows, order = entry.rows, entry.rows.order
    days = "—" if entry.days is None else str(entry.days)
    return (
        safe(order.number),
        safe(entry.name),
        f"[red]{days} (+{entry.over})[/]" if entry.over else days,
        f"{order.delivery_due:%d.%m.%y}" if order.delivery_due else "—",
        _amount(rows),
        "" if not rows.debt else format_roubles(rows.debt),
    )


def _amount(rows: OrderRows) -> str:
    """Write what the client pays; where some positions have no price, which of them."""
    if rows.total is not None:
        return format_roubles(rows.total)
    return f"нет цены\n({rows.priced.missing_in_words})" if rows.priced.lines else "нет цены"
