"""Write computed prices into a copy of an order book, or into the book itself after a backup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cmtools import known_files
from cmtools.books.blanks import lists_of
from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK, POSITIONS
from cmtools.errors import Unavailable
from cmtools.files import atomic_write, copy
from cmtools.pricing.breakdown import costing_sheet, priced_cells
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.session import Session
from cmtools.tables.parsers import same
from cmtools.tables.patch.cells import add_sheet, compute_anew, leave_foreign_parts, patch_cells
from cmtools.tables.patch.package import Package
from cmtools.tables.writer.dropdowns import refresh_lists
from cmtools.workspace import PRICED, backup_of, beside


def write_prices(
    opened: Session, targets: Sequence[BookFile], in_place: datetime | None
) -> list[str]:
    """Write each book's copy, or at that moment the book itself; all are read before any."""
    packages = [(target, Package(target.path)) for target in targets]
    if in_place:
        _refuse_macros(packages)
    files: list[str] = []
    for target, package in packages:
        _fill(opened, target, package)
        if in_place:
            files += _write_in_place(opened, target, package, in_place)
        else:
            files.append(_write_copy(opened, target, package))
    return files


def _refuse_macros(packages: Iterable[tuple[BookFile, Package]]) -> None:
    for target, package in packages:
        if package.macros():
            raise Unavailable(f"в «{target.name}» есть макросы: цены можно записать только в копию")


def _fill(opened: Session, target: BookFile, package: Package) -> None:
    """Put the prices and the lists into the book's parts."""
    sheets: dict[str, str] = {}
    for name, part in package.sheets().items():
        sheets.setdefault(same(name), part)
    quotes = _quotes_of(opened, target)
    for sheet in opened.loaded.dataset.sheets(POSITIONS):
        if sheet.source.file == target.name:
            part = sheets[same(POSITIONS.title)]
            lines = {f.entry.row: f.line for quote in quotes for f in quote.positions}
            package[part] = patch_cells(package[part], priced_cells(sheet, lines))
    refresh_lists(package, ORDER_BOOK, lists_of(ORDER_BOOK, opened.loaded.dataset))
    compute_anew(package)


def _quotes_of(opened: Session, target: BookFile) -> list[PricedOrder]:
    return [q for q in opened.quotes.quotes if q.entry.source.file == target.name]


def _write_in_place(
    opened: Session, target: BookFile, package: Package, now: datetime
) -> tuple[str, str]:
    """Write the book itself, once its bytes are safe in a backup that was not there before."""
    backup = backup_of(target.path, now)
    copy(target.path, backup)
    untouched = known_files.is_known(opened.workspace.root, target.path)
    with atomic_write(target.path.resolve()) as aside:
        package.save(aside)
    if untouched:
        known_files.add_file(opened.workspace.root, target.path)
    return opened.workspace.name(backup), opened.workspace.name(target.path)


def write_priced(opened: Session, target: BookFile, path: Path) -> None:
    """Write the priced copy of a book that was read.

    Raises:
        OSError: no rights, no room.
    """
    package = Package(target.path)
    _fill(opened, target, package)
    _save_copy(opened, target, package, path)


def _write_copy(opened: Session, target: BookFile, package: Package) -> str:
    path = beside(target.path, PRICED)
    _save_copy(opened, target, package, path)
    return opened.workspace.name(path)


def _save_copy(opened: Session, target: BookFile, package: Package, path: Path) -> None:
    leave_foreign_parts(package)
    rules = opened.quotes.tariff.rules
    add_sheet(package, costing_sheet(_quotes_of(opened, target), rules))
    with atomic_write(path) as aside:
        package.save(aside)
