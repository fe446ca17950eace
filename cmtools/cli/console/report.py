"""Show the figures of a month, and what they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from cmtools.books.choices import Unit
from cmtools.cli.console.layout import NO_FIGURE, safe, show_files, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.report import ReportResult
from cmtools.json_values import number
from cmtools.reports.heading import period_in_words, whose_in_words
from cmtools.reports.month import Figure
from cmtools.tables.parsers import format_roubles


@render.register
def _(result: ReportResult, console: Console) -> None:
    report, figures = result.report, result.report.figures
    who = whose_in_words(report.manager, report.added_plans)
    period = period_in_words(result.month, report.unfinished_on)
    console.print(f"[bold]Показатели за {period}[/] · {safe(who)}")
    console.print(indicator_table(figures.figures))
    if figures.unpriced_orders:
        console.print(f"[yellow]Заказов с позициями без цены: {figures.unpriced_orders}[/]")
    preliminary = figures.preliminary
    console.print(
        f"Предварительных заявок: {preliminary.orders} на {format_roubles(preliminary.amount)}"
    )
    if report.left_out:
        console.print(f"[yellow]Не вошло строк и книг: {len(report.left_out)}[/]")
        for omission in report.left_out:
            place = omission.place
            where = ", ".join(str(part) for part in (place.file, place.sheet, place.row) if part)
            console.print(f"  {safe(where)}: {safe(omission.reason)}", overflow="fold")
    show_problems(console, result.problems)
    show_files(console, result.files)


def figure_text(value: Decimal | None, unit: Unit) -> str:
    """Write a figure of an indicator, a dash where there is none."""
    if value is None:
        return NO_FIGURE
    if unit is Unit.ROUBLES:
        return format_roubles(value)
    return str(number(value))


def indicator_table(figures: Sequence[Figure]) -> Table:
    """Lay out plan and fact by indicator, and their difference where there is any plan."""
    is_planned = any(figure.plan is not None for figure in figures)
    table = table_of("Показатель", ">План", ">Факт", *((">Отклонение", ">%") if is_planned else ()))
    for figure in figures:
        unit = figure.indicator.unit
        table.add_row(
            figure.indicator.title,
            figure_text(figure.plan, unit),
            figure_text(figure.fact, unit),
            *(_comparison(figure) if is_planned else ()),
        )
    return table


def _comparison(figure: Figure) -> tuple[str, str]:
    """Return the deviation, red below the plan, and the share of the plan that was reached, %."""
    plan, fact = figure.plan, figure.fact
    if plan is None:
        return NO_FIGURE, NO_FIGURE
    deviation = fact - plan
    text = format_roubles(deviation) if figure.indicator.unit is Unit.ROUBLES else f"{deviation:f}"
    colour = "red" if fact < plan else "green"
    share = f"{100 * fact / plan:.1f}".replace(".", ",") if plan else NO_FIGURE
    return f"[{colour}]{text}[/]", share
