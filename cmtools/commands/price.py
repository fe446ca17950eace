"""`cmtools price`: every order priced, into a copy of its book or into the book itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.loader import BookFile
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS, Rules
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.errors import UsageError
from cmtools.json_values import money, number
from cmtools.pricing.order_problems import PRICES_UNSOUND
from cmtools.pricing.orders import PricedOrder, PricedPosition, find_order
from cmtools.pricing.price import ZERO, Line
from cmtools.pricing.priced_book import write_priced_copies, write_prices_in_place
from cmtools.pricing.session import Session
from cmtools.problems import Place, Problem, has_errors, problem_at, sort_problems
from cmtools.tables import messages
from cmtools.tables.table import InvalidRow, Row

FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceResult(Result):
    """The priced orders, and the rules by which they were priced.

    explain: whether a person is to see each step of each price.
    """

    orders: tuple[PricedOrder, ...]
    rules: Rules
    explain: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not has_errors(self.problems),
            "orders": [_order_as_json(order) for order in self.orders],
            "problems": problems_as_json(self.problems),
            "files": list(self.files),
        }


def price(
    root: Path,
    file: Path | None = None,
    *,
    order: str | None = None,
    in_place: bool = False,
    explain: bool = False,
    today: date,
    now: datetime | None = None,
) -> PriceResult:
    """Price the orders of a book, or of all order books of the workspace.

    Each book gets a priced copy beside it, or, `in_place`, a backup named by `now` and the prices
    in the book itself. `order` narrows the answer to one order.

    Raises:
        UsageError: there is no such order; the file is no order book.
        WorkspaceError, Unavailable: see `open_books`.
    """
    session = open_session(root, today, [file] if file else ())
    books = _order_books(session, file)
    names = {book.name for book in books}
    orders = [o for o in session.prices.orders if o.entry.source.file in names]
    problems = _problems(session, file)
    if order is not None:
        orders = [find_order(orders, order)]
        problems = tuple(p for p in problems if _concerns(p, orders[0]))
    if in_place:
        files = write_prices_in_place(session, books, now or datetime.combine(today, time()))
    else:
        files = write_priced_copies(session, books)
    return PriceResult(
        problems=problems,
        files=tuple(files),
        orders=tuple(orders),
        rules=session.prices.tariff.rules,
        explain=explain,
    )


def _order_books(session: Session, file: Path | None) -> list[BookFile]:
    """Return the order books that could be read, of those that the command is about."""
    books = session.loaded.books
    targets = [target for target in session.targets if books.get(target.name) is ORDER_BOOK]
    is_unknown = any(p.code == messages.FILE_UNKNOWN.code for p in session.problems)
    if file is not None and not targets and (is_unknown or session.targets[0].name in books):
        raise UsageError(f"«{file}» — не книга заказов: в ней нет листов «Заказы» и «Позиции»")
    return targets


def _problems(session: Session, file: Path | None) -> tuple[Problem, ...]:
    """Return what is wrong with the order books, what sets prices, and the register as a whole."""
    names = {target.name for target in session.targets if file or target.book is ORDER_BOOK}
    names |= {
        problem.place.file
        for problem in session.problems
        if problem.code == messages.FILE_MISSING.code
        and problem.place.file.startswith(ORDER_BOOK.name)
    }
    problems = [
        problem
        for problem in session.all_problems
        if problem.place.file in names
        or problem.place.file in (SETTINGS.file_name, AGREED_BOOK.file_name)
        or (problem.place.file == REGISTER.file_name and problem.place.row is None)
    ]
    if not session.prices.terms.sound:
        problems += [
            problem_at(Place(file=name, sheet=ORDERS.title), PRICES_UNSOUND())
            for name in names & session.loaded.books.keys()
        ]
    return sort_problems(problems)


def _concerns(problem: Problem, order: PricedOrder) -> bool:
    """Tell whether a problem is of the rows that the order's price rests on, or of the settings."""
    place = problem.place
    if place.file == SETTINGS.file_name or place.row is None:
        return True
    positions = (position.entry for position in order.positions)
    rows: list[Row | InvalidRow] = [order.entry, *positions, *order.shipments]
    rows += order.agreed.values()
    return any(
        (row.source.file, row.source.sheet, row.row) == (place.file, place.sheet, place.row)
        for row in rows
    )


def _order_as_json(order: PricedOrder) -> dict[str, Any]:
    """Return an order in the shape of the answer; what has no price is null."""
    sums = order.totals
    priced = sums if order.lines else None
    delivery = sums.delivery if sums else order.entry.get("delivery_cost") or ZERO
    return {
        "order": order.number,
        "client": order.entry.get("client"),
        "category": order.category and order.category.value,
        "amount": money(priced.amount) if priced else None,
        "vat": money(priced.vat) if priced else None,
        "profit": money(priced.profit) if priced else None,
        "margin": number(priced.margin) if priced else None,
        "delivery": money(delivery),
        "delivery_vat": money(sums.delivery_vat) if sums else None,
        "total": money(priced.total) if priced else None,
        "approval_needed": order.approval_needed,
        "unpriced": [entry.get("number") for entry in order.unpriced],
        "positions": [_position_as_json(position) for position in order.positions],
    }


def _position_as_json(position: PricedPosition) -> dict[str, Any]:
    values = _line_as_json(position.line) if position.line else UNPRICED
    return {"position": position.entry.get("number"), **values}


UNPRICED: dict[str, Any] = dict.fromkeys(
    ("unit_cost", "markup", "discount", "vat_rate", "price", "amount", "vat", "profit", "margin")
)


def _line_as_json(line: Line) -> dict[str, Any]:
    unit_cost = (line.cost / line.position.quantity).quantize(FOUR_PLACES, ROUND_HALF_UP)
    return {
        "unit_cost": f"{unit_cost:f}",
        "markup": None if line.markup_percent is None else number(line.markup_percent),
        "discount": number(line.discount_percent),
        "vat_rate": number(line.rate),
        "price": money(line.price),
        "amount": money(line.amount),
        "vat": money(line.vat),
        "profit": money(line.profit),
        "margin": number(line.margin),
    }
