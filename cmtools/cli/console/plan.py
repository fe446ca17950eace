"""Show the plan of a month and its base."""

from __future__ import annotations

from fractions import Fraction

from rich.console import Console

from cmtools.books.choices import Unit
from cmtools.cli.console.layout import NO_FIGURE, safe, show_files, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.cli.console.report import figure_text
from cmtools.commands.plan import PlanResult, mean_in_roubles
from cmtools.tables.parsers import format_roubles


@render.register
def _(result: PlanResult, console: Console) -> None:
    plan = result.plan
    who = plan.manager or "все менеджеры"
    console.print(f"[bold]План на {plan.month:%Y-%m}[/] · {safe(who)}")
    table = table_of("Показатель", ">База", ">Прирост, %", ">План")
    for planned in plan.indicators:
        unit = planned.indicator.unit
        growth = "—" if planned.growth is None else f"{float(planned.growth):g}".replace(".", ",")
        table.add_row(
            planned.indicator.title,
            _base_text(planned.base, unit),
            growth,
            figure_text(planned.plan, unit),
        )
    console.print(table)
    if plan.note:
        console.print(safe(plan.note), style="dim")
    show_problems(console, result.problems)
    show_files(console, result.files)


def _base_text(base: Fraction | None, unit: Unit) -> str:
    if base is None:
        return NO_FIGURE
    if unit is Unit.ROUBLES:
        return format_roubles(mean_in_roubles(base))
    return str(int(base)) if base.denominator == 1 else f"{float(base):.2f}".replace(".", ",")
