"""The healthy books as other programs write them, and random damage to any book.

Everything is drawn from a `Random`, so that a seed names one book for ever.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import xlsxwriter
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

Parts = dict[str, bytes]
Writer = Callable[[Random, Path], bytes]
Damage = Callable[[Random, Parts], None]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    OFFICE: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
EPOCH = datetime(1899, 12, 30)

NUMBERS = (
    *("", " ", "0", "-0", "-5", "1e400", "-1e308", "NaN", "inf", "0.1", "1E-7", "x", "½", "1,5"),
    *("2958465", "2958466", "1e15", "99999999999999999999", "46000.9999999", "60", "0x10", "1_0"),
)
TEXTS = (
    *("", " ", "\u00a0", "=1+1", "@x", "-", "31.02.2026", "10.11.2026 0:00:00", "1 234,50 р", "½"),
    *("1000 шт", "50%", "٣", "²", "З-2026-0001", "К-0001", "окончательная", "нет", "3.1", "1e5"),
    *("{{ x }}", "{% if %}", "]]>", "_xD800_", "_x0007_", "_x0041_", "а" * 40_000, "\U0001f600"),
    *(
        "\u202eabc",
        "\u200b",
        "З\u00ad-1",
        "../../x",
        "CON",
        "a\nb\tc",
        "\u0301",
        "Итого",
        "9" * 400,
    ),
    *("01.01.0001", "99.99.9999", "2026-13-45T99:99:99Z", "1" + "0" * 30 + ",55", "--- март ---"),
)
WORDS = (
    "",
    "0",
    "1",
    "-1",
    "true",
    "x",
    "4294967295",
    "99999",
    "A1",
    "A0",
    "ZZZZ9",
    "rId99",
    "1.5",
)


def parts_of(content: bytes) -> Parts:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, names: Callable[[str], str] = str, *, method: int = ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(names(name), content)
    return stream.getvalue()


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    """The values of each sheet of a book."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on what it does not keep
        book = load_workbook(path)
    return {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in book.worksheets}


# Other programs


def as_it_is(_: Random, path: Path) -> bytes:
    return path.read_bytes()


def by_xlsxwriter(random: Random, path: Path, *, most_extras: int = 3) -> bytes:
    """With a random part of what Excel can put into a book."""
    stream = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "constant_memory": random.random() < 0.3,  # texts inline
        "date_1904": random.random() < 0.2,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        day_format = book.add_format({"num_format": "dd.mm.yyyy"})
        for title, rows in sheets_of(path).items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for at, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, at, value, day_format)
                    elif value is not None:
                        sheet.write(number, at, value)
            for extra in random.sample(EXTRAS, random.randint(0, most_extras)):
                extra(book, sheet, len(rows))
    return stream.getvalue()


def _add_chart(book: Any, sheet: Any, _: int) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": [sheet.name, 1, 1, 3, 1]})
    sheet.insert_chart("Z2", chart)


def _add_table(_: Any, sheet: Any, __: int) -> None:
    sheet.add_table(30, 30, 33, 32, {"name": f"таблица_{sheet.index}", "total_row": True})


def _merge(_: Any, sheet: Any, rows: int) -> None:
    sheet.merge_range(rows + 3, 0, rows + 4, 3, "объединено")


EXTRAS: tuple[Callable[[Any, Any, int], object], ...] = (
    _add_chart,
    _add_table,
    _merge,
    lambda _, sheet, __: sheet.insert_textbox("Y9", "надпись"),
    lambda _, sheet, __: sheet.write_comment("B2", "проверить", {"author": "Иванова"}),
    lambda _, sheet, __: sheet.insert_button("X1", {"caption": "Пересчитать"}),
    lambda _, sheet, __: sheet.conditional_format(
        "A1:C9", {"type": "data_bar", "data_bar_2010": True}
    ),
    lambda _, sheet, rows: sheet.add_sparkline(rows + 9, 1, {"range": f"'{sheet.name}'!A1:C1"}),
    lambda _, sheet, __: sheet.protect("тайна"),
    lambda _, sheet, __: sheet.set_row(1, None, None, {"hidden": True, "level": 1}),
    lambda _, sheet, rows: sheet.autofilter(0, 0, rows, 5),
    lambda _, sheet, __: sheet.write_formula("AA2", "='[Другая.xlsx]Лист1'!A1", None, 5),
    lambda _, sheet, __: sheet.write_array_formula("AB2:AB4", "{=A1:A3}", None, 1),
    lambda _, sheet, __: sheet.write_formula("AC2", "=1/0", None, "#DIV/0!"),
    lambda _, sheet, __: sheet.write_url("AD2", "https://example.org/?a=1&b=2", string="сайт"),
    lambda book, sheet, __: sheet.write_rich_string("AE2", "а", book.add_format({"bold": 1}), "б"),
    lambda book, sheet, __: sheet.set_row(1048575, 20, book.add_format({"bg_color": "red"})),
    lambda book, sheet, __: sheet.set_column("A:XFD", 9, book.add_format({"bold": 1})),
    lambda book, sheet, __: book.define_name(f"'{sheet.name}'!Имя", "=$A$1"),
    lambda book, sheet, __: book.set_custom_property("cmtools-version", sheet.name),
)


