"""The cells of rows that are written in any way that XML allows, one after another."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import numpy as np

from cmtools.tables.reader.cell_arrays import CellArrays, CellKind
from cmtools.tables.reader.xml_text import local_name, parse_number, rich_text, unescape_excel
from cmtools.tables.sheet_xml import column_number

_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_COUNT = re.compile(r"\s*\d{1,9}\s*")
_TRUTHS = {"true": 1, "false": 0}
NUMBER, SHARED, BOOLEAN, ERROR = "n", "s", "b", "e"
INLINE, FORMULA_TEXT = "inlineStr", "str"


def parse_rows(root: bytes, xml: bytes, before: int) -> CellArrays:
    """The cells of whole rows that follow the row `before`; `root` is the tag of the sheet.

    A row or a cell that does not say where it is stands next to the one before it.

    Raises:
        ValueError: they are not what a sheet may hold.
    """
    texts: dict[str, int] = {}
    found: list[tuple[int, int, CellKind, float, int]] = []
    first = number = before
    for row in fromstring(root + xml + b"</worksheet>"):
        named = _number(row, number)
        if named <= number:
            raise ValueError("the rows are not in order")
        first, number = (named if number == before else first), named
        found += _cells(row, number, texts)
    columns = [np.array(column) for column in zip(*found, strict=True)] or [np.zeros(0, int)] * 5
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


def _number(row: Element, before: int) -> int:
    """The number of a row: as it says, as its first cell says, or the next one."""
    if (said := row.get("r")) is not None:
        return _count(said)
    place = next((cell.get("r", "") for cell in row), "")
    named = _PLACE.fullmatch(place)
    return int(named[2]) if named else before + 1


def _cells(
    row: Element, number: int, texts: dict[str, int]
) -> list[tuple[int, int, CellKind, float, int]]:
    """Those that hold anything; of two in one place the later one."""
    found: dict[int, tuple[int, int, CellKind, float, int]] = {}
    column = 0
    for cell in row:
        if local_name(cell) != "c":
            continue
        column = _column(cell, number) or column + 1
        kind, payload = _value(cell, texts)
        found[column] = number, column, kind, payload, _count(cell.get("s", "0"))
    return [found[c] for c in sorted(found) if found[c][2] is not CellKind.EMPTY]


def _column(cell: Element, row: int) -> int | None:
    """The column that a cell of that row says it is in."""
    place = cell.get("r")
    if place is None:
        return None
    named = _PLACE.fullmatch(place)
    if named is None or int(named[2]) != row:
        raise ValueError("no cell of this row")
    return column_number(named[1].encode())


def _value(cell: Element, texts: dict[str, int]) -> tuple[CellKind, float]:
    parts = {local_name(part): part for part in cell}
    type_ = cell.get("t", NUMBER)
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
        return CellKind.SHARED, _count(content)
    if type_ == BOOLEAN:
        return CellKind.BOOLEAN, _TRUTHS[content] if content in _TRUTHS else _count(content)
    return CellKind.TEXT, texts.setdefault(content, len(texts))


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError("no count")
    return int(text)
