"""Show the clients' folders that were made, and what is amiss in all of them."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console

from cmtools.agenda.folder_check import FolderFinding
from cmtools.cli.console.layout import safe, show_problems, table_of
from cmtools.cli.console.render import render
from cmtools.commands.folders import FoldersResult
from cmtools.workspace import CLIENT_FOLDERS

MOST_ITEMS = 12  # of one kind
_TITLES = {
    FolderFinding.NO_FOLDER: "Нет папок (создаст cmtools folders --make)",
    FolderFinding.BLOCKED: "Папки не созданы",
    FolderFinding.RENAMED: "Клиент переименован, папка названа по-старому",
    FolderFinding.SECOND_FOLDER: "Вторая папка того же клиента",
    FolderFinding.NO_CLIENT: "Папки без клиента",
    FolderFinding.NO_CONTRACT: "Нет копии договора в папке «Договор»",
    FolderFinding.NO_PAPER: "Нет документов, которых требует стадия",
    FolderFinding.ORIGINAL: "Просрочены оригиналы",
    FolderFinding.STRAY: "Лежит не в своей папке",
}


@render.register
def _(result: FoldersResult, console: Console) -> None:
    show_problems(console, result.problems)
    for kind, group in groupby(result.items, key=lambda item: item.kind):
        items = [*group]
        console.print(f"[bold]{_TITLES[kind]}[/]: {len(items)}")
        table = table_of("Где", "Что")
        for item in items[:MOST_ITEMS]:
            path = result.workspace.name(item.path).removeprefix(f"{CLIENT_FOLDERS}/")
            table.add_row(safe(path), safe(item.text))
        console.print(table)
        if len(items) > MOST_ITEMS:
            console.print(f"  …и ещё {len(items) - MOST_ITEMS}: все покажет ключ --json")
        console.print()
    if result.files:
        console.print(f"[green]✓[/] Папки созданы или дополнены, клиентов: {len(result.files)}.")
    if result.left_out:
        console.print(f"Не вошли заказы с ошибками в строке: {result.left_out} — cmtools validate")
    mark = "[yellow]![/]" if result.items else "[green]✓[/]"
    console.print(f"{mark} Папок клиентов: {len(result.states)}, замечаний: {len(result.items)}.")
