"""What a change of a book leaves as it is: the parts, elements and bytes that are not named."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from cmtools.tables.patch.book_edit import SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.reader.formulas import CellFormula
from support.foreign import packed, parts_of
from support.office import convert
from support.priced import loaded

SHEET, TABLE, NAMES = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml", "xl/workbook.xml"
CHAIN, STYLES, STRINGS = "xl/calcChain.xml", "xl/styles.xml", "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADER, FIRST, SECOND = (
    '<row r="1" ht="30" customHeight="1"><c r="A1" t="s" s="1"><v>0</v></c>'
    '<c r="B1" t="s" s="1"><v>1</v></c><c r="C1" t="s" s="1"><v>2</v></c></row>',
    '<row r="2" ht="45" customHeight="1" outlineLevel="1" s="2" customFormat="1">'
    '<c r="A2" t="s"><v>3</v></c><c r="B2" s="2"><v>5</v></c>'
    '<c r="C2"><f>B2*2</f><v>10</v></c></row>',
    '<row r="3" hidden="1" outlineLevel="1" collapsed="1"><c r="A3" t="inlineStr"><is>'
    '<r><rPr><b/></rPr><t>жир</t></r><r><t xml:space="preserve">ный </t></r>'
    '<rPh sb="0" eb="1"><t>x</t></rPh><phoneticPr fontId="1"/></is></c>'
    '<c r="B3" s="2"><v>7</v></c><c r="C3"><f>B3*2</f><v>14</v></c></row>',
)
AFTER = (
    '<sheetProtection password="CC1A" sheet="1" objects="1"/>'
    '<protectedRanges><protectedRange sqref="B2:B3" name="ввод"/></protectedRanges>'
    '<autoFilter ref="A1:C3"><filterColumn colId="0"><filters><filter val="а"/></filters>'
    '</filterColumn><sortState ref="A2:C3"><sortCondition ref="B2:B3"/></sortState></autoFilter>'
    '<mergeCells count="1"><mergeCell ref="E2:F3"/></mergeCells>'
    '<phoneticPr fontId="0"/>'
    '<conditionalFormatting sqref="B2:B3 E3"><cfRule type="cellIs" dxfId="0" priority="1" '
    'operator="lessThan"><formula>B2</formula></cfRule></conditionalFormatting>'
    '<dataValidations count="2"><dataValidation type="list" sqref="A2:A3"><formula1>$G$2:$G$3'
    '</formula1></dataValidation><dataValidation type="whole" sqref="A1:C1"><formula1>1'
    "</formula1></dataValidation></dataValidations>"
    '<hyperlinks><hyperlink ref="A3" location="Заказы!A1"/></hyperlinks>'
    '<ignoredErrors><ignoredError sqref="A2:A3" numberStoredAsText="1"/></ignoredErrors>'
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<x14:dataValidation type="list"><x14:formula1><xm:f>Итоги!$A$1:$A$3</xm:f></x14:formula1>'
    "<xm:sqref>C2:C3</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


def sheet(*rows: str, after: str = "", dimension: str = "A1:C3") -> str:
    return (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><dimension ref="{dimension}"/>'
        '<sheetViews><sheetView workbookViewId="0"><selection sqref="A3"/></sheetView>'
        "</sheetViews>"
        f"<sheetData>{''.join(rows)}</sheetData>{after}</worksheet>"
    )


def link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def write(path: Path, xml: str, *, names: str = "", table: str = "", first: str = "Заказы") -> Path:
    """A book of the sheet «Заказы» and another one, which adds its numbers up."""
    total = '<row r="1"><c r="A1"><f>SUM(Заказы!B:B)</f><v>12</v></c></row>'
    tables = [link(1, "table", f"/{TABLE}")] if table else []
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="xml" ContentType="application/xml"/><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/{part}" ContentType="{TYPE}.{kind}+xml"/>'
            for part, kind in (
                (NAMES, "sheet.main"),
                (SHEET, "worksheet"),
                ("xl/worksheets/sheet2.xml", "worksheet"),
                (STYLES, "styles"),
                (STRINGS, "sharedStrings"),
                (CHAIN, "calcChain"),
                *([(TABLE, "table")] if table else []),
            )
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{LINKS}">'
        f"{link(1, 'officeDocument', NAMES)}</Relationships>",
        NAMES: f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{first}" sheetId="1" r:id="r1"/><sheet name="Итоги" sheetId="2" r:id="r2"/>'
        f"</sheets>{names and f'<definedNames>{names}</definedNames>'}</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}">'
        + link(1, "worksheet", "worksheets/sheet1.xml")
        + link(2, "worksheet", "worksheets/sheet2.xml")
        + link(3, "styles", "styles.xml")
        + link(4, "sharedStrings", "sharedStrings.xml")
        + link(5, "calcChain", "calcChain.xml")
        + "</Relationships>",
        CHAIN: f'<calcChain xmlns="{MAIN}"><c r="C2" i="1"/><c r="A1" i="2"/></calcChain>',
        SHEET: xml,
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{LINKS}">'
        f"{''.join(tables)}</Relationships>",
        "xl/worksheets/sheet2.xml": sheet(total, dimension="A1"),
        STRINGS: f'<sst xmlns="{MAIN}" count="4" uniqueCount="4"><si><t>№</t></si><si><t>Сумма'
        "</t></si><si><t>Вдвое</t></si><si><r><t>З</t></r><r><rPr><i/></rPr><t>-1</t></r></si>"
        "</sst>",
        STYLES: f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="170" '
        'formatCode="0.00"/></numFmts><fonts count="2"><font/><font><b/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
        'patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1"/>'
        '<xf numFmtId="170" applyNumberFormat="1"/><xf fontId="1"/></cellXfs>'
        '<dxfs count="1"><dxf/></dxfs></styleSheet>',
    }
    if table:
        parts[TABLE] = table
    path.write_bytes(packed({name: text.encode() for name, text in parts.items()}))
    return path


def table(ref: str, attributes: str = "") -> str:
    columns = "".join(f'<tableColumn id="{n}" name="{t}"/>' for n, t in ((1, "№"), (2, "Сумма")))
    columns += '<tableColumn id="3" name="Вдвое"><calculatedColumnFormula>B2*2'
    columns += "</calculatedColumnFormula></tableColumn>"
    return (
        f'<table xmlns="{MAIN}" id="1" name="Т" displayName="Т" ref="{ref}"{attributes}>'
        f'<autoFilter ref="A1:C3"/><tableColumns count="3">{columns}</tableColumns></table>'
    )


def change(tmp_path: Path, book: Path, **edit: object) -> tuple[dict[str, str], dict[str, str]]:
    """Change the sheet «Заказы»; the parts before and after, which stand in one order."""
    before = parts_of(book.read_bytes())
    write_edits(book, {"Заказы": SheetEdit(**edit)}, tmp_path / "t.xlsx")  # type: ignore[arg-type]
    after = parts_of((tmp_path / "t.xlsx").read_bytes())
    assert [name for name in before if name in after] == [*after]
    return ({n: c.decode() for n, c in parts.items()} for parts in (before, after))  # type: ignore[return-value]


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after.get(name)}


def test_all_but_a_named_cell_stays_in_place_and_text(tmp_path: Path) -> None:
    """Rich and phonetic texts, heights, outline, protection, filters; shared texts too."""
    book = write(tmp_path / "b.xlsx", sheet(HEADER, FIRST, SECOND, after=AFTER))
    before, after = change(tmp_path, book, cells={(2, 1): "З-2"})
    assert differing(before, after) == {SHEET, NAMES}
    new = '<c r="A2" t="inlineStr"><is><t xml:space="preserve">З-2</t></is></c>'
    assert after[SHEET] == before[SHEET].replace('<c r="A2" t="s"><v>3</v></c>', new)
    assert after[NAMES] == (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
        + before[NAMES].replace("</workbook>", '<calcPr fullCalcOnLoad="1"/></workbook>')
    )


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ({(2, 3): 5}, False),
        ({(2, 4): CellFormula("B¤*3")}, False),
        ({(2, 3): CellFormula("B¤*3")}, True),
        ({(2, 2): 5}, True),
    ],
)
def test_the_calculation_order_goes_when_a_formula_comes_or_goes(
    cells: dict[tuple[int, int], CellValue], kept: bool, tmp_path: Path
) -> None:
    book = write(tmp_path / "b.xlsx", sheet(HEADER, FIRST, SECOND))
    _, after = change(tmp_path, book, cells=cells)
    assert (CHAIN in after) is kept
    mentions = [name for name in after if "calcChain" in after[name]]
    expected = {CHAIN, "[Content_Types].xml", "xl/_rels/workbook.xml.rels"} if kept else set()
    assert {*mentions} == expected


def test_styles_are_appended_and_none_is_changed(tmp_path: Path) -> None:
    """A date in a bold cell and in a plain one: copies of their styles, at the end."""
    book = write(tmp_path / "b.xlsx", sheet(HEADER, FIRST, SECOND))
    day = date(2026, 12, 1)
    cells = {(2, 1): day, (3, 1): day, (1, 2): day, (2, 2): 8}
    before, after = change(tmp_path, book, cells=cells)
    old, new = (re.findall("<xf[^>]*>", parts[STYLES]) for parts in (before, after))
    assert new[: len(old)] == old
    assert len(new) == len(old) + 2
    assert 'cellXfs count="6"' in after[STYLES]
    assert (after[STYLES].count("<font>"), after[STYLES].count("<fill>")) == (1, 2)
    written = loaded(tmp_path / "t.xlsx")["Заказы"]
    formats = [(written[c].number_format, bool(written[c].font.b)) for c in ("A2", "B1", "B2")]
    assert formats == [("dd.mm.yyyy", False), ("dd.mm.yyyy", True), ("0.00", False)]


@pytest.mark.parametrize("kind", ["filter", "table", "table with a total"])
def test_what_ends_at_the_last_row_holds_for_those_appended(kind: str, tmp_path: Path) -> None:
    names = (
        '<definedName name="Print_Area_own">Заказы!$A$1:$C$3</definedName>'
        '<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Заказы!$A$1:$C$3'
        '</definedName><definedName name="_xlnm.Print_Area" localSheetId="0">Заказы!$A$1:$C$3,'
        "Заказы!$E$1:$F$9</definedName>"
    )
    has_table = kind != "filter"
    total = 'totalsRowCount="1"' if "total" in kind else ""
    after = AFTER.replace("autoFilter", "own") if has_table else AFTER
    xml = sheet(HEADER, FIRST, SECOND, after=after)
    ref = table("A1:C3", f" {total}") if has_table else ""
    book = write(tmp_path / "b.xlsx", xml, names=names, table=ref)
    row = {1: "З-9", 2: 4, 3: CellFormula("B¤*2")}
    old, new = change(tmp_path, book, appended=[row, row])
    end = xml.index("</sheetData>")
    tail = old[SHEET][end:]
    for column in "ABC":
        tail = tail.replace(f'sqref="{column}2:{column}3', f'sqref="{column}2:{column}5')
    tail = tail.replace("<xm:sqref>C2:C3", "<xm:sqref>C2:C5").replace("B2:B5 E3", "B2:B5 E3:E5")
    tail = tail.replace('<autoFilter ref="A1:C3"', '<autoFilter ref="A1:C5"')
    assert new[SHEET][new[SHEET].index("</sheetData>") :] == tail
    rows = new[SHEET][: new[SHEET].index("</sheetData>")]
    assert rows.startswith(old[SHEET][:end].replace('ref="A1:C3"', 'ref="A1:C5"'))
    assert rows[end:].count("<row ") == 2
    if has_table:
        assert new[TABLE].count('ref="A1:C5"') == (0 if total else 2)
    assert new[NAMES].count("Заказы!$A$1:$C$5") == 2
    assert ">Заказы!$A$1:$C$3<" in new[NAMES]


@pytest.mark.parametrize("bare", ["rows", "cells", "rows and cells"])
def test_places_that_are_not_written_are_counted(bare: str, tmp_path: Path) -> None:
    """Formulas in such cells, one shared by several, stay what they are for whom they stand."""
    shared = SECOND.replace("<f>B3*2</f>", '<f t="shared" si="0"/>')
    first = FIRST.replace("<f>B2*2</f>", '<f t="shared" ref="C2:C3" si="0">B2*2</f>')
    xml = sheet(HEADER, first, shared.replace(' hidden="1"', ""))
    for tag, place in (("row", "[0-9]+"), ("c", "[A-Z]+[0-9]+")):
        if (tag == "row" and "rows" in bare) or (tag == "c" and "cells" in bare):
            xml = re.sub(f'<{tag} r="{place}"', f"<{tag}", xml)
    book = write(tmp_path / "b.xlsx", xml)
    row = {1: "З-9", 3: CellFormula("B¤*2")}
    _, after = change(tmp_path, book, cells={(2, 3): 5, (5, 2): 6}, appended=[row])
    assert CHAIN not in after
    written = loaded(tmp_path / "t.xlsx")["Заказы"]
    assert [[cell.value for cell in row] for row in written["A2:C5"]] == [
        ["З-1", 5, 5],
        ["жирный ", 7, "=B3*2"],
        ["З-9", None, "=B4*2"],
        [None, 6, None],
    ]


def test_a_hidden_row_that_is_written_into_is_shown(tmp_path: Path) -> None:
    """A filter had hidden it; its height and level of outline stay."""
    empty = '<row r="4" hidden="1" ht="45" customHeight="1" outlineLevel="1"/>'
    book = write(tmp_path / "b.xlsx", sheet(HEADER, FIRST, SECOND, empty))
    _, after = change(tmp_path, book, appended=[{1: "З-9"}])
    assert '<row r="4" ht="45" customHeight="1" outlineLevel="1"><c r="A4"' in after[SHEET]
    assert SECOND in after[SHEET]


def test_the_name_of_a_sheet_is_no_area(tmp_path: Path) -> None:
    names = "'B3, план'!$A$1:$C$3,'B3, план'!$E$1"
    area = f'<definedName name="_xlnm.Print_Area" localSheetId="0">{names}</definedName>'
    book = write(tmp_path / "b.xlsx", sheet(HEADER, FIRST, SECOND), names=area, first="B3, план")
    write_edits(book, {"B3, план": SheetEdit(appended=[{1: "З-9"}])}, tmp_path / "t.xlsx")
    written = parts_of((tmp_path / "t.xlsx").read_bytes())[NAMES].decode()
    assert "'B3, план'!$A$1:$C$4,'B3, план'!$E$1<" in written


def test_what_is_said_of_the_first_row_holds_for_all(tmp_path: Path) -> None:
    """A table without rows has one that is empty, with its checks and colours."""
    empty = re.sub("<v>[0-9]+</v>|<f>.*</f>", "", FIRST)
    after = AFTER.replace("autoFilter", "own").replace('<mergeCell ref="E2:F3"/>', "")
    after = after.replace("A2:A3", "A2").replace("B2:B3", "B2")
    book = write(tmp_path / "b.xlsx", sheet(HEADER, empty, after=after), table=table("A1:C2"))
    rows = [{1: "З-9"}, {1: "З-10"}]
    _, new = change(tmp_path, book, appended=rows, header=1)
    assert 'type="list" sqref="A2:A3"' in new[SHEET]
    assert 'conditionalFormatting sqref="B2:B3 E3"' in new[SHEET]
    assert '" ref="A1:C3"' in new[TABLE]


def test_an_office_opens_and_computes_it(tmp_path: Path) -> None:
    names = '<definedName name="_xlnm.Print_Area" localSheetId="0">Заказы!$A$1:$C$3</definedName>'
    xml = sheet(
        HEADER, FIRST, SECOND, after='<tableParts count="1"><tablePart r:id="r1"/></tableParts>'
    )
    book = write(tmp_path / "b.xlsx", xml, names=names, table=table("A1:C3"))
    row = {1: "З-9", 2: 4, 3: CellFormula("B¤*2")}
    change(tmp_path, book, cells={(2, 2): 100}, appended=[row, row], emptied=[3])
    (saved,) = convert([tmp_path / "t.xlsx"], tmp_path / "out")
    sheets = loaded(saved, values=True)
    assert [*sheets["Заказы"].values] == [
        ("№", "Сумма", "Вдвое"),
        ("З-1", 100, 200),
        (None, None, None),
        *[("З-9", 4, 8)] * 2,
    ]
    assert sheets["Итоги"]["A1"].value == 108
