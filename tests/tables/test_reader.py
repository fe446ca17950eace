"""The reader of cells: against another reader, and its two ways against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from cmtools.problems import column_letters
from cmtools.tables.parsers import Cell, Percent
from cmtools.tables.reader import fast_parser, xml_parser
from cmtools.tables.reader.cell_arrays import AmbiguousSheet, CellArrays, CellKind
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.grid import InvalidCells, PackedColumn, WorkbookCells
from cmtools.tables.reader.number_formats import ShownAs, classify_format, to_date, to_duration
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.tables.reader.shared_strings import parse_shared_texts
from cmtools.tables.reader.sheet_cells import CHUNK

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ROOT = f'<worksheet xmlns="{MAIN}" xmlns:x14ac="urn:x">'
SHARED = ["Ромашка", " с краю ", "a & b < c", "к_x0041_о", "строка\nниже", "", "З-2026-0001"]
FORMATS = [0, 14, 46, 2, 164]  # of the styles 0 to 4; the last is the code below
CODE = '[$-419]d\\ mmm\\ yyyy" г.";@'

escape = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cell as it is to be written: its place, type, style, value and formula."""

    row: int
    column: int
    type: str
    style: int
    value: str | None
    formula: str | None = None


numbers = st.one_of(
    st.integers(-(10**9), 10**16).map(str),
    st.decimals(-(10**6), 10**9, places=4).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["46000", "0.30000000000000004", "1e3", "1E-05", "-0", "007", ".5", "5."]),
)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=12)
contents: st.SearchStrategy[tuple[str, str | None]] = st.one_of(
    st.tuples(st.sampled_from(["", "n"]), numbers),
    st.tuples(st.just("s"), st.integers(0, len(SHARED) - 1).map(str)),
    st.tuples(st.sampled_from(["str", "inlineStr"]), words),
    st.tuples(st.just("b"), st.sampled_from(["0", "1"])),
    st.tuples(st.just("e"), st.sampled_from(["#N/A", "#REF!"])),
    st.tuples(st.sampled_from(["", "s", "str"]), st.none()),
)


@st.composite
def sheets(draw: st.DrawFn) -> list[Drawn]:
    """Cells of a sheet in their order, of some rows that repeat each other or do not."""
    kinds = draw(st.lists(st.tuples(contents, st.integers(0, 4)), min_size=1, max_size=8))
    rng = Random(draw(st.integers(0, 2**32)))
    height, gap = draw(st.sampled_from([1, 3, 40, 400])), draw(st.integers(1, 3))
    cells = []
    for row in range(1, height * gap + 1, gap):
        for column in sorted(rng.sample(range(1, 31), rng.randrange(1, 9))):
            (type_, value), style = rng.choice(kinds)
            formula = "A1+1" if rng.random() < 0.1 and type_ != "inlineStr" else None
            cells.append(Drawn(row, column, type_, style, value, formula))
    return cells


def usual(cell: Drawn) -> str:
    """The cell as nearly all programs write it."""
    place = f'r="{column_letters(cell.column)}{cell.row}"'
    style = f' s="{cell.style}"' if cell.style else ""
    type_ = f' t="{cell.type}"' if cell.type else ""
    return f"<c {place}{style}{type_}" + (f">{inside(cell)}</c>" if inside(cell) else "/>")


def inside(cell: Drawn) -> str:
    formula = f"<f>{cell.formula}</f>" if cell.formula else ""
    if cell.value is None:
        return formula
    text = cell.value.translate(escape)
    if cell.type == "inlineStr":
        return f'<is><t xml:space="preserve">{text}</t></is>'
    return f"{formula}<v>{text}</v>"


def reversed_attributes(cell: Drawn) -> str:
    head, _, rest = usual(cell).partition(">") if inside(cell) else (usual(cell)[:-2], "", "")
    attributes = " ".join(reversed(head.split(" ")[1:]))
    return f"<c {attributes}>{rest}" if rest else f"<c {attributes}/>"


def row_xml(number: int, cells: Sequence[str]) -> str:
    return f'<row r="{number}" spans="1:30" x14ac:dyDescent="0.25">{"".join(cells)}</row>'


def rows_xml(cells: Sequence[Drawn], write: Callable[[Drawn], str] = usual) -> str:
    by_row: dict[int, list[str]] = {}
    for cell in cells:
        by_row.setdefault(cell.row, []).append(write(cell))
    return "".join(row_xml(number, of_row) for number, of_row in by_row.items())


