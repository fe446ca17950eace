"""Rows by the hundred thousand, put by columns into a workbook that is otherwise finished.

A library that is asked cell by cell takes twenty times as long. So it draws one row without values,
the pattern, which has the looks of the cells; all rows are then made like it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from cmtools.tables.parsers import escape_text

if TYPE_CHECKING:
    from cmtools.reports.frame import Frame
    from cmtools.reports.merging import Texts

_STRINGS = "xl/sharedStrings.xml"
_ITEM = re.compile("<si>.*?</si>", re.DOTALL)
_COUNTS = re.compile(r'count="\d+" uniqueCount="\d+"')
_LAST_ROW = re.compile(r'(?<=<dimension ref=")(\w+:[A-Z]+)\d+')
_CELL = re.compile(r'<c r="([A-Z]+)\d+"( s="\d+")/>')
_SHARED = ' t="s"'
_AT_ONCE = 10_000  # rows: there is never a text of all of them


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """All rows of a sheet from its pattern on, at least one; columns of texts or of numbers.

    `sheet` is the number of the sheet, `row` that of the pattern, both from 1.
    """

    sheet: int
    row: int
    rows: Frame


def with_blocks(book: bytes, blocks: Sequence[Block]) -> bytes:
    """The workbook with its blocks; not compressed: whoever keeps it does that."""
    content = BytesIO()
    of_part = {f"xl/worksheets/sheet{block.sheet}.xml": block for block in blocks}
    with (
        zipfile.ZipFile(BytesIO(book)) as drawn,
        zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as filled,
    ):
        texts = _Texts(drawn.read(_STRINGS).decode())
        for name in sorted(drawn.namelist(), key=lambda name: name == _STRINGS):
            with filled.open(zipfile.ZipInfo(name), "w") as part:
                if name == _STRINGS:
                    part.write(texts.xml())
                elif name in of_part:
                    part.writelines(_pieces(drawn.read(name).decode(), of_part[name], texts))
                else:
                    part.write(drawn.read(name))
    return content.getvalue()


def _pieces(sheet: str, block: Block, texts: _Texts) -> Iterator[bytes]:
    """The XML of a sheet, the rows of its block where the pattern was."""
    pattern = re.search(rf'<row r="{block.row}"([^>]*)>(.*?)</row>', sheet)
    assert pattern is not None
    numbers = range(block.row, block.row + len(block.rows))
    template = f'<row r="%s"{pattern[1]}>'
    cells: list[Sequence[object]] = [numbers]
    for (letter, look), (name, column) in zip(
        _CELL.findall(pattern[2]), block.rows.columns.items(), strict=True
    ):
        values, names = column.tolist(), block.rows.names.get(name)
        template += f'<c r="{letter}%s"{look}{"" if names is None else _SHARED}><v>%s</v></c>'
        cells += [numbers, values if names is None else texts.numbers(values, names)]
    rows = map(f"{template}</row>".__mod__, zip(*cells, strict=True))
    yield _LAST_ROW.sub(rf"\g<1>{numbers[-1]}", sheet[: pattern.start()]).encode()
    while piece := "".join(islice(rows, _AT_ONCE)):
        yield piece.encode()
    yield sheet[pattern.end() :].encode()


class _Texts:
    """The texts that all sheets of a workbook share, each held once; those of blocks are added."""

    def __init__(self, xml: str) -> None:
        self._head = xml[: xml.index("<si>")]
        self._items = {item: number for number, item in enumerate(_ITEM.findall(xml))}

    def numbers(self, column: Sequence[int], names: Texts) -> list[int]:
        """The number here of each text of a column of names."""
        known = {
            number: self._items.setdefault(_item(names[number]), len(self._items))
            for number in dict.fromkeys(column)
        }
        return [known[number] for number in column]

    def xml(self) -> bytes:
        """The part of the workbook that holds them."""
        head = _COUNTS.sub(f'uniqueCount="{len(self._items)}"', self._head)
        return "".join((head, *self._items, "</sst>")).encode()


def _item(text: str) -> str:
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<si><t{kept}>{escape(escape_text(text), quote=False)}</t></si>"
