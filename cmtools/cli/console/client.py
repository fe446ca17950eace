"""Show what is known of a client, the category and why it is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cmtools.books.choices import ClaimDecision
from cmtools.books.orders import Order
from cmtools.cli.console.layout import plain, safe, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.client import ClientResult
from cmtools.tables.parsers import format_roubles
from cmtools.tables.table import InvalidRow

MOST_ORDERS = 20
MOST_DUTIES = 5


@render.register
def _(result: ClientResult, console: Console) -> None:
    client, dossier = result.client, result.dossier
    name = f" {safe(client.get('name'))}" if client.get("name") else ""
    console.print(
        f"[bold]{safe(client.get('code'))}[/]{name} · {safe(client.get('manager') or '—')}"
    )
    _show_lines(console, _requisites(result))
    if dossier.people:
        table = table_of("С кем говорить", "Телефон", "Эл. почта")
        for person in dossier.people:
            who = ", ".join(filter(None, (person.name, person.post)))
            table.add_row(safe(who), safe(person.phone or "—"), safe(person.email or "—"))
        _show(console, table)
    _show_duties(console, result)
    if result.orders:
        _show(console, _orders(result))
    if len(result.orders) > MOST_ORDERS:
        console.print(f"  …и ещё {len(result.orders) - MOST_ORDERS}: все покажет ключ --json")
    if dossier.claims:
        _show(console, _claims(result))
    if dossier.contacts:
        _show(console, _contacts(result))
    status = f", {safe(client.get('status').value)}" if client.get("status") else ""
    console.print(f"\nНа {result.day:%d.%m.%Y}: [bold]{result.state.category.value}[/]{status}")
    _show_lines(console, result.state.explain())
    show_problems(console, result.problems)


def _requisites(result: ClientResult) -> Iterator[str]:
    """Yield the requisites in short, the needs, the folder and the debt."""
    client = result.client

    def join(*parts: str | None) -> str:
        return ", ".join(filter(None, parts))

    numbers = (("ИНН", "inn"), ("КПП", "kpp"), ("ОГРН", "ogrn"))
    yield join(*(f"{title} {client.get(name)}" for title, name in numbers if client.get(name)))
    yield client.get("legal_address") or client.get("postal_address") or ""
    head = " ".join(filter(None, (client.get("head_post"), client.get("head_name"))))
    yield join(head, client.get("phone"), client.get("email"))
    for title, name in (
        ("Явные потребности", "open_needs"),
        ("Скрытые потребности", "hidden_needs"),
    ):
        yield f"{title}: {client.get(name)}" if client.get(name) else ""
    yield f"Папка: {result.folder or 'нет — cmtools folders --make'}"
    if result.dossier.debt:
        yield f"Долг: {format_roubles(result.dossier.debt)}"


def _show_duties(console: Console, result: ClientResult) -> None:
    dossier = result.dossier
    if dossier.following is None:
        return
    duties = dossier.duties or [dossier.following]
    table = table_of("Следующий шаг" if len(duties) == 1 else "Следующие шаги", "Что сделать")
    for duty in duties[:MOST_DUTIES]:
        colour = "red" if duty.date < dossier.today else "default"
        table.add_row(f"[{colour}]{duty.date:%d.%m.%Y}[/]", safe(duty.title))
    _show(console, table)
    if len(duties) > MOST_DUTIES:
        console.print(f"  …и ещё {len(duties) - MOST_DUTIES}: cmtools today")


def _orders(result: ClientResult) -> Table:
    table = table_of("Заказ", "Дата", "Стадия", ">Сумма", ">Долг", "В счёт")
    for order in result.orders[:MOST_ORDERS]:
        table.add_row(
            safe(order.get("number") or "—"),
            f"{order.get('on'):%d.%m.%y}",
            *_course(result, order),
            "да" if result.counts(order) else "[dim]нет[/]",
        )
    return table


def _course(result: ClientResult, order: Order | InvalidRow) -> tuple[str, str, str]:
    """Return the stage of an order, its sum and what is owed; a request is owed nothing."""
    found = result.dossier.orders.get(order.get("number") or "")
    if found is None:
        return "[red]ошибка в строке[/]", "", ""
    code = found.order.stage
    stage = f"{code} {result.dossier.stages.get(code, '')}".rstrip()
    if found.order.closed:
        stage = f"закрыт {found.order.closed:%d.%m.%y}"
    elif not found.is_final:
        stage = f"{stage} (заявка)"
    total = "нет цены" if found.total is None else format_roubles(found.total)
    return safe(stage), total, format_roubles(found.debt) if found.debt and found.is_final else ""


def _claims(result: ClientResult) -> Table:
    table = table_of("Претензия", "Заказ", "Причина", ">Сумма", "Решение")
    for claim in result.dossier.claims:
        colour = "red" if claim.decision is ClaimDecision.OPEN else "default"
        table.add_row(
            f"{claim.on:%d.%m.%y}",
            safe(claim.order),
            safe(claim.reason),
            format_roubles(claim.amount),
            f"[{colour}]{claim.decision.value}[/]",
        )
    return table


def _contacts(result: ClientResult) -> Table:
    table = table_of("Контакт", "Вид", "Кто и с кем", "О чём")
    for touch in result.dossier.contacts:
        people = " → ".join(filter(None, (touch.who, touch.whom)))
        table.add_row(f"{touch.on:%d.%m.%y}", touch.kind.value, safe(people), safe(touch.content))
    return table


def _show(console: Console, table: Table) -> None:
    console.print(Padding(table, (1, 0, 0, 2)))


def _show_lines(console: Console, lines: Iterable[str]) -> None:
    for line in filter(None, lines):
        console.print(Padding(Text(plain(line)), (0, 0, 0, 2)))
