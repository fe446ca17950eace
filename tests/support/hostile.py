"""Files that attack, lie, are broken or of another kind, each made by the function of its name.

All of them start from one healthy «Реестр клиентов» of three clients, so that whatever a check
finds comes from the one thing that the function has spoilt.
"""

from __future__ import annotations

import random
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import openpyxl
import xlsxwriter

Cell = str | int | float | date | None
Row = Sequence[Cell]
Table = Sequence[Row]
Sheets = Mapping[str, Table]
Parts = dict[str, bytes]
Change = Callable[[bytes], bytes]

SHEET = "xl/worksheets/sheet1.xml"  # «Клиенты» of the healthy book
STRINGS = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
BOOK_LINKS = "xl/_rels/workbook.xml.rels"
TYPES = "[Content_Types].xml"

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

MEGABYTE = 1 << 20
TWO_GIGABYTES = 1_900 * MEGABYTE  # just under the border where a zip needs its 64-bit form

CLIENT_TITLES = (
    "Код",  # A
    "Краткое наименование",  # B
    "Форма",  # C
    "ИНН",  # D
    "КПП",  # E
    "Менеджер",  # F
    "Дата передачи",  # G
    "Периодичность касаний, дней",  # H
    "Мои пометки",  # I: the manager's own, declared nowhere
)
TASK_TITLES = (
    "Дата",
    "От кого",
    "Источник",
    "Поручение",
    "Срок",
    "Исполнитель",
    "Статус",
)


# Healthy books


def client(code: str, name: str, *, form: str = "юрлицо") -> Row:
    """One valid row of «Клиенты» with the given code, name and legal form."""
    handed_over = date(2026, 3, 2)
    return (code, name, form, "7707083893", "773601001", "Иванова А. А.", handed_over, 30, "свой")


CLIENTS = (
    client("К-0001", "ООО «Ромашка»"),
    client("К-0002", "ООО «Лютик»"),
    client("К-0003", "АО «Василёк»"),
)


def registry(path: Path, clients: Table = CLIENTS) -> Path:
    """A whole registry of clients with the given rows."""
    return write_book(path, _registry_sheets(clients))


def tasks(path: Path) -> Path:
    """A healthy book of the smallest kind, «Поручения»."""
    given, due = date(2026, 3, 2), date(2026, 3, 6)
    return write_book(path, {"Поручения": (TASK_TITLES, _task(given, due))})


def tasks_1904(path: Path, *, due: str) -> Path:
    """A task given on 02.03.2026 in the date system of 1904, and due on a date typed as text.

    Read in the system of 1900 the task would have been given on 01.03.2022.
    """
    sheets = {"Поручения": (TASK_TITLES, _task(date(2026, 3, 2), due))}
    return write_book(path, sheets, date_1904=True)


def write_book(path: Path, sheets: Sheets, *, date_1904: bool = False) -> Path:
    """A workbook with the given rows, all strings as text."""
    path.write_bytes(_book(sheets, date_1904=date_1904))
    return path


def _task(given: date, due: Cell) -> Row:
    return (given, "Директор", "устное", "Позвонить клиенту", due, "Иванова А. А.", "в работе")


def _registry_sheets(clients: Table) -> Sheets:
    day = date(2026, 3, 2)
    return {
        "Клиенты": (CLIENT_TITLES, *clients),
        "Контактные лица": (("Код клиента", "ФИО"), ("К-0001", "Петров Пётр Петрович")),
        "Журнал контактов": (
            ("Дата", "Код клиента", "Вид", "Кто от компании", "Содержание"),
            (day, "К-0001", "звонок", "Иванова А. А.", "Познакомились"),
        ),
        "Передачи клиентов": (
            ("Дата", "Код клиента", "Передал", "Принял", "Причина"),
            (day, "К-0001", "Сидоров С. С.", "Иванова А. А.", "оформление заказов"),
        ),
    }


