"""Cells changed, rows appended and emptied in a person's own book: nothing else differs."""

from __future__ import annotations

import re
import tempfile
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from cmtools.tables.patch.book_edit import EditRefused, SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.formulas import CellFormula
from cmtools.tables.reader.sandbox import InProcessReader
from support.office import convert
from support.papers import audit
from support.priced import loaded, parts
from support.workbench import ORDERS, healthy

READER = InProcessReader(limits=Limits())


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return healthy(tmp_path / "w") / ORDERS


@pytest.mark.parametrize(("row", "fits"), [(1_048_574, True), (1_048_575, False)])
def test_rows_below_the_end_of_a_sheet_are_refused(
    row: int, fits: bool, book: Path, tmp_path: Path
) -> None:
    """What stands far below leaves no room under it, and there is none above."""
    workbook = openpyxl.load_workbook(book)
    for place in (6, row):
        workbook["Платежи"].cell(place, 1, "не трогать")
    workbook.save(book)
    rows: list[dict[int, CellValue]] = [{1: date(2026, 11, number)} for number in (1, 2)]
    edits = {"Платежи": SheetEdit(appended=rows, last_row=5)}
    target = tmp_path / "t.xlsx"
    if fits:
        assert write_edits(book, edits, target) == ["Платежи"]
        assert openpyxl.load_workbook(target)["Платежи"].max_row == row + 2
        return
    with pytest.raises(
        EditRefused,
        match=rf"^на листе «Платежи» под строкой {row} нет места для новых строк \(2\): "
        "уберите то, что ниже ваших строк$",
    ):
        write_edits(book, edits, target)
    assert not target.exists()


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


RICH = "xl/worksheets/sheet1.xml"


def rich_book(path: Path, *, below: bool = False, filtered: bool = False) -> Path:
    """Rows 2 to 5 with a chart, shapes, comments, sparklines, x14 formats, outline, breaks."""
    book = xlsxwriter.Workbook(str(path))
    sheet, other = book.add_worksheet("Заказы"), book.add_worksheet("Итоги")
    green = book.add_format({"num_format": "0.00", "bg_color": "#00FF00"})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.write_row("A1", ["№", "Дата", "Сумма", "График", "Своё"])
    for row in range(1, 5):
        sheet.write(row, 0, f"З-{row}")
        sheet.write_datetime(row, 1, datetime(2026, 11, row), day)
        sheet.write(row, 2, row * 1.5, green)
        sheet.add_sparkline(row, 3, {"range": f"Заказы!A{row + 1}:C{row + 1}"})
        sheet.set_row(row, 20, None, {"level": 1})
    sheet.write_formula("E2", "=C2*2", None, 3)
    sheet.write_comment("C3", "проверить", {"author": "Иванова"})
    sheet.insert_textbox("H2", "фигура")
    sheet.insert_button("H10", {"caption": "Пересчитать"})
    chart: Any = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Заказы!$C$2:$C$5"})
    sheet.insert_chart("H12", chart)
    sheet.conditional_format("C2:C5", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("A2:A5", {"type": "no_blanks", "format": green})
    sheet.data_validation("E2:E5", {"validate": "list", "source": "=Итоги!$A$1:$A$3"})
    sheet.data_validation("B5", {"validate": "date", "criteria": ">", "value": date(2020, 1, 1)})
    sheet.set_h_pagebreaks([4])
    sheet.protect(options={"insert_rows": True})
    sheet.print_area("A1:E5")
    if filtered:
        sheet.autofilter("A1:E5")
    else:
        sheet.add_table(
            "A1:E5", {"columns": [{"header": h} for h in "№ Дата Сумма График Своё".split()]}
        )
    if below:
        sheet.write("A6", "Итого")
        sheet.write_formula("C6", "=SUM(C2:C5)", None, 15)
        sheet.write("A8", "проверил Иванов")
    other.write_formula("A1", "=SUM(Заказы!C2:C5)", None, 15)
    book.set_custom_property("Своё", "да")
    book.close()
    return path


ROW: dict[int, CellValue] = {1: "З-9", 2: date(2026, 12, 1), 3: Decimal("7.25"), 5: True}


@pytest.mark.parametrize("filtered", [True, False])
def test_rows_are_appended_to_a_rich_book(filtered: bool, tmp_path: Path) -> None:
    """The table, filter, checks, formats and print area grow; all else stays byte for byte."""
    book, target = rich_book(tmp_path / "b.xlsx", filtered=filtered), tmp_path / "t.xlsx"
    assert write_edits(book, {"заказы": SheetEdit(appended=[ROW, ROW])}, target) == []
    before, after = parts(book), parts(target)
    assert [*after] == [*before]
    grown = {"xl/workbook.xml"} if filtered else {"xl/workbook.xml", "xl/tables/table1.xml"}
    assert {name for name in after if after[name] != before[name]} == {RICH, *grown}
    rows, tail = after[RICH].split(b"</sheetData>")
    known = before[RICH].replace(b'ref="A1:E5"', b'ref="A1:E7"')  # the dimension and the filter
    for old, new in ((b"C2:C5", b"C2:C7"), (b"A2:A5", b"A2:A7"), (b"E2:E5", b"E2:E7")):
        known = known.replace(b'sqref="' + old, b'sqref="' + new)
        known = known.replace(b"<xm:sqref>" + old, b"<xm:sqref>" + new)
    known = known.replace(b'sqref="B5"', b'sqref="B5:B7"')
    assert (rows.split(b'<row r="6"')[0], tail) == tuple(known.split(b"</sheetData>"))
    assert b"$A$1:$E$7" in after["xl/workbook.xml"]
    assert b"$A$1:$E$5" not in after["xl/workbook.xml"]
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]
    written = loaded(target)["Заказы"]
    assert [[cell.value for cell in row] for row in written["A6:E7"]] == [
        ["З-9", datetime(2026, 12, 1), 7.25, None, True]
    ] * 2
    assert [written[f"{c}6"].number_format for c in "BC"] == ["dd.mm.yyyy", "0.00"]
    assert audit(target) == []


