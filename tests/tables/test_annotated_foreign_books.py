"""The annotated copy of books of other people: what they hold stays, whatever it is."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from cmtools.problems import Place, Problem, Severity
from cmtools.tables.patch.annotated_copy import annotate, remove_annotation
from cmtools.tables.patch.notes import OURS
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.sheet_elements import add_legacy_drawing
from cmtools.tables.writer import styles
from support.office import convert
from support.papers import audit
from support.priced import changed_parts, edit, loaded, part_of, parts, swap

CASES = Path(__file__).parents[1] / "data" / "cases"
BOOK = "Предварительные заказы.xlsx"
NOTE = "Не число\n→ впишите число"


def problem(sheet: str, row: int, column: int, severity: Severity = Severity.ERROR) -> Problem:
    place = Place(file=BOOK, sheet=sheet, row=row, column=column)
    return Problem(
        code="x", severity=severity, place=place, message="не число", hint="впишите число"
    )


def rich_book(path: Path) -> Path:
    """A chart, shapes, comments, a button, data bars, drop-downs, names, two selected sheets."""
    book = xlsxwriter.Workbook(str(path))
    orders, totals = book.add_worksheet("Заказы"), book.add_worksheet("Итоги")
    green = book.add_format({"bold": True, "num_format": "0.00", "bg_color": "#00FF00"})
    for row in range(6):
        for column in range(4):
            orders.write(row, column, row * column, green if column == 2 else None)
    orders.write_formula("E1", "=SUM(A1:D1)", None, 6)
    orders.set_column("H:H", None, green)
    orders.write_comment("B2", "проверить у клиента", {"author": "Иванова"})
    orders.write_comment("D4", "моё", {"author": "Иванова"})
    orders.insert_button("H1", {"caption": "Пересчитать"})
    orders.insert_textbox("G2", "фигура")
    chart: Any = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Заказы!$C$1:$C$6"})
    orders.insert_chart("G10", chart)
    orders.conditional_format("C1:C6", {"type": "data_bar", "data_bar_2010": True})
    orders.data_validation("E2", {"validate": "list", "source": "=Итоги!$A$1:$A$3"})
    orders.merge_range("A9:B10", "объединено")
    orders.add_table("K1:L3")
    orders.print_area("A1:E6")
    totals.repeat_rows(0)
    totals.write("A1", "итог")
    totals.select()
    totals.activate()
    book.close()
    return path


def painted(book: Path, sheet: str) -> dict[str, str]:
    """Cell → its colour, of the cells in one of our colours or a shade of it."""
    ours = {colour[:5]: colour for colour in (styles.PALE_RED, styles.PALE_ORANGE)}
    every = (cell for row in loaded(book)[sheet].iter_rows() for cell in row)
    colours = {cell.coordinate: f"#{str(cell.fill.start_color.rgb)[-6:]}" for cell in every}
    return {place: ours[colour[:5]] for place, colour in colours.items() if colour[:5] in ours}


def notes(book: Path, sheet: str) -> dict[str, str]:
    every = (cell for row in loaded(book)[sheet].iter_rows() for cell in row)
    return {c.coordinate: c.comment.text.replace(OURS, "") for c in every if c.comment}


def test_only_the_cells_and_notes_named_change(tmp_path: Path) -> None:
    source, copy = rich_book(tmp_path / BOOK), tmp_path / "копия.xlsx"
    before = source.read_bytes()
    found = [
        problem("Заказы", 2, 2),
        problem("Заказы", 2, 3),
        problem("Заказы", 2, 3, Severity.WARNING),
        problem("Заказы", 10, 2),  # inside a merged range
        problem("Заказы", 9, 1, Severity.WARNING),
        problem("Заказы", 20, 8, Severity.WARNING),  # neither the cell nor its row is written
    ]
    annotate(source, copy, found)
    assert source.read_bytes() == before
    sheet = part_of(source, "Заказы")
    assert changed_parts(source, copy) == {
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/custom.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet3.xml",
        part_of(source, "Итоги"),
        sheet,
    }
    old, new = parts(source), parts(copy)
    old_rows, new_rows = (re.findall(b"<row.*?</row>", each[sheet]) for each in (old, new))
    assert [row for row in old_rows if row not in new_rows] == [old_rows[1], old_rows[6]]
    tail = old[sheet].partition(b"</sheetData>")[2]
    assert tail
    assert new[sheet].endswith(tail)
    assert b"<f>SUM(A1:D1)</f><v>6</v>" in new[sheet]
    assert painted(copy, "Заказы") == {
        "B2": styles.PALE_RED,
        "C2": styles.PALE_RED,
        "A9": styles.PALE_ORANGE,
        "H20": styles.PALE_ORANGE,
    }
    orders = loaded(copy)["Заказы"]
    for place in ("C2", "H20"):
        assert orders[place].number_format == "0.00"
        assert orders[place].font.b
    assert notes(copy, "Заказы") == {
        "B2": f"{NOTE}\n\nпроверить у клиента",
        "C2": f"{NOTE}\n{NOTE}",
        "D4": "моё",
        "A9": NOTE,
        "H20": NOTE,
    }
    assert audit(copy) == []


@pytest.mark.parametrize("office", [False, True], ids=["as it was", "saved by LibreOffice"])
def test_a_corrected_copy_is_a_book_again(office: bool, tmp_path: Path) -> None:
    """Fault 55: our colours, notes and list go, what they covered comes back."""
    source, copy = rich_book(tmp_path / BOOK), tmp_path / "копия.xlsx"
    found = [problem("Заказы", *cell) for cell in ((2, 2), (2, 3), (4, 4), (9, 1))]
    annotate(source, copy, found)
    if office:
        (copy,) = convert([copy], tmp_path / "office")
    book = tmp_path / "книга.xlsx"
    package = Package(copy)
    remove_annotation(package)
    package.save(book)
    assert loaded(book).sheetnames == ["Заказы", "Итоги"]
    assert painted(book, "Заказы") == {}
    assert loaded(book)["Заказы"]["C2"].fill.start_color.rgb == "FF00FF00"
    assert loaded(book)["Заказы"]["B2"].fill.fill_type is None
    assert {p: text.strip() for p, text in notes(book, "Заказы").items()} == {
        "B2": "проверить у клиента",
        "D4": "моё",
    }
    assert loaded(book)["Заказы"].print_area == "'Заказы'!$A$1:$E$6"
    if not office:
        assert audit(book) == []
        assert rows_of(book) == rows_of(source)


def rows_of(book: Path) -> list[list[object]]:
    return [[cell.value for cell in row] for row in loaded(book)["Заказы"].iter_rows(max_row=10)]


def test_a_book_that_is_no_copy_of_ours_stays(tmp_path: Path) -> None:
    """A manager's own sheet «Ошибки», a note of «cmtools» and a red cell are his."""
    path = tmp_path / BOOK
    book = Workbook()
    sheet = book.create_sheet("Ошибки")
    sheet["A1"] = "моё"
    sheet["A1"].comment = Comment("моё", "cmtools")
    sheet["A1"].fill = PatternFill("solid", fgColor="FFFFC7CE")
    book.save(path)
    package, before = Package(path), parts(path)
    remove_annotation(package)
    package.save(path)
    assert parts(path) == before


