"""Drops for a watched folder: `python -m benchmarks.drops FOLDER BOOKS FILES`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import TODAY
from benchmarks.workspaces import Row, read_settings_and_clients, write_workspace
from cmtools.books.blanks import lists_from_dataset
from cmtools.books.default_rows import shipped_rows
from cmtools.books.orders import CONTRACTS, ORDER_BOOK, ORDERS, POSITIONS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import STAGES
from cmtools.tables.table import Table
from cmtools.tables.writer.workbook import SheetRows, write_book
from cmtools.workspace import INBOX

ORDERS_A_BOOK = 20
FIVE = (
    "Предмет договора",
    "Цена и условия оплаты",
    "Ответственность покупателя",
    "Условия поставки",
    "Ответственность продавца",
)


def write_drops(folder: Path, books: int, files: int) -> None:
    """A workspace without orders, in its inbox so many order books and so many foreign files."""
    write_workspace(folder, 0)
    dataset = read_settings_and_clients(folder)
    lists = lists_from_dataset(ORDER_BOOK, dataset)
    clients = [(client.code, client.manager) for client in dataset.records(CLIENTS)]
    for number in range(1, books + 1):
        placed = [*_orders(number, clients)]
        rows: dict[Table[Any], SheetRows] = {
            ORDERS: placed,
            POSITIONS: [line for order in placed for line in _positions(order)],
            CONTRACTS: [_contract(order) for order in placed],
        }
        write_book(folder / INBOX / f"менеджер {number:04d}.xlsx", ORDER_BOOK, rows, lists)
    for number in range(files):
        (folder / INBOX / f"заметка {number:05d}.txt").write_text(f"заметка {number}", "utf-8")


def _orders(book: int, clients: list[tuple[str, str]]) -> Iterator[Row]:
    """Orders spread over all stages: about one document each."""
    rng = Random(book)
    stages = [str(row["Код"]) for row in shipped_rows()[STAGES]]
    for place in range(1, ORDERS_A_BOOK + 1):
        number = f"З-2026-{book:04d}-{place:02d}"
        client, manager = rng.choice(clients)
        on = TODAY - timedelta(days=rng.randrange(1, 60))
        yield {
            "№ заказа": number,
            "Дата заказа": on,
            "Код клиента": client,
            "Менеджер": manager,
            "Вид заявки": "окончательная",
            "Стадия": rng.choice(stages),
            "Дата стадии": on,
            "Срок изготовления": on + timedelta(days=10),
            "Срок поставки": on + timedelta(days=14),
            "Способ доставки": "самовывоз",
            "№ договора": f"Д-{number}",
        }


def _positions(order: Row) -> Iterator[Row]:
    for place in (1, 2):
        yield {
            "№ заказа": order["№ заказа"],
            "№ п/п": place,
            "Вид продукции": "визитки",
            "Наименование": f"Визитки, тираж {place}",
            "Тираж": 1000 * place,
            "Ед.": "шт",
            "Дизайн": "готовый макет",
            "Макет": "макет.pdf",
            "Себестоимость за ед.": Decimal("3.20"),
        }


def _contract(order: Row) -> Row:
    return {
        "№ договора": order["№ договора"],
        "Дата": order["Дата заказа"],
        "Код клиента": order["Код клиента"],
        **dict.fromkeys(FIVE, "По соглашению сторон."),
    }


if __name__ == "__main__":
    write_drops(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
