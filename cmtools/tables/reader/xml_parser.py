"""Parse rows cell by cell, however their XML is written."""

from __future__ import annotations

import re
from operator import itemgetter
from xml.etree.ElementTree import Element, fromstring

import numpy as np

from cmtools.tables.reader.cell_arrays import AmbiguousSheet, CellArrays, CellKind
from cmtools.tables.reader.xml_text import local_name, parse_number, rich_text, unescape_excel
from cmtools.tables.sheet_xml import column_number

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_COUNT = re.compile(r"\s*\d{1,9}\s*")
_BOOLEANS = {"true": 1, "false": 0}
NUMBER, SHARED, BOOLEAN, ERROR = "n", "s", "b", "e"
INLINE, FORMULA_TEXT = "inlineStr", "str"

_ParsedCell = tuple[int, int, CellKind, float, int]
"""Row, column, kind, payload, style."""


def parse_rows(root: bytes, xml: bytes, last_row: int) -> CellArrays:
    """Parse whole rows that follow the row `last_row`; `root` is the tag of the sheet.

    A row or a cell without a number of its own is the next one. They may come in any order.

    Raises:
        AmbiguousSheet: a cell names another row.
        ValueError: they are not what a sheet may hold.
    """
    texts: dict[str, int] = {}
    cells: list[_ParsedCell] = []
    first = number = last_row
    for index, row in enumerate(fromstring(root + xml + b"</worksheet>")):
        number = _row_number(row, number)
        first = first if index else number
        cells += _parse_row(row, number, texts)
    columns = [np.array(column) for column in zip(*cells, strict=True)] or [np.zeros(0, int)] * 5
    return CellArrays(
        row=columns[0],
        column=columns[1],
        kind=columns[2],
        payload=columns[3].astype(float),
        style=columns[4],
        texts=list(texts),
        first_row=first,
        last_row=number,
    )


def _row_number(row: Element, last_row: int) -> int:
    """Return the number of a row: its own, that of its first cell, or the next one."""
    if number := row.get("r"):
        return _parse_count(number)
    first_cell = next((cell.get("r", "") for cell in row), "")
    reference = _REFERENCE.fullmatch(first_cell)
    return int(reference[2]) if reference else last_row + 1


def _parse_row(row: Element, number: int, texts: dict[str, int]) -> list[_ParsedCell]:
    """Parse the cells of a row that are not empty."""
    cells: list[_ParsedCell] = []
    column = 0
    for cell in row:
        if local_name(cell) != "c":
            continue
        column = _column_number(cell, number) or column + 1
        kind, payload = _parse_value(cell, texts)
        style = _parse_count(cell.get("s") or "0")
        if kind is not CellKind.EMPTY:
            cells.append((number, column, kind, payload, style))
    return sorted(cells, key=itemgetter(1))


def _column_number(cell: Element, row: int) -> int | None:
    """Return the number of the column that a cell names, if it does."""
    text = cell.get("r")
    if not text:
        return None
    reference = _REFERENCE.fullmatch(text)
    if reference is None:
        raise ValueError("the cell names no place")
    if int(reference[2]) != row:
        raise AmbiguousSheet(f"ячейка {text} стоит внутри строки {row}")
    return column_number(reference[1].encode())


def _parse_value(cell: Element, texts: dict[str, int]) -> tuple[CellKind, float]:
    parts = {local_name(part): part for part in cell}
    type_ = cell.get("t") or NUMBER
    content = parts["v"].text or "" if "v" in parts else ""
    if type_ == ERROR:
        return CellKind.ERROR, 0
    if type_ == INLINE:
        content = rich_text(parts["is"]) if "is" in parts else ""
    elif type_ not in (NUMBER, SHARED, BOOLEAN):  # a formula's text, or a day by ISO 8601
        content = unescape_excel(content)
    if not content or (type_ in (NUMBER, SHARED, BOOLEAN) and content.isspace()):
        is_text = type_ == FORMULA_TEXT and "v" in parts
        return CellKind.UNCOMPUTED if "f" in parts and not is_text else CellKind.EMPTY, 0
    if type_ == NUMBER:
        return CellKind.NUMBER, parse_number(content.encode())
    if type_ == SHARED:
        return CellKind.SHARED, _parse_count(content)
    if type_ == BOOLEAN:
        return CellKind.BOOLEAN, _BOOLEANS[content] if content in _BOOLEANS else _parse_count(
            content
        )
    return CellKind.TEXT, texts.setdefault(content, len(texts))


def _parse_count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError("no count")
    return int(text)
