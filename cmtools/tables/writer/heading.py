"""The lines above a table: the head to be filled in, a signature, a title, a note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cmtools.tables.table import Table
from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import write_text
from cmtools.tables.writer.formats import Formats

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A title, the values of the head by label, lines at the right edge, a note to be noticed."""

    title: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    note: str = ""


def header_row(table: Table[Any]) -> int:
    """Return the row of the column titles, counted from 0: below the head, the title and a note."""
    return len(table.head) + 2 if table.head else 0


def write_heading(sheet: Worksheet, table: Table[Any], heading: Heading, make: Formats) -> None:
    """Write the head of a table; without a head there is nothing above it."""
    if not table.head:
        return
    widths = [field.width for field in table.fields.values()]
    last = len(widths) - 1
    label = make(**styles.BASE, bold=True, align="right", indent=1)
    cell = make(**styles.BASE, align="left", bottom=1, bottom_color=styles.RULE, num_format="@")
    edge = make(**styles.BASE, align="right")
    for row, title in enumerate(table.head):
        sheet.write_string(row, 0, title, label)
        sheet.write_blank(row, 1, None, cell)
        sheet.write_blank(row, 2, None, cell)
        value = heading.values.get(title)
        if value is not None:
            write_text(sheet, row, 1, str(value), cell)
    for row, line in enumerate(heading.aside):
        write_text(sheet, row, last, line, edge)
    title_row, note_row = len(table.head), header_row(table) - 1
    sheet.set_row(title_row, 34)
    sheet.write_string(title_row, 0, heading.title, make(**styles.TITLE | {"valign": "vcenter"}))
    sheet.set_row(note_row, 8)
    if heading.note:
        look = make(**styles.BASE, text_wrap=True, italic=True)
        sheet.merge_range(note_row, 0, note_row, last, heading.note, look)
        sheet.set_row(note_row, styles.row_height([(heading.note, sum(widths))]) + 6)
