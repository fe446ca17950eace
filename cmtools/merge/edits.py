"""The result of a merge as edits of the book's file."""

from __future__ import annotations

from collections.abc import Mapping

from cmtools.merge.conflict import RowCells
from cmtools.merge.records import BookRecords
from cmtools.merge.sheet_rows import UNTITLED
from cmtools.merge.three_way import Merge
from cmtools.tables.patch.book_edit import SheetEdit
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.sheet_xml import column_number


def edits_of(merge: Merge, ours: BookRecords) -> Mapping[str, SheetEdit]:
    """Return sheet → what changes in it; columns that the copy alone has come at the right end."""
    edits: dict[str, SheetEdit] = {}
    rows = (*merge.added, *merge.removed)
    titles = [*(cell.sheet for cell in merge.taken), *(row.sheet for row in rows), *merge.columns]
    for title in dict.fromkeys(titles):
        if title not in ours:
            edits[title] = _new_sheet(title, merge)
            continue
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


def _new_sheet(title: str, merge: Merge) -> SheetEdit:
    """Return a sheet that only the copy has: its titles and the rows below them.

    Rows that have no titles stand where they stood in the copy.
    """
    rows = [row for row in merge.added if row.sheet == title]
    titles = [*merge.columns.get(title, dict.fromkeys(t for row in rows for t in row.cells))]
    columns = {t: at for at, t in enumerate(titles, start=1) if not t.startswith(UNTITLED)}
    cells: dict[tuple[int, int], CellValue] = {}
    below: list[RowCells] = []
    for row in rows:
        if columns.keys().isdisjoint(row.cells):
            cells |= {(row.row, _column(columns, t)): cell for t, cell in row.cells.items()}
        else:
            below.append(row.cells)
    header = max((number for number, _ in cells), default=0) + 1
    cells |= {(header, column): t for t, column in columns.items()}
    for number, values in enumerate(below, start=header + 1):
        cells |= {(number, _column(columns, t)): cell for t, cell in values.items()}
    return SheetEdit(cells=cells, is_new=True)


def _column(columns: Mapping[str, int], title: str) -> int:
    """Return the number of a column, of one without a title by its letters."""
    known = columns.get(title)
    return known or column_number(title.removeprefix(UNTITLED).strip().encode())