def test_the_list_is_first_and_names_stay_with_their_sheets(tmp_path: Path) -> None:
    """Also when the copy is annotated again: the old list goes."""
    source, copy = rich_book(tmp_path / BOOK), tmp_path / "копия.xlsx"
    again = tmp_path / "снова.xlsx"
    annotate(source, copy, [problem("Заказы", 2, 3), problem("Заказы", 3, 1)])
    annotate(copy, again, [problem("Итоги", 1, 1)])
    for path, count in ((copy, 2), (again, 1)):
        book = loaded(path)
        assert book.sheetnames == ["Ошибки", "Заказы", "Итоги"]
        assert book.active is book["Ошибки"]
        selected = [s.title for s in book.worksheets if s.sheet_view.tabSelected]
        assert selected == ["Ошибки"]
        listed = book["Ошибки"]
        assert listed["A1"].value == f"Ошибок: {count}, предупреждений: 0"
        assert (listed.max_row, listed.auto_filter.ref) == (4 + count, f"A4:G{4 + count}")
        assert (listed.print_title_rows, listed.freeze_panes) == ("$4:$4", "A5")
        assert book["Заказы"].print_area == "'Заказы'!$A$1:$E$6"
        assert book["Итоги"].print_title_rows == "$1:$1"
        assert audit(path) == []


def test_the_office_shows_the_copy(tmp_path: Path) -> None:
    source, copy = rich_book(tmp_path / BOOK), tmp_path / "копия.xlsx"
    annotate(source, copy, [problem("Заказы", 2, 2), problem("Заказы", 20, 8)])
    opened = convert([copy], tmp_path / "office")[0]
    assert loaded(opened).sheetnames == ["Ошибки", "Заказы", "Итоги"]
    assert set(notes(opened, "Заказы")) == {"B2", "D4", "H20"}
    assert painted(opened, "Заказы") == {"B2": styles.PALE_RED, "H20": styles.PALE_RED}


