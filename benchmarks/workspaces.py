"""Workspaces of any size in which a check finds nothing: `python -m benchmarks.workspaces`.

With a number of books after the number of orders, so many books of so many orders lie in `books/`;
with a number of copies after that, so many copies of the book, each edited elsewhere, in `copies/`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import TODAY
from cmtools.books.dropdown_lists import lists_from_dataset
from cmtools.books.loader import BookFile, load_books
from cmtools.books.orders import CONTRACTS, ORDER_BOOK, ORDERS, PAYMENTS, POSITIONS
from cmtools.books.register import CLIENTS, REGISTER
from cmtools.books.settings import CONTRACTORS, SETTINGS
from cmtools.commands.init import init
from cmtools.demo import write_sample
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.merge.in_place import stamp_new_books
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import SheetEdit, write_edits
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.tables.table import Table
from cmtools.tables.writer.workbook import SheetRows, build_book
from cmtools.workspace import Workspace

POSITIONS_AN_ORDER = 5
EDITED_ROW = 50  # of so many positions one is edited in a copy

Row = dict[str, object]


def write_workspace(folder: Path, orders: int, books: int = 0, copies: int = 0) -> Path:
    """A workspace of the sample's settings and clients and of so many made-up orders; its book.

    Beside it as many more `books` of other orders in `books/`, and `copies` of its own.
    """
    init(folder)
    write_sample(folder, TODAY)
    dataset = read_settings_and_clients(folder)
    lists = lists_from_dataset(ORDER_BOOK, dataset)
    clients = [(client.code, client.manager) for client in dataset.records(CLIENTS)]
    contractors = [contractor.name for contractor in dataset.records(CONTRACTORS)]
    paths = [folder / ORDER_BOOK.file_name]
    paths += [folder / "books" / f"{number:04}.xlsx" for number in range(books)]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        first = number * orders + 1
        rows: dict[Table[Any], SheetRows] = {
            ORDERS: list(_orders(orders, clients, contractors, first)),
            POSITIONS: list(positions(orders, first)),
            PAYMENTS: list(_payments(orders, first)),
            CONTRACTS: [_contract(client) for client, _ in clients] if number < 2 else (),
        }
        path.write_bytes(build_book(ORDER_BOOK, rows, lists))
    if copies:
        stamp_new_books(Workspace(folder))
        write_copies(paths[0], copies, folder / "copies")
    return paths[0]


def write_copies(book: Path, copies: int, folder: Path) -> None:
    """Copies of a book; each has other quantities in its own rows, one of each 50."""
    loaded = load_books(
        [BookFile(path=book, name=book.name)],
        [],
        InProcessReader(limits=Limits()),
        TODAY,
        STANDARD_DOCUMENTS,
    )
    (sheet,) = loaded.dataset.sheets(POSITIONS)
    column = sheet.source.columns["quantity"]
    folder.mkdir()
    for number in range(copies):
        cells = {(row, column): 100 + row for row in sheet.rows[number::EDITED_ROW]}
        edits = {POSITIONS.title: SheetEdit(cells=cells)}
        write_edits(book, edits, folder / f"{number}.xlsx")


def read_settings_and_clients(folder: Path) -> Dataset:
    """Read the books on which the books of orders rest."""
    files = [
        BookFile(path=folder / book.file_name, name=book.name, book=book)
        for book in (SETTINGS, REGISTER)
    ]
    return load_books(
        [], files, InProcessReader(limits=Limits()), TODAY, STANDARD_DOCUMENTS
    ).dataset


def positions(orders: int, first: int = 1) -> Iterator[Row]:
    """Five lines for each of so many orders; names, layouts and costs hardly repeat."""
    rng = Random(2 * first)
    for serial in range(first, first + orders):
        for place in range(1, POSITIONS_AN_ORDER + 1):
            kind = rng.choice(("визитки", "листовки", "буклеты", "каталоги", "плакаты"))
            yield {
                "№ заказа": _number(serial),
                "№ п/п": place,
                "Вид продукции": kind,
                "Наименование": f"{kind.capitalize()} А{place}, серия {rng.randrange(10**6)}",
                "Тираж": rng.randrange(50, 20000),
                "Ед.": "шт",
                "Дизайн": "готовый макет",
                "Макет": f"{_number(serial)}-{place}.pdf",
                "Материалы": f"Мелованная бумага {rng.randrange(90, 320, 10)} г/м²",
                "Тип упаковки": rng.choice(("Коробка", "Плёнка", None)),
                "Маркировка": _number(serial),
                "Себестоимость за ед.": Decimal(rng.randrange(10_000, 5_000_000)) / 10_000,
                "Доп. расходы": Decimal(rng.randrange(500_000)) / 100 if place == 1 else None,
            }


def _orders(
    count: int, clients: list[tuple[str, str]], contractors: list[str], first: int
) -> Iterator[Row]:
    rng = Random(first)
    for serial in range(first, first + count):
        placed = TODAY - timedelta(days=rng.randrange(300))
        client, manager = rng.choice(clients)
        yield {
            "№ заказа": _number(serial),
            "Дата заказа": placed,
            "Код клиента": client,
            "Менеджер": manager,
            "Вид заявки": rng.choice(("предварительная", "окончательная", "окончательная")),
            "Стадия": rng.choice(("2.4", "3.1", "3.3", "3.6 Уведомить клиента о готовности")),
            "Дата стадии": placed + timedelta(days=1),
            "Подрядчик": rng.choice(contractors),
            "Срок изготовления": placed + timedelta(days=10),
            "Срок поставки": placed + timedelta(days=rng.randrange(10, 30)),
            "Способ доставки": "доставка",
            "Адрес доставки": f"г. Ярославль, ул. Печатников, д. {serial % 977 + 1}",
            "Стоимость доставки": rng.randrange(300, 3000, 50),
            "Предоплата, %": rng.choice((0, 50, 100)),
            "Срок оплаты остатка, дней": rng.choice((5, 10, 30)),
            "№ договора": _contract_number(client),
            "Примечание": f"Звонить заранее, пропуск № {serial}" if serial % 3 else None,
        }


def _payments(orders: int, first: int) -> Iterator[Row]:
    rng = Random(3 * first)
    for serial in range(first, first + orders):
        yield {
            "Дата": TODAY - timedelta(days=rng.randrange(300)),
            "№ заказа": _number(serial),
            "Вид": "от клиента",
            "Сумма": Decimal(rng.randrange(10_000, 50_000_000)) / 100,
            "Документ": f"п/п № {serial}",
        }


def _contract(client: str) -> Row:
    entities = ("Предмет договора", "Цена и условия оплаты", "Ответственность покупателя",
                "Условия поставки", "Ответственность продавца")  # fmt: skip
    return {
        "№ договора": _contract_number(client),
        "Дата": TODAY - timedelta(days=400),
        "Код клиента": client,
        **{entity: f"{entity} стоит в договоре целиком." for entity in entities},
    }


def _contract_number(client: str) -> str:
    return f"ДС-{client}"


def _number(serial: int) -> str:
    return f"З-2026-{serial:05d}"


if __name__ == "__main__":
    write_workspace(Path(sys.argv[1]), *map(int, sys.argv[2:]))
