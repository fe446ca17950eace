"""`cmtools price`: every order priced, into a copy of its book or into the book itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from cmtools import origins
from cmtools.books.blanks import lists_of
from cmtools.books.loading import BookFile
from cmtools.books.orders import ORDER_BOOK, ORDERS, POSITIONS
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.commands.costing import costing_sheet, priced_cells
from cmtools.commands.opening import Opened, open_books
from cmtools.commands.outcome import Misuse, Outcome, Unavailable
from cmtools.commands.quoting import PRICES_UNSOUND, PositionQuote, Quote, find_quote
from cmtools.placing import copy, placed
from cmtools.pricing import ZERO, Line
from cmtools.problems import Place, Problem, at, has_errors, in_order
from cmtools.tables import messages
from cmtools.tables.lists import refresh_lists
from cmtools.tables.package import Package
from cmtools.tables.patching import add_sheet, compute_anew, leave_foreign_parts, patch_cells
from cmtools.tables.values import same
from cmtools.workspace import PRICED, backup_of, beside

FOUR_PLACES = Decimal("0.0001")


def price(
    root: Path,
    file: Path | None = None,
    *,
    order: str | None = None,
    in_place: bool = False,
    today: date,
    now: datetime | None = None,
) -> Outcome:
    """Price the orders of a book, or of all order books of the workspace.

    Each book gets a priced copy beside it, or, `in_place`, a backup named by `now` and the prices
    in the book itself. `order` narrows the answer to one order.

    Raises:
        Misuse: there is no such order; the file is no order book.
        WorkspaceError, Unavailable: see `open_books`.
    """
    opened = open_books(root, [file] if file else (), today)
    targets = _order_books(opened, file)
    names = {target.name for target in targets}
    quotes = [q for q in opened.quotes.quotes if q.entry.source.file in names]
    asked = {target.name for target in opened.targets if file or target.book is ORDER_BOOK}
    problems = _problems(opened, asked | _missing_order_books(opened))
    if order is not None:
        quotes = [find_quote(quotes, order)]
        problems = tuple(p for p in problems if _concerns(p, quotes[0]))
    moment = now or datetime.combine(today, time())
    files = _write(opened, targets, moment if in_place else None)
    return Outcome(
        problems=problems,
        data={
            "ok": not has_errors(problems),
            "orders": [quote_as_json(quote) for quote in quotes],
            "problems": [problem.as_json() for problem in problems],
            "files": files,
        },
        facts={"quotes": quotes, "rules": opened.quotes.tariff.rules},
        files=tuple(files),
    )


def _write(opened: Opened, targets: Sequence[BookFile], in_place: datetime | None) -> list[str]:
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


def _order_books(opened: Opened, file: Path | None) -> list[BookFile]:
    """The order books that were read, of those asked about."""
    books = opened.loaded.books
    targets = [target for target in opened.targets if books.get(target.name) is ORDER_BOOK]
    unknown = any(problem.code == messages.FILE_UNKNOWN.code for problem in opened.problems)
    if file is not None and not targets and (unknown or opened.targets[0].name in books):
        raise Misuse(f"«{file}» — не книга заказов: в ней нет листов «Заказы» и «Позиции»")
    return targets


def _problems(opened: Opened, asked: set[str]) -> tuple[Problem, ...]:
    """What is wrong with these books, with the settings, and with the register as a whole."""
    found = [
        problem
        for problem in opened.everything
        if problem.place.file in asked
        or problem.place.file == SETTINGS.file_name
        or (problem.place.file == REGISTER.file_name and problem.place.row is None)
    ]
    if not opened.quotes.sound:
        found += [
            at(Place(file=name, sheet=ORDERS.title), PRICES_UNSOUND())
            for name in asked & opened.loaded.books.keys()
        ]
    return in_order(found)


def _concerns(problem: Problem, quote: Quote) -> bool:
    """Whether a problem is of the order's own rows, or of the settings."""
    place = problem.place
    if place.file == SETTINGS.file_name or place.row is None:
        return True
    entries = [quote.entry, *(found.entry for found in quote.positions)]
    return any(
        (entry.source.file, entry.source.sheet, entry.row) == (place.file, place.sheet, place.row)
        for entry in entries
    )


