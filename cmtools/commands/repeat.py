"""`cmtools repeat`: a new request like an order that was made before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cmtools.agenda.answered_books import find_edits
from cmtools.agenda.missing_papers import ClientFiles
from cmtools.agenda.outcome import NewRow
from cmtools.agenda.repeat_order import next_number, repeat_order
from cmtools.books.copies import order_numbers
from cmtools.books.loader import BookFile, BookLoader
from cmtools.books.orders import LAYOUTS, ORDERS, POSITIONS, Position
from cmtools.books.settings import STAGES
from cmtools.changed_book import find_copy_path, save_changed
from cmtools.commands.result import Result
from cmtools.commands.session import open_session
from cmtools.errors import UsageError
from cmtools.files import checksum
from cmtools.pricing.orders import PricedOrder, find_order
from cmtools.pricing.session import Session
from cmtools.tables.patch.book_edit import write_edits
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.sheet import Sheet
from cmtools.tables.table import InvalidRow
from cmtools.workspace import DRAFT, copy_path, find_workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class RepeatResult(Result):
    """The new request: its number, its positions and those whose layout is not on file."""

    order: str
    positions: tuple[int, ...]
    missing_layouts: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "order": self.order,
            "positions": list(self.positions),
            "missing_layouts": list(self.missing_layouts),
            "files": list(self.files),
        }


def repeat(
    root: Path,
    order: str,
    *,
    quantities: Sequence[str] = (),
    in_place: bool = False,
    today: date,
    now: datetime,
) -> RepeatResult:
    """Write a new request like an order into a draft of its book, or `in_place` into the book.

    quantities: «№ п/п=run» for the positions of which another number is wanted.

    Raises:
        UsageError: no such order or position, their rows have errors, or there are no stages.
        Unavailable: the book is open, or cannot be changed without a loss.
        WorkspaceError: no workspace.
        OSError: no rights, no room.
    """
    before = {book.name: checksum(book.path) for book in find_workspace(root).books()}
    session = open_session(root, today)
    dataset, found = session.loaded.dataset, find_order(session.prices.orders, order)
    if found.order is None:
        raise UsageError(f"в строке заказа {found.number} есть ошибки: cmtools validate")
    positions, stages = _positions(found), dataset.records(STAGES)
    if not stages:
        raise UsageError("стадии не прочитаны: проверьте «Настройки», лист «Стадии»")
    book = next(b for b in session.targets if b.name == found.entry.source.file)
    numbers = {one.number for one in session.prices.orders} | _drafted_numbers(session, book, found)
    repeated = repeat_order(
        found.order,
        positions,
        number=next_number(found.number, numbers, today),
        today=today,
        stages=stages,
        layouts=[one for one in dataset.records(LAYOUTS) if one.order == found.order.number],
        files=_client_files(session, found.order.client),
        quantities=_parse_quantities(quantities, positions),
    )
    sheets: list[Sheet[Any]] = [*dataset.sheets(ORDERS), *dataset.sheets(POSITIONS)]
    of_table = {ORDERS.title: [repeated.order], POSITIONS.title: repeated.positions}
    rows = [
        NewRow(table=sheet.table, source=sheet.source, values=values)
        for sheet in sheets
        if sheet.source.file == book.name
        for values in of_table[sheet.table.title]
    ]
    edits = find_edits(dataset, (), rows)[book.name]
    files = save_changed(
        session.workspace,
        book,
        lambda path: write_edits(book.path, edits, path),
        suffix=DRAFT,
        before=before.get(book.name),
        now=now if in_place else None,
        subject=found.number,
    )
    return RepeatResult(
        files=files,
        order=str(repeated.order["number"]),
        positions=tuple(position.number for position in positions),
        missing_layouts=repeated.missing_layouts,
    )


def _drafted_numbers(session: Session, book: BookFile, repeated: PricedOrder) -> Set[str]:
    """Return the numbers in the other drafts of a book: they may yet come into it."""
    own = find_copy_path(session.workspace, book.path, DRAFT, repeated.number)
    with Reader(session.workspace.limits()) as reader:
        drafts = BookLoader(reader)
        for path in sorted(book.path.parent.iterdir()):
            if path.name.startswith(copy_path(book.path, DRAFT).stem) and path != own:
                drafts.read(BookFile(path=path, name=path.name))
    return {number for numbers in order_numbers(drafts.sheets).values() for number in numbers}


def _positions(order: PricedOrder) -> list[Position]:
    entries = [position.entry for position in order.positions]
    sound = [entry for entry in entries if not isinstance(entry, InvalidRow)]
    if len(sound) < len(entries):
        raise UsageError(f"в позициях заказа {order.number} есть ошибки: cmtools validate")
    return sound


def _parse_quantities(typed: Iterable[str], positions: Iterable[Position]) -> Mapping[int, int]:
    known = {position.number for position in positions}
    quantities = {}
    for text in typed:
        number, _, quantity = text.partition("=")
        if not (number.isdecimal() and quantity.isdecimal() and int(quantity)):
            raise UsageError(f"--quantity {text}: нужно № п/п=тираж, например 1=500")
        if int(number) not in known:
            numbers = ", ".join(map(str, sorted(known)))
            raise UsageError(f"--quantity {text}: в заказе нет такой позиции; есть {numbers}")
        quantities[int(number)] = int(quantity)
    return quantities


def _client_files(session: Session, code: str) -> set[str]:
    """Return the names of all files in a client's folder."""
    folder = ClientFiles(session).folder(code)
    return {path.name for path in folder.rglob("*") if path.is_file()} if folder else set()