def _book(sheets: Sheets, *, date_1904: bool = False) -> bytes:
    stream = BytesIO()
    options = {"in_memory": True, "date_1904": date_1904, "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, {**options, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2026, 3, 2)})
        day_format = book.add_format({"num_format": "dd.mm.yyyy"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(r, c, value, day_format)
                    elif value is not None:
                        sheet.write(r, c, value)
    return stream.getvalue()


# Too large


def far_cells(path: Path) -> Path:
    """The first and the very last cell of a sheet, its size given as A1:I4."""
    return _spoil(path, {SHEET: _last_cell})


def far_cells_prefixed(path: Path) -> Path:
    """Far cells in XML that prefixes every tag."""
    return _spoil(path, {SHEET: _then(_last_cell, _prefixed)})


def far_cells_utf16(path: Path) -> Path:
    """Far cells in XML that a search for bytes does not see through."""
    return _spoil(path, {SHEET: _then(_last_cell, _utf16)})


def far_cells_quoted(path: Path) -> Path:
    """Far cells whose XML is written with apostrophes and spaces, which the standard allows."""
    cell = b"<row  r = '1048576' ><c\n r\t=\t'XFD1048576' ><v>1</v></c></row>"
    return _spoil(path, {SHEET: _replace(b"</sheetData>", cell + b"</sheetData>")})


def far_row(path: Path) -> Path:
    """A row with the largest number of 32 bits."""
    far = b'<row r="4294967295"><c r="A4294967295"><v>1</v></c></row></sheetData>'
    return _spoil(path, {SHEET: _replace(b"</sheetData>", far)})


def many_strings(path: Path) -> Path:
    """A table of strings that says it holds 2**32 of them."""
    counts = _replace(
        rb'count="\d+" uniqueCount="\d+"', b'count="4294967296" uniqueCount="4294967296"'
    )
    return _spoil(path, {STRINGS: counts})


def spaces_in_string(path: Path) -> Path:
    """Two gigabytes of spaces inside a string of a client, in a file of two megabytes."""
    return _spaces(path, STRINGS, before="ООО «Ромашка»".encode())


def spaces_between_rows(path: Path) -> Path:
    """Two gigabytes of spaces between the tags of a sheet."""
    return _spaces(path, SHEET, before=b"</sheetData>")


def spaces_unannounced(path: Path) -> Path:
    """Two gigabytes of spaces that the index of the archive calls one kilobyte."""
    return _spaces(path, SHEET, before=b"</sheetData>", announced=1024)


def _last_cell(xml: bytes) -> bytes:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return _replace(b"</sheetData>", far)(xml)


def _spaces(path: Path, part: str, *, before: bytes, announced: int | None = None) -> Path:
    parts = _healthy_parts()
    head, mark, tail = parts.pop(part).partition(before)
    chunk = b" " * MEGABYTE
    chunks = TWO_GIGABYTES // MEGABYTE

    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed_head = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    packed_chunk = deflate.compress(chunk) + deflate.flush(zlib.Z_FULL_FLUSH)
    packed_tail = deflate.compress(mark + tail) + deflate.flush()
    checksum = zlib.crc32(head)
    for _ in range(chunks):
        checksum = zlib.crc32(chunk, checksum)

    with _archive(path, parts) as archive:
        packed = ZipInfo(part)
        archive.writestr(packed, packed_head + packed_chunk * chunks + packed_tail)
        # The bytes are packed already: the entry is only relabelled as what it is.
        packed.compress_type = ZIP_DEFLATED
        packed.CRC = zlib.crc32(mark + tail, checksum)
        packed.file_size = announced or len(head + mark + tail) + TWO_GIGABYTES
        assert archive.fp
        archive.fp.seek(packed.header_offset)
        archive.fp.write(packed.FileHeader())
    return path


# Broken archives


def entry_twice(path: Path) -> Path:
    """A sheet that is in the archive twice, the second time with another number."""
    parts = _healthy_parts()
    other = _cell("H2", b"<v>31</v></c>", keep_tag=True)(parts[SHEET])
    with _archive(path, parts) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile: Duplicate name
        archive.writestr(SHEET, other)
    return path


def size_understated(path: Path) -> Path:
    """A sheet that is larger than the index of the archive says."""
    return _misindex(path, size=-100)


def size_overstated(path: Path) -> Path:
    """A sheet that is smaller than the index of the archive says."""
    return _misindex(path, size=100)


def checksum_wrong(path: Path) -> Path:
    """A name that was changed in the archive without its checksum."""
    with _archive(path, _healthy_parts(), compression=ZIP_STORED):
        pass
    content = path.read_bytes()
    path.write_bytes(_replace("Ромашка".encode(), "Ромашки".encode())(content))
    return path


def checksum_wrong_elsewhere(path: Path) -> Path:
    """A picture with a wrong checksum, which no reader of cells opens."""
    picture = {"xl/media/image1.png": random.Random(2).randbytes(65_536)}
    with _archive(path, _healthy_parts() | picture) as archive:
        archive.getinfo("xl/media/image1.png").CRC ^= 1  # closing writes it into the index
    return path


def truncated(path: Path) -> Path:
    """The first two thirds of a file: a copy that was cut off before the index."""
    content = registry(path).read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    return path


def part_missing(path: Path) -> Path:
    """A book that lists a sheet it does not hold."""
    parts = _healthy_parts()
    del parts[SHEET]
    return _write(path, parts)


def xml_broken(path: Path) -> Path:
    """A sheet whose XML ends in the middle of the third client, in a sound archive."""
    return _spoil(path, {SHEET: lambda xml: xml[: xml.index(b'<c r="D4"')]})


def string_beyond(path: Path) -> Path:
    """A cell that points to a shared string that does not exist."""
    return _spoil(path, {SHEET: _cell("I2", b'<c r="I2" t="s"><v>4294967295</v></c>')})


def _misindex(path: Path, *, size: int) -> Path:
    with _archive(path, _healthy_parts()) as archive:
        archive.getinfo(SHEET).file_size += size  # closing writes it into the index
    return path


# Attacks by XML


def entity_bomb_in_sheet(path: Path) -> Path:
    """A billion laughs in a cell."""
    cell = b'<c r="I2" t="inlineStr"><is><t>&ha9;</t></is></c>'
    return _spoil(path, {SHEET: _then(_cell("I2", cell), _doctype("worksheet", _LAUGHS))})


def entity_bomb_in_strings(path: Path) -> Path:
    """A billion laughs in the name of a client."""
    laugh = _replace("Ромашка".encode(), b"&ha9;")
    return _spoil(path, {STRINGS: _then(laugh, _doctype("sst", _LAUGHS))})


def entity_from_file(path: Path) -> Path:
    """A client named by the content of another file, `secret.txt` beside the book."""
    secret = path.with_name("secret.txt").absolute().as_uri()
    entity = f'<!ENTITY secret SYSTEM "{secret}">'.encode()
    steal = _replace("Ромашка".encode(), b"&secret;")
    return _spoil(path, {STRINGS: _then(steal, _doctype("sst", entity))})


def entity_harmless(path: Path) -> Path:
    """A document type with one short entity, which no spreadsheet program writes."""
    name = _replace("Ромашка".encode(), b"&name;")
    entity = '<!ENTITY name "Ромашка">'.encode()
    return _spoil(path, {STRINGS: _then(name, _doctype("sst", entity))})


def entity_behind_comment(path: Path) -> Path:
    """A document type that stands after a comment longer than any short look."""
    return _spoil(path, {STRINGS: _then(_doctype("sst", _LAUGHS), _comment_first)})


def entity_in_utf16(path: Path) -> Path:
    """A document type that a search for bytes does not see."""
    return _spoil(path, {SHEET: _then(_doctype("worksheet", _LAUGHS), _utf16)})


_LAUGHS = b'<!ENTITY ha0 "ha">' + b"".join(
    b'<!ENTITY ha%d "%s">' % (n, b"&ha%d;" % (n - 1) * 10) for n in range(1, 10)
)


def _comment_first(xml: bytes) -> bytes:
    return _replace(rb"\?>", b"?><!--" + b" " * 70_000 + b"-->")(xml)


def _doctype(root: str, entities: bytes) -> Change:
    def declare(xml: bytes) -> bytes:
        start = f"<{root} ".encode()
        return _replace(start, b"<!DOCTYPE %s[%s]>" % (start, entities) + start)(xml)

    return declare


# Other kinds of file


def encrypted(path: Path) -> Path:
    """What Excel saves under a password to open: an OLE file with the package in a stream."""
    cipher = random.Random(0).randbytes(4096)
    return _compound_file(path, {"EncryptionInfo": cipher, "EncryptedPackage": cipher})


def legacy_xls(path: Path) -> Path:
    """A book of Excel 97–2003."""
    beginning_of_file = struct.pack("<6HII", 0x0809, 16, 0x0600, 0x0005, 0x2000, 0x07CD, 0, 6)
    return _compound_file(path, {"Workbook": beginning_of_file})


def legacy_doc(path: Path) -> Path:
    """A document of Word 97–2003."""
    return _compound_file(path, {"WordDocument": struct.pack("<HH", 0xA5EC, 0x00C1)})


def ods(path: Path) -> Path:
    """A spreadsheet of LibreOffice."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    content = (
        f'<office:document-content xmlns:office="{office}" office:version="1.3">'
        "<office:body><office:spreadsheet/></office:body></office:document-content>"
    )
    return _write(path, {"mimetype": kind, "content.xml": content.encode()})


def xlsb(path: Path) -> Path:
    """A binary book of Excel."""
    kind = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    parts = {
        TYPES: _content_types({"/xl/workbook.bin": kind}),
        "_rels/.rels": _relationships({"officeDocument": "xl/workbook.bin"}),
        "xl/workbook.bin": bytes.fromhex("8301 00 8401 00"),  # begin and end of a book
    }
    return _write(path, parts)


def docx(path: Path) -> Path:
    """A document of Word."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts = {
        TYPES: _content_types({"/word/document.xml": kind}),
        "_rels/.rels": _relationships({"officeDocument": "word/document.xml"}),
        "word/document.xml": f'<w:document xmlns:w="{main}"><w:body/></w:document>'.encode(),
    }
    return _write(path, parts)


def plain_zip(path: Path) -> Path:
    """An archive of something else."""
    return _write(path, {"фото/склад.jpg": b"\xff\xd8\xff\xe0", "readme.txt": b"photos"})


def csv_utf8(path: Path) -> Path:
    """Text with semicolons, as Excel saves «CSV UTF-8»."""
    path.write_bytes(_separated(";").encode("utf-8-sig"))
    return path


def csv_cp1251(path: Path) -> Path:
    """Text with semicolons, as a Russian Excel saves «CSV»."""
    path.write_bytes(_separated(";").encode("cp1251"))
    return path


def html(path: Path) -> Path:
    """A table of a web page, as many systems export «to Excel»."""
    rows = (CLIENT_TITLES, *CLIENTS)
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    table = "".join(f"<tr>{row}</tr>\n" for row in cells)
    page = f'<html><head><meta charset="utf-8"></head>\n<body><table>{table}</table></body></html>'
    path.write_text(page, encoding="utf-8")
    return path


def csv_of_one_column(path: Path) -> Path:
    """Names below each other, without a separator."""
    path.write_bytes("".join(f"{row[1]}\r\n" for row in CLIENTS).encode("cp1251"))
    return path


def csv_cut_in_a_letter(path: Path) -> Path:
    """A long text in UTF-8 whose first 4096 bytes end inside a letter."""
    path.write_bytes(b"1" + "я".encode() * 9000)
    return path


def unicode_text(path: Path) -> Path:
    """Text with tabs, as Excel saves «Текст Юникод»."""
    path.write_bytes(_separated("\t").encode("utf-16"))
    return path


def xml_2003(path: Path) -> Path:
    """A table of XML 2003, as older programs export it."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}"><Worksheet/></Workbook>',
        encoding="utf-8",
    )
    return path


def mht(path: Path) -> Path:
    """A page with all that belongs to it, as Excel saves «Веб-страница в одном файле»."""
    path.write_bytes(
        b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n"
        b'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n<html></html>\r\n--x--'
    )
    return path


def mht_of_a_browser(path: Path) -> Path:
    """The same, with other headers before."""
    path.write_bytes(b"From: <Saved by Blink>\r\nSubject: 1\r\nMIME-Version: 1.0\r\n\r\n<html>")
    return path


def mxl(path: Path) -> Path:
    """A printed form of 1C."""
    path.write_bytes(b"MOXCEL\x00\x08\x00\x01\x00" + bytes(200))
    return path


def fods(path: Path) -> Path:
    """A table of OpenDocument in a single file of XML."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document xmlns:office="{office}" '
        'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"/>',
        encoding="utf-8",
    )
    return path


def numbers(path: Path) -> Path:
    """A table of Apple."""
    return _write(path, {"Index/Document.iwa": b"\x00\x01", "preview.jpg": b"\xff\xd8\xff\xe0"})


def excel_2(path: Path) -> Path:
    """A book of Excel 2: its first and its last record."""
    path.write_bytes(bytes.fromhex("0900 0400 0200 1000 0a00 0000"))
    return path


def excel_4(path: Path) -> Path:
    """A book of Excel 4."""
    path.write_bytes(bytes.fromhex("0904 0600 0000 1000 0000 0a00 0000"))
    return path


def xhtml(path: Path) -> Path:
    """A web page that begins as XML does."""
    page = '<?xml version="1.0"?>\n<!-- отчёт -->\n<html><body><table/></body></html>'
    path.write_text(page, encoding="utf-8")
    return path


def empty(path: Path) -> Path:
    """A file of no bytes."""
    path.write_bytes(b"")
    return path


def zeros(path: Path) -> Path:
    """A file that was given its space but not yet its bytes."""
    path.write_bytes(bytes(8192))
    return path


def noise(path: Path) -> Path:
    """Random bytes, the same each time."""
    path.write_bytes(b"\x93" + random.Random(1).randbytes(8191))
    return path


def _separated(separator: str) -> str:
    rows = (CLIENT_TITLES, *CLIENTS)
    return "".join(separator.join(map(str, row)) + "\r\n" for row in rows)


_NONE = 0xFFFFFFFF  # a free sector, or no such entry


def _compound_file(path: Path, streams: dict[str, bytes]) -> Path:
    """An OLE file (MS-CFB, version 3): a header, a sector of the FAT, a directory, the streams."""
    end, fat_sector = 0xFFFFFFFE, 0xFFFFFFFD
    per_stream = 8  # sectors of 512 bytes: with 4096 bytes none is a mini stream
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    starts = [2 + per_stream * n for n in range(len(names) + 1)]

    header = struct.pack(
        "<8s16x5H6x9I109I",
        bytes.fromhex("D0CF11E0A1B11AE1"),
        *(0x3E, 3, 0xFFFE, 9, 6),  # versions, byte order, sizes of sectors
        *(0, 1, 1, 0, 4096, end, 0, end, 0),  # one sector of FAT; the directory is sector 1
        *(0, *[_NONE] * 108),
    )
    fat = [fat_sector, end]
    for start, following in pairwise(starts):
        fat += [*range(start + 1, following), end]
    directory = _directory_entry("Root Entry", end, child=1)
    for n, name in enumerate(names, start=1):
        directory += _directory_entry(name, starts[n - 1], right=n + 1 if names[n:] else _NONE)
    path.write_bytes(
        header
        + struct.pack("<128I", *fat, *[_NONE] * (128 - len(fat)))
        + directory.ljust(512, b"\0")
        + b"".join(streams[name].ljust(4096, b"\0") for name in names)
    )
    return path


def _directory_entry(name: str, start: int, *, right: int = _NONE, child: int = _NONE) -> bytes:
    encoded = name.encode("utf-16-le")
    is_root = child != _NONE
    kind, size = (5, 0) if is_root else (2, 4096)
    head = struct.pack("<64s", encoded) + struct.pack("<HBB", len(encoded) + 2, kind, 1)
    return head + struct.pack("<3I36xIQ", _NONE, right, child, start, size)


# What is read with a warning


def macros(path: Path) -> Path:
    """A book with a project of Visual Basic."""
    return _write(path, _with_macros(_healthy_parts()))


def external_link(path: Path) -> Path:
    """A book that refers to another book."""
    return _write(path, _with_external_link(_healthy_parts()))


def macros_and_link_and_mistake(path: Path) -> Path:
    """A book with macros, an external link and a client whose form is no choice."""
    parts = _with_external_link(_with_macros(_healthy_parts()))
    wrong = b'<c r="C2" t="inlineStr"><is><t>Inc.</t></is></c>'
    return _write(path, {**parts, SHEET: _cell("C2", wrong)(parts[SHEET])})


def _with_macros(parts: Parts) -> Parts:
    project = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    enabled = _replace(
        b"openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"ms-excel.sheet.macroEnabled.main",
    )
    types = _then(enabled, _declare("/xl/vbaProject.bin", "application/vnd.ms-office.vbaProject"))
    return {
        **parts,
        TYPES: types(parts[TYPES]),
        BOOK_LINKS: _relate("rIdMacros", kind, "vbaProject.bin")(parts[BOOK_LINKS]),
        "xl/vbaProject.bin": project,
    }


def _with_external_link(parts: Parts) -> Parts:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
    name = "xl/externalLinks/externalLink1.xml"
    reference = b'<externalReferences><externalReference r:id="rIdLink"/></externalReferences>'
    link = (
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}/relationships" r:id="rId1">'
        '<sheetNames><sheetName val="Лист1"/></sheetNames></externalBook></externalLink>'
    )
    target = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/relationships/externalLinkPath" Target="file:///C:/prices.xlsx"'
        ' TargetMode="External"/></Relationships>'
    )
    relate = _relate("rIdLink", f"{OFFICE}/relationships/externalLink", name.removeprefix("xl/"))
    return {
        **parts,
        TYPES: _declare(f"/{name}", kind)(parts[TYPES]),
        BOOK: _replace(b"</sheets>", b"</sheets>" + reference)(parts[BOOK]),
        BOOK_LINKS: relate(parts[BOOK_LINKS]),
        name: link.encode(),
        "xl/externalLinks/_rels/externalLink1.xml.rels": target.encode(),
    }