def test_nothing_below_the_range_is_overwritten(tmp_path: Path) -> None:
    """Rows without room go under all that stands below, checked and formatted as the others."""
    book, target = rich_book(tmp_path / "b.xlsx", below=True), tmp_path / "t.xlsx"
    edit = SheetEdit(appended=[ROW, ROW], last_row=5)
    assert write_edits(book, {"Заказы": edit}, target) == ["Заказы"]
    written = loaded(target)["Заказы"]
    assert [[cell.value for cell in row[:3]] for row in written["A5:C10"]] == [
        ["З-4", datetime(2026, 11, 4), 6],
        ["Итого", None, "=SUM(C2:C5)"],
        [None] * 3,
        ["проверил Иванов", None, None],
        *[["З-9", datetime(2026, 12, 1), 7.25]] * 2,
    ]
    assert {str(v.sqref) for v in written.data_validations.dataValidation} == {
        "E2:E5 E9:E10",
        "B5 B9:B10",
    }
    assert [table.ref for table in written.tables.values()] == ["A1:E5"]
    assert written["C9"].number_format == "0.00"


def test_free_rows_above_a_total_are_used(tmp_path: Path) -> None:
    book, target = rich_book(tmp_path / "b.xlsx", below=True), tmp_path / "t.xlsx"
    write_edits(book, {"Заказы": SheetEdit(emptied=[4, 5])}, book)
    assert write_edits(book, {"Заказы": SheetEdit(appended=[ROW], last_row=3)}, target) == []
    written = loaded(target)["Заказы"]
    assert [row[0].value for row in written["A2:A8"]] == [
        *["З-1", "З-2", "З-9", None, "Итого", None, "проверил Иванов"]
    ]
    assert [table.ref for table in written.tables.values()] == ["A1:E5"]


def test_the_first_row_is_no_copy_of_the_header(tmp_path: Path) -> None:
    book, target = tmp_path / "b.xlsx", tmp_path / "t.xlsx"
    workbook = xlsxwriter.Workbook(str(book))
    sheet = workbook.add_worksheet("Заказы")
    sheet.write_row("A1", ["№", "Сумма"], workbook.add_format({"bold": True}))
    sheet.set_column("B:B", None, workbook.add_format({"num_format": "0.00"}))
    workbook.close()
    edit = SheetEdit(appended=[{1: "З-1", 2: 5}], header=1)
    write_edits(book, {"Заказы": edit}, target, properties={"cmtools-version": "1"})
    assert {name for name, part in parts(target).items() if part != parts(book).get(name)} == {
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/custom.xml",
        RICH,
    }
    written = loaded(target)["Заказы"]
    assert (written["B2"].value, written["B2"].number_format) == (5, "0.00")
    assert (written["A2"].value, bool(written["A2"].font.b)) == ("З-1", False)


