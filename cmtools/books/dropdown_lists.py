"""What the drop-downs of a book offer of other books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cmtools.books.settings import ANY_KIND
from cmtools.tables.columns import SheetColumn
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Book
from cmtools.tables.writer.dropdowns import DropdownLists, foreign_columns


def lists_from_dataset(book: Book, dataset: Dataset) -> DropdownLists:
    """Return what the drop-downs offer of other books, from what was read."""
    lists = {}
    for source in foreign_columns(book):
        if source.table in dataset:
            columns = [
                [value for sheet in dataset.sheets(source.table) for value in sheet.values[name]]
                for name in shown_fields(source)
            ]
            lists[source] = list_options(source, zip(*columns, strict=True))
    return lists


def shown_fields(source: SheetColumn) -> list[str]:
    """Return the fields of a row that a drop-down shows: the key and the label beside it."""
    label = source.table.label if source.is_key else None
    return [source.name, label] if label else [source.name]


def list_options(source: SheetColumn, rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the entries of a drop-down, each once.

    Keys with their labels in the order of their sheet, then the bare keys, since people type them;
    the values of another column in the order of letters.
    """
    filled = [row for row in rows if row[0] and row[0] != ANY_KIND]
    keys = dict.fromkeys(str(row[0]) for row in filled)
    if not source.is_key:
        return sorted(keys)
    labelled = [f"{row[0]} {row[1]}" for row in filled if row[1:] and row[1]]
    return [*labelled, *keys]