def _missing_order_books(opened: Opened) -> set[str]:
    return {
        problem.place.file
        for problem in opened.problems
        if problem.code == messages.FILE_MISSING.code
        and problem.place.file.startswith(ORDER_BOOK.name)
    }


def _refuse_macros(packages: Iterable[tuple[BookFile, Package]]) -> None:
    for target, package in packages:
        if package.macros():
            raise Unavailable(f"в «{target.name}» есть макросы: цены можно записать только в копию")


def _fill(opened: Opened, target: BookFile, package: Package) -> None:
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


def _quotes_of(opened: Opened, target: BookFile) -> list[Quote]:
    return [q for q in opened.quotes.quotes if q.entry.source.file == target.name]


def _write_in_place(
    opened: Opened, target: BookFile, package: Package, now: datetime
) -> tuple[str, str]:
    """Write the book itself, once its bytes are safe in a backup that was not there before."""
    backup = backup_of(target.path, now)
    copy(target.path, backup)
    untouched = origins.is_ours(opened.workspace.root, target.path)
    with placed(target.path.resolve()) as aside:
        package.save(aside)
    if untouched:
        origins.note_made(opened.workspace.root, target.path)
    return opened.workspace.name(backup), opened.workspace.name(target.path)


def write_priced(opened: Opened, target: BookFile, path: Path) -> None:
    """Write the priced copy of a book that was read.

    Raises:
        OSError: no rights, no room.
    """
    package = Package(target.path)
    _fill(opened, target, package)
    _save_copy(opened, target, package, path)


def _write_copy(opened: Opened, target: BookFile, package: Package) -> str:
    path = beside(target.path, PRICED)
    _save_copy(opened, target, package, path)
    return opened.workspace.name(path)


def _save_copy(opened: Opened, target: BookFile, package: Package, path: Path) -> None:
    leave_foreign_parts(package)
    rules = opened.quotes.tariff.rules
    add_sheet(package, costing_sheet(_quotes_of(opened, target), rules))
    with placed(path) as aside:
        package.save(aside)


def quote_as_json(quote: Quote) -> dict[str, Any]:
    """An order in the shape of the command's answer; what has no price is null."""
    sums = quote.totals
    priced = sums is not None and bool(quote.lines)
    delivery = sums.delivery if sums else quote.entry.get("delivery_cost") or ZERO
    return {
        "order": quote.number,
        "client": quote.entry.get("client"),
        "category": quote.category and quote.category.value,
        "amount": money(sums.amount) if priced and sums else None,
        "vat": money(sums.vat) if priced and sums else None,
        "profit": money(sums.profit) if priced and sums else None,
        "margin": number(sums.margin) if priced and sums else None,
        "delivery": money(delivery),
        "delivery_vat": money(sums.delivery_vat) if sums else None,
        "total": money(sums.total) if priced and sums else None,
        "approval_needed": quote.approval_needed,
        "positions": [_position_as_json(found) for found in quote.positions],
    }


def _position_as_json(found: PositionQuote) -> dict[str, Any]:
    line = found.line
    return {"position": found.entry.get("number"), **(_line_as_json(line) if line else UNPRICED)}


UNPRICED: dict[str, Any] = dict.fromkeys(
    ("unit_cost", "markup", "discount", "vat_rate", "price", "amount", "vat", "profit", "margin")
)


def _line_as_json(line: Line) -> dict[str, Any]:
    unit_cost = (line.cost / line.position.quantity).quantize(FOUR_PLACES, ROUND_HALF_UP)
    return {
        "unit_cost": f"{unit_cost:f}",
        "markup": number(line.markup.percent),
        "discount": number(line.discount_percent),
        "vat_rate": number(line.rate),
        "price": money(line.price),
        "amount": money(line.amount),
        "vat": money(line.vat),
        "profit": money(line.profit),
        "margin": number(line.margin),
    }


def money(amount: Decimal) -> str:
    """A sum as JSON carries it: a string with two decimals."""
    return f"{amount:.2f}"


def number(value: Decimal) -> int | float:
    """A percentage as JSON carries it: a whole number where it is one."""
    return int(value) if value == int(value) else float(value)
