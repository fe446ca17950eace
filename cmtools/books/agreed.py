"""«Согласованные цены»: the prices that papers have promised to the clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from cmtools.tables.columns import CODE, COST, Column
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Book, InvalidRow, Row, Table


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
