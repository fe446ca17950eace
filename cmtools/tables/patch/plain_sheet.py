"""A plain sheet of rows added to a manager's own book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cmtools.problems import column_letters
from cmtools.tables.patch.cells import CellValue, row_xml
from cmtools.tables.patch.package import MAIN, Package
from cmtools.tables.patch.styles import add_formats
from cmtools.tables.writer.styles import choose_paper

_SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<worksheet xmlns="{MAIN}">'
    '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    '<sheetViews><sheetView showGridLines="0" tabSelected="{selected:d}" workbookViewId="0">'
    '<pane ySplit="{header}" topLeftCell="A{below}" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><cols>{columns}</cols><sheetData>{rows}</sheetData>"
    '<autoFilter ref="A{header}:{last}"/>{links}'
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="{paper}" orientation="landscape" fitToWidth="{across}" fitToHeight="0"/>'
    "</worksheet>"
)


class PlainRow(NamedTuple):
    """The values of a row from its first column on; the row of a sum is bold."""

    values: Sequence[CellValue]
    bold: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainSheet:
    """A header and rows, with the width and the number format of each column."""

    name: str
    header: Sequence[str]
    widths: Sequence[int]
    formats: Sequence[str]
    rows: Iterable[PlainRow]


def add_plain_sheet(package: Package, sheet: PlainSheet) -> None:
    """Add a sheet at the end of a book, or put it in the place of the one of its name."""
    of_header, *plain = (b"%d" % number for number in add_formats(package, sheet.formats))
    bold = [b"%d" % number for number in add_formats(package, sheet.formats, bold=True)[1:]]
    header = row_xml(1, sheet.header, [of_header] * len(sheet.header), b' ht="44" customHeight="1"')
    rows = (
        row_xml(number, row.values, bold if row.bold else plain)
        for number, row in enumerate(sheet.rows, 2)
    )
    package.add_sheet(sheet.name, sheet_xml([header, *rows], sheet.widths))
    package.repeat_on_paper(sheet.name, "$A:$A,$1:$1")


def sheet_xml(
    rows: Iterable[bytes],
    widths: Sequence[int],
    *,
    header: int = 1,
    last: int | None = None,
    links: str = "",
    selected: bool = False,
) -> bytes:
    """Write a sheet: frozen down to its header, filtered to the row `last`, printed in landscape.

    `links` is the element of its hyperlinks.
    """
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(widths, start=1)
    )
    before, after = _SHEET.split("{rows}")
    paper, across = choose_paper(widths)
    places = {
        "paper": paper,
        "across": across,
        "selected": selected,
        "header": header,
        "below": header + 1,
        "columns": columns,
        "last": f"{column_letters(len(widths))}{last or header}",
        "links": links,
    }
    return before.format(**places).encode() + b"".join(rows) + after.format(**places).encode()
