"""Show prices: a line an order, or each step of each price."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from rich.padding import Padding

from cmtools.books.settings import Rules
from cmtools.cli.console.layout import NBSP, safe, show_files, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.price import PriceResult
from cmtools.pricing.breakdown import VAT_STEP, price_steps
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.price import Line
from cmtools.tables.parsers import format_roubles


@render.register
def _(result: PriceResult, console: Console) -> None:
    if result.explain:
        _show_steps(console, result)
    else:
        _show_orders(console, result)
    show_problems(console, result.problems)
    show_files(console, result.files)


def _show_orders(console: Console, result: PriceResult) -> None:
    table = table_of("Заказ", "Клиент", "Категория", ">Сумма", ">НДС", ">Прибыль", ">Маржа", "")
    for order in result.orders:
        table.add_row(*_order_cells(order))
    console.print(table)
    priced = [order for order in result.orders if order.lines]
    amount = sum((order.totals.amount for order in priced if order.totals), Decimal(0))
    profit = sum((order.totals.profit for order in priced if order.totals), Decimal(0))
    partial = sum(bool(order.unpriced) for order in priced)
    note = f" (из них не все позиции: {partial})" if partial else ""
    console.print(
        f"Заказов с ценой: {len(priced)} из {len(result.orders)}{note}. "
        f"Сумма {format_roubles(amount)}, прибыль {format_roubles(profit)}."
    )


def _order_cells(order: PricedOrder) -> tuple[str, ...]:
    head = (
        safe(order.number),
        safe(str(order.entry.get("client") or "—")),
        order.category.value if order.category else "—",
    )
    if not order.lines or order.totals is None:
        return (*head, "[dim]нет цены[/]", "", "", "", "")
    totals = order.totals
    return (
        *head,
        format_roubles(totals.amount),
        format_roubles(totals.vat),
        format_roubles(totals.profit),
        f"{totals.margin:.1f}".replace(".", ",") + NBSP + "%",
        _notes(order),
    )


def _notes(order: PricedOrder) -> str:
    """Say what the sums of an order lack, and whether the director must agree."""
    approval = "нужно согласие" if order.approval_needed else ""
    return "\n".join(f"[yellow]{note}[/]" for note in (order.missing_in_words, approval) if note)


def _show_steps(console: Console, result: PriceResult) -> None:
    for order in result.orders:
        category = f", {order.category.value}" if order.category else ""
        client = safe(str(order.entry.get("client") or "—"))
        missing = f", [yellow]{order.missing_in_words}[/]" if order.lines and order.unpriced else ""
        console.print(f"[bold]{safe(order.number)}[/] · {client}{category}{missing}")
        for position, line in order.positions:
            if line is None:
                console.print(f"  {position.get('number')}. [dim]нет цены[/]")
            else:
                _show_line(console, line, result.rules)


def _show_line(console: Console, line: Line, rules: Rules) -> None:
    position = line.position
    console.print(
        f"  {position.number}. {safe(position.name)}, {position.quantity} {safe(position.unit)}"
    )
    table = table_of("Шаг", ">Значение", "Откуда")
    for step in price_steps(line, rules):
        value = "без НДС" if step.title == VAT_STEP else "—"
        if step.value is not None:
            value = _step_value(step.value, step.is_percent)
        title = f"{step.title} (вручную)" if step.by_hand else step.title
        table.add_row(title, value, step.cell or "")
    console.print(Padding(table, (0, 0, 1, 4)))


def _step_value(value: Decimal, is_percent: bool) -> str:
    """Write money with at least its kopecks, percents as they are."""
    whole, _, part = f"{value:,f}".replace(",", NBSP).partition(".")
    part = part.rstrip("0").ljust(0 if is_percent else 2, "0") if part else ""
    return f"{whole},{part}" if part else whole
