"""Outcomes told to a person at a console, in Russian; a thin face over `Outcome`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from cmtools.commands.outcome import Outcome
from cmtools.commands.quoting import Quote
from cmtools.pricing import explain
from cmtools.problems import Problem
from cmtools.tables.values import roubles

NBSP = "\u00a0"
MOST_SHOWN = 300
MOST_ORDERS = 20
MOST_FILES = 40


def show(kind: str, outcome: Outcome, console: Console | None = None) -> None:
    """Print an outcome: what was asked, then the problems, then what was made."""
    console = console or Console(highlight=False, emoji=False)
    _REPORTERS[kind](console, outcome)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, gone when all is done, that shows how many of how many have been done."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _init(console: Console, outcome: Outcome) -> None:
    console.print(f"[green]✓[/] Рабочая папка готова: {_safe(outcome.data['workspace'])}")
    for name in outcome.files:
        console.print(f"  {_safe(name)}")
    console.print("Начните с листа «Организация» книги «Настройки.xlsx», затем cmtools validate.")


def _validate(console: Console, outcome: Outcome) -> None:
    show_problems(console, outcome.problems)
    checked = outcome.facts["checked"]
    errors = sum(problem.is_error for problem in outcome.problems)
    warnings = len(outcome.problems) - errors
    mark = "[red]✗[/]" if errors else "[green]✓[/]"
    console.print(
        f"{mark} Проверено книг: {len(checked)}. Ошибок: {errors}, предупреждений: {warnings}."
    )
    _show_files(console, outcome.files)


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Each problem at its place, under its file and sheet, with what to do."""
    shown = problems[:MOST_SHOWN]
    for (file, sheet), found in groupby(shown, key=lambda p: (p.place.file, p.place.sheet)):
        where = f", лист «{_safe(sheet)}»" if sheet else ""
        console.print(f"[bold]{_safe(file)}[/]{where}")
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", width=7, no_wrap=True)
        table.add_column(overflow="fold")
        for problem in found:
            colour = "red" if problem.is_error else "yellow"
            table.add_row(
                Text(problem.place.cell or "—", style=f"bold {colour}"), _explained(problem)
            )
        console.print(table)
        console.print()
    if len(problems) > len(shown):
        console.print(f"…и ещё {len(problems) - len(shown)}: все покажет ключ --annotate\n")


def _explained(problem: Problem) -> Text:
    line = Text()
    if problem.column:
        line.append(f"{_plain(problem.column)}: ", style="bold")
    if problem.value is not None:
        line.append(f"«{_plain(problem.value)[:60]}» — ")
    line.append(_plain(problem.message))
    if problem.hint:
        line.append(f"\n{_plain(problem.hint)}", style="dim")
    return line


def _price(console: Console, outcome: Outcome) -> None:
    quotes: Sequence[Quote] = outcome.facts["quotes"]
    table = _table("Заказ", "Клиент", "Категория", ">Сумма", ">НДС", ">Прибыль", ">Маржа", "")
    for quote in quotes:
        table.add_row(*_quote_row(quote))
    console.print(table)
    priced = [quote for quote in quotes if quote.lines]
    amount = sum((quote.totals.amount for quote in priced if quote.totals), Decimal(0))
    profit = sum((quote.totals.profit for quote in priced if quote.totals), Decimal(0))
    console.print(
        f"Заказов с ценой: {len(priced)} из {len(quotes)}. "
        f"Сумма {roubles(amount)}, прибыль {roubles(profit)}."
    )
    show_problems(console, outcome.problems)
    _show_files(console, outcome.files)


def _quote_row(quote: Quote) -> tuple[str, ...]:
    head = (
        _safe(quote.number),
        _safe(str(quote.entry.get("client") or "—")),
        quote.category.value if quote.category else "—",
    )
    if not quote.lines or quote.totals is None:
        return (*head, "[dim]нет цены[/]", "", "", "", "")
    sums = quote.totals
    return (
        *head,
        roubles(sums.amount),
        roubles(sums.vat),
        roubles(sums.profit),
        f"{_percent(sums.margin)}",
        "[yellow]нужно согласие[/]" if quote.approval_needed else "",
    )


def _explain(console: Console, outcome: Outcome) -> None:
    rules = outcome.facts["rules"]
    for quote in outcome.facts["quotes"]:
        category = f", {quote.category.value}" if quote.category else ""
        client = _safe(str(quote.entry.get("client") or "—"))
        console.print(f"[bold]{_safe(quote.number)}[/] · {client}{category}")
        for found in quote.positions:
            if found.line is None:
                console.print(f"  {found.entry.get('number')}. [dim]нет цены[/]")
                continue
            position = found.line.position
            console.print(
                f"  {position.number}. {_safe(position.name)}, "
                f"{position.quantity} {_safe(position.unit)}"
            )
            table = _table("Шаг", ">Значение", "Откуда", indent=4)
            for step in explain(found.line, rules):
                value = "без НДС" if step.value is None else _number(step.value, step.title)
                table.add_row(step.title, value, step.cell or "")
            console.print(Padding(table, (0, 0, 1, 4)))
    show_problems(console, outcome.problems)
    _show_files(console, outcome.files)


