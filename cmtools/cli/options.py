"""The options that commands share, and what they stand for where they are not given."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cmtools import __version__

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", metavar="ПАПКА", help="Рабочая папка.")
]


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"cmtools {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", help="Версия программы.", is_eager=True, callback=_show_version),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Ответ одним объектом JSON.")]
TodayOption = Annotated[
    datetime | None,
    typer.Option(
        "--today", formats=["%Y-%m-%d"], metavar="ГГГГ-ММ-ДД", help="Считать этот день сегодняшним."
    ),
]
ManagerOption = Annotated[
    str | None, typer.Option("--manager", metavar="ИМЯ", help="Один менеджер.")
]


def root_of(context: typer.Context, workspace: Path | None) -> Path:
    """The workspace as it stands after the command, or before it; else the current folder."""
    found: Path | None = workspace or context.obj
    return found or Path.cwd()


def today_of(given: datetime | None) -> date:
    """The day that was given, or the clock's."""
    return given.date() if given else date.today()
