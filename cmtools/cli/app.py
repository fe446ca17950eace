"""The command line: a thin face that reads the clock, calls a command and prints its outcome.

Heavy imports wait inside the functions: `cmtools --help` costs little more than typer itself.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cmtools.cli.help import Command, Group
from cmtools.cli.options import (
    JsonOption,
    ManagerOption,
    TodayOption,
    VersionOption,
    WorkspaceOption,
    root_of,
    today_of,
)
from cmtools.cli.runner import (
    answer,
    end_with,
    ran,
    with_progress,
)
from cmtools.tables.reader.prestart import prepare

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


@app.callback()
def options(
    context: typer.Context,
    workspace: WorkspaceOption = None,
    _version: VersionOption = False,
) -> None:
    """Книги клиент-менеджера: проверка, цены, документы, план и отчёт."""
    context.obj = workspace


@app.command("init", cls=Command)
def init(
    folder: Annotated[Path, typer.Argument(metavar="ПАПКА", help="Где создать рабочую папку.")],
    as_json: JsonOption = False,
) -> None:
    """Создать пустую рабочую папку с книгами."""
    from cmtools.commands.init import init as run

    answer(lambda: run(folder), "init", as_json)


@app.command("validate", cls=Command)
def validate(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="КНИГА", help="Книги; без них — все.")
    ] = None,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Сделать копию, где ошибки закрашены и объяснены.")
    ] = False,
    as_json: JsonOption = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Проверить книги: все ошибки с местом и подсказкой."""
    prepare()
    from cmtools.commands.validate import validate as run

    root = root_of(context, workspace)
    answer(
        lambda: run(root, files or (), today=today_of(today), annotate=annotate),
        "validate",
        as_json,
    )


@app.command("price", cls=Command)
def price(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="КНИГА", help="Книга заказов.")] = None,
    order: Annotated[str | None, typer.Option("--order", metavar="№", help="Один заказ.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Показать каждый шаг цены.")] = False,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Записать цены в саму книгу; сначала резерв.")
    ] = False,
    as_json: JsonOption = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Посчитать цены из себестоимости и записать их в копию книги."""
    prepare()
    from cmtools.commands.price import price as run

    root = root_of(context, workspace)
    answer(
        lambda: run(
            root,
            file,
            order=order,
            in_place=in_place,
            today=today_of(today),
            now=datetime.now(),
        ),
        "explain" if explain else "price",
        as_json,
    )


@app.command("docs", cls=Command)
def docs(
    context: typer.Context,
    order: Annotated[
        list[str] | None, typer.Option("--order", metavar="№", help="Заказ, можно много.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Все заказы.")] = False,
    contract: Annotated[
        str | None, typer.Option("--contract", metavar="№", help="Документы договора.")
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="КОД", help="Документы клиента.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", metavar="ВИД", help="Вид документа, можно много; без него — по стадии."
        ),
    ] = None,
    row: Annotated[
        int | None,
        typer.Option(
            "--row", metavar="N", help="Строка претензии или передачи; без неё — последняя."
        ),
    ] = None,
    as_pdf: Annotated[bool, typer.Option("--pdf", help="Сделать ещё и PDF.")] = False,
    as_json: JsonOption = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Сделать документы заказа, договора или клиента в папке клиента."""
    prepare()
    from cmtools.commands.docs import Asked
    from cmtools.commands.docs import docs as run

    root = root_of(context, workspace)
    asked = Asked(orders=order or (), every=every, contract=contract, client=client)
    answer(
        with_progress(
            "Документы",
            lambda progress: run(
                root,
                asked,
                kinds=kind or (),
                row=row,
                as_pdf=as_pdf,
                today=today_of(today),
                progress=progress,
            ),
        ),
        "docs",
        as_json,
    )


templates = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(templates, name="templates", help="Шаблоны документов: проверка и поля.")


@templates.command("check", cls=Command)
def templates_check(
    context: typer.Context,
    fields: Annotated[
        str | None,
        typer.Option("--fields", metavar="ВИД", help="Показать, что можно писать в шаблоне."),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Проверить все шаблоны рабочей папки."""
    from cmtools.commands import templates as run

    if fields is not None:
        answer(lambda: run.fields(fields), "fields", as_json)
    root = root_of(context, workspace)
    answer(lambda: run.check(root), "templates", as_json)


@app.command("report", cls=Command)
def report(
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="ГГГГ-ММ", help="Месяц отчёта.")],
    manager: ManagerOption = None,
    books: Annotated[
        str | None,
        typer.Option(
            "--books", metavar="ШАБЛОН", help="Свести эти книги заказов, например '**/*.xlsx'."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Считать неудачей, если что-то не вошло.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="tcp://…", help="Читать книги на кластере Dask."),
    ] = None,
    as_json: JsonOption = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Сделать отчёт за месяц: книгу и документ Word."""
    prepare()
    from cmtools.commands.report import report as run

    root = root_of(context, workspace)

    answer(
        with_progress(
            "Чтение книг",
            lambda progress: run(
                root,
                month,
                manager=manager,
                books=books,
                strict=strict,
                scheduler=scheduler,
                today=today_of(today),
                progress=progress,
            ),
        ),
        "report",
        as_json,
    )


@app.command("plan", cls=Command)
def plan(
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="ГГГГ-ММ", help="Месяц плана.")],
    manager: ManagerOption = None,
    as_json: JsonOption = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Сделать план на месяц: книгу и документ Word."""
    prepare()
    from cmtools.commands.plan import plan as run

    root = root_of(context, workspace)
    now = datetime.now()
    answer(
        lambda: run(root, month, manager=manager, today=today_of(today), now=now), "plan", as_json
    )


@app.command("client", cls=Command)
def client(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="КОД", help="Код клиента.")],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="ГГГГ-ММ-ДД",
            help="На какой день; без него — на сегодня.",
        ),
    ] = None,
    as_json: JsonOption = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Объяснить категорию клиента и когда он считается потерянным."""
    prepare()
    from cmtools.commands.client import client as run

    root = root_of(context, workspace)
    day = as_of.date() if as_of else None
    answer(lambda: run(root, code, as_of=day, today=today_of(today)), "client", as_json)


@app.command("watch", cls=Command)
def watch(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Разобрать то, что лежит, и закончить.")
    ] = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Следить за папкой «Входящие»: принимать книги, возвращать ошибки."""
    from cmtools.commands.watch import watch as run

    root, day = root_of(context, workspace), today.date() if today else None
    raise typer.Exit(ran(lambda: run(root, once=once, today=day), as_json=False))


@app.command("doctor", cls=Command)
def doctor(
    context: typer.Context,
    as_json: JsonOption = False,
    today: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Посмотреть, всё ли в порядке: папки, права, место, шаблоны, книги."""
    prepare()
    from cmtools.commands.doctor import doctor as run

    root = root_of(context, workspace)
    answer(lambda: run(root, today=today_of(today)), "doctor", as_json)


@app.command("demo", cls=Command)
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="ПАПКА", help="Где создать рабочую папку с примером.")
    ] = Path("demo"),
    as_json: JsonOption = False,
    today: TodayOption = None,
) -> None:
    """Создать живой пример и пройти по нему всю цепочку."""
    prepare()
    from cmtools.commands.demo import demo as run

    now = datetime.now()
    answer(lambda: run(folder, today=today_of(today), now=now), "demo", as_json)


def main() -> NoReturn:
    """Run the program."""
    end_with(app)


if __name__ == "__main__":
    main()