def test_a_problem_of_any_signs_is_shown(tmp_path: Path) -> None:
    place = Place(file=BOOK, sheet="О'Нил & <сын>", row=1, column=1)
    hostile = Problem(
        code="x",
        severity=Severity.ERROR,
        place=place,
        message="\x07 _x0041_ ]]> & <b>",
        hint="=1+1",
        column="=A1",
        value="+7\n\ud800",
    )
    book = xlsxwriter.Workbook(str(tmp_path / BOOK))
    book.add_worksheet("О'Нил & <сын>").write("A1", "x")
    book.close()
    copy = tmp_path / "копия.xlsx"
    annotate(tmp_path / BOOK, copy, [hostile])
    assert audit(copy) == []
    listed = loaded(copy)["Ошибки"]
    assert [cell.data_type for cell in listed[5]] == ["n", *["s"] * 6]
    assert listed["C5"].hyperlink.location == "'О''Нил & <сын>'!A1"


@pytest.mark.parametrize("case", ["24-strict-ooxml", "26-empty-fill", "27-formatted-to-the-bottom"])
def test_a_book_as_it_came_is_annotated_soon(case: str, tmp_path: Path) -> None:
    """A coloured cell in the last row took minutes and gigabytes once."""
    source, copy = CASES / case / BOOK, tmp_path / "копия.xlsx"
    started = time.monotonic()
    annotate(source, copy, [problem("Заказы", 2, 1), problem("Заказы", 40, 2)])
    assert time.monotonic() - started < 10
    package = Package(copy)
    sheet = package[package.sheets()["Заказы"]]
    styles_of = [re.search(rb'<c r="%s" s="(\d+)"' % place, sheet) for place in (b"A2", b"B40")]
    formats = package.tree(package.styles).findall("{*}cellXfs/{*}xf")
    fills = package.tree(package.styles).findall("{*}fills/{*}fill")
    for found in styles_of:
        assert found is not None
        colour = fills[int(formats[int(found[1])].get("fillId", ""))].find(".//{*}fgColor")
        assert colour is not None
        assert colour.get("rgb") == f"FF{styles.PALE_RED[1:]}"
    (comments,) = (content for name, content in parts(copy).items() if "comments" in name)
    assert re.findall(rb'ref="(\w+)"', comments) == [b"A2", b"B40"]
    main = {
        re.findall(rb'xmlns="([^"]*)"', content[:1000])[0]
        for name, content in parts(copy).items()
        if re.match(r"xl/(worksheets/[^_]|workbook|styles|comments)", name)
    }
    assert len(main) == 1


def test_a_book_without_styles_is_annotated(tmp_path: Path) -> None:
    """Its groups of styles may be missing one by one."""
    for dropped in ("fills", "borders", "fonts", "cellXfs", "cellStyleXfs"):
        source, copy = rich_book(tmp_path / BOOK), tmp_path / f"{dropped}.xlsx"
        edit(source, {"xl/styles.xml": swap((rf"<{dropped}\b.*?</{dropped}>", ""))})
        annotate(source, copy, [problem("Заказы", 2, 1)])
        order = ["fonts", "fills", "borders", "cellStyleXfs", "cellXfs"]
        groups = [part.tag.rpartition("}")[2] for part in Package(copy).tree("xl/styles.xml")]
        known = [group for group in groups if group in order]
        assert known == [group for group in order if group in known]
        assert {*known, "cellStyleXfs"} == {*order}


def test_rows_and_cells_without_references_are_found(tmp_path: Path) -> None:
    """As some programs write them: with a prefix, without `r`, rows out of order."""
    source, copy = rich_book(tmp_path / BOOK), tmp_path / "копия.xlsx"
    sheet = part_of(source, "Итоги")
    rows = (
        '<x:row><x:c><x:v>1</x:v></x:c><x:c s=""><x:v>2</x:v></x:c></x:row>'
        '<x:row r="5"><x:c r="A5"><x:v>3</x:v></x:c></x:row>'
        '<x:row r="3"><x:c r="A3" s="999"><x:v>4</x:v></x:c></x:row>'
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    edit(source, {sheet: xml.encode()})
    places = [(1, 2), (3, 1), (4, 1), (5, 1), (6, 2)]
    annotate(source, copy, [problem("Итоги", *place) for place in places])
    assert set(painted(copy, "Итоги")) == {"B1", "A3", "A4", "A5", "B6"}
    assert set(notes(copy, "Итоги")) == {"B1", "A3", "A4", "A5", "B6"}
    values = [cell.value for row in loaded(copy)["Итоги"].iter_rows() for cell in row]
    assert [value for value in values if value is not None] == [1, 2, 4, 3]


def test_the_drawing_goes_where_the_standard_puts_it() -> None:
    """Before what follows it, though an inner element bears the same name."""
    xml = (
        b"<worksheet><sheetData/><conditionalFormatting><cfRule><extLst><ext/></extLst></cfRule>"
        b'</conditionalFormatting><hyperlinks><hyperlink tip="a>b"/></hyperlinks>'
        b"<drawing/><tableParts/><extLst/></worksheet>"
    )
    added = add_legacy_drawing(xml, 'r:id="x"')
    assert added == xml.replace(b"<tableParts/>", b'<legacyDrawing r:id="x"/><tableParts/>')
