"""Two versions of an order book compared: the orders that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cmtools.books.orders import CLAIMS, DELIVERIES, ORDERS, PAYMENTS, POSITIONS
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Table

_OF_ORDERS: Mapping[Table[Any], tuple[str, tuple[str, ...]]] = {
    ORDERS: ("number", ("on", "closed")),
    POSITIONS: ("order", ()),
    PAYMENTS: ("order", ("on",)),
    DELIVERIES: ("order", ("on",)),
    CLAIMS: ("order", ("on", "decided")),
}
"""Table → the field that names the order, and the days that count in a month's report."""

RowKey = tuple[Any, ...]
RowValues = tuple[Any, ...]


def changed_orders(before: Dataset | None, after: Dataset) -> dict[str, set[date]]:
    """Return order number → the days of its rows, old and new, of the changed orders.

    Without an earlier version, all of them.
    """
    old, new = (_orders(before) if before else {}), _orders(after)
    return {
        number: {day for rows in (old, new) for _, day in rows.get(number, ()) if day}
        for number in sorted({*old, *new})
        if Counter(old.get(number)) != Counter(new.get(number))
    }


def _orders(dataset: Dataset) -> dict[str, list[tuple[RowKey, date | None]]]:
    """Return order number → its rows: each once for each of its days, and once without a day."""
    found: dict[str, list[tuple[RowKey, date | None]]] = {}
    for table, (name, days) in _OF_ORDERS.items():
        for _, values in _rows(table, dataset):
            row = dict(zip(table.fields, values, strict=True))
            if row[name] is not None:
                own = found.setdefault(row[name], [])
                own += [((table.title, *values), row[day]) for day in days]
                own.append(((table.title, *values), None))
    return found


def _rows(table: Table[Any], dataset: Dataset) -> Iterable[tuple[int, RowValues]]:
    for sheet in dataset.sheets(table):
        columns = (sheet.values[name] for name in table.fields)
        yield from zip(sheet.rows, zip(*columns, strict=True), strict=True)