def _docs(console: Console, outcome: Outcome) -> None:
    show_problems(console, outcome.problems)
    files = outcome.data["files"]
    words = {"made": "сделан", "unchanged": "без изменений", "version": "новая версия"}
    for file in files[:MOST_FILES]:
        state = words.get(file["state"], file["state"])
        console.print(f"[green]✓[/] {_safe(file['path'])} [dim]({state})[/]", overflow="fold")
    if len(files) > MOST_FILES:
        states = Counter(file["state"] for file in files)
        told = ", ".join(f"{words[state]}: {count}" for state, count in states.items())
        console.print(f"…всего документов: {len(files)} ({told})")
    if not files and not outcome.problems:
        console.print("Эта стадия документов не требует; назовите вид ключом --kind.")


def _templates(console: Console, outcome: Outcome) -> None:
    show_problems(console, outcome.problems)
    errors = sum(problem.is_error for problem in outcome.problems)
    warnings = len(outcome.problems) - errors
    mark = "[red]✗[/]" if errors else "[green]✓[/]"
    console.print(
        f"{mark} Проверено шаблонов: {outcome.facts['checked']}. "
        f"Ошибок: {errors}, предупреждений: {warnings}."
    )


def _fields(console: Console, outcome: Outcome) -> None:
    console.print(f"[bold]Поля шаблона «{_safe(outcome.data['template'])}»[/]")
    table = _table("Поле", "Вид", "Что это")
    for row in outcome.data["fields"]:
        table.add_row(*(_safe(text) for text in row.values()))
    console.print(table)
    console.print("\n[bold]Фильтры[/]")
    table = _table("Фильтр", "Что делает", "Пример")
    for row in outcome.data["filters"]:
        table.add_row(_safe(row["filter"]), _safe(row["meaning"]), _safe(row["example"]))
    console.print(table)


def _report(console: Console, outcome: Outcome) -> None:
    data = outcome.data
    who = data["manager"] or "все менеджеры"
    console.print(f"[bold]Показатели за {data['month']}[/] · {_safe(who)}")
    console.print(indicator_table(data["indicators"], outcome.facts.get("titles", {})))
    if data["unpriced_orders"]:
        console.print(f"[yellow]Заказов с позициями без цены: {data['unpriced_orders']}[/]")
    preliminary = outcome.facts.get("preliminary")
    if preliminary:
        console.print(
            f"Предварительных заявок: {preliminary['orders']} "
            f"на {roubles(Decimal(preliminary['amount']))}"
        )
    if data["left_out"]:
        console.print(f"[yellow]Не вошло строк и книг: {len(data['left_out'])}[/]")
        for row in data["left_out"]:
            place = ", ".join(str(row[key]) for key in ("file", "sheet", "row") if row[key])
            console.print(f"  {_safe(place)}: {_safe(row['reason'])}", overflow="fold")
    show_problems(console, outcome.problems)
    _show_files(console, outcome.files)


def indicator_table(
    indicators: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str]
) -> Table:
    """Plan and fact by indicator, and how they differ where there is a plan."""
    planned = any(values["plan"] is not None for values in indicators.values())
    more = (">Отклонение", ">%") if planned else ()
    table = _table("Показатель", ">План", ">Факт", *more)
    for name, values in indicators.items():
        plan, fact = (_figure(values[key]) for key in ("plan", "fact"))
        compared = _compared(values["plan"], values["fact"]) if planned else ()
        table.add_row(titles.get(name, name), plan, fact, *compared)
    return table


def _compared(plan: str | float | None, fact: str | float) -> tuple[str, str]:
    """The deviation and the share done; red below the plan."""
    if plan is None:
        return _figure(None), _figure(None)
    goal, done = Decimal(str(plan)), Decimal(str(fact))
    away = roubles(done - goal) if isinstance(fact, str) else f"{done - goal:f}"
    colour = "red" if done < goal else "green"
    share = f"{100 * done / goal:.1f}".replace(".", ",") if goal else _figure(None)
    return f"[{colour}]{away}[/]", share


