"""What an order's papers must say, reckoned apart from the program, and every paper of a grid."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path

from cmtools.commands.docs import DocsResult, docs
from cmtools.documents.selection import Selection
from support.paper_cases import FORMS, WITH_VAT, WITHOUT_VAT, Case, grid_books
from support.papers import CLIENT_KINDS, CONTRACT_KINDS, ORDER_KINDS, Paper, money
from support.reckoning import (
    CENT,
    Books,
    Line,
    Row,
    add,
    digits,
    half_up,
    margin_of,
    margin_shown,
    number,
    priced_lines,
    vat_inside,
    vat_rate,
)
from support.workbench import TODAY, workspace_with


@dataclass(frozen=True)
class Figures:
    """What an order's papers may and must say, reckoned apart from the program."""

    books: Books
    order: Row

    @cached_property
    def lines(self) -> list[Line]:
        """The priced lines by № п/п."""
        priced = priced_lines(self.books, self.order)
        return [line for _, line in sorted(priced.items()) if line]

    @property
    def amount(self) -> Fraction:
        return add(line.amount for line in self.lines)

    @property
    def delivery(self) -> Fraction:
        return number(self.order, "Стоимость доставки")

    @property
    def total(self) -> Fraction:
        return self.amount + self.delivery

    @property
    def goods_vat(self) -> Fraction:
        return add(line.vat for line in self.lines)

    @property
    def delivery_vat(self) -> Fraction:
        return vat_inside(self.delivery, vat_rate(self.books, self.order))

    @property
    def vat(self) -> Fraction:
        """With that of the delivery."""
        return self.goods_vat + self.delivery_vat

    @property
    def prepayment(self) -> Fraction:
        return half_up(self.total * number(self.order, "Предоплата, %") / 100, CENT)

    @property
    def paid(self) -> Fraction:
        """Payments of the client less refunds."""
        signs = {"от клиента": 1, "возврат клиенту": -1, "подрядчику": 0}
        mine = [
            row
            for row in self.books.get("Платежи", [])
            if row["№ заказа"] == self.order["№ заказа"]
        ]
        return add(signs[str(row["Вид"])] * number(row, "Сумма") for row in mine)

    @property
    def asks_prepayment(self) -> bool:
        """Whether the first of two invoices is to be paid now."""
        return self.has_two_invoices and self.paid < self.prepayment

    @property
    def has_two_invoices(self) -> bool:
        return 0 < self.prepayment < self.total

    @property
    def due(self) -> Fraction:
        """What an invoice asks for."""
        return (self.prepayment if self.asks_prepayment else self.total) - self.paid

    @property
    def due_vat(self) -> Fraction:
        """The VAT in it: of the whole sum, what that of the lines adds up to."""
        if self.due == self.total:
            return self.vat
        return vat_inside(self.due, vat_rate(self.books, self.order))

    @property
    def invoice(self) -> str:
        """The number of the invoice."""
        number = str(self.order["№ заказа"])
        if not self.has_two_invoices:
            return number
        return f"{number}/{1 if self.asks_prepayment else 2}"

    @property
    def profit(self) -> Fraction:
        return add(line.profit for line in self.lines)

    @property
    def margin(self) -> str:
        """As papers show it."""
        return str(margin_shown(margin_of(self.lines))).replace(".", ",")

    def open(self) -> set[str]:
        """Sums that a client may see."""
        rate = vat_rate(self.books, self.order)
        rest = self.total - self.prepayment
        parts = [self.amount, self.delivery, self.total, self.prepayment, rest, self.paid, self.due]
        parts += [self.total - self.paid]
        taxes = [self.goods_vat, self.delivery_vat, self.vat]
        taxes += [vat_inside(part, rate) for part in parts]
        nets = [self.amount - self.goods_vat, self.total - self.vat, self.delivery - taxes[1]]
        for line in self.lines:
            nets += [line.price, line.amount, line.vat, line.amount - line.vat]
        return {money(part) for part in (*parts, *taxes, *nets)}

    def secret(self) -> set[str]:
        """Costs, markups and profits, as they might be written; those a client may see apart."""
        found = {money(self.profit), money(add(half_up(line.cost, CENT) for line in self.lines))}
        for line in self.lines:
            row_cost = half_up(line.cost, CENT)
            found |= {money(line.profit), money(row_cost)}
            unit = digits(line.cost / line.run, 4).replace(".", ",")
            found |= {unit, unit.rstrip("0"), digits(line.cost / line.run).replace(".", ",")}
            found |= (
                {str(float(line.markup)).replace(".", ",")} if line.markup is not None else set()
            )
        positions = [
            row for row in self.books["Позиции"] if row["№ заказа"] == self.order["№ заказа"]
        ]
        for row in positions:
            found.add(str(row["Себестоимость за ед."]).replace(".", ","))
            if row.get("Доп. расходы"):
                found.add(str(row["Доп. расходы"]).replace(".", ","))
        return found - self.open()


