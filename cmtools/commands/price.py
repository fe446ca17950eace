"""`cmtools price`: every order priced, into a copy of its book or into the book itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from cmtools.books.blanks import lists_of
from cmtools.books.loading import BookFile
from cmtools.books.orders import ORDER_BOOK, ORDERS, POSITIONS
from cmtools.books.settings import SETTINGS
from cmtools.commands.costing import costing_sheet, priced_cells
from cmtools.commands.opening import Opened, open_books
from cmtools.commands.outcome import Misuse, Outcome, Unavailable
from cmtools.commands.quoting import PRICES_UNSOUND, PositionQuote, Quote, find_quote
from cmtools.placing import copy, placed
from cmtools.pricing import ZERO, Line
from cmtools.problems import Place, Problem, at, has_errors, in_order
from cmtools.tables.lists import refresh_lists
from cmtools.tables.package import Package
from cmtools.tables.patching import add_sheet, forget_calculation, leave_foreign_parts, patch_cells
from cmtools.tables.values import same
from cmtools.workspace import BACKUP, PRICED, beside

FOUR_PLACES = Decimal("0.0001")


def price(
    root: Path,
    file: Path | None = None,
    *,
    order: str | None = None,
    in_place: bool = False,
    today: date,
    now: datetime | None = None,
    write: bool = True,
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
    problems = _problems(opened, names)
    if order is not None:
        quotes = [find_quote(quotes, order)]
        problems = tuple(p for p in problems if _concerns(p, quotes[0]))
    files: list[str] = []
    for target in targets if write else ():
        files += _write(
            opened, target, in_place, now or datetime.combine(today, datetime.min.time())
        )
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


def _order_books(opened: Opened, file: Path | None) -> list[BookFile]:
    books = opened.loaded.books
    targets = [target for target in opened.targets if books.get(target.name) is ORDER_BOOK]
    if file is not None and not targets and opened.targets[0].name in books:
        raise Misuse(f"«{file}» — не книга заказов: в ней нет листов «Заказы» и «Позиции»")
    return targets


def _problems(opened: Opened, names: set[str]) -> tuple[Problem, ...]:
    """What is wrong with these books, and with the settings that make prices."""
    everything = [*opened.loaded.problems, *opened.quotes.problems]
    found = [p for p in everything if p.place.file in names or p.place.file == SETTINGS.file_name]
    found += [p for p in opened.problems if p not in found and p.place.file in names]
    if not opened.quotes.sound:
        found += [at(Place(file=name, sheet=ORDERS.title), PRICES_UNSOUND()) for name in names]
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


def _write(opened: Opened, target: BookFile, in_place: bool, now: datetime) -> Iterator[str]:
    package = Package(target.path)
    sheets = {same(name): part for name, part in package.sheets().items()}
    quotes = [q for q in opened.quotes.quotes if q.entry.source.file == target.name]
    for sheet in opened.loaded.dataset.sheets(POSITIONS):
        if sheet.source.file == target.name:
            part = sheets[same(POSITIONS.title)]
            lines = {f.entry.row: f.line for quote in quotes for f in quote.positions}
            package[part] = patch_cells(package[part], priced_cells(sheet, lines))
    refresh_lists(package, ORDER_BOOK, lists_of(ORDER_BOOK, opened.loaded.dataset))
    forget_calculation(package)
    if in_place:
        if "xl/vbaProject.bin" in package:
            raise Unavailable(f"в «{target.name}» есть макросы: цены можно записать только в копию")
        backup = beside(target.path, f"{BACKUP} {now:%Y-%m-%d %H-%M-%S}")
        copy(target.path, backup)
        yield opened.workspace.name(backup)
        path = target.path
    else:
        leave_foreign_parts(package)
        add_sheet(package, costing_sheet(quotes, opened.quotes.tariff.rules))
        path = beside(target.path, PRICED)
    with placed(path) as aside:
        package.save(aside)
    yield opened.workspace.name(path)


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
