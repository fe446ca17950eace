"""`cmtools price`: every order priced, into a copy of its book or into the book itself."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.commands.results import Outcome
from cmtools.errors import UsageError
from cmtools.json_values import money, number
from cmtools.pricing.order_problems import PRICES_UNSOUND
from cmtools.pricing.orders import PricedOrder, PricedPosition, find_order
from cmtools.pricing.price import ZERO, Line
from cmtools.pricing.priced_book import write_priced_copies, write_prices_in_place
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.problems import Place, Problem, has_errors, problem_at, sort_problems
from cmtools.tables import messages

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
    opened = price_books(open_books(root, [file] if file else (), today))
    targets = _order_books(opened, file)
    names = {target.name for target in targets}
    quotes = [q for q in opened.prices.orders if q.entry.source.file in names]
    asked = {target.name for target in opened.targets if file or target.book is ORDER_BOOK}
    problems = _problems(opened, asked | _missing_order_books(opened))
    if order is not None:
        quotes = [find_order(quotes, order)]
        problems = tuple(p for p in problems if _concerns(p, quotes[0]))
    moment = now or datetime.combine(today, time())
    if in_place:
        files = write_prices_in_place(opened, targets, moment)
    else:
        files = write_priced_copies(opened, targets)
    return Outcome(
        problems=problems,
        data={
            "ok": not has_errors(problems),
            "orders": [quote_as_json(quote) for quote in quotes],
            "problems": [problem.as_json() for problem in problems],
            "files": files,
        },
        facts={"quotes": quotes, "rules": opened.prices.tariff.rules},
        files=tuple(files),
    )


def _order_books(opened: Session, file: Path | None) -> list[BookFile]:
    """The order books that were read, of those asked about."""
    books = opened.loaded.books
    targets = [target for target in opened.targets if books.get(target.name) is ORDER_BOOK]
    unknown = any(problem.code == messages.FILE_UNKNOWN.code for problem in opened.problems)
    if file is not None and not targets and (unknown or opened.targets[0].name in books):
        raise UsageError(f"«{file}» — не книга заказов: в ней нет листов «Заказы» и «Позиции»")
    return targets


def _problems(opened: Session, asked: set[str]) -> tuple[Problem, ...]:
    """What is wrong with these books, with the settings, and with the register as a whole."""
    found = [
        problem
        for problem in opened.all_problems
        if problem.place.file in asked
        or problem.place.file == SETTINGS.file_name
        or (problem.place.file == REGISTER.file_name and problem.place.row is None)
    ]
    if not opened.prices.terms.sound:
        found += [
            problem_at(Place(file=name, sheet=ORDERS.title), PRICES_UNSOUND())
            for name in asked & opened.loaded.books.keys()
        ]
    return sort_problems(found)


def _concerns(problem: Problem, quote: PricedOrder) -> bool:
    """Whether a problem is of the order's own rows, or of the settings."""
    place = problem.place
    if place.file == SETTINGS.file_name or place.row is None:
        return True
    entries = [quote.entry, *(found.entry for found in quote.positions)]
    return any(
        (entry.source.file, entry.source.sheet, entry.row) == (place.file, place.sheet, place.row)
        for entry in entries
    )


def _missing_order_books(opened: Session) -> set[str]:
    return {
        problem.place.file
        for problem in opened.problems
        if problem.code == messages.FILE_MISSING.code
        and problem.place.file.startswith(ORDER_BOOK.name)
    }


def quote_as_json(quote: PricedOrder) -> dict[str, Any]:
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


def _position_as_json(found: PricedPosition) -> dict[str, Any]:
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
