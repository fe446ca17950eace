"""Read the cells of a sheet from its XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError, fromstring

import numpy as np

from cmtools.tables import messages
from cmtools.tables.parsers import group_digits
from cmtools.tables.reader import fast_parser, xml_parser
from cmtools.tables.reader.cell_arrays import AmbiguousSheet, CellArrays
from cmtools.tables.reader.column_packer import CellFormats, ColumnPacker
from cmtools.tables.reader.container import Contents, FileRejected, Limits, damage_error, too_large
from cmtools.tables.reader.grid import Grid
from cmtools.tables.reader.merged_cells import fill_merged_rows, find_merged_rows
from cmtools.tables.reader.number_formats import ShownAs, parse_styles
from cmtools.tables.reader.shared_strings import declared_count, parse_shared_texts
from cmtools.tables.sheet_xml import LAST_ROW, contains_markup, strip_prefix

MAX_COLUMNS = 16_384
CHUNK = 1 << 21  # bytes of XML parsed at a time: their tags take many times as much memory

_ROOT = re.compile(rb"<worksheet\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


def read_formats(contents: Contents, limits: Limits) -> CellFormats:
    """Read what the cells of all sheets refer to.

    Raises:
        FileRejected: it cannot be read, or claims to be larger than the limits.
    """

    def part(name: str) -> bytes:
        return strip_prefix(contents.part(name))

    strings = part(contents.strings) if contents.strings else b""
    styles = part(contents.styles) if contents.styles else b"<styleSheet/>"
    if (count := declared_count(strings)) > limits.grid_cells:
        limit = group_digits(limits.grid_cells)
        raise too_large(f"текстов в ней {group_digits(count)}, предел {limit}")
    try:
        return CellFormats(
            shared_texts=parse_shared_texts(strings),
            shown_as=np.array([*parse_styles(styles), ShownAs.NUMBER], np.uint8),
            is_1904=contents.is_1904,
        )
    except (ValueError, ParseError) as error:
        raise damage_error("её тексты или форматы не читаются") from error


def read_sheet(name: str, xml: bytes, formats: CellFormats, limits: Limits) -> Grid:
    """Read the cells of a sheet.

    Raises:
        FileRejected: it is no sheet, ambiguous, or larger than the limits.
    """
    xml = strip_prefix(xml)
    packer = ColumnPacker(formats)
    last_row = 0
    try:
        for chunk in _chunks(xml):
            cells = _parse_rows(xml, chunk, last_row)
            last_row = cells.last_row
            packer.add(cells)
            _check_size(packer.height, packer.width, limits)
        grid = Grid(name=name, columns=packer.pack(), invalid=packer.invalid_cells())
        return fill_merged_rows(grid, find_merged_rows(xml, grid.height), limits.grid_cells)
    except AmbiguousSheet as error:
        raise FileRejected(messages.SHEET_AMBIGUOUS(sheet=name, detail=error)) from error
    except (ValueError, ParseError) as error:
        raise damage_error("листы не читаются") from error


def _parse_rows(xml: bytes, chunk: bytes, after: int) -> CellArrays:
    cells = fast_parser.parse_rows(chunk, after)
    if cells is not None:
        return cells
    root = _ROOT.search(xml)
    if root is None:
        raise ValueError("no sheet")
    return xml_parser.parse_rows(root[0], chunk, after)


def _chunks(xml: bytes) -> Iterator[bytes]:
    """Cut the rows of a sheet into pieces of whole rows."""
    start = xml.find(b"<sheetData")
    if start < 0:
        fromstring(xml)  # a sheet of charts has no rows, but is a sheet
        return
    start = xml.find(b">", start) + 1
    if start == 0 or xml[start - 2 : start] == b"/>":
        return
    end = xml.rfind(b"</sheetData")
    if end < start:
        raise ValueError("the sheet is truncated")
    has_comments = contains_markup(xml, b"<!") or contains_markup(
        xml[start:end], b"<?"
    )  # which may hold `<row`
    size = end if has_comments else CHUNK
    while start < end:
        cut = xml.find(b"<row", start + size, end)
        cut = end if cut < 0 else cut
        yield xml[start:cut]
        start = cut


def _check_size(height: int, width: int, limits: Limits) -> None:
    """Refuse a sheet whose cells span too large a rectangle."""
    if height > LAST_ROW or width > MAX_COLUMNS:
        raise too_large(f"ячейка в строке {height}, столбце {width}")
    if height * width > limits.grid_cells:
        cells, limit = group_digits(height * width), group_digits(limits.grid_cells)
        raise too_large(f"лист занимает {cells} ячеек, предел {limit}")
