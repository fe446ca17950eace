"""Rows put into a finished workbook by columns, as a reader of workbooks sees them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from cmtools.reports.frame import Frame, numbered
from cmtools.reports.workbook import bulk_rows as blocks
from cmtools.reports.workbook.bulk_rows import Block, with_blocks

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TITLE = "Книга & <лист>"
TEXTS = [
    TITLE,
    "",
    " по краям ",
    "=1+1",
    'a & <b> "c"',
    "<r>x</r>",
    "две\nстроки",
    "%s",
    "да",
    "да",
]
NUMBERS = [0, -0.29, 1234567.89, 1e17, 90071992547409.91, 7, 8, 9, 10, 11]
TYPED = st.text(st.characters(codec="utf-8", exclude_characters="\r"))  # XML makes it \n


def drawn(*sheets: tuple[Sequence[str], Sequence[float]]) -> bytes:
    """A workbook of sheets with a title each, a bold text and a number in each row below it."""
    content, wanted = BytesIO(), []
    with xlsxwriter.Workbook(content) as workbook:
        looks = [workbook.add_format(look) for look in ({"bold": True}, {"num_format": "0.00"})]
        for number, (texts, numbers) in enumerate(sheets, start=1):
            sheet = workbook.add_worksheet()
            sheet.write_string(0, 0, TITLE)
            for column, look in enumerate(looks):
                sheet.write_blank(2, column, None, look)
            index, names = numbered(texts)
            columns = {"text": index, "number": np.array(numbers, object)}
            rows = Frame(columns=columns, names={"text": names})
            wanted.append(Block(sheet=number, row=3, rows=rows))
    return with_blocks(content.getvalue(), wanted)


def sheets_of(book: bytes) -> Sequence[Worksheet]:
    return load_workbook(BytesIO(book)).worksheets


def rows_of(sheet: Worksheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(min_row=3, values_only=True))


def test_texts_and_numbers_are_read_back_with_their_looks() -> None:
    (sheet,) = sheets_of(drawn((TEXTS, NUMBERS)))
    assert rows_of(sheet) == list(zip(TEXTS, NUMBERS, strict=True))
    assert sheet.dimensions == f"A1:B{2 + len(TEXTS)}"
    seen = {
        (text.data_type, text.font.b, number.data_type, number.number_format)
        for text, number in sheet.iter_rows(min_row=3)
    }
    assert seen == {("s", True, "n", "0.00")}


def test_sheets_share_their_texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each is held once, the title of the library's own among them; pieces leave no gap."""
    monkeypatch.setattr(blocks, "_AT_ONCE", 3)
    first, second = (TEXTS, NUMBERS), (TEXTS[::-1], NUMBERS)
    path = tmp_path / "book.xlsx"
    path.write_bytes(drawn(first, second))
    for sheet, (texts, numbers) in zip(sheets_of(path.read_bytes()), (first, second), strict=True):
        assert rows_of(sheet) == list(zip(texts, numbers, strict=True))
    with zipfile.ZipFile(path) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert strings.count("<si>") == len({*TEXTS})
    assert f'uniqueCount="{len({*TEXTS})}"' in strings
    assert OpenXmlValidator().validate(path).errors == []


@example(["_x0041_", "\x07", " "])
@given(st.lists(TYPED, min_size=1))
def test_any_text_is_held_as_ecma_376_has_it(texts: list[str]) -> None:
    """22.4.2.4: `_x0007_` stands for a character, `_x005F_` for the underscore before a code."""
    with zipfile.ZipFile(BytesIO(drawn((texts, [1.0] * len(texts))))) as archive:
        items = ElementTree.fromstring(archive.read("xl/sharedStrings.xml")).iter(f"{MAIN}t")
        cells = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter(f"{MAIN}c")
    shared = [
        re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), item.text or "")
        for item in items
    ]
    numbers = [cell.findtext(f"{MAIN}v", "") for cell in cells if cell.get("t") == "s"]
    assert [shared[int(number)] for number in numbers] == [TITLE, *texts]
