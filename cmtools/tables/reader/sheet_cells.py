"""A sheet's cells from its XML, some rows at a time, and where a value is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError, fromstring

import numpy as np

from cmtools.tables.parsers import group_digits
from cmtools.tables.reader.cell_arrays import CellKind, Cells
from cmtools.tables.reader.column_blocks import CellFormats, columns_of
from cmtools.tables.reader.container import Contents, Limits, damaged, too_large
from cmtools.tables.reader.fast_parser import scan
from cmtools.tables.reader.number_formats import ShownAs, shown_by_style
from cmtools.tables.reader.protocol import CellBlock, Marks, SheetEnd
from cmtools.tables.reader.shared_strings import announced, shared_texts
from cmtools.tables.reader.xml_parser import walk
from cmtools.tables.sheet_xml import contains_markup, strip_prefix

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
CHUNK = 1 << 21  # of XML: some thousand rows, so that what repeats itself is seen to
FEW = 1 << 13  # so little is sooner walked through

_ROOT = re.compile(rb"<worksheet\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


def looks_of(contents: Contents, limits: Limits) -> CellFormats:
    """What the cells of all sheets refer to.

    Raises:
        Refused: it cannot be read, or pretends to be larger than the limits.
    """

    def part(name: str) -> bytes:
        return strip_prefix(contents.part(name))

    strings = part(contents.strings) if contents.strings else b""
    styles = part(contents.styles) if contents.styles else b"<styleSheet/>"
    if (count := announced(strings)) > limits.grid_cells:
        raise too_large(
            f"текстов в ней {group_digits(count)}, предел {group_digits(limits.grid_cells)}"
        )
    try:
        return CellFormats(
            shared=shared_texts(strings),
            shows=np.array([*shown_by_style(styles), ShownAs.NUMBER]),
            is_1904=contents.is_1904,
        )
    except (ValueError, ParseError) as error:
        raise damaged("её тексты или форматы не читаются") from error


def sheet_frames(xml: bytes, looks: CellFormats, limits: Limits) -> Iterator[CellBlock | SheetEnd]:
    """The blocks of a sheet, then its end.

    Raises:
        Refused: it is no sheet, or larger than the limits.
    """
    xml = strip_prefix(xml)
    before = height = width = 0
    room = limits.unpacked_bytes  # for the texts of blocks, each of which brings its own
    lost: dict[CellKind, set[tuple[int, int]]] = {CellKind.ERROR: set(), CellKind.UNSAVED: set()}
    try:
        for chunk in _chunks(xml):
            cells = _cells(xml, chunk, before)
            before = cells.last_row
            if not len(cells.row):
                continue
            last, width = int(cells.row[-1]), max(width, int(cells.column.max()))
            _check_grid(last, width, limits)
            for kind, places in lost.items():
                at = np.flatnonzero(cells.kind == kind)
                places.update(zip(cells.row[at].tolist(), cells.column[at].tolist(), strict=True))
            columns = columns_of(cells, height, looks)
            room -= sum(len(cell) for values, _ in columns for cell in values if type(cell) is str)
            if room < 0:
                raise too_large("её тексты повторяются слишком много раз")
            yield CellBlock(height=last - height, columns=columns)
            height = last
    except (ValueError, ParseError) as error:
        raise damaged("листы не читаются") from error
    errors, unsaved = (frozenset(places) for places in lost.values())
    yield SheetEnd(marks=Marks(errors=errors, unsaved=unsaved))


def _cells(xml: bytes, chunk: bytes, before: int) -> Cells:
    found = scan(chunk, before) if len(chunk) > FEW else None
    if found is None:
        root = _ROOT.search(xml)
        if root is None:
            raise ValueError("no sheet")
        found = walk(root[0], chunk, before)
    return found


def _chunks(xml: bytes) -> Iterator[bytes]:
    """The rows of a sheet, whole ones, about so much at a time; the first one by itself.

    It is a header mostly, and what stands below it is of one kind in each column.
    """
    start = xml.find(b"<sheetData")
    if start < 0:
        fromstring(xml)  # a sheet of charts has no rows, but is a sheet
        return
    start = xml.find(b">", start) + 1
    if start == 0 or xml[start - 2 : start] == b"/>":
        return
    end = xml.rfind(b"</sheetData")
    if end < start:
        raise ValueError("the sheet breaks off")
    is_commented = contains_markup(xml, b"<!") or contains_markup(
        xml[start:end], b"<?"
    )  # may hold anything
    size = end if is_commented else len("<row")
    while start < end:
        cut = xml.find(b"<row", start + size, end)
        cut = end if cut < 0 else cut
        yield xml[start:cut]
        start, size = cut, CHUNK


def _check_grid(height: int, width: int, limits: Limits) -> None:
    """Refuse a sheet that would be laid out as too large a rectangle of cells."""
    if height > MAX_ROWS or width > MAX_COLUMNS:
        raise too_large(f"ячейка в строке {height}, столбце {width}")
    if height * width > limits.grid_cells:
        cells, limit = group_digits(height * width), group_digits(limits.grid_cells)
        raise too_large(f"лист занимает {cells} ячеек, предел {limit}")