# Cells


def error_cells(path: Path) -> Path:
    """Errors of Excel in a required text, a date and an optional number."""
    return _spoil(
        path,
        {
            SHEET: _then(
                _cell("B2", b'<c r="B2" t="e"><f>NA()</f><v>#N/A</v></c>'),
                _cell("G3", b'<c r="G3" t="e"><v>#REF!</v></c>'),
                _cell("H4", b'<c r="H4" t="e"><f>1/0</f><v>#DIV/0!</v></c>'),
            )
        },
    )


def error_cell_of_own(path: Path) -> Path:
    """An error in a column that the manager has added."""
    return _spoil(path, {SHEET: _cell("I2", b'<c r="I2" t="e"><v>#N/A</v></c>')})


def error_cell_prefixed(path: Path) -> Path:
    """An error in XML that prefixes every tag, as the OpenXML SDK writes."""
    error = b'<c r="H3" t="e"><v>#N/A</v></c>'
    return _spoil(path, {SHEET: _then(_cell("H3", error), _prefixed), STRINGS: _prefixed})


def error_cell_utf16(path: Path) -> Path:
    """An error in a sheet whose XML is UTF-16, which the standard allows."""
    error = b'<c r="H3" t="e"><v>#N/A</v></c>'
    return _spoil(path, {SHEET: _then(_cell("H3", error), _utf16)})


