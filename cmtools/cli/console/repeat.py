"""Show what a new request that repeats an order consists of."""

from __future__ import annotations

from rich.console import Console

from cmtools.cli.console.layout import safe, show_files
from cmtools.cli.console.render import render
from cmtools.commands.repeat import RepeatResult


@render.register
def _(result: RepeatResult, console: Console) -> None:
    console.print(f"Новая заявка {safe(result.order)}, позиций: {len(result.positions)}.")
    console.print("Себестоимость и сроки даст подрядчик; цена — по сегодняшней категории клиента.")
    if result.missing_layouts:
        numbers = ", ".join(map(str, result.missing_layouts))
        console.print(f"[yellow]Нет макета позиций {numbers}:[/] найдите его и впишите в «Макет».")
    show_files(console, result.files)