def test_a_number_in_a_cell_of_dates_is_shown_as_a_number(tmp_path: Path) -> None:
    book, target = rich_book(tmp_path / "b.xlsx"), tmp_path / "t.xlsx"
    write_edits(book, {"Заказы": SheetEdit(cells={(2, 2): 5})}, target)
    assert loaded(target)["Заказы"]["B2"].value == 5


@pytest.mark.parametrize("what", ["merged", "array"])
def test_cells_that_cannot_hold_a_value_are_refused(what: str, tmp_path: Path) -> None:
    book = tmp_path / "b.xlsx"
    workbook = xlsxwriter.Workbook(str(book))
    sheet = workbook.add_worksheet("Заказы")
    if what == "merged":
        sheet.merge_range("A2:B3", "объединено")
    else:
        sheet.write_array_formula("A2:B3", "{=D2:E3*2}")
    workbook.close()
    with pytest.raises(EditRefused, match=r"на листе «Заказы» .*(B3|A2:B3)"):
        write_edits(book, {"Заказы": SheetEdit(cells={(3, 2): 5})}, tmp_path / "t.xlsx")
    assert not (tmp_path / "t.xlsx").exists()


VALUES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.dates(date(1950, 1, 1))
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=9).map(
    lambda t: f"т{t}"
)
CELLS = VALUES | TEXTS | st.decimals(-(10**6), 10**6, places=2)


@settings(max_examples=20, deadline=None)
@given(
    cells=st.dictionaries(st.tuples(st.integers(2, 9), st.integers(1, 7)), CELLS, max_size=9),
    appended=st.lists(st.dictionaries(st.integers(1, 7), CELLS, min_size=1), max_size=3),
    emptied=st.sets(st.integers(2, 5), max_size=2),
)
def test_only_what_is_named_differs(
    cells: dict[tuple[int, int], CellValue],
    appended: list[dict[int, CellValue]],
    emptied: set[int],
) -> None:
    """As openpyxl reads it, before and after: cells typed, rows appended and emptied."""
    with tempfile.TemporaryDirectory() as folder:
        book, target = rich_book(Path(folder, "b.xlsx")), Path(folder, "t.xlsx")
        cells = {place: value for place, value in cells.items() if place[0] not in emptied}
        edit = SheetEdit(cells=cells, appended=appended, emptied=emptied, last_row=9)
        write_edits(book, {"Заказы": edit}, target)
        before, after = values_of(book), values_of(target)
    expected = {place: value for place, value in before.items() if place[0] not in emptied}
    expected |= {p: plain_value(v) for p, v in cells.items()}
    expected |= {
        (9 + number, column): plain_value(value)
        for number, row in enumerate(appended, start=1)
        for column, value in row.items()
    }
    assert after == {place: value for place, value in expected.items() if value is not None}


def values_of(path: Path) -> dict[tuple[int, int], object]:
    sheet = loaded(path)["Заказы"]
    every = (cell for row in sheet.iter_rows() for cell in row)
    return {(c.row, c.column): c.value for c in every if c.value is not None}


def plain_value(value: CellValue) -> object:
    """A value as openpyxl reads it back."""
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        return re.sub(r"\r\n?", "\n", value)
    return float(value) if isinstance(value, Decimal) else value


def test_libreoffice_reads_and_computes_what_was_written(tmp_path: Path) -> None:
    book, target = rich_book(tmp_path / "b.xlsx"), tmp_path / "t.xlsx"
    edit = SheetEdit(cells={(2, 3): 100, (3, 5): CellFormula("C¤*3")}, appended=[ROW], emptied=[5])
    write_edits(book, {"Заказы": edit}, target, properties={"cmtools-version": "3"})
    (saved,) = convert([target], tmp_path / "out")
    sheet = loaded(saved, values=True)
    rows = [[cell.value for cell in row] for row in sheet["Заказы"]["A2:E6"]]
    assert rows == [
        ["З-1", datetime(2026, 11, 1), 100, None, 200],
        ["З-2", datetime(2026, 11, 2), 3, None, 9],
        ["З-3", datetime(2026, 11, 3), 4.5, None, None],
        [None] * 5,
        ["З-9", datetime(2026, 12, 1), 7.25, None, True],
    ]
    assert sheet["Итоги"]["A1"].value == 107.5
    assert READER.read_whole(saved).properties["cmtools-version"] == "3"
