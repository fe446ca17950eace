"""Show the duties of a day: what is overdue, then what is due and near."""

from __future__ import annotations

from rich.console import Console

from cmtools.agenda.duty import Duty
from cmtools.cli.console.layout import safe, show_files, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.today import TodayResult
from cmtools.tables.parsers import format_roubles

MOST_DUTIES = 40  # of a group; JSON and the agenda have all


@render.register
def _(result: TodayResult, console: Console) -> None:
    late = [duty for duty in result.duties if duty.date < result.day]
    near = [duty for duty in result.duties if duty.date >= result.day]
    console.print(f"[bold]Повестка на {result.day:%d.%m.%Y}[/]")
    for title, colour, duties in (("Просрочено", "red", late), ("Сегодня и скоро", "green", near)):
        if duties:
            console.print(f"\n[bold {colour}]{title}: {len(duties)}[/]")
            _show_duties(console, result, duties)
    if not result.duties:
        console.print("Дел нет.")
    if result.left_out:
        console.print(
            f"\nНе вошли заказы с ошибками в строке: {result.left_out} — cmtools validate"
        )
    show_problems(console, result.problems)
    show_files(console, result.files)


def _show_duties(console: Console, result: TodayResult, duties: list[Duty]) -> None:
    table = table_of(">Срок", "Что сделать", "Клиент, заказ", ">Сумма")
    for duty in duties[:MOST_DUTIES]:
        client = result.names.get(duty.client or "", duty.client or "")
        table.add_row(
            f"{duty.date:%d.%m.%y}",
            safe(duty.text),
            "\n".join(safe(line) for line in (client, duty.order) if line),
            "" if duty.amount is None else format_roubles(duty.amount),
        )
    console.print(table)
    if len(duties) > MOST_DUTIES:
        console.print(f"…и ещё {len(duties) - MOST_DUTIES}: все — в «{safe(result.files[0])}»")
