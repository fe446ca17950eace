"""Two versions of one book compared: rows that differ, orders that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from cmtools.books.orders import CLAIMS, DELIVERIES, ORDERS, PAYMENTS, POSITIONS
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import format_value
from cmtools.tables.table import Book, Table

MOST_ROWS = 200

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


def list_differences(book: Book, ours: Dataset, theirs: Dataset) -> Iterator[str]:
    """Describe in Russian the rows in which the workspace's book (`ours`) and another differ."""
    found = (line for table in book.tables for line in _of_table(table, ours, theirs))
    for count, line in enumerate(found):
        if count == MOST_ROWS:
            yield "…и другие строки"
            return
        yield line


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


def _of_table(table: Table[Any], ours: Dataset, theirs: Dataset) -> Iterator[str]:
    keys = table.unique_fields[0] if table.unique_fields else ()
    if not keys:
        yield from _of_list(table, ours, theirs)
        return
    at = [list(table.fields).index(name) for name in keys]
    old, new = ({tuple(v[i] for i in at): v for _, v in _rows(table, d)} for d in (ours, theirs))
    for key in {**old, **new}:
        name = " ".join(format_value(part) for part in key if part is not None)
        if key not in new:
            yield f"«{table.title}», {name}: строка есть только в рабочей папке"
        elif key not in old:
            yield f"«{table.title}», {name}: строка есть только в присланной книге"
        elif old[key] != new[key]:
            yield f"«{table.title}», {name}: {', '.join(_cells(table, old[key], new[key]))}"


def _of_list(table: Table[Any], ours: Dataset, theirs: Dataset) -> Iterator[str]:
    """Compare rows without a key, which can only be there or not."""
    old, new = ({v: row for row, v in _rows(table, d)} for d in (ours, theirs))
    for mine, other, where in ((old, new, "рабочей папке"), (new, old, "присланной книге")):
        for values, row in mine.items():
            if values not in other:
                yield f"«{table.title}», строка {row}: есть только в {where}"


def _cells(table: Table[Any], old: RowValues, new: RowValues) -> Iterator[str]:
    for field, before, after in zip(table.fields.values(), old, new, strict=True):
        if before != after:
            yield f"{field.title} — в рабочей папке {_value(before)}, в присланной {_value(after)}"


def _value(value: Any) -> str:
    return "пусто" if value is None else f"«{format_value(value)[:60]}»"


def _rows(table: Table[Any], dataset: Dataset) -> Iterable[tuple[int, RowValues]]:
    for sheet in dataset.sheets(table):
        columns = (sheet.values[name] for name in table.fields)
        yield from zip(sheet.rows, zip(*columns, strict=True), strict=True)
