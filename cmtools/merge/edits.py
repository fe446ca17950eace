"""The result of a merge as edits of the book's file."""

from __future__ import annotations

from collections.abc import Mapping

from cmtools.merge.book_records import UNTITLED
from cmtools.merge.records import BookRecords
from cmtools.merge.three_way import Merge
from cmtools.tables.patch.book_edit import SheetEdit
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.sheet_xml import column_number


def edits_of(merge: Merge, ours: BookRecords) -> Mapping[str, SheetEdit]:
    """Return sheet → what changes in it; columns that the copy alone has come at the right end."""
    edits = {}
    rows = (*merge.added, *merge.removed)
    titles = [*(cell.sheet for cell in merge.taken), *(row.sheet for row in rows), *merge.columns]
    for title in dict.fromkeys(titles):
        sheet = ours[title]
        new = merge.columns.get(title, ())
        columns = {**sheet.columns, **{t: at for at, t in enumerate(new, start=sheet.width + 1)}}
        cells: dict[tuple[int, int], CellValue] = {(sheet.header, columns[t]): t for t in new}
        cells |= {
            (cell.row, _column(columns, cell.column)): cell.now
            for cell in merge.taken
            if cell.sheet == title
        }
        edits[title] = SheetEdit(
            cells=cells,
            appended=[
                {_column(columns, t): cell for t, cell in row.cells.items()}
                for row in merge.added
                if row.sheet == title
            ],
            emptied=[row.row for row in merge.removed if row.sheet == title],
            header=sheet.header,
            last_row=max([sheet.header, *(row.row for row in sheet.rows)]),
        )
    return edits


def _column(columns: Mapping[str, int], title: str) -> int:
    """Return the number of a column, of one without a title by its letters."""
    known = columns.get(title)
    return known or column_number(title.removeprefix(UNTITLED).strip().encode())
