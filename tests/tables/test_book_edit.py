"""Cells changed, rows appended and emptied in a person's own book: nothing else differs."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from cmtools.tables.patch.book_edit import EditRefused, SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.formulas import CellFormula
from cmtools.tables.reader.sandbox import InProcessReader
from support.workbench import ORDERS, healthy

READER = InProcessReader(limits=Limits())


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return healthy(tmp_path / "w") / ORDERS


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_only_the_parts_that_change_are_written_anew(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    workbook = openpyxl.load_workbook(book)
    (table,) = workbook["Платежи"].tables.values()
    table.ref = table.autoFilter.ref = "A1:E5"
    workbook.save(book)
    row: dict[int, CellValue] = {
        1: date(2026, 11, 20),
        2: "З-2026-0002",
        3: "от клиента",
        4: Decimal("5.50"),
    }
    edits = {"Платежи": SheetEdit(appended=[row, row], emptied={2})}
    write_edits(book, edits, target, properties={"cmtools-version": "7"})
    before, after = parts(book), parts(target)
    changed = {name for name in after if after[name] != before.get(name)}
    sheets = openpyxl.load_workbook(book).sheetnames
    payments = f"xl/worksheets/sheet{sheets.index('Платежи') + 1}.xml"
    assert [name for name in after if name in before] == list(before)
    assert changed == {
        payments,
        f"xl/tables/table{sheets.index('Платежи')}.xml",
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/custom.xml",
    }
    written = openpyxl.load_workbook(target)["Платежи"]
    old = openpyxl.load_workbook(book)["Платежи"]
    assert [[c.value for c in r] for r in written.iter_rows(min_row=2)] == [
        [None] * 5,
        *[[c.value for c in r] for r in old.iter_rows(min_row=3)],
        *[[datetime(2026, 11, 20), "З-2026-0002", "от клиента", 5.5, None]] * 2,
    ]
    assert [table.ref for table in written.tables.values()] == ["A1:E7"]
    assert written["A6"].number_format == old["A5"].number_format
    assert READER.read_whole(target).properties["cmtools-version"] == "7"
    write_edits(target, {}, book, properties={"cmtools-version": "8"})
    assert READER.read_whole(book).properties["cmtools-version"] == "8"


def test_checks_and_colours_grow_with_the_table(book: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Платежи"]
    check = DataValidation("whole", formula1="1", sqref="E2:E5 G1:G3")
    sheet.add_data_validation(check)
    fill = PatternFill("solid", bgColor="FFFF0000")
    rule = CellIsRule("lessThan", ["0"], fill=fill)  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add("D2:D5", rule)
    workbook.save(book)
    target = tmp_path / "t.xlsx"
    write_edits(book, {"Платежи": SheetEdit(appended=[{2: "З-2026-0002"}])}, target)
    written = openpyxl.load_workbook(target)["Платежи"]
    assert {str(v.sqref) for v in written.data_validations.dataValidation} >= {"E2:E6 G1:G3"}
    assert "D2:D6" in [str(c.sqref) for c in written.conditional_formatting]


def test_values_are_shown_as_what_they_are(book: Path, tmp_path: Path) -> None:
    """A date in a cell without a date's format gets one; a share is written where it is shown."""
    workbook = openpyxl.load_workbook(book)
    workbook["Заказы"]["X2"].number_format = "0%"
    workbook.save(book)
    target = tmp_path / "t.xlsx"
    cells: dict[tuple[int, int], CellValue] = {
        (2, 23): date(2026, 12, 31),
        (2, 24): 50,
        (3, 23): CellFormula("D¤*2"),
        (3, 24): True,
        (9, 25): "=не формула",
    }
    write_edits(book, {"Заказы": SheetEdit(cells=cells)}, target)
    written = openpyxl.load_workbook(target)["Заказы"]
    assert str(written["W2"].value) == "2026-12-31 00:00:00"
    assert written["X2"].value == 0.5
    assert written["W3"].value == "=D3*2"
    assert written["X3"].value is True
    assert (written["Y9"].value, written["Y9"].data_type) == ("=не формула", "s")


def test_formulas_that_share_a_text_keep_theirs(book: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Заказы"]
    sheet["X1"] = "Своё"
    workbook.save(book)
    content = parts(book)
    name = f"xl/worksheets/sheet{workbook.sheetnames.index('Заказы') + 1}.xml"
    shared = {
        2: b'<c r="X2"><f t="shared" ref="X2:X4" si="0">M2*2+$A$1</f><v>1</v></c>',
        3: b'<c r="X3"><f t="shared" si="0"/><v>2</v></c>',
        4: b'<c r="X4"><f t="shared" si="0"/><v>3</v></c>',
    }
    rows = content[name].split(b"</row>")
    for row, cell in shared.items():
        rows[row - 1] += cell
    with zipfile.ZipFile(book, "w") as archive:
        for part, xml in (content | {name: b"</row>".join(rows)}).items():
            archive.writestr(part, xml)
    target = tmp_path / "t.xlsx"
    write_edits(book, {"Заказы": SheetEdit(emptied={2})}, target)
    written = openpyxl.load_workbook(target)["Заказы"]
    assert [written[f"X{row}"].value for row in (2, 3, 4)] == [None, "=M3*2+$A$1", "=M4*2+$A$1"]


@pytest.mark.parametrize(
    "part", ["xl/vbaProject.bin", "_xmlsignatures/s.xml", "xl/revisions/r.xml"]
)
def test_books_that_a_change_would_spoil_are_refused(part: str, book: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr(part, "x")
    with pytest.raises(EditRefused):
        write_edits(book, {}, tmp_path / "t.xlsx")
