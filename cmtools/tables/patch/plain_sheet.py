"""A plain sheet of rows added to a manager's own book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmtools.problems import column_letters
from cmtools.tables.patch.cells import CellValue, row_xml
from cmtools.tables.patch.package import MAIN, Package
from cmtools.tables.patch.styles import add_formats

_BEFORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<worksheet xmlns="{MAIN}">'
    '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    '<sheetViews><sheetView workbookViewId="0" showGridLines="0"><pane ySplit="1" '
    'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<cols>{columns}</cols><sheetData>"
)
_AFTER = (
    '</sheetData><autoFilter ref="A1:{last}1"/><pageMargins left="0.4" right="0.4" top="0.5" '
    'bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9" '
    'orientation="landscape" fitToHeight="0"/></worksheet>'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainSheet:
    """A header and rows, with the width and the number format of each column."""

    name: str
    header: Sequence[str]
    widths: Sequence[int]
    formats: Sequence[str]
    rows: Iterable[Sequence[CellValue]]


def add_plain_sheet(package: Package, sheet: PlainSheet) -> None:
    """Add a sheet at the end of a book, or put it in the place of the one of its name."""
    of_header, *of_columns = (b"%d" % number for number in add_formats(package, sheet.formats))
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(sheet.widths, start=1)
    )
    header = row_xml(1, sheet.header, [of_header] * len(sheet.header), b' ht="44" customHeight="1"')
    rows = (row_xml(number, values, of_columns) for number, values in enumerate(sheet.rows, 2))
    before = _BEFORE.format(columns=columns).encode()
    after = _AFTER.format(last=column_letters(len(sheet.header))).encode()
    package.add_sheet(sheet.name, before + header + b"".join(rows) + after)
