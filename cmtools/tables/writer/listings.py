"""Sheets of rows to be read, printed and filled in: what a command answers as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cmtools.tables.columns import TEXT, ValueKind
from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import write_cell, write_text
from cmtools.tables.writer.formats import Formats
from cmtools.tables.writer.new_workbook import build_workbook

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_LIST = 255  # characters of a drop-down's choices, as Excel takes them
MOST_LINKS = 60_000  # of a sheet; Excel opens no more than 65 530
SIDES = (0.2, 0.2)  # inches beside a printed list, which is wide
SPARE_ROWS = 50  # below the last one, in which a person adds rows of his own
WORD_END = 2  # characters that the end of a line stays empty, on average

_HEADER_HEIGHT = 32
_GAP = 2  # points below the text of a row


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A text that leads to a file beside the workbook, perhaps to a cell of it."""

    text: str
    path: str
    sheet: str = ""
    cell: str = ""

    @property
    def url(self) -> str:
        """The link as xlsxwriter takes it; paths are relative to the workbook."""
        quoted = self.sheet.replace("'", "''")
        return f"external:{self.path}" + (f"#'{quoted}'!{self.cell}" if self.sheet else "")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True, slots=True)
class Emphasis:
    """A text in parts, each with whether it is bold."""

    parts: tuple[tuple[str, bool], ...]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListingColumn:
    """A column of such a sheet.

    filled: a person fills it in: it is yellow. choices: what he may pick.
    warns: its numbers are red. service: small, grey and not printed.
    """

    title: str
    kind: ValueKind = TEXT
    width: int = 12
    wrap: bool = False
    filled: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""
    warns: bool = False
    service: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ListingRow:
    """The values of a row by the titles of its columns; `heading`: it sums up those below it."""

    values: Mapping[str, object]
    heading: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A sheet: its mark in A1, its heading, what is said above, its columns and rows."""

    sheet: str
    heading: str
    columns: Sequence[ListingColumn]
    rows: Sequence[ListingRow]
    mark: str = ""
    above: tuple[str, ...] = ()


def build_listings(
    listings: Iterable[Listing],
    properties: Mapping[str, str] | None = None,
    made_on: date | None = None,
) -> bytes:
    """Return the bytes of a workbook with these sheets and custom properties.

    made_on: its day of creation; with one, the same sheets give the same bytes.

    Raises:
        ValueError: a declaration that Excel would not take.
    """

    def write(workbook: Workbook) -> None:
        writer = _Writer(workbook)
        for listing in listings:
            writer.add(listing)

    return build_workbook(write, properties, made_on)


class _Writer:
    """Writes sheets into a workbook; holds its formats, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._format = Formats(workbook)

    def add(self, listing: Listing) -> None:
        sheet = self._workbook.add_worksheet(listing.sheet)
        styles.print_setup(sheet)
        sheet.set_margins(*SIDES, top=0.5, bottom=0.6)
        sheet.set_default_row(styles.LINE_HEIGHT + _GAP)
        header = self._write_top(sheet, listing)
        last = header + max(len(listing.rows), 1)
        for position, column in enumerate(listing.columns):
            self._write_column(sheet, column, header, position, last)
        self._write_rows(sheet, listing, header + 1)
        printed = sum(not column.service for column in listing.columns)
        sheet.print_area(0, 0, last, printed - 1)
        sheet.repeat_rows(header)
        sheet.freeze_panes(header + 1, 0)
        sheet.autofilter(header, 0, last, len(listing.columns) - 1)

    def _write_top(self, sheet: Worksheet, listing: Listing) -> int:
        """Write the lines above the table; return the row of the header."""
        small = self._format(**{**styles.BASE, "font_size": 8, "font_color": styles.GREY})
        sheet.write_string(0, 0, listing.mark, small)
        sheet.set_row(1, 28)
        sheet.write_string(1, 0, listing.heading, self._format(**styles.TITLE))
        for row, line in enumerate(listing.above, start=2):
            write_text(sheet, row, 0, line, self._format(**styles.BASE))
        return len(listing.above) + 3

    def _write_column(
        self, sheet: Worksheet, column: ListingColumn, header: int, position: int, last: int
    ) -> None:
        sheet.set_column(position, position, column.width, self._cell_format(column))
        colour = styles.GREY if column.service else styles.NAVY
        look = {**styles.HEADER, "bg_color": colour}
        if column.filled:
            look |= {"bg_color": styles.YELLOW, "font_color": styles.INK}
        sheet.set_row(header, _HEADER_HEIGHT)
        sheet.write_string(header, position, column.title, self._format(**look))
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": column.title[:32],
            "input_message": column.hint,
            "error_type": "warning",
        }
        if column.choices and len(",".join(column.choices)) <= LONGEST_LIST:
            rule |= {"validate": "list", "source": [*column.choices]}
        if column.filled and (column.hint or column.choices):
            sheet.data_validation(header + 1, position, last + SPARE_ROWS, position, rule)
        self._colour(sheet, column, (header + 1, position, last, position))

    def _colour(
        self, sheet: Worksheet, column: ListingColumn, area: tuple[int, int, int, int]
    ) -> None:
        """Rule off the rows and colour the cells, also those that are empty and not written."""
        look: dict[str, Any] = {"bottom": 1, "bottom_color": styles.RULE}
        if column.filled:
            look = {"border": 1, "border_color": styles.RULE, "bg_color": styles.PALE_YELLOW}
        always = {"type": "formula", "criteria": "=TRUE", "format": self._format(**look)}
        sheet.conditional_format(*area, always)

    def _write_rows(self, sheet: Worksheet, listing: Listing, first: int) -> None:
        wrapped = [(c.title, c.width - WORD_END) for c in listing.columns if c.wrap]
        looks = [
            (
                column.title,
                self._cell_format(column),
                self._cell_format(column, bold=True, bg_color=styles.PALE_GREY),
                self._cell_format(column, **styles.LINK),
            )
            for column in listing.columns
        ]
        for row, item in enumerate(listing.rows, start=first):
            values = item.values
            height = styles.row_height((values.get(title) or "", width) for title, width in wrapped)
            if height > styles.LINE_HEIGHT:
                sheet.set_row(row, height + _GAP)
            for position, (title, plain, strong, blue) in enumerate(looks):
                value = values.get(title)
                if isinstance(value, Link) and row < MOST_LINKS:
                    sheet.write_url(row, position, value.url, blue, value.text)
                elif isinstance(value, Emphasis) and len(value.parts) > 1:
                    sheet.write_rich_string(row, position, *self._runs(value), plain)
                elif value is not None and value != "":
                    write_cell(sheet, row, position, value, strong if item.heading else plain)
                elif item.heading:
                    sheet.write_blank(row, position, None, strong)

    def _runs(self, text: Emphasis) -> Iterator[str | Format]:
        for part, is_bold in text.parts:
            yield self._format(**{**styles.BASE, "bold": is_bold})
            yield part

    def _cell_format(self, column: ListingColumn, **more: Any) -> Format:
        look: dict[str, Any] = {
            **styles.BASE,
            "num_format": column.kind.format,
            "align": column.kind.align,
            "text_wrap": column.wrap,
        }
        if column.kind.align == "left" and not column.service:
            look["indent"] = 1
        if column.warns:
            look |= {"bold": True, "font_color": styles.RED}
        if column.service:
            look |= {"font_size": 8, "font_color": styles.GREY, "align": "fill"}
        return self._format(**look | more)
