"""What is told of a month and of clients: report, plan, category."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cmtools.cli.console.layout import figure, plain, safe, show_files, show_problems, table_of
from cmtools.commands.results import Outcome
from cmtools.tables.parsers import format_roubles

MOST_ORDERS = 20


def tell_report(console: Console, outcome: Outcome) -> None:
    """The figures of a month, and what they leave out."""
    data = outcome.data
    who = data["manager"] or "все менеджеры"
    console.print(f"[bold]Показатели за {data['month']}[/] · {safe(who)}")
    console.print(indicator_table(data["indicators"], outcome.facts.get("titles", {})))
    if data["unpriced_orders"]:
        console.print(f"[yellow]Заказов с позициями без цены: {data['unpriced_orders']}[/]")
    preliminary = outcome.facts.get("preliminary")
    if preliminary:
        console.print(
            f"Предварительных заявок: {preliminary['orders']} "
            f"на {format_roubles(Decimal(preliminary['amount']))}"
        )
    if data["left_out"]:
        console.print(f"[yellow]Не вошло строк и книг: {len(data['left_out'])}[/]")
        for row in data["left_out"]:
            place = ", ".join(str(row[key]) for key in ("file", "sheet", "row") if row[key])
            console.print(f"  {safe(place)}: {safe(row['reason'])}", overflow="fold")
    show_problems(console, outcome.problems)
    show_files(console, outcome.files)


def indicator_table(
    indicators: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str]
) -> Table:
    """Plan and fact by indicator, and how they differ where there is a plan."""
    planned = any(values["plan"] is not None for values in indicators.values())
    more = (">Отклонение", ">%") if planned else ()
    table = table_of("Показатель", ">План", ">Факт", *more)
    for name, values in indicators.items():
        plan, fact = (figure(values[key]) for key in ("plan", "fact"))
        compared = _compared(values["plan"], values["fact"]) if planned else ()
        table.add_row(titles.get(name, name), plan, fact, *compared)
    return table


def _compared(plan: str | float | None, fact: str | float) -> tuple[str, str]:
    """The deviation and the share done; red below the plan."""
    if plan is None:
        return figure(None), figure(None)
    goal, done = Decimal(str(plan)), Decimal(str(fact))
    away = format_roubles(done - goal) if isinstance(fact, str) else f"{done - goal:f}"
    colour = "red" if done < goal else "green"
    share = f"{100 * done / goal:.1f}".replace(".", ",") if goal else figure(None)
    return f"[{colour}]{away}[/]", share


def tell_plan(console: Console, outcome: Outcome) -> None:
    """The plan of a month and its base."""
    data, titles = outcome.data, outcome.facts["titles"]
    who = data["manager"] or "все менеджеры"
    console.print(f"[bold]План на {data['month']}[/] · {safe(who)}")
    table = table_of("Показатель", ">База", ">Прирост, %", ">План")
    for name, values in data["indicators"].items():
        base = values["base"]
        shown = f"{base:.2f}".replace(".", ",") if isinstance(base, float) else figure(base)
        growth = "—" if values["growth"] is None else f"{values['growth']:g}".replace(".", ",")
        table.add_row(titles.get(name, name), shown, growth, figure(values["plan"]))
    console.print(table)
    if note := outcome.facts.get("note"):
        console.print(safe(note), style="dim")
    show_problems(console, outcome.problems)
    show_files(console, outcome.files)


def tell_client(console: Console, outcome: Outcome) -> None:
    """A client's category, and why."""
    data, day = outcome.data, outcome.facts["day"]
    name = f" {safe(data['name'])}" if data["name"] else ""
    status = f", {safe(data['status'])}" if data["status"] else ""
    console.print(f"[bold]{safe(data['client'])}[/]{name} · {safe(data['manager'] or '—')}")
    console.print(f"На {day:%d.%m.%Y}: [bold]{data['category']}[/]{status}")
    for reason in outcome.facts["why"]:
        console.print(Padding(Text(plain(reason)), (0, 0, 0, 2)))
    if data["orders"]:
        table = table_of("Заказ", "Дата", "Где", "В счёт категории")
        for order in data["orders"][:MOST_ORDERS]:
            date = ".".join(reversed(order["date"].split("-")))
            place = f"{order['file']}, строка {order['row']}"
            counts = "да" if order["counts"] else "[dim]нет[/]"
            table.add_row(safe(order["order"] or "—"), date, safe(place), counts)
        console.print(Padding(table, (1, 0, 0, 2)))
    if len(data["orders"]) > MOST_ORDERS:
        console.print(f"  …и ещё {len(data['orders']) - MOST_ORDERS}")
    show_problems(console, outcome.problems)