WAYS: Mapping[str, Callable[[Sequence[Drawn]], str]] = {
    "usual": lambda cells: ROOT + "<sheetData>" + rows_xml(cells) + "</sheetData></worksheet>",
    "other order": lambda cells: (
        ROOT + "<sheetData>" + rows_xml(cells, reversed_attributes) + "</sheetData></worksheet>"
    ),
    "single quotes": lambda cells: WAYS["usual"](cells).replace('"', "'"),
    "line breaks": lambda cells: (
        WAYS["usual"](cells).replace("<c ", "\n  <c ").replace("<row ", "\n<row\n")
    ),
    "prefixed": lambda cells: (
        WAYS["usual"](cells)
        .replace("</", "</x:")
        .replace("<", "<x:")
        .replace("<x:/x:", "</x:")
        .replace("xmlns=", "xmlns:x=")
    ),
    "comments": lambda cells: WAYS["usual"](cells).replace("</row>", "<!-- <row> --></row>"),
}


def write_book(path: Path, sheet: str) -> Path:
    """The smallest book with this sheet."""
    strings = "".join(f'<si><t xml:space="preserve">{t.translate(escape)}</t></si>' for t in SHARED)
    looks = "".join(f'<xf numFmtId="{number}"/>' for number in FORMATS)
    code = CODE.replace('"', "&quot;")
    kinds = (
        ("worksheet", "sheet.xml"),
        ("sharedStrings", "sharedStrings.xml"),
        ("styles", "styles.xml"),
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
            for n, (kind, target) in enumerate(kinds)
        )
        + "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" '
        f'formatCode="{code}"/></numFmts><cellXfs>{looks}</cellXfs></styleSheet>',
        "xl/sheet.xml": sheet,
    }
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.encode())
    return path


def read(path: Path, limits: Limits | None = None) -> WorkbookCells:
    return InProcessReader(limits=limits or Limits(ratio=10**6)).read(path, frozenset({"s"}))


def ours(path: Path) -> tuple[list[list[Cell]], InvalidCells]:
    cells = read(path)
    assert cells.fault is None
    (grid,) = cells.grids
    return [list(column) for column in grid.columns], grid.invalid


def told(columns: Sequence[Sequence[Cell]]) -> list[list[tuple[type, Cell]]]:
    return [
        [(float if isinstance(cell, Percent) else type(cell), cell) for cell in column]
        for column in columns
    ]


@pytest.mark.parametrize("way", WAYS)
@given(cells=sheets())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_cells_are_those_that_another_reader_finds(
    tmp_path: Path, way: str, cells: list[Drawn]
) -> None:
    """However the XML is written; and errors and formulas without a value are told besides."""
    cells = [c if c.value != "-0" and not is_odd(c) else replace(c, value="0") for c in cells]
    path = write_book(tmp_path / "book.xlsx", WAYS[way](cells))
    found, invalid = ours(path)
    sheet = load_workbook(path).get_sheet_by_name("S")
    rows = [] if sheet.start is None else sheet.to_python(skip_empty_area=False)
    assert told(trimmed(found)) == told(trimmed([*zip(*rows, strict=True)]))
    assert invalid.errors == {(c.row, c.column) for c in cells if c.type == "e"}
    assert invalid.uncomputed == {
        (c.row, c.column) for c in cells if c.formula and c.value is None and c.type != "e"
    }


