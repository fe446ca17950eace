"""Write computed prices into a copy of an order book, or into the book itself after a backup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from cmtools.books.dropdown_lists import lists_from_dataset
from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK, ORDERS, PAYMENTS, POSITIONS
from cmtools.books.register import CLIENTS
from cmtools.changed_book import refuse_open, save_changed, write_copy
from cmtools.errors import Unavailable
from cmtools.files import atomic_write, checksum
from cmtools.pricing.breakdown import computed_cells, costing_sheet, order_values, position_values
from cmtools.pricing.order_problems import money_received
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.price import ZERO
from cmtools.pricing.session import Session
from cmtools.tables.patch.book_edit import EditRefused, SheetEdit, apply_edits, refuse_locked
from cmtools.tables.patch.cells import CellValue, filled_columns
from cmtools.tables.patch.foreign_parts import drop_foreign_parts
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.plain_sheet import add_plain_sheet
from cmtools.tables.reader.formulas import find_formulas
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import Table
from cmtools.tables.writer.dropdowns import refresh_lists
from cmtools.workspace import PRICED


def write_priced_copies(session: Session, books: Sequence[BookFile]) -> list[str]:
    """Write the priced copy of each book beside it; return their names.

    All books are read before any copy is written.

    Raises:
        OSError: no rights, no room.
    """
    packages = [Package(book.path) for book in books]
    workspace = session.workspace
    paths = [
        write_copy(workspace, book.path, PRICED, partial(_fill_copy, session, book, package))
        for book, package in zip(books, packages, strict=True)
    ]
    return [workspace.name(path) for path in paths]


def write_priced_copy(session: Session, book: BookFile, path: Path) -> None:
    """Write the priced copy of a book that was read.

    Raises:
        OSError: no rights, no room.
    """
    with atomic_write(path) as aside:
        _fill_copy(session, book, Package(book.path), aside)


def write_prices_in_place(session: Session, books: Sequence[BookFile], now: datetime) -> list[str]:
    """Write the prices into each book itself; return the names of backups and books.

    The bytes of a book are safe in a new backup, named by `now`, before it is written.

    Raises:
        Unavailable: a book is open, or would lose macros or a signature.
        OSError: no rights, no room.
    """
    for book in books:
        refuse_open(book)
    before = [checksum(book.path) for book in books]
    packages = [(book, Package(book.path)) for book in books]
    _refuse_locked(packages)
    names: list[str] = []
    for (book, package), read in zip(packages, before, strict=True):
        _fill(session, book, package)
        names += save_changed(
            session.workspace, book, package.save, suffix=PRICED, before=read, now=now
        )
    return names


def _refuse_locked(packages: Iterable[tuple[BookFile, Package]]) -> None:
    for book, package in packages:
        try:
            refuse_locked(package)
        except EditRefused as error:
            reason = f"в «{book.name}» {error}: цены можно записать только в копию"
            raise Unavailable(reason) from error


def _fill_copy(session: Session, book: BookFile, package: Package, path: Path) -> None:
    _fill(session, book, package)
    drop_foreign_parts(package)
    rules = session.prices.tariff.rules
    add_plain_sheet(package, costing_sheet(_orders_of(session, book), rules))
    package.save(path)


def _fill(session: Session, book: BookFile, package: Package) -> None:
    """Put the prices and the drop-down lists into the parts of a book."""
    dataset = session.loaded.dataset
    for table, values in _computed_values(session, _orders_of(session, book)).items():
        for sheet in dataset.sheets(table):
            if sheet.source.file == book.name:
                own, cells = _own_rows(package, sheet), computed_cells(sheet, values)
                cells = {place: value for place, value in cells.items() if place[0] not in own}
                apply_edits(package, {table.title: SheetEdit(cells=cells)})
    refresh_lists(package, ORDER_BOOK, lists_from_dataset(ORDER_BOOK, dataset))


def _own_rows(package: Package, sheet: Sheet[Any]) -> set[int]:
    """Return the rows below the data that a manager made: totals, headings, formulas."""
    xml = package[package.sheet_part(sheet.table.title)]
    formulas, computed = find_formulas(xml).keys(), {*sheet.computed_columns.values()}
    below = {*range(sheet.header + 1, sheet.last_row + 1)}.difference(sheet.rows)
    return {
        row
        for row, columns in filled_columns(xml).items()
        if row in below
        and (columns - computed or any((row, column) in formulas for column in columns))
    }


def _computed_values(
    session: Session, orders: Sequence[PricedOrder]
) -> Mapping[Table[Any], Mapping[int, Sequence[CellValue]]]:
    """Return the values of the computed columns by table and row."""
    dataset = session.loaded.dataset
    clients = {client.get("code"): client.get("name") for client in dataset.entries(CLIENTS)}
    paid = money_received(dataset.records(PAYMENTS))
    return {
        ORDERS: {
            order.entry.row: order_values(
                order, clients.get(order.entry.get("client")), paid.get(order.number, ZERO)
            )
            for order in orders
        },
        POSITIONS: {
            entry.row: position_values(line)
            for order in orders
            for entry, line in order.positions
            if line is not None
        },
    }


def _orders_of(session: Session, book: BookFile) -> list[PricedOrder]:
    return [order for order in session.prices.orders if order.entry.source.file == book.name]
