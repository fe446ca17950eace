"""Commands that write into a manager's book change its named cells, and nothing else of it."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from string import ascii_uppercase, digits

import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple

from cmtools.commands.apply import apply
from cmtools.commands.merge import merge
from cmtools.commands.price import price
from cmtools.commands.repeat import repeat
from cmtools.commands.today import today
from cmtools.commands.validate import validate
from cmtools.tables.patch.book_edit import SheetEdit, write_edits
from cmtools.tables.service_sheets import LISTS_SHEET
from commands.test_apply import filled
from support.foreign import parts_of
from support.rich import PARTS, changed_cells, changed_parts, enrich, sheet_parts
from support.workbench import ORDERS, TODAY, cell_of, healthy, put

NOW = datetime(2026, 11, 21, 18)
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
NOTE = ("Заказы", "Примечание")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A healthy workspace whose order book is full of a manager's own things."""
    root = healthy(tmp_path / "w")
    enrich(root / ORDERS)
    assert [p for p in validate(root, today=TODAY).problems if p.is_error] == []
    return root


def test_a_merge(root: Path) -> None:
    """The book and its copy have a note each in other rows: a row of the copy comes in."""
    book = root / ORDERS
    copy = healthy(root.parent / "copy", put(*NOTE, 1, "из копии & «кавычки»")) / ORDERS
    enrich(copy)
    assert merge(root, book, in_place=True, today=TODAY, now=NOW).merge.is_empty
    place = coordinate_to_tuple(cell_of(book, *NOTE, 0))
    write_edits(book, {NOTE[0]: SheetEdit(cells={place: "в книге"})}, book)
    before = book.read_bytes()
    result = merge(root, copy, in_place=True, today=TODAY, now=NOW)
    assert [(cell.key, cell.column) for cell in result.merge.taken] == [("З-2026-0002", NOTE[1])]
    after = book.read_bytes()
    assert changed_cells(before, after, NOTE[0]) == {cell_of(book, *NOTE, 1)}
    orders = sheet_parts(parts_of(after))[NOTE[0]]
    assert changed_parts(before, after) == {orders, "docProps/custom.xml"}
    assert b"fullCalcOnLoad" in parts_of(after)["xl/workbook.xml"]


def test_prices(root: Path) -> None:
    """The computed columns, and the program's own sheet of drop-downs."""
    before = (root / ORDERS).read_bytes()
    price(root, in_place=True, today=TODAY, now=NOW)
    after = (root / ORDERS).read_bytes()
    for title, letters in (("Заказы", "VWXY"), ("Позиции", "OPQRSTU")):
        cells = changed_cells(before, after, title)
        assert {cell.rstrip(digits) for cell in cells} == {*letters}
    sheets = sheet_parts(parts_of(after))
    own = {sheets[title] for title in ("Заказы", "Позиции", LISTS_SHEET)}
    assert changed_parts(before, after) == own | {"xl/workbook.xml", "docProps/custom.xml"}


def test_the_answers_of_a_day(root: Path) -> None:
    agenda = filled(root / today(root, today=TODAY).files[0], "original", done="да")
    before = (root / ORDERS).read_bytes()
    apply(root, [agenda], in_place=True, today=TODAY, now=NOW)
    after = (root / ORDERS).read_bytes()
    assert changed_cells(before, after, "Документы") == {"E4"}
    papers = sheet_parts(parts_of(after))["Документы"]
    assert changed_parts(before, after) == {papers, "xl/workbook.xml", "docProps/custom.xml"}


def test_a_repeated_order(root: Path) -> None:
    """Its rows go below the tables, which grow; no other cell differs."""
    before = (root / ORDERS).read_bytes()
    repeat(root, "З-2026-0002", in_place=True, today=TODAY, now=NOW)
    after = (root / ORDERS).read_bytes()
    parts = parts_of(after)
    sheets = sheet_parts(parts)
    for title in ("Заказы", "Позиции"):
        rows = {int(cell.lstrip(ascii_uppercase)) for cell in changed_cells(before, after, title)}
        filled_before = load_workbook(BytesIO(before))[title].iter_rows(max_col=1)
        assert min(rows) > max(cell.row for (cell,) in filled_before if cell.value)
    own = {"xl/workbook.xml", "docProps/custom.xml", "xl/tables/table1.xml", "xl/tables/table2.xml"}
    assert changed_parts(before, after) - own == {sheets["Заказы"], sheets["Позиции"]}
    assert parts["xl/calcChain.xml"] == PARTS["xl/calcChain.xml"]