def make(root: Path, order: str, *kinds: str, row: int | None = None) -> DocsResult:
    """Documents of one order."""
    return docs(root, Selection(orders=[order]), kinds=kinds, row=row, today=TODAY)


SECOND = "З-2026-0002"
"""The second healthy order: lines of 300 and 500, the delivery for 1500, due on 30.11.2026."""


def shipment(day: int, quantity: object, position: int | None = None, month: int = 11) -> Row:
    """A shipment of the second order; the first that is added stands in row 5 of «Поставки»."""
    return {
        "Дата": date(2026, month, day),
        "№ заказа": SECOND,
        "Вид": "отгружено клиенту",
        "Количество": quantity,
        "Сумма": 1,
        "№ п/п": position,
    }


@dataclass(frozen=True)
class Grid:
    """A workspace whose every document was made."""

    root: Path
    cases: list[Case]
    books: Books
    outcomes: list[DocsResult]

    def figures(self, case: Case) -> Figures:
        (order,) = [row for row in self.books["Заказы"] if row["№ заказа"] == case.number]
        return Figures(self.books, order)

    @cached_property
    def papers(self) -> dict[tuple[str, str], Paper]:
        """(kind, № or code that the file begins with) → the document."""
        found = {}
        for outcome in self.outcomes:
            for file in outcome.as_json()["files"]:
                name = file["path"].rpartition("/")[2]
                found[file["kind"], name.partition(" ")[0]] = Paper(self.root / file["path"])
        return found


def make_all(root: Path, cases: list[Case], today: date = TODAY) -> list[DocsResult]:
    """Every kind of document of every order, contract and client."""
    orders = Selection(orders=[case.number for case in cases])
    asked = [(orders, tuple(ORDER_KINDS))]
    for code in FORMS:
        asked.append((Selection(contract=f"ДС-{code[2:]}"), tuple(CONTRACT_KINDS)))
        asked.append((Selection(client=code), tuple(CLIENT_KINDS)))
    return [docs(root, what, kinds=kinds, today=today) for what, kinds in asked]


def grid(folder: Path, cases: list[Case]) -> Grid:
    """The grid's workspace with all its documents."""
    books = grid_books(cases)
    root = workspace_with(folder, books)
    return Grid(root, cases, books, make_all(root, cases))


@cache
def _shelf() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="papers-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def with_vat() -> Grid:
    """The grid at 22 % and 20 %, made once a process."""
    return grid(_shelf() / "vat", WITH_VAT)


@cache
def without_vat() -> Grid:
    """The grid of a company without VAT, made once a process."""
    return grid(_shelf() / "none", WITHOUT_VAT)


def of_orders(*kinds: str) -> Iterator[tuple[Case, Figures, Paper]]:
    """Every order's paper of these kinds, of both grids."""
    for made in (with_vat(), without_vat()):
        for case in made.cases:
            for kind in kinds:
                yield case, made.figures(case), made.papers[kind, case.number]


def of_subjects(kind: str) -> Iterator[tuple[str, Paper]]:
    """№ or code → its paper of this kind, of both grids."""
    for made in (with_vat(), without_vat()):
        for (made_kind, number_or_code), paper in made.papers.items():
            if made_kind == kind:
                yield number_or_code, paper


def of_kind(kind: str) -> Iterator[tuple[str, Paper]]:
    """№ or code → its paper, whatever the kind is made from."""
    if kind in ORDER_KINDS:
        return ((case.number, paper) for case, _, paper in of_orders(kind))
    return of_subjects(kind)


def kinds_of(outcome: DocsResult) -> list[str]:
    """The kinds that were made, sorted."""
    return sorted(file["kind"] for file in outcome.as_json()["files"])