def by_hand(random: Random, path: Path) -> bytes:
    """The least that is a book: no styles, no shared texts; without `r`, with a prefix, strict."""
    prefix, quoted = random.choice(("", "x:", "main:")), random.random() < 0.3
    numbered, in_utf16 = random.random() < 0.6, random.random() < 0.2
    folder = random.choice(("xl/", "", "книга/"))
    space = f'xmlns{":" + prefix[:-1] if prefix else ""}="{MAIN}" xmlns:q="{OFFICE}"'

    def xml(text: str) -> bytes:
        text = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", text)
        text = text.replace('"', "'") if quoted else text
        if in_utf16:
            return f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")
        return text.encode()

    parts, links, listed = {}, [], []
    for number, (title, rows) in enumerate(sheets_of(path).items(), 1):
        lines = "".join(_row(row, at, numbered=numbered) for at, row in enumerate(rows, 1))
        text = f"<worksheet {space}><sheetData>{lines}</sheetData></worksheet>"
        parts[f"{folder}{number}.xml"] = xml(text)
        links.append(_link(f"r{number}", "worksheet", f"{number}.xml"))
        listed.append(f'<sheet name={quoteattr(title)} sheetId="{number}" q:id="r{number}"/>')
    book = f"<workbook {space}><sheets>{''.join(listed)}</sheets></workbook>"
    parts[f"{folder}wb.xml"] = xml(book)
    parts[f"{folder}_rels/wb.xml.rels"] = _links(links)
    parts["_rels/.rels"] = _links([_link("r1", "officeDocument", f"/{folder}wb.xml")])
    parts["[Content_Types].xml"] = (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    if random.random() < 0.3:
        make_strict(random, parts)
    return packed(parts)


def _row(row: Iterable[Any], number: int, *, numbered: bool) -> str:
    cells = []
    for at, value in enumerate(row, 1):
        place = f' r="{get_column_letter(at)}{number}"' if numbered else ""
        if value is None:
            cells += [] if numbered else ["<c/>"]
        elif isinstance(value, datetime):
            cells.append(f"<c{place}><v>{(value - EPOCH).days}</v></c>")
        elif isinstance(value, int | float):
            cells.append(f"<c{place}><v>{value}</v></c>")
        else:
            text = escape(str(value), {'"': "&#34;"})
            cells.append(f'<c{place} t="inlineStr"><is><t>{text}</t></is></c>')
    return (
        f'<row r="{number}">{"".join(cells)}</row>' if numbered else f"<row>{''.join(cells)}</row>"
    )


def _link(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def _links(links: Iterable[str]) -> bytes:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(links)}</Relationships>'.encode()


WRITERS: tuple[Writer, ...] = (as_it_is, by_xlsxwriter, by_hand)


# Damage


def make_strict(_: Random, parts: Parts) -> None:
    """The namespaces of Strict OOXML."""
    for name, content in parts.items():
        for old, new in STRICT.items():
            content = content.replace(old.encode(), new.encode())
        parts[name] = content


def drop_part(random: Random, parts: Parts) -> None:
    del parts[random.choice([*parts])]


def empty_part(random: Random, parts: Parts) -> None:
    parts[_xml(random, parts)] = random.choice((b"", b"<a/>", b"<?xml version='1.0'?>"))


def cut_part(random: Random, parts: Parts) -> None:
    name = random.choice([*parts])
    parts[name] = parts[name][: random.randrange(len(parts[name]) + 1)]


def encode_utf16(xml: bytes) -> bytes:
    text = re.sub(r"^<\?xml.*?\?>", "", xml.decode("utf-8", "replace"))
    return f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")


def in_utf16(random: Random, parts: Parts) -> None:
    name = _xml(random, parts)
    parts[name] = encode_utf16(parts[name])


def with_mark(random: Random, parts: Parts) -> None:
    """A byte order mark, comments, an instruction."""
    name = _xml(random, parts)
    before = random.choice((b"\xef\xbb\xbf", b"\xef\xbb\xbf<!-- <row> -->", b"<!-- a --><?b c?>"))
    parts[name] = before + parts[name]


def change_byte(random: Random, parts: Parts) -> None:
    name = _xml(random, parts)
    content = bytearray(parts[name])
    if content:
        content[random.randrange(len(content))] = random.randrange(256)
    parts[name] = bytes(content)


def change_attribute(random: Random, parts: Parts) -> None:
    _edit(random, parts, _change_attribute)


def drop_attribute(random: Random, parts: Parts) -> None:
    def drop(random: Random, element: Any) -> None:
        for name in random.sample([*element.attrib], min(1, len(element.attrib))):
            del element.attrib[name]

    _edit(random, parts, drop)


def drop_element(random: Random, parts: Parts) -> None:
    _edit(random, parts, lambda _, element: element.getparent().remove(element))


def repeat_element(random: Random, parts: Parts) -> None:
    def repeat(_: Random, element: Any) -> None:
        element.addnext(etree.fromstring(etree.tostring(element)))

    _edit(random, parts, repeat)


def move_element(random: Random, parts: Parts) -> None:
    _edit(random, parts, lambda _, element: element.getparent().insert(0, element))


def rename_element(random: Random, parts: Parts) -> None:
    def rename(random: Random, element: Any) -> None:
        element.tag = f"{{{random.choice((MAIN, 'urn:other'))}}}{random.choice('abcv')}"

    _edit(random, parts, rename)


def wrap_element(random: Random, parts: Parts) -> None:
    """A choice between versions of Office around an element."""

    def wrap(_: Random, element: Any) -> None:
        space = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
        outer = etree.Element(f"{space}AlternateContent")
        element.addprevious(outer)
        etree.SubElement(outer, f"{space}Fallback").append(element)

    _edit(random, parts, wrap)


def change_text(random: Random, parts: Parts) -> None:
    def change(random: Random, element: Any) -> None:
        element.text = random.choice(NUMBERS + TEXTS)

    _edit(random, parts, change)


def odd_cells(random: Random, parts: Parts) -> None:
    """Some cells of a sheet hold what no person, or a hasty one, would put there."""
    names = [name for name in parts if "worksheets/sheet" in name and name.endswith(".xml")]
    if not names:
        return
    name = random.choice(names)
    share = random.choice((0.01, 0.05, 0.3))

    def replace(cell: re.Match[bytes]) -> bytes:
        return _odd_cell(random, cell[1]) if random.random() < share else cell[0]

    parts[name] = re.sub(rb'<c r="(\w+)"[^>]*?(?:/>|>.*?</c>)', replace, parts[name], flags=re.S)


def _odd_cell(random: Random, place: bytes) -> bytes:
    number, text = escape(random.choice(NUMBERS)), escape(random.choice(TEXTS))
    style = random.choice(("", ' s="1"', ' s="3"', ' s=""', ' s="9999"'))
    body = random.choice(
        (
            f"><v>{number}</v></c>",
            f' t="n"><v>{text[:99]}</v></c>',
            f' t="inlineStr"><is><t>{text}</t></is></c>',
            f' t="inlineStr"><is><r><t>{text}</t></r><r><t>x</t></r></is></c>',
            f' t="str"><f>A1</f><v>{text}</v></c>',
            f' t="s"><v>{random.randrange(9)}</v></c>',
            ' t="e"><v>#N/A</v></c>',
            f' t="b"><v>{random.choice(("0", "1", "true"))}</v></c>',
            f' t="d"><v>{random.choice(("2026-11-10", "2026-11-10T00:00:00", "x"))}</v></c>',
            "><f>1+1</f></c>",
            '><f t="shared" si="0"/><v>1</v></c>',
            '><f t="array" ref="A1:A9">1</f><v>7</v></c>',
            "/>",
        )
    )
    return f'<c r="{place.decode()}"{style}{body}'.encode()


def merged_cells(random: Random, parts: Parts) -> None:
    ranges = []
    for _ in range(random.randrange(1, 4)):
        row, column = random.randrange(1, 8), random.randrange(1, 12)
        last = f"{get_column_letter(column + random.choice((0, 0, 2)))}{row + random.randrange(4)}"
        ranges.append(f'<mergeCell ref="{get_column_letter(column)}{row}:{last}"/>')
    ranges.append(random.choice(("", '<mergeCell ref="A1:XFD1048576"/>', '<mergeCell ref="x"/>')))
    for name in parts:
        if "worksheets/sheet" in name and b"<mergeCells" not in parts[name]:
            merged = f"</sheetData><mergeCells>{''.join(ranges)}</mergeCells>".encode()
            parts[name] = parts[name].replace(b"</sheetData>", merged)


def drop_numbers(random: Random, parts: Parts) -> None:
    """Rows and cells that do not say where they are."""
    pattern = random.choice((rb'<(row|c) r="\w+"', rb'<(row) r="\w+"', rb'<(c) r="\w+"'))
    for name in parts:
        if "worksheets/sheet" in name:
            parts[name] = re.sub(pattern, rb"<\1", parts[name])


def bare_styles(random: Random, parts: Parts) -> None:
    """Groups of styles that are empty or missing."""
    for name in parts:
        if name.endswith("styles.xml"):
            group = random.choice("fonts fills borders cellXfs cellStyleXfs dxfs numFmts".split())
            empty = random.choice((f"<{group}/>", f"<{group}><x/></{group}>", "")).encode()
            parts[name] = re.sub(rb"<%s\b.*?</%s>" % ((group.encode(),) * 2), empty, parts[name])


def rename_sheet(random: Random, parts: Parts) -> None:
    title = random.choice(("Ошибки", "Калькуляция", "ЗАКАЗЫ ", "Позиции", "'", "а" * 40, ""))
    for name in parts:
        if name.endswith("workbook.xml"):
            titles = re.findall(rb'<sheet [^>]*?name="([^"]*)"', parts[name])
            if titles:
                old = b'name="%s"' % random.choice(titles)
                parts[name] = parts[name].replace(old, f'name="{title}"'.encode(), 1)


DAMAGES: tuple[Damage, ...] = (
    make_strict,
    drop_part,
    empty_part,
    cut_part,
    in_utf16,
    with_mark,
    change_byte,
    *(change_attribute, drop_attribute, drop_element, repeat_element, move_element) * 3,
    *(rename_element, wrap_element, change_text) * 2,
    *(odd_cells,) * 12,
    *(merged_cells, drop_numbers, bare_styles, rename_sheet) * 2,
)
NAMES: tuple[Callable[[str], str], ...] = (
    *(str,) * 8,
    lambda name: name.replace("/", "\\"),
    str.upper,
    str.title,
    lambda name: f"/{name}",
    lambda name: f"./{name}",
)


def _xml(random: Random, parts: Parts) -> str:
    names = [name for name in parts if name.endswith((".xml", ".rels", ".vml"))]
    main = [name for name in names if re.search(r"sheet\d|workbook|styles|Strings", name)]
    return random.choice((main or names) if random.random() < 0.7 else names)


def _edit(random: Random, parts: Parts, change: Callable[[Random, Any], object]) -> None:
    """Change one element, other than the root, of one part."""
    name = _xml(random, parts)
    try:
        root = etree.fromstring(parts[name])
    except (ValueError, etree.XMLSyntaxError):
        return
    near = [child for element in (root, *root) for child in element.iterchildren(etree.Element)]
    elements = [element for element in root.iter(etree.Element) if element is not root]
    if elements:
        change(random, random.choice(near if random.random() < 0.5 else elements))
        parts[name] = etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _change_attribute(random: Random, element: Any) -> None:
    names = [*element.attrib] or ["s", "t", "r", "ref", "count"]
    element.set(random.choice(names), random.choice((*WORDS, *NUMBERS, "б" * 300)))


def mutate(random: Random, source: Path, writers: tuple[Writer, ...] = WRITERS) -> bytes:
    """A book as some program wrote it, with up to four kinds of damage; one in twenty torn."""
    parts = parts_of(random.choice(writers)(random, source))
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        if parts:
            random.choice(DAMAGES)(random, parts)
    content = packed(
        parts, random.choice(NAMES), method=random.choice((ZIP_DEFLATED, ZIP_DEFLATED, ZIP_STORED))
    )
    if random.random() > 0.05:
        return content
    torn = bytearray(content)
    for _ in range(random.randrange(1, 9)):
        torn[random.randrange(len(torn))] = random.randrange(256)
    return bytes(torn)
