"""Our own workbooks, blank or filled: forms that a person enjoys filling in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cmtools.problems import column_letters
from cmtools.tables.columns import MEAN, TEXT, Field, ValueKind
from cmtools.tables.parsers import normalize_title
from cmtools.tables.service_sheets import LISTS_SHEET
from cmtools.tables.sheet_xml import LAST_ROW
from cmtools.tables.table import Book, Table
from cmtools.tables.writer import styles
from cmtools.tables.writer.cells import write_cell
from cmtools.tables.writer.dropdowns import (
    DropdownLists,
    foreign_columns,
    list_ranges,
    list_title,
)
from cmtools.tables.writer.formats import Formats
from cmtools.tables.writer.heading import Heading, header_row, write_heading
from cmtools.tables.writer.instruction import write_instruction
from cmtools.tables.writer.new_workbook import build_workbook
from cmtools.tables.writer.validation import add_validation

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SheetRows = Sequence[Mapping[str, object]]
"""Rows of a sheet: column title → value."""


def build_book(
    book: Book,
    rows: Mapping[Table[Any], SheetRows] | None = None,
    lists: DropdownLists | None = None,
    headings: Mapping[Table[Any], Heading] | None = None,
    beside: Mapping[Table[Any], Sequence[str]] | None = None,
) -> bytes:
    """Return a book's bytes: its instruction, sheets with rows and headings, lists.

    A sheet whose head has values is the one that a person sees first. `beside` are the titles of
    columns of numbers to the right of a table: the rows have values of them as well.

    Raises:
        ValueError: a declaration that Excel would not take.
    """

    def write(workbook: Workbook) -> None:
        _BookWriter(
            workbook=workbook,
            book=book,
            rows=rows or {},
            lists=lists or {},
            headings=headings or {},
            beside=beside or {},
            format=Formats(workbook),
        ).write()

    return build_workbook(write)


_BESIDE_WIDTH = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class _BookWriter:
    """Writes one book."""

    workbook: Workbook
    book: Book
    rows: Mapping[Table[Any], SheetRows]
    lists: DropdownLists
    headings: Mapping[Table[Any], Heading]
    beside: Mapping[Table[Any], Sequence[str]]
    format: Formats

    def write(self) -> None:
        write_instruction(self.workbook, self.book, self.format)
        for table in self.book.tables:
            sheet = self.workbook.add_worksheet(table.title)
            if table.card:
                self._write_card(sheet, table)
            else:
                self._write_list(sheet, table)
        self._write_lists()
        for name, reference in list_ranges(self.book, self.lists):
            self.workbook.define_name(name, reference)

    def _column_format(
        self, kind: ValueKind, *, wrap: bool = False, computed: bool = False
    ) -> Format:
        look = {**styles.BASE, "num_format": kind.format, "align": kind.align, "text_wrap": wrap}
        if kind.align == "left":
            look["indent"] = 1
        if computed:
            look |= {"bg_color": styles.PALE_GREY, "font_color": "#52606D"}
        return self.format(**look)

    def _write_list(self, sheet: Worksheet, table: Table[Any]) -> None:
        fields = list(table.fields.values())
        header = header_row(table)
        columns, beside = [*self._table_columns(table)], [*self._columns_beside(table)]
        styles.print_setup(sheet, [width for width, _ in (*columns, *beside)])
        heading = self.headings.get(table, Heading())
        write_heading(sheet, table, heading, self.format)
        if heading.values:
            sheet.activate()
        for position, (width, column) in enumerate(columns):
            sheet.set_column(position, position, width, column["format"])
        for position, field in enumerate(fields):
            add_validation(sheet, field, header + 1, position, LAST_ROW - 1)
        rows = self.rows.get(table, ())
        sheet.set_row(header, 46)
        sheet.add_table(
            header,
            0,
            header + max(len(rows), 1),
            len(columns) - 1,
            {
                "name": "Таблица_" + table.title.replace(" ", "_"),
                "style": "Table Style Light 1",
                "columns": [column for _, column in columns],
            },
        )
        for position, (width, column) in enumerate(beside, start=len(columns)):
            sheet.set_column(position, position, width)
            sheet.write_string(header, position, column["header"], column["header_format"])
        sheet.freeze_panes(header + 1, 1)
        sheet.repeat_rows(header)
        self._colour_required(sheet, fields, header + 1)
        titled = [column for _, column in (*columns, *beside)]
        self._write_rows(sheet, fields, titled, header + 1, rows)

    def _write_rows(
        self,
        sheet: Worksheet,
        fields: Sequence[Field],
        columns: Sequence[Mapping[str, Any]],
        first: int,
        rows: SheetRows,
    ) -> None:
        titles = [(normalize_title(column["header"]), column["format"]) for column in columns]
        wrapped = [(normalize_title(f.title), f.width) for f in fields if f.column.wrap]
        for index, row in enumerate(rows, start=first):
            values = {normalize_title(title): value for title, value in row.items()}
            height = styles.row_height((values.get(title) or "", width) for title, width in wrapped)
            if height > styles.LINE_HEIGHT:
                sheet.set_row(index, height)
            for position, (title, form) in enumerate(titles):
                write_cell(sheet, index, position, values.get(title), form)

    def _table_columns(self, table: Table[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each column's width and what xlsxwriter's table takes of it."""
        for field in table.fields.values():
            form = self._column_format(field.kind, wrap=field.column.wrap)
            colour = styles.NAVY if field.required else styles.BLUE
            header = self.format(**styles.HEADER, bg_color=colour)
            yield field.width, {"header": field.title, "header_format": header, "format": form}
        for column in table.computed:
            kind = column.kind or TEXT
            form = self._column_format(kind, computed=True)
            header = self.format(**styles.HEADER, bg_color=styles.GREY)
            width = column.width or kind.width
            yield width, {"header": column.title, "header_format": header, "format": form}

    def _columns_beside(self, table: Table[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
        form = self._column_format(MEAN, computed=True)
        header = self.format(**styles.HEADER, bg_color=styles.GREY)
        for title in self.beside.get(table, ()):
            yield _BESIDE_WIDTH, {"header": title, "header_format": header, "format": form}

    def _colour_required(self, sheet: Worksheet, fields: Sequence[Field], first: int) -> None:
        """Colour the empty required cells of a row that was begun."""
        row = first + 1
        last = column_letters(len(fields))
        for position, field in enumerate(fields):
            if field.required:
                letters = column_letters(position + 1)
                sheet.conditional_format(
                    first,
                    position,
                    LAST_ROW - 1,
                    position,
                    {
                        "type": "formula",
                        "criteria": f"=AND(LEN(TRIM(${letters}{row}))=0,"
                        f"COUNTA($A{row}:${last}{row})>0)",
                        "format": self.format(bg_color=styles.PALE_YELLOW),
                    },
                )

    def _write_card(self, sheet: Worksheet, table: Table[Any]) -> None:
        assert table.card is not None
        styles.print_setup(sheet)
        titles = (*table.card, "Пояснение")
        for position, (title, width) in enumerate(zip(titles, (40, 54, 64), strict=True)):
            sheet.set_column(position, position, width, self._column_format(TEXT, wrap=True))
            look = self.format(
                **styles.HEADER, bg_color=styles.NAVY if position < 2 else styles.BLUE
            )
            sheet.write_string(0, position, title, look)
        sheet.set_row(0, 26)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        given = {
            normalize_title(str(row[table.card[0]])): row[table.card[1]]
            for row in self.rows.get(table, ())
        }
        name_look = self.format(**styles.BASE, bold=True, bottom=1, bottom_color=styles.RULE)
        hint_look = self.format(
            **styles.BASE, italic=True, text_wrap=True, bottom=1, bottom_color=styles.RULE
        )
        for row, field in enumerate(table.fields.values(), start=1):
            look = self.format(
                **styles.BASE,
                num_format=field.kind.format,
                text_wrap=True,
                align="left",
                bottom=1,
                bottom_color=styles.RULE,
            )
            value = given.get(normalize_title(field.title))
            if value is None and field.column.shipped is not None:
                value = field.parse(field.column.shipped)
            sheet.write_string(row, 0, field.title, name_look)
            sheet.write_blank(row, 1, None, look)
            write_cell(sheet, row, 1, value, look)
            sheet.write_string(row, 2, field.column.hint, hint_look)
            sheet.set_row(row, styles.row_height([(field.column.hint, 64), (value or "", 54)]) + 4)
            add_validation(sheet, field, row, 1, row)

    def _write_lists(self) -> None:
        sources = foreign_columns(self.book)
        if not sources:
            return
        sheet = self.workbook.add_worksheet(LISTS_SHEET)
        text = self._column_format(TEXT)
        sheet.set_column(0, len(sources) - 1, 50, text)
        for position, source in enumerate(sources):
            sheet.write_string(0, position, list_title(source), self.format(**styles.HEADING))
            for row, value in enumerate(self.lists.get(source, ()), start=1):
                sheet.write_string(row, position, value, text)
        sheet.hide()