def _plan(console: Console, outcome: Outcome) -> None:
    data, titles = outcome.data, outcome.facts["titles"]
    who = data["manager"] or "все менеджеры"
    console.print(f"[bold]План на {data['month']}[/] · {_safe(who)}")
    table = _table("Показатель", ">База", ">Прирост, %", ">План")
    for name, values in data["indicators"].items():
        base = values["base"]
        shown = f"{base:.2f}".replace(".", ",") if isinstance(base, float) else _figure(base)
        growth = "—" if values["growth"] is None else f"{values['growth']:g}".replace(".", ",")
        table.add_row(titles.get(name, name), shown, growth, _figure(values["plan"]))
    console.print(table)
    if note := outcome.facts.get("note"):
        console.print(_safe(note), style="dim")
    show_problems(console, outcome.problems)
    _show_files(console, outcome.files)


def _client(console: Console, outcome: Outcome) -> None:
    data, day = outcome.data, outcome.facts["day"]
    name = f" {_safe(data['name'])}" if data["name"] else ""
    status = f", {_safe(data['status'])}" if data["status"] else ""
    console.print(f"[bold]{_safe(data['client'])}[/]{name} · {_safe(data['manager'] or '—')}")
    console.print(f"На {day:%d.%m.%Y}: [bold]{data['category']}[/]{status}")
    for reason in outcome.facts["why"]:
        console.print(Padding(Text(_plain(reason)), (0, 0, 0, 2)))
    if data["orders"]:
        table = _table("Заказ", "Дата", "Где", "В счёт категории")
        for order in data["orders"][:MOST_ORDERS]:
            date = ".".join(reversed(order["date"].split("-")))
            place = f"{order['file']}, строка {order['row']}"
            counts = "да" if order["counts"] else "[dim]нет[/]"
            table.add_row(_safe(order["order"] or "—"), date, _safe(place), counts)
        console.print(Padding(table, (1, 0, 0, 2)))
    if len(data["orders"]) > MOST_ORDERS:
        console.print(f"  …и ещё {len(data['orders']) - MOST_ORDERS}")
    show_problems(console, outcome.problems)


def _demo(console: Console, outcome: Outcome) -> None:
    facts = outcome.facts
    console.print(f"[bold]Пример готов:[/] {_safe(facts['folder'])}\n")
    table = _table("Что сделано", "Итог", indent=0)
    for step, result in facts["steps"]:
        table.add_row(step, _safe(result))
    console.print(table)
    console.print()
    console.print(f"[bold]Показатели за {facts['month']}[/]")
    console.print(indicator_table(facts["indicators"], facts["titles"]))
    console.print("\n[bold]С чего начать смотреть[/]")
    for number, (path, why) in enumerate(facts["look_at"], start=1):
        console.print(f"  {number}. [cyan]{_safe(path)}[/]", overflow="fold", soft_wrap=True)
        console.print(Padding(Text(why, style="dim"), (0, 0, 0, 5)))
    console.print(f"\nДальше: cd {_safe(facts['folder'])}, затем cmtools validate")


def _doctor(console: Console, outcome: Outcome) -> None:
    for check in outcome.data["checks"]:
        mark = "[green]✓[/]" if check["ok"] else "[red]✗[/]"
        console.print(f"{mark} {_safe(check['text'])}", overflow="fold")
        if check["hint"]:
            console.print(Padding(Text(_plain(check["hint"]), style="dim"), (0, 0, 0, 2)))


def _show_files(console: Console, files: Iterable[str]) -> None:
    for name in files:
        console.print(f"[green]✓[/] {_safe(name)}", overflow="fold")


def _table(*titles: str, indent: int = 0) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for title in titles:
        right = title.startswith(">")
        table.add_column(
            title.lstrip(">"), justify="right" if right else "left", no_wrap=right, overflow="fold"
        )
    return table


def _number(value: Decimal, title: str) -> str:
    """A step's value: money with at least its kopecks, percents as they are."""
    whole, _, part = f"{value:,f}".replace(",", NBSP).partition(".")
    part = part.rstrip("0").ljust(0 if title.endswith("%") else 2, "0") if part else ""
    return f"{whole},{part}" if part else whole


def _percent(value: Decimal) -> str:
    return f"{value:.1f}".replace(".", ",") + NBSP + "%"


def _figure(value: object) -> str:
    if value is None:
        return "[dim]—[/]"
    return roubles(Decimal(value)) if isinstance(value, str) else str(value)


def _plain(text: str) -> str:
    """Without control characters: whatever a cell or a file is called, the screen stays whole."""
    return "".join(sign if sign.isprintable() or sign == NBSP else "·" for sign in text)


def _safe(text: str) -> str:
    return escape(_plain(text))


_REPORTERS: Mapping[str, Callable[[Console, Outcome], None]] = {
    "init": _init,
    "validate": _validate,
    "price": _price,
    "explain": _explain,
    "docs": _docs,
    "templates": _templates,
    "fields": _fields,
    "report": _report,
    "plan": _plan,
    "client": _client,
    "demo": _demo,
    "doctor": _doctor,
}
