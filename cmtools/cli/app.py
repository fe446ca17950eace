"""The command line: one thin function a command.

Heavy imports stay inside the functions, so that `cmtools --help` costs little more than typer.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer import Argument, Option

from cmtools import __version__
from cmtools.cli.command import (
    InPlaceOption,
    ManagerOption,
    TodayOption,
    WorkspaceOption,
    command,
    refusing,
    workspace_root,
)
from cmtools.cli.console.progress import progress_bar
from cmtools.cli.daily_commands import add_daily_commands
from cmtools.cli.help import Command, Group
from cmtools.cli.runner import run_app
from cmtools.commands.result import Result

app = typer.Typer(
    name="cmtools",
    help="Книги клиент-менеджера: проверка, цены, документы, план и отчёт.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"]},
)
templates = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"cmtools {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    workspace: WorkspaceOption = None,
    _version: Annotated[
        bool, Option("--version", help="Версия программы.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Книги клиент-менеджера: проверка, цены, документы, план и отчёт."""
    context.obj = workspace


@command(app, "init")
def init(
    folder: Annotated[Path, Argument(metavar="ПАПКА", help="Где создать рабочую папку.")],
) -> Result:
    """Создать пустую рабочую папку с книгами."""
    from cmtools.commands.init import init

    return init(folder)


@command(app, "validate")
def validate(
    root: Path,
    today: date,
    files: Annotated[
        list[Path] | None, Argument(metavar="КНИГА", help="Книги; без них — все.")
    ] = None,
    annotate: Annotated[
        bool, Option("--annotate", help="Сделать копию, где ошибки закрашены и объяснены.")
    ] = False,
) -> Result:
    """Проверить книги: все ошибки с местом и подсказкой."""
    from cmtools.commands.validate import validate

    return validate(root, files or (), today=today, annotate=annotate)


@command(app, "price")
def price(
    root: Path,
    today: date,
    file: Annotated[Path | None, Argument(metavar="КНИГА", help="Книга заказов.")] = None,
    order: Annotated[str | None, Option("--order", metavar="№", help="Один заказ.")] = None,
    explain: Annotated[bool, Option("--explain", help="Показать каждый шаг цены.")] = False,
    in_place: InPlaceOption = False,
) -> Result:
    """Посчитать цены из себестоимости и записать их в копию книги."""
    from cmtools.commands.price import price

    now = datetime.now()
    return price(root, file, order=order, in_place=in_place, explain=explain, today=today, now=now)


@command(app, "merge")
def merge(
    root: Path,
    today: date,
    file: Annotated[Path, Argument(metavar="КОПИЯ", help="Копия книги с чьими-то правками.")],
    base: Annotated[
        Path | None, Option("--base", metavar="КНИГА", help="Из чего сделана; без него найдётся.")
    ] = None,
    in_place: InPlaceOption = False,
) -> Result:
    """Свести копию с книгой рабочей папки: правки обоих, спорное отдельно."""
    from cmtools.commands.merge import merge

    return merge(root, file, base=base, in_place=in_place, today=today, now=datetime.now())


@command(app, "docs")
def docs(
    root: Path,
    today: date,
    order: Annotated[
        list[str] | None, Option("--order", metavar="№", help="Заказ, можно много.")
    ] = None,
    every: Annotated[bool, Option("--all", help="Все заказы.")] = False,
    contract: Annotated[
        str | None, Option("--contract", metavar="№", help="Документы договора.")
    ] = None,
    client: Annotated[
        str | None, Option("--client", metavar="КОД", help="Документы клиента.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        Option(
            "--kind",
            metavar="ВИД",
            help="Вид документа: акт, invoice; можно много; без него — по стадии.",
        ),
    ] = None,
    row: Annotated[
        int | None,
        Option(
            "--row",
            metavar="N",
            help="Строка претензии, передачи, отгрузки; без неё — последняя.",
        ),
    ] = None,
    as_pdf: Annotated[bool, Option("--pdf", help="Сделать ещё и PDF.")] = False,
) -> Result:
    """Сделать документы заказа, договора или клиента в папке клиента."""
    from cmtools.commands.docs import docs
    from cmtools.documents.selection import Selection

    selection = Selection(orders=order or (), every=every, contract=contract, client=client)
    with progress_bar("Документы") as progress:
        return docs(
            root,
            selection,
            kinds=kind or (),
            row=row,
            as_pdf=as_pdf,
            today=today,
            progress=progress,
        )


