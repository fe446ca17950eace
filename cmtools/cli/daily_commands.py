"""The commands of a manager's day: what is due, what waits for the director, the clients."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from cmtools.cli.command import InPlaceOption, ManagerOption, command
from cmtools.commands.result import Result

ClientArgument = Annotated[str, Argument(metavar="КОД", help="Код клиента или часть имени.")]


def add_daily_commands(app: typer.Typer) -> None:
    """Register the commands in the order in which the help lists them."""
    functions = (today, apply, approvals, board, losses, repeat, handover, letters, folders, client)
    for function in functions:
        command(app, function.__name__)(function)


def today(
    root: Path,
    today: date,
    manager: ManagerOption = None,
    ics: Annotated[
        Path | None, Option("--ics", metavar="ФАЙЛ", help="Записать дела календарём (.ics).")
    ] = None,
) -> Result:
    """Показать, что сделать сегодня: просроченное, сроки, долги, оригиналы, касания."""
    from cmtools.commands.today import today as find_today

    return find_today(root, manager=manager, ics=ics, today=today)


def apply(
    root: Path,
    today: date,
    files: Annotated[
        list[Path], Argument(metavar="ФАЙЛ", help="Заполненная повестка или «На согласование».")
    ],
    in_place: Annotated[
        bool, Option("--in-place", help="Записать в сами книги; сначала резерв.")
    ] = False,
) -> Result:
    """Записать в книги то, что заполнено в повестке."""
    from cmtools.commands.apply import apply

    return apply(root, files, in_place=in_place, today=today, now=datetime.now())


def approvals(root: Path, today: date) -> Result:
    """Собрать для директора заказы с низкой маржой и планы, которые ждут решения."""
    from cmtools.commands.approvals import approvals

    return approvals(root, today=today)


def board(root: Path, today: date) -> Result:
    """Показать открытые заказы по стадиям."""
    from cmtools.commands.board import board

    return board(root, today=today)


def losses(
    root: Path,
    today: date,
    days: Annotated[
        int, Option("--days", min=0, metavar="N", help="На сколько дней вперёд; без него — 60.")
    ] = 60,
) -> Result:
    """Показать, кто из клиентов скоро потеряется или заказывает реже обычного."""
    from cmtools.commands.losses import losses

    return losses(root, days=days, today=today)


def repeat(
    root: Path,
    today: date,
    order: Annotated[str, Argument(metavar="№", help="Заказ, который повторяют.")],
    quantity: Annotated[
        list[str] | None,
        Option("--quantity", metavar="ПОЗ=N", help="Другой тираж позиции; ключ можно повторить."),
    ] = None,
    in_place: InPlaceOption = False,
) -> Result:
    """Завести новую заявку как прежний заказ: позиции и макеты те же, цены и сроки — заново."""
    from cmtools.commands.repeat import repeat

    return repeat(
        root,
        order,
        quantities=quantity or (),
        in_place=in_place,
        today=today,
        now=datetime.now(),
    )


def handover(
    root: Path,
    today: date,
    code: ClientArgument,
    to: Annotated[
        str, Option("--to", metavar="ИМЯ", help="Кому передать: ФИО; нового — полностью.")
    ],
    reason: Annotated[
        str | None,
        Option("--reason", metavar="ПРИЧИНА", help="Как в реестре: VIP, совмещение; иначе прочее."),
    ] = None,
    in_place: InPlaceOption = False,
) -> Result:
    """Передать клиента другому менеджеру: книги, соглашение, папка с делами."""
    from cmtools.commands.handover import handover

    return handover(
        root, code, to=to, reason=reason, in_place=in_place, today=today, now=datetime.now()
    )


def letters(
    root: Path,
    today: date,
    kind: Annotated[
        str,
        Option("--kind", metavar="ВИД", help="greeting, touch, readiness, debt или repeat."),
    ],
    client: Annotated[
        list[str] | None,
        Option("--client", metavar="КОД", help="Только этому клиенту; ключ можно повторить."),
    ] = None,
    order: Annotated[
        list[str] | None,
        Option("--order", metavar="№", help="Только по этому заказу; ключ можно повторить."),
    ] = None,
    days: Annotated[
        int | None, Option("--days", min=0, metavar="N", help="На сколько дней вперёд смотреть.")
    ] = None,
) -> Result:
    """Сделать черновики писем клиентам (.eml); отправляет их человек."""
    from cmtools.commands.letters import letters

    return letters(root, kind, clients=client or (), orders=order or (), days=days, today=today)


def folders(
    root: Path,
    today: date,
    make: Annotated[bool, Option("--make", help="Создать папки, которых не хватает.")] = False,
) -> Result:
    """Проверить папки клиентов: чего не хватает, что лежит не там; ничего не переносит."""
    from cmtools.commands.folders import folders

    return folders(root, make=make, today=today)


def client(
    root: Path,
    today: date,
    code: ClientArgument,
    as_of: Annotated[
        datetime | None,
        Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="ГГГГ-ММ-ДД",
            help="На какой день; без него — на сегодня.",
        ),
    ] = None,
) -> Result:
    """Показать всё о клиенте: люди, заказы, долг, контакты, следующий шаг, категория."""
    from cmtools.commands.client import client

    return client(root, code, as_of=as_of.date() if as_of else None, today=today)
