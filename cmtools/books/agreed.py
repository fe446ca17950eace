"""«Согласованные цены»: the prices that papers have promised to the clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from cmtools.books.orders import ORDERS, POSITIONS
from cmtools.problems import Message, Problem, Severity
from cmtools.tables.columns import CODE, COST, Column
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.suggestions import suggest_in_hint
from cmtools.tables.table import Book, InvalidRow, Row, Table

ORPHAN_ORDER = Message(
    "agreed-orphan",
    "такого заказа в книгах заказов нет: цена не действует",
    "{nearest}если номер заказа исправлен, исправьте его и здесь",
    Severity.WARNING,
)
ORPHAN_POSITION = Message(
    "agreed-orphan",
    "такой позиции в этом заказе нет: цена не действует",
    "исправьте № п/п, если позиции пронумерованы заново; удалите строку, если позиция снята",
    Severity.WARNING,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreedPrice(Row):
    """The price of a position, and the paper that promised it."""

    order: Annotated[str, Column("№ заказа", CODE, width=15)]
    number: Annotated[int, Column("№ п/п", least=1, width=7)]
    kind: Annotated[str, Column("Вид продукции", width=20)]
    quantity: Annotated[int, Column("Тираж", least=1, hint="Для другого тиража цена не действует")]
    price: Annotated[Decimal, Column("Цена за ед.", COST, above=0, hint="С НДС")]
    on: Annotated[date, Column("Согласована")]
    ground: Annotated[str, Column("Основание", width=40, wrap=True, hint="Документ с этой ценой")]
    note: Annotated[str | None, Column("Примечание", width=50, wrap=True)]


AGREED_PRICES = Table(
    AgreedPrice,
    "Согласованные цены",
    purpose="Цены, которые уже стоят в документах клиента. Новые наценки и скидки их не меняют.",
    unique=(("order", "number"),),
    stands_alone=True,
)

AGREED_BOOK = Book(
    name="Согласованные цены",
    purpose="Ведёт cmtools: строка появляется вместе со спецификацией, счётом или актом "
    "окончательной заявки. Директор может исправить цену здесь.",
    tables=(AGREED_PRICES,),
)

AgreedRow = AgreedPrice | InvalidRow
AgreedRows = Mapping[int | None, AgreedRow]
"""The agreed prices of an order by № п/п; under None, one whose number is in error."""


def agreed_rows(dataset: Dataset) -> Mapping[str, AgreedRows]:
    """Return the agreed prices by order number, as numbers are compared."""
    rows: dict[str, dict[int | None, AgreedRow]] = {}
    for row in dataset.entries(AGREED_PRICES):
        if order := row.get("order"):
            rows.setdefault(normalize_name(order), {}).setdefault(row.get("number"), row)
    return rows


def find_agreed(rows: AgreedRows, number: int) -> AgreedRow | None:
    """Return the row of a position, or one that may be its: with an error in № п/п."""
    return rows.get(number, rows.get(None))


def is_doubtful(row: AgreedRow) -> bool:
    """Tell whether an error hides for what the price was agreed, or the price itself."""
    return None in [row.get(name) for name in ("number", "kind", "quantity", "price")]


def is_agreed_for(row: AgreedRow, kind: str, quantity: int) -> bool:
    """Tell whether a price was agreed for this kind of product and run."""
    return (
        not is_doubtful(row)
        and normalize_name(row.get("kind")) == normalize_name(kind)
        and row.get("quantity") == quantity
    )


def orphan_problems(dataset: Dataset) -> Iterator[Problem]:
    """Warn of agreed prices whose order or position is not in the books of orders.

    An order may be meant that has no agreed price itself but such a position. All the books have
    to be there: nothing is said of a dataset without orders.
    """
    agreed = agreed_rows(dataset)
    if not agreed:  # spare a workspace without any the walk over all positions
        return
    positions = {
        (normalize_name(row.get("order") or ""), row.get("number")): row
        for row in dataset.entries(POSITIONS)
    }
    orders = {normalize_name(n): n for row in dataset.entries(ORDERS) if (n := row.get("number"))}
    if not orders:
        return
    for order, rows in agreed.items():
        for number, row in rows.items():
            if isinstance(row, InvalidRow) or (order, number) in positions:
                continue
            if order in orders:
                yield AGREED_PRICES.problem(row, "number", ORPHAN_POSITION())
                continue
            meant = [
                name
                for other, name in orders.items()
                if number not in agreed.get(other, ())
                and (position := positions.get((other, number)))
                and is_agreed_for(row, position.get("kind") or "", position.get("quantity") or 0)
            ]
            fault = ORPHAN_ORDER(nearest=suggest_in_hint(row.get("order"), meant))
            yield AGREED_PRICES.problem(row, "order", fault)
