"""What is told of books: made, checked, priced."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.padding import Padding

from cmtools.cli.console.layout import NBSP, safe, show_files, show_problems, show_tally, table_of
from cmtools.commands.results import Outcome
from cmtools.pricing.breakdown import price_steps
from cmtools.pricing.orders import PricedOrder
from cmtools.tables.parsers import format_roubles


def tell_init(console: Console, outcome: Outcome) -> None:
    """The new workspace."""
    console.print(f"[green]✓[/] Рабочая папка готова: {safe(outcome.data['workspace'])}")
    for name in outcome.files:
        console.print(f"  {safe(name)}")
    console.print("Начните с листа «Организация» книги «Настройки.xlsx», затем cmtools validate.")


def tell_validate(console: Console, outcome: Outcome) -> None:
    """What is wrong, and how much of it."""
    show_problems(console, outcome.problems)
    show_tally(console, "книг", len(outcome.facts["checked"]), outcome.problems)
    show_files(console, outcome.files)


def tell_price(console: Console, outcome: Outcome) -> None:
    """Each order with its price, and their sum."""
    quotes: Sequence[PricedOrder] = outcome.facts["quotes"]
    table = table_of("Заказ", "Клиент", "Категория", ">Сумма", ">НДС", ">Прибыль", ">Маржа", "")
    for quote in quotes:
        table.add_row(*_quote_row(quote))
    console.print(table)
    priced = [quote for quote in quotes if quote.lines]
    amount = sum((quote.totals.amount for quote in priced if quote.totals), Decimal(0))
    profit = sum((quote.totals.profit for quote in priced if quote.totals), Decimal(0))
    console.print(
        f"Заказов с ценой: {len(priced)} из {len(quotes)}. "
        f"Сумма {format_roubles(amount)}, прибыль {format_roubles(profit)}."
    )
    show_problems(console, outcome.problems)
    show_files(console, outcome.files)


def _quote_row(quote: PricedOrder) -> tuple[str, ...]:
    head = (
        safe(quote.number),
        safe(str(quote.entry.get("client") or "—")),
        quote.category.value if quote.category else "—",
    )
    if not quote.lines or quote.totals is None:
        return (*head, "[dim]нет цены[/]", "", "", "", "")
    sums = quote.totals
    return (
        *head,
        format_roubles(sums.amount),
        format_roubles(sums.vat),
        format_roubles(sums.profit),
        f"{_percent(sums.margin)}",
        "[yellow]нужно согласие[/]" if quote.approval_needed else "",
    )


def tell_explain(console: Console, outcome: Outcome) -> None:
    """Each step of each price, and the cell behind it."""
    rules = outcome.facts["rules"]
    for quote in outcome.facts["quotes"]:
        category = f", {quote.category.value}" if quote.category else ""
        client = safe(str(quote.entry.get("client") or "—"))
        console.print(f"[bold]{safe(quote.number)}[/] · {client}{category}")
        for found in quote.positions:
            if found.line is None:
                console.print(f"  {found.entry.get('number')}. [dim]нет цены[/]")
                continue
            position = found.line.position
            console.print(
                f"  {position.number}. {safe(position.name)}, "
                f"{position.quantity} {safe(position.unit)}"
            )
            table = table_of("Шаг", ">Значение", "Откуда")
            for step in price_steps(found.line, rules):
                value = "без НДС" if step.value is None else _number(step.value, step.is_percent)
                title = f"{step.title} (вручную)" if step.by_hand else step.title
                table.add_row(title, value, step.cell or "")
            console.print(Padding(table, (0, 0, 1, 4)))
    show_problems(console, outcome.problems)
    show_files(console, outcome.files)


def _number(value: Decimal, is_percent: bool) -> str:
    """A step's value: money with at least its kopecks, percents as they are."""
    whole, _, part = f"{value:,f}".replace(",", NBSP).partition(".")
    part = part.rstrip("0").ljust(0 if is_percent else 2, "0") if part else ""
    return f"{whole},{part}" if part else whole


def _percent(value: Decimal) -> str:
    return f"{value:.1f}".replace(".", ",") + NBSP + "%"