def trimmed(columns: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Without the empty rows and columns at the end."""
    filled = [n for column in columns for n, cell in enumerate(column, start=1) if cell != ""]
    height = max(filled, default=0)
    kept = [column[:height] for column in columns]
    while kept and not any(cell != "" for cell in kept[-1]):
        kept.pop()
    return kept


def is_odd(cell: Drawn) -> bool:
    """Whether the cell is a day that is none: there both readers may have their own opinion."""
    if cell.type not in ("", "n") or cell.style not in (1, 2, 4) or cell.value is None:
        return False
    return not 1 <= float(cell.value) < 10**6 or not float(cell.value).is_integer()


def same_cells(first: CellArrays, second: CellArrays) -> bool:
    def texts(cells: CellArrays) -> list[object]:
        pairs = zip(cells.kind, cells.payload, strict=True)
        return [cells.texts[int(n)] if kind == CellKind.TEXT else n for kind, n in pairs]

    def columns(cells: CellArrays) -> list[list[int]]:
        return [part.tolist() for part in (cells.row, cells.column, cells.kind, cells.style)]

    ends = [(cells.first_row, cells.last_row) for cells in (first, second)]
    return (
        ends[0] == ends[1] and columns(first) == columns(second) and texts(first) == texts(second)
    )


@given(cells=sheets())
@settings(max_examples=60, deadline=None)
def test_the_quick_way_answers_as_the_thorough_one(cells: list[Drawn]) -> None:
    """What is written as usual is never left to the thorough way, how much or little there is."""
    rows = rows_xml(cells).encode()
    quick = fast_parser.parse_rows(rows, 0)
    assert quick is not None
    assert same_cells(quick, xml_parser.parse_rows(ROOT.encode(), rows, 0))


@given(cells=sheets(), seed=st.integers(0, 2**32), changes=st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_spoiled_rows_are_never_read_otherwise(cells: list[Drawn], seed: int, changes: int) -> None:
    """The quick way may pass rows on; whenever both ways have an answer it is the same."""
    rng = Random(seed)
    rows = bytearray(rows_xml(cells[:60]).encode())
    signs = b'<>/"= crsvtf1A&;x-.\n'
    for _ in range(changes):
        at = rng.randrange(len(rows))
        size = rng.choice((0, 0, 1, 4))
        rows[at : at + size] = bytes(rng.choices(signs, k=rng.choice((0, 1, 1, 2))))
    quick = fast_parser.parse_rows(bytes(rows), 0)
    try:
        thorough = xml_parser.parse_rows(ROOT.encode(), bytes(rows), 0)
    except (ValueError, SyntaxError):
        return
    except AmbiguousSheet:  # a cell that names another row: the book is refused
        assert quick is None
        return
    assert quick is None or same_cells(quick, thorough)


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_are_those_that_another_reader_sees(tmp_path: Path, is_1904: bool) -> None:
    """Each built-in format, and codes that are easily mistaken; all sorts of serial numbers."""
    codes = ["dd.mm.yyyy", "h:mm", "[h]:mm", "General", '"d"0', CODE, "[Red]0", "\\d0", "0.00E+00"]
    codes += ["[mm]:ss", "@", '#,##0.00\\ "руб."', "_-* #,##0_-;d", "[ss]", "AM/PM h", "[Red][h]"]
    serials = [0.0, 0.5, 1, 59, 60, 61, 1462.25, 46000, 46000.5, 46000.75, 2_957_003, 1e7]
    path = tmp_path / "days.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": is_1904}) as book:
        sheet = book.add_worksheet("S")
        for column, shown in enumerate([*codes, *range(1, 60)]):
            look = book.add_format({"num_format": shown})
            for row, serial in enumerate(serials):
                sheet.write_number(row, column, serial, look)
    theirs = load_workbook(path).get_sheet_by_name("S").to_python(skip_empty_area=False)
    assert told(ours(path)[0]) == told([*zip(*theirs, strict=True)])


def test_what_a_number_shows() -> None:
    """Worked by hand; a day before the first or after the last one stays the number it is."""
    assert to_date(46000.0, is_1904=False) == date(2025, 12, 9)
    assert to_date(46000.25, is_1904=False) == datetime(2025, 12, 9, 6)
    assert to_date(0.75, is_1904=False) == time(18)
    assert to_date(0.0, is_1904=True) == time()
    assert [to_date(n, is_1904=False) for n in (-1.0, 2_958_466.0)] == [-1.0, 2_958_466.0]
    assert to_duration(1.5) == timedelta(days=1, hours=12)
    assert to_duration(1e300) == 1e300
    assert classify_format('0" дней"') is ShownAs.NUMBER
    assert classify_format("0.00;[Red]d") is ShownAs.NUMBER


def test_a_sheet_is_read_whole_however_long_its_blocks(tmp_path: Path) -> None:
    """A wide row far below a narrow header, gaps, and rows that stand past the first block."""
    cells = [Drawn(1, 1, "s", 0, "0"), Drawn(1, 2, "s", 0, "2")]
    cells += [Drawn(row, 1, "", 0, str(row)) for row in range(2, 20_000, 3)]
    cells += [Drawn(20_001, 30, "inlineStr", 0, "край")]
    assert len(rows_xml(cells)) > 10_000
    columns, _ = ours(write_book(tmp_path / "book.xlsx", WAYS["usual"](cells)))
    expected: list[list[Cell]] = [[""] * 20_001 for _ in range(30)]
    for cell in cells[2:-1]:
        expected[0][cell.row - 1] = float(cell.row)
    expected[0][0], expected[1][0], expected[29][20_000] = SHARED[0], SHARED[2], "край"
    assert columns == expected


NINES = "9" * 400
ODD: Mapping[str, list[Cell]] = {
    '<row r="1"><c r="A1" t="b"><v>true</v></c><c r="B1" t="b"><v>false</v></c></row>': [
        True,
        False,
    ],
    '<row r="1"><c r="A1"><v> </v></c><c r="B1" t="s"><v>0</v></c></row>': ["", SHARED[0]],
    "<row><c><v>1</v></c><c><v>2</v></c></row>": [1.0, 2.0],
    '<row r="1"><c r="A1" s="999"><v>46000</v></c></row>': [46000.0],
    '<row r="1"><c r="A1" t="inlineStr"><is><r><t>а</t></r><r><t>б</t></r><rPh sb="0" eb="1">'
    "<t>в</t></rPh></is></c></row>": ["аб"],
    '<row r="1"><c r="A1" t="str"><v>_xD800_</v></c></row>': ["_xD800_"],
    '<row r="1"><c r="A1" t="d"><v>2025-12-09</v></c></row>': ["2025-12-09"],
    '<row r="1"><c r="A1" cm="1" t="str"><f t="array" ref="A1">X()</f><v>x</v></c></row>': ["x"],
    '<row r="1"><c r="A1" t="str"><v><![CDATA[<row>]]></v></c></row>': ["<row>"],
}
WRONG = (
    f'<row r="1"><c r="A1" t="s"><v>{NINES}</v></c></row>',
    f'<row r="1"><c r="A1" t="b"><v>{NINES}</v></c></row>',
    f'<row r="1"><c r="A1" s="{NINES}"><v>5</v></c></row>',
    f'<row r="{NINES}"><c><v>5</v></c></row>',
    '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
    '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
    '<row r="1"><c r="A1" t="str"><v>&#xD800;</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></row>',
)


def read_rows(path: Path, rows: str) -> list[list[Cell]] | str:
    """The columns, or the code of the refusal; no other end is possible."""
    write_book(path, f"{ROOT}<sheetData>{rows}</sheetData></worksheet>")
    cells = read(path, Limits())
    return cells.fault.code if cells.fault else [list(column) for column in cells.grids[0].columns]


@pytest.mark.parametrize("rows", ODD)
def test_odd_but_legible(tmp_path: Path, rows: str) -> None:
    assert read_rows(tmp_path / "book.xlsx", rows) == [[cell] for cell in ODD[rows]]


def test_rows_that_are_numbered_by_their_cells(tmp_path: Path) -> None:
    rows = '<row><c r="A1"><v>1</v></c></row><row><c r="A3"><v>3</v></c></row>'
    assert read_rows(tmp_path / "book.xlsx", rows) == [[1.0, "", 3.0]]


OUT_OF_ORDER: Mapping[str, list[Cell]] = {
    '<row r="2"><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>': [1.0, 2.0],
    '<row r="2"/><row r="1"><c r="A1"><v>1</v></c></row><row><c><v>2</v></c></row>': [1.0, 2.0],
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"/></row>': [1.0],
    '<row r="1"><c r="A1" t="str"><v>x</v></c></row>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>': ["x"],
    '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>1.0</v></c></row>': [1.0],
}


@pytest.mark.parametrize("rows", OUT_OF_ORDER)
def test_rows_in_any_order_and_twice_are_read_where_they_agree(tmp_path: Path, rows: str) -> None:
    assert read_rows(tmp_path / "book.xlsx", rows) == [OUT_OF_ORDER[rows]]


@pytest.mark.parametrize(
    ("rows", "detail"),
    [
        (
            '<row r="5"><c r="B5"><v>1</v></c></row><row r="5"><c r="B5"><v>2</v></c></row>',
            "ячейка B5 записана дважды, значения разные",
        ),
        (
            '<row r="5"><c r="B5"><v>1</v></c><c r="B5" t="b"><v>1</v></c></row>',
            "ячейка B5 записана дважды, значения разные",
        ),
        (
            '<row r="5"><c r="B5"><v>1</v></c></row><row r="5"><c r="B5" t="e"/></row>',
            "ячейка B5 записана дважды, значения разные",
        ),
        ('<row r="1"><c r="A2"><v>1</v></c></row>', "ячейка A2 стоит внутри строки 1"),
    ],
)
def test_what_two_rows_deny_each_other_is_named(tmp_path: Path, rows: str, detail: str) -> None:
    path = write_book(tmp_path / "b.xlsx", f"{ROOT}<sheetData>{rows}</sheetData></worksheet>")
    fault = read(path, Limits()).fault
    assert fault
    assert (fault.code, fault.message) == (
        "sheet-ambiguous",
        f"лист «S» записан двусмысленно: {detail}",
    )


@pytest.mark.parametrize("rows", WRONG)
def test_what_no_sheet_may_hold_is_refused(tmp_path: Path, rows: str) -> None:
    assert read_rows(tmp_path / "book.xlsx", rows) == "file-damaged"


def test_shared_texts_keep_their_numbers() -> None:
    """However they are written, and whatever stands in them."""
    odd = b"<sst><si\n><t>a</t></si><si><t>b</t></si><si/><si><r><t>c</t></r></si></sst>"
    assert parse_shared_texts(odd) == ["a", "b", "", "c"]
    assert parse_shared_texts(b"<sst><si><t>a_x0000_b</t></si><si><t>c</t></si></sst>") == [
        "a\0b",
        "c",
    ]


ITEMS = (
    "<si><t>{}</t></si>",
    '<si><t xml:space="preserve">{}</t></si>',
    "<si>\n <t>{}</t>\n</si>",
    "<si><r><t>{}</t></r></si>",
    "<si><t>{}</t><phoneticPr/></si>",
    "<si\n><t>{}</t></si>",
    "<!--<si><t>no</t></si>--><si><t>{}</t></si>",
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ITEMS) | st.just(ITEMS[0]), st.text("aя <&>\"'_x09\n/", max_size=9)
        )
    )
)
def test_shared_texts_in_any_writing(items: list[tuple[str, str]]) -> None:
    """Those that are all written plainly are cut apart, the others walked through."""
    xml = "".join(item.format(text.translate(escape)) for item, text in items)
    assert parse_shared_texts(f"<sst>{xml}</sst>".encode()) == [text for _, text in items]


def test_parts_are_found_whatever_their_case(tmp_path: Path) -> None:
    """Some programs name them otherwise than their own table of contents."""
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    sheet = f"{ROOT}<sheetData>{rows}</sheetData></worksheet>"
    with ZipFile(write_book(tmp_path / "a.xlsx", sheet)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/SharedStrings.xml"] = parts.pop("xl/sharedStrings.xml")
    del parts["xl/styles.xml"]
    with ZipFile(tmp_path / "b.xlsx", "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    assert ours(tmp_path / "b.xlsx")[0] == [[SHARED[0]]]


def refused(path: Path, limits: Limits | None = None) -> str:
    """The code with which the book ends."""
    fault = read(path, limits).fault
    assert fault is not None
    return fault.code


def small_book(path: Path) -> Path:
    return write_book(path, WAYS["usual"]([Drawn(1, 1, "s", 0, "0")]))


@pytest.mark.parametrize("packing", [ZIP_BZIP2, ZIP_LZMA])
def test_a_book_packed_as_excel_never_does_is_damaged(tmp_path: Path, packing: int) -> None:
    with ZipFile(small_book(tmp_path / "a.xlsx")) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with ZipFile(tmp_path / "b.xlsx", "w", packing) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    assert refused(tmp_path / "b.xlsx") == "file-damaged"


def test_a_table_of_contents_that_lies_outside_of_the_file_is_damage(tmp_path: Path) -> None:
    """No word of the system about it reaches the caller: the file itself could be opened."""
    path = small_book(tmp_path / "a.xlsx")
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\5\6") + 16
    offset = int.from_bytes(content[place : place + 4], "little") + 50
    content[place : place + 4] = offset.to_bytes(4, "little")
    path.write_bytes(content)
    assert refused(path) == "file-damaged"


def test_a_text_of_many_cells_is_held_once(tmp_path: Path) -> None:
    """A small file must not become gigabytes on the way, also where its rows are parsed apart."""
    rows = "".join(
        f'<row r="{number}" x="{"x" * (CHUNK // 100)}"><c r="A{number}" t="s"><v>0</v></c></row>'
        for number in range(1, 401)
    )
    cells = read(
        write_book(tmp_path / "a.xlsx", f"{ROOT}<sheetData>{rows}</sheetData></worksheet>")
    )
    (column,) = cells.grids[0].columns
    assert isinstance(column, PackedColumn)
    assert [text for text in column.values if text] == [SHARED[0]]
    assert [*column] == [SHARED[0]] * 400