app.add_typer(templates, name="templates", help="Шаблоны документов: проверка, поля, обновление.")


@command(templates, "check")
def templates_check(
    root: Path,
    fields: Annotated[
        str | None, Option("--fields", metavar="ВИД", help="Показать, что можно писать в шаблоне.")
    ] = None,
) -> Result:
    """Проверить все шаблоны рабочей папки."""
    from cmtools.commands.templates import check_templates, list_fields

    return check_templates(root) if fields is None else list_fields(fields)


@command(templates, "renew")
def templates_renew(root: Path) -> Result:
    """Взять шаблоны этой версии вместо прежних, которых вы не меняли, и недостающих.

    Прежние останутся в папке «Шаблоны/Прежние». Шаблон, в котором вы что-то правили, не заменяется.
    """
    from cmtools.commands.templates import renew_templates

    return renew_templates(root)


@command(app, "report")
def report(
    root: Path,
    today: date,
    month: Annotated[str, Argument(metavar="ГГГГ-ММ", help="Месяц отчёта; last — прошлый.")],
    manager: ManagerOption = None,
    books: Annotated[
        str | None,
        Option("--books", metavar="ШАБЛОН", help="Свести эти книги заказов, например '**/*.xlsx'."),
    ] = None,
    strict: Annotated[
        bool, Option("--strict", help="Считать неудачей, если что-то не вошло.")
    ] = False,
    scheduler: Annotated[
        str | None, Option("--scheduler", metavar="tcp://…", help="Читать книги на кластере Dask.")
    ] = None,
) -> Result:
    """Сделать отчёт за месяц: книгу и документ Word."""
    from cmtools.commands.report import report

    with progress_bar("Чтение книг") as progress:
        return report(
            root,
            month,
            manager=manager,
            books=books,
            strict=strict,
            scheduler=scheduler,
            today=today,
            progress=progress,
        )


@command(app, "plan")
def plan(
    root: Path,
    today: date,
    month: Annotated[str, Argument(metavar="ГГГГ-ММ", help="Месяц плана.")],
    manager: ManagerOption = None,
) -> Result:
    """Сделать план на месяц: книгу и документ Word."""
    from cmtools.commands.plan import plan

    return plan(root, month, manager=manager, today=today)


add_daily_commands(app)


@app.command("watch", cls=Command)
def watch(
    context: typer.Context,
    once: Annotated[bool, Option("--once", help="Разобрать то, что лежит, и закончить.")] = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Следить за папкой «Входящие»: принимать книги, возвращать ошибки."""
    from cmtools.commands.watch import watch

    root, day = workspace_root(context, workspace), today.date() if today else None
    raise typer.Exit(refusing(lambda: watch(root, once=once, today=day), as_json=False))


@command(app, "doctor")
def doctor(root: Path, today: date) -> Result:
    """Посмотреть, всё ли в порядке: папки, права, место, шаблоны, книги."""
    from cmtools.commands.doctor import doctor

    return doctor(root, today=today)


@command(app, "demo")
def demo(
    today: date,
    folder: Annotated[
        Path, Argument(metavar="ПАПКА", help="Где создать рабочую папку с примером.")
    ] = Path("demo"),
) -> Result:
    """Создать живой пример и пройти по нему всю цепочку."""
    from cmtools.commands.demo import demo

    return demo(folder, today=today, now=datetime.now())


def main() -> NoReturn:
    """Run the program."""
    run_app(app)


if __name__ == "__main__":
    main()
