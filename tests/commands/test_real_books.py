"""Small books, each of which once failed as it came from people, sync programs, 1C or Excel.

Each stands for a kind; what is right of it is the expectation here.
"""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from docx import Document

from cmtools.commands.docs import docs
from cmtools.commands.init import init
from cmtools.commands.price import price
from cmtools.commands.validate import validate
from cmtools.documents.selection import Selection
from support.foreign import packed, parts_of
from support.workbench import ORDERS

CASES = Path(__file__).parents[1] / "data" / "cases"
TODAY = date(2026, 11, 20)


def workspace(case: str, folder: Path) -> Path:
    """A workspace with the settings and the register of the cases, and the book of one case."""
    init(folder)
    for source in ("workspace", case):
        for book in (CASES / source).glob("*.xlsx"):
            shutil.copy(book, folder / book.name)
    return folder


def prices(root: Path) -> list[str]:
    result = price(root, today=TODAY).as_json()
    return [position["price"] for order in result["orders"] for position in order["positions"]]


@pytest.mark.parametrize(
    "case",
    [
        "06-zero-width-in-code",
        "08-date-text-of-1C",
        "16-table-totals-row",
        "20-money-words",
        "21-backslash-zip",
        "24-strict-ooxml",
    ],
)
def test_what_has_one_meaning_is_understood(case: str, tmp_path: Path) -> None:
    assert validate(workspace(case, tmp_path / "ws"), today=TODAY).problems == ()


@pytest.mark.parametrize(
    "case",
    ["03-header-soft-hyphen", "11-dates-1904-x15", "21-backslash-zip", "24-strict-ooxml"],
)
def test_the_price_is_right(case: str, tmp_path: Path) -> None:
    assert set(prices(workspace(case, tmp_path / "ws"))) == {"4.85"}


@pytest.mark.parametrize("case", ["21-backslash-zip", "24-strict-ooxml", "25-external-link"])
def test_what_validate_reads_price_writes(case: str, tmp_path: Path) -> None:
    """A copy and the book itself; both are read again and hold the price."""
    root = workspace(case, tmp_path / "ws")
    price(root, today=TODAY)
    copy = root / f"{ORDERS.removesuffix('.xlsx')} — с ценами.xlsx"
    price(root, in_place=True, today=TODAY, now=datetime(2026, 11, 20, 12))
    shutil.copy(copy, root / "копия.xlsx")
    for book in (root / ORDERS, root / "копия.xlsx"):
        again = validate(root, [book], today=TODAY).problems
        assert {problem.code for problem in again} <= {"external-links"}
    assert prices(root) == ["4.85"]


def test_the_link_to_another_book_is_named_and_left_out_of_the_copy(tmp_path: Path) -> None:
    root = workspace("25-external-link", tmp_path / "ws")
    (problem,) = validate(root, today=TODAY).problems
    assert (problem.code, problem.is_error) == ("external-links", False)
    price(root, today=TODAY)
    copy = root / f"{ORDERS.removesuffix('.xlsx')} — с ценами.xlsx"
    assert validate(root, [copy], today=TODAY).problems == ()


def test_a_hundred_percent_of_prepayment_is_the_whole_sum(tmp_path: Path) -> None:
    root = workspace("01-percent-cell-100", tmp_path / "ws")
    result = docs(root, Selection(orders=["З-2026-0001"]), kinds=["invoice"], today=TODAY)
    (file,) = result.files
    paper = Document(str(root / file))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    texts = [*cells, *(paragraph.text for paragraph in paper.paragraphs)]
    assert any("4 850,00" in text.replace("\u00a0", " ") for text in texts)
    assert not any("48,50" in text.replace("\u00a0", " ") for text in texts)


def test_a_conflict_copy_counts_nowhere(tmp_path: Path) -> None:
    root = workspace("35-conflict-copy-in-root", tmp_path / "ws")
    before = price(root, today=TODAY).as_json()["orders"]
    shutil.copy(root / ORDERS, root / "Предварительные заказы-DESKTOP-7QK2.xlsx")
    assert [problem.code for problem in validate(root, today=TODAY).problems] == ["book-copy"]
    assert price(root, today=TODAY).as_json()["orders"] == before


def shuffle_rows(xml: bytes) -> bytes:
    """The rows from the last to the first, each cell in a row of its own of the same number."""
    rows = re.findall(rb"<row\b([^>]*)>(.*?)</row>", xml, re.DOTALL)
    parts = [
        b"<row%b>%b</row>" % (tag, cell)
        for tag, cells in reversed(rows)
        for cell in re.findall(rb"<c\b[^>]*?/>|<c\b.*?</c>", cells, re.DOTALL)
    ]
    data = b"<sheetData>%b</sheetData>" % b"".join(parts)
    return re.sub(rb"<sheetData>.*</sheetData>", lambda _: data, xml, flags=re.DOTALL)


def test_a_book_with_rows_in_any_order_goes_through_all(tmp_path: Path) -> None:
    """Excel repairs such books; what is unambiguous is read, and written in order."""
    root = workspace("20-money-words", tmp_path / "ws")
    right = price(root, today=TODAY).as_json()["orders"]
    parts = parts_of((root / ORDERS).read_bytes())
    sheets = {name: xml for name, xml in parts.items() if name.startswith("xl/worksheets/sheet")}
    parts |= {name: shuffle_rows(xml) for name, xml in sheets.items()}
    (root / ORDERS).write_bytes(packed(parts))
    assert validate(root, today=TODAY).problems == ()
    assert price(root, today=TODAY).as_json()["orders"] == right
    price(root, in_place=True, today=TODAY, now=datetime(2026, 11, 20, 12))
    assert validate(root, today=TODAY).problems == ()
    (position,) = price(root, today=TODAY).as_json()["orders"][0]["positions"]
    assert position["price"] == right[0]["positions"][0]["price"]
    written = parts_of((root / ORDERS).read_bytes())
    for xml in (written[name] for name in sheets if written[name] != parts[name]):
        numbers = [int(number) for number in re.findall(rb'<row r="(\d+)"', xml)]
        assert numbers == sorted({*numbers})
