"""Write the prices that papers promise into the book «Согласованные цены»."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from cmtools import known_files
from cmtools.books.agreed import (
    AGREED_BOOK,
    AGREED_PRICES,
    AgreedPrice,
    AgreedRow,
    agreed_rows,
    find_agreed,
    is_doubtful,
)
from cmtools.books.loader import BookFile, BookLoader
from cmtools.changed_book import refuse_open
from cmtools.errors import Unavailable
from cmtools.files import atomic_write
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.price import Line
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.book_edit import EditRefused, SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.tables.sheet import Sheet
from cmtools.workspace import Workspace, bundled_folder

LOCK = ".cmtools/lock"
"""Held in a workspace by whoever writes papers and what they promise."""


class AgreedChanged(Unavailable):
    """Another price was agreed since this one was computed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """A price that a paper promises, with VAT; plain values that JSON holds.

    on: the day of the promise, as 2026-11-28. ground: the paper.
    terms, replaced: what is agreed, and what the row said when the price was computed; None where
    there was no row.
    """

    order: str
    number: int
    kind: str
    quantity: int
    price: str
    on: str
    ground: str
    replaced: str | None

    @property
    def terms(self) -> str:
        """What is agreed, to be compared."""
        return _terms(self.kind, self.quantity, Decimal(self.price))


def agreements(
    priced: PricedOrder, lines: Iterable[Line], ground: str, today: date
) -> Iterator[Agreement]:
    """Yield the prices that a paper with these lines of an order promises anew.

    A paper of a preliminary request promises nothing.
    """
    if priced.order is None or not priced.order.is_final:
        return
    for line in lines:
        position = line.position
        agreement = Agreement(
            order=priced.number,
            number=position.number,
            kind=position.kind,
            quantity=position.quantity,
            price=f"{line.price:f}",
            on=today.isoformat(),
            ground=ground,
            replaced=_terms_of(find_agreed(priced.agreed, position.number)),
        )
        if agreement.terms != agreement.replaced:
            yield agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreedBookEdit:
    """New prices for the book, to be written into it."""

    workspace: Workspace
    source: Path
    edit: SheetEdit

    def save(self) -> None:
        """Write them.

        Raises:
            Unavailable: the book has macros or a signature.
            OSError: no rights, no room.
        """
        root, path = self.workspace.root, self.workspace.path(AGREED_BOOK.file_name)
        known_files.keep_last_edit(root, path)
        with atomic_write(path) as aside:
            try:
                write_edits(self.source, {AGREED_PRICES.title: self.edit}, aside)
            except EditRefused as refusal:
                raise Unavailable(f"{AGREED_BOOK.file_name}: {refusal}") from refusal
            known_files.add_file(root, aside)


def prepare_edit(workspace: Workspace, promised: Sequence[Agreement]) -> AgreedBookEdit | None:
    """Compare prices with the book as it is now; None where it has them already.

    To be called, and the edit saved, by a holder of `LOCK`.

    Raises:
        Unavailable: the book is open or cannot be read.
        AgreedChanged: another price was agreed meanwhile.
        OSError: no rights, no room.
    """
    if not promised:
        return None
    path = workspace.path(AGREED_BOOK.file_name)
    source = path if path.exists() else bundled_folder("workbooks") / AGREED_BOOK.file_name
    sheet = _read(source)
    rows = agreed_rows(Dataset([sheet]))
    cells: dict[tuple[int, int], CellValue] = {}
    appended: list[Mapping[int, CellValue]] = []
    for one in _each_position_once(promised):
        row = rows.get(normalize_name(one.order), {}).get(one.number)
        terms = _terms_of(row)
        if terms == one.terms:
            continue
        if terms != one.replaced:
            raise AgreedChanged(
                f"цена позиции {one.number} заказа {one.order} только что согласована другой: "
                "повторите команду"
            )
        if row is None:
            appended.append(_cells(sheet, one))
        else:
            new = _cells(sheet, one, note=_note(row))
            cells |= {(row.row, column): value for column, value in new.items()}
    if not cells and not appended:
        return None
    refuse_open(BookFile(path=path, name=path.name))
    edit = SheetEdit(cells=cells, appended=appended, header=sheet.header)
    return AgreedBookEdit(workspace=workspace, source=source, edit=edit)


def _each_position_once(promised: Iterable[Agreement]) -> Iterable[Agreement]:
    """Return the first promise for each position: two papers of one moment state one price."""
    first: dict[tuple[str, int], Agreement] = {}
    for one in promised:
        first.setdefault((one.order, one.number), one)
    return first.values()


def _read(path: Path) -> Sheet[AgreedPrice]:
    reading = BookLoader(InProcessReader(limits=Limits()))
    reading.read(BookFile(path=path, name=path.name, book=AGREED_BOOK))
    if not reading.sheets:
        raise Unavailable(f"книга «{path.name}» не читается: {reading.problems[0].message}")
    return reading.sheets[0]


def _cells(
    sheet: Sheet[AgreedPrice], one: Agreement, note: str | None = None
) -> Mapping[int, CellValue]:
    """Return the cells of a row by column."""
    columns = sheet.source.columns
    values: dict[str, CellValue] = {
        "order": one.order,
        "number": one.number,
        "kind": one.kind,
        "quantity": one.quantity,
        "price": Decimal(one.price),
        "on": date.fromisoformat(one.on),
        "ground": one.ground,
    }
    cells = {columns[name]: value for name, value in values.items()}
    if note is not None:
        cells[columns.get("note", sheet.width + 1)] = note
    return cells


def _note(row: AgreedRow) -> str:
    """Word the price that a row had until now, behind what was noted before."""
    price, day = f"{row.get('price'):f}".replace(".", ","), row.get("on")
    parts = [
        f"прежняя цена {price}: «{row.get('kind')}»",
        f"тираж {row.get('quantity')}",
        row.get("ground") or "",
        f"{day:%d.%m.%Y}" if day else "",
    ]
    old = ", ".join(filter(None, parts))
    return "; ".join(filter(None, (row.get("note"), old)))


def _terms_of(row: AgreedRow | None) -> str | None:
    """Return what a row agrees; nothing, where that is doubtful."""
    if row is None or is_doubtful(row):
        return None if row is None else ""
    return _terms(row.get("kind"), row.get("quantity"), row.get("price"))


def _terms(kind: str, quantity: int, price: Decimal) -> str:
    return f"{normalize_name(kind)}, {quantity}, {price.normalize():f}"