def error_cell_unplaced(path: Path) -> Path:
    """An error in a sheet whose rows and cells carry no references, which the standard allows."""
    error = b'<c r="H3" t="e"><v>#N/A</v></c>'
    return _spoil(path, {SHEET: _then(_cell("H3", error), _unplaced)})


def prefixed(path: Path) -> Path:
    """A healthy book in XML that prefixes every tag."""
    return _spoil(path, {SHEET: _prefixed, STRINGS: _prefixed, BOOK: _prefixed})


def formula_unsaved(path: Path) -> Path:
    """Formulas in two declared columns and one of the manager's own, written without values."""
    registry(path)
    book = openpyxl.load_workbook(path)
    sheet = book["Клиенты"]
    sheet["F3"], sheet["H2"], sheet["I2"] = "=F2", "=20+10", "=1+1"
    book.save(path)
    return path


def formulas_saved(path: Path) -> Path:
    """Formulas with stored values, among them empty strings and a shared formula."""
    return _spoil(
        path,
        {
            SHEET: _then(
                _cell("F3", b'<c r="F3" t="str"><f>F2</f><v>\xd0\x98</v></c>'),
                _cell("H2", b'<c r="H2" t="str"><f>IF(1,"")</f><v></v></c>'),
                _cell("H3", b'<c r="H3"><f t="shared" ref="H3:H4" si="0">20+10</f><v>30</v></c>'),
                _cell("H4", b'<c r="H4"><f t="shared" si="0"/><v>30</v></c>'),
                _cell("I2", b'<c r="I2" t="str"><f>IF(1,"")</f><v/></c>'),
            )
        },
    )


