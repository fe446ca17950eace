"""The rows of a book for a merge: those of its copy that nobody touched are the book's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtools.merge.book_records import ReadBook, read_book
from cmtools.merge.in_place import read_company
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.workspace import Workspace
from support.workbench import (
    ORDERS,
    Change,
    add,
    drop,
    healthy,
    insert_blank,
    insert_column,
    put,
    reverse_columns,
    rows_of,
    style,
)

READER = InProcessReader(limits=Limits())
SECOND = "З-2026-0002"
FORMULAS = insert_column("Заказы", 4, "Моё", "=1+1")
OWN = insert_column("Заказы", 4, "Моё", 1)


def rows(book: ReadBook) -> list[tuple[object, ...]]:
    """All that a book was read as."""
    return [
        (title, sheet.title, sheet.columns, sheet.header, sheet.width, row.row, row.text)
        for title, sheet in book.records.items()
        for row in sheet.rows
    ]


def made_anew(book: ReadBook, like: ReadBook) -> set[str]:
    """The rows of data that are not those of the other book, by sheet and number."""
    known = {id(row) for sheet in like.records.values() for row in sheet.rows}
    return {
        f"{title} {row.row}"
        for title, sheet in book.records.items()
        for row in sheet.rows
        if (row.key or row.owner) and id(row) not in known
    }


@pytest.mark.parametrize(
    ("before", "change", "changed"),
    [
        pytest.param((), (), set(), id="nothing"),
        pytest.param((), (put("Заказы", "Примечание", 1, "иначе"),), {"Заказы 3"}, id="a cell"),
        pytest.param((), (put("Заказы", "Примечание", 0, None),), {"Заказы 2"}, id="emptied"),
        pytest.param((), (put("Заказы", "Примечание", 1, "=B2"),), {"Заказы 3"}, id="a formula"),
        pytest.param((), (put("Заказы", "Примечание", 1, "#N/A"),), {"Заказы 3"}, id="an error"),
        pytest.param(
            (), (add("Платежи", rows_of("Платежи")[0]),), {"Платежи 6"}, id="a row below the others"
        ),
        pytest.param(
            (FORMULAS,), (put("Заказы", "Моё", 1, "=2+1"),), {"Заказы 3"}, id="another formula"
        ),
        pytest.param(
            (OWN,), (put("Заказы", "Моё", 1, True),), {"Заказы 3"}, id="a truth value is no number"
        ),
        pytest.param((OWN,), (style("Заказы", "Моё", 1, "0%"),), {"Заказы 3"}, id="100 % is not 1"),
        pytest.param(
            (), (put("Заказы", "№ заказа", 1, SECOND.lower()),), None, id="a key, otherwise spelled"
        ),
        pytest.param((), (drop("Заказы", 2),), None, id="an order that is gone"),
        pytest.param((), (insert_blank("Позиции", 1),), None, id="a row between"),
        pytest.param((), (OWN,), None, id="a new column"),
        pytest.param((), (reverse_columns("Позиции"),), None, id="columns in another order"),
        pytest.param((OWN,), (put("Заказы", "Моё", -1, "Наше"),), None, id="another title"),
    ],
)
def test_rows_that_stand_just_so_are_the_same(
    tmp_path: Path,
    before: tuple[Change, ...],
    change: tuple[Change, ...],
    changed: set[str] | None,
) -> None:
    root = healthy(tmp_path / "book", *before)
    company = read_company(Workspace(root), READER)
    ours = read_book(root / ORDERS, READER, company)
    copy = healthy(tmp_path / "copy", *before, *change) / ORDERS
    theirs = read_book(copy, READER, company, like=ours)
    assert rows(theirs) == rows(read_book(copy, READER, company))
    if changed is not None:
        assert made_anew(theirs, ours) == changed
