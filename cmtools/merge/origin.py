"""The book that a file was copied from, whatever the file is called now."""

from __future__ import annotations

from collections.abc import Iterable

from cmtools.books.orders import ORDERS
from cmtools.merge.book_records import find_stamp
from cmtools.merge.versions import Versions
from cmtools.tables.parsers import normalize_name
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.workspace import Workspace


def find_origin(workspace: Workspace, cells: WorkbookCells, orders: Iterable[str] = ()) -> str:
    """Name the book of the workspace of which a file bears a version; empty where there is none.

    Of an order book the version must have one of the file's orders too: who fills in a copy of an
    empty book begins one of his own.
    """
    with Versions(workspace.root) as versions:
        stamp = find_stamp(cells) or 0
        book = versions.book_of(stamp)
        if not book or not workspace.path(book).is_file():
            return ""
        known = versions.records(stamp).get(ORDERS.title)
    if known is None or {row.key for row in known.rows} & {*map(normalize_name, orders)}:
        return book
    return ""