def strange_numbers(path: Path) -> Path:
    """In the columns of dates and of whole numbers: no number, 1e400 and −5."""
    strange = (b"NaN", b"1e400", b"-5")
    cells = [
        _cell(f"{column}{row}", b"<v>%s</v></c>" % value, keep_tag=True)
        for column in "GH"
        for row, value in enumerate(strange, start=2)
    ]
    return _spoil(path, {SHEET: _then(*cells)})


def dates_beyond(path: Path) -> Path:
    """Serial numbers of days after the year 9999 and before the first one."""
    cells = [
        _cell(f"G{row}", b"<v>%s</v></c>" % value, keep_tag=True)
        for row, value in enumerate((b"2958466", b"1e15", b"-0.5"), start=2)
    ]
    return _spoil(path, {SHEET: _then(*cells)})


# The parts of a book and their changes


def _healthy_parts() -> Parts:
    with ZipFile(BytesIO(_book(_registry_sheets(CLIENTS)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _spoil(path: Path, changes: dict[str, Change]) -> Path:
    parts = _healthy_parts()
    return _write(path, parts | {name: change(parts[name]) for name, change in changes.items()})


def _write(path: Path, parts: Parts) -> Path:
    with _archive(path, parts):
        pass
    return path


@contextmanager
def _archive(path: Path, parts: Parts, *, compression: int = ZIP_DEFLATED) -> Iterator[ZipFile]:
    """An archive of the given parts, open for what comes after them."""
    with ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            stored = ZIP_STORED if name == "mimetype" else compression
            archive.writestr(ZipInfo(name), content, stored)
        yield archive


def _then(*changes: Change) -> Change:
    def change_all(content: bytes) -> bytes:
        for change in changes:
            content = change(content)
        return content

    return change_all


def _replace(old: bytes, new: bytes) -> Change:
    """Replaces the only place of a text or a pattern; a spoiler that spoils nothing is a defect."""

    def replace(content: bytes) -> bytes:
        changed, count = re.subn(old, lambda _: new, content)
        assert count == 1, (old, count)
        return changed

    return replace


def _cell(place: str, new: bytes, *, keep_tag: bool = False) -> Change:
    """Replaces a cell of a sheet, or only what its tag (with the format) encloses."""
    tag = rb'(<c r="%s"[^>]*>).*?</c>' % place.encode()

    def replace(xml: bytes) -> bytes:
        changed, count = re.subn(tag, lambda m: (m[1] if keep_tag else b"") + new, xml)
        assert count == 1, (place, count)
        return changed

    return replace


def _prefixed(xml: bytes) -> bytes:
    named = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml)
    return _replace(rb"xmlns=", b"xmlns:x=")(named)


def _unplaced(xml: bytes) -> bytes:
    return re.sub(rb'<(row|c) r="\w+"', rb"<\1", xml)


def _utf16(xml: bytes) -> bytes:
    return _replace(b"UTF-8", b"UTF-16")(xml).decode().encode("utf-16")


def _declare(part: str, kind: str) -> Change:
    override = f'<Override PartName="{part}" ContentType="{kind}"/></Types>'
    return _replace(b"</Types>", override.encode())


def _relate(name: str, kind: str, target: str) -> Change:
    relation = f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/></Relationships>'
    return _replace(b"</Relationships>", relation.encode())


def _content_types(kinds: dict[str, str]) -> bytes:
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds.items()
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="{relations}"/>{overrides}</Types>'
    ).encode()


def _relationships(targets: dict[str, str]) -> bytes:
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/relationships/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items(), start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'.encode()
