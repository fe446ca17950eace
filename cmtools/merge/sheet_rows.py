"""The rows of a sheet of any kind: their cells by the names of their columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from cmtools.merge.conflict import RowCells
from cmtools.merge.records import Record, SheetRecords
from cmtools.problems import column_letters
from cmtools.tables.parsers import Cell, format_value, normalize_name, squeeze
from cmtools.tables.reader.formulas import CellFormula
from cmtools.tables.reader.grid import Grid

UNTITLED = "столбец"
ABOVE = "над таблицей"


def own_records(grid: Grid) -> SheetRecords:
    """Return the rows of a manager's own sheet: by its first column if there is a header row.

    Without one, rows are named by their numbers and columns by their letters.
    """
    letters = column_names(grid, 0, {})
    header = next((row for row, cells in filled_rows(grid, 0, letters) if _is_header(cells)), 0)
    names = column_names(grid, header, {})
    first = next((t for t in names.values() if not t.startswith(UNTITLED)), "")
    rows = []
    for row, cells in filled_rows(grid, header, names):
        name = cell_text(cells.get(first)) if header else f"строка {row}"
        record = loose_record(row, cells)
        rows.append(replace(record, key=normalize_name(name), name=name) if name else record)
    return sheet_records(grid.name, grid, header, names, rows)


def _is_header(cells: RowCells) -> bool:
    return len(cells) > 1 and all(type(cell) is str for cell in cells.values())


def sheet_records(
    title: str, grid: Grid, header: int, names: Mapping[int, str], rows: Sequence[Record]
) -> SheetRecords:
    """Put the rows of a sheet together with those above the header.

    The latter are compared with what stands in the same cells above a header in the same row.
    """
    letters = column_names(grid, 0, {})
    above = [
        replace(
            loose_record(row, cells), key=f"{ABOVE}\n{header}\n{row}", name=f"{ABOVE}, строка {row}"
        )
        for row, cells in filled_rows(grid, 0, letters, last=header - 1)
    ]
    columns = {name: column for column, name in names.items() if not name.startswith(UNTITLED)}
    return SheetRecords(
        title=title,
        columns=columns,
        header=header,
        width=len(grid.columns),
        rows=[*above, *rows],
    )


def loose_record(row: int, cells: RowCells) -> Record:
    """Return a row that only its content tells from others."""
    meanings = {title: cell_text(cell) for title, cell in cells.items()}
    return Record(cells=cells, meanings=meanings, name=f"строка {row}", row=row)


def column_names(
    grid: Grid, header: int, declared: Mapping[int, str], left_out: Collection[int] = ()
) -> dict[int, str]:
    """Return column → its name: the title that stands in the header, once, else its letters."""
    names = dict(declared)
    taken = {*names.values()}
    for column, cells in enumerate(grid.columns, start=1):
        if column in names or column in left_out:
            continue
        cell = cells[header - 1] if 0 < header <= len(cells) else None
        title = "" if cell is None else squeeze(format_value(cell))
        if not title or title in taken:
            title = f"{UNTITLED} {column_letters(column)}"
        taken.add(title)
        names[column] = title
    return dict(sorted(names.items()))


def filled_rows(
    grid: Grid,
    header: int,
    names: Mapping[int, str],
    last: int | None = None,
    skipped: Collection[int] = (),
) -> Iterator[tuple[int, RowCells]]:
    """Yield the rows below the header that hold something: the number, and the cells by name."""
    formulas = formulas_by_row(grid, names)
    columns = [grid.columns[column - 1][header:last] for column in names]
    titles = (*names.values(),)
    for row, values in enumerate(zip(*columns, strict=True), start=header + 1):
        if row in skipped:
            continue
        filled = zip(titles, values, strict=True)
        cells = {title: cell for title, cell in filled if cell is not None}
        cells |= formulas.get(row, {})
        if cells:
            yield row, cells


def formulas_by_row(
    grid: Grid, names: Mapping[int, str]
) -> Mapping[int, Mapping[str, CellFormula]]:
    """Return row → the formulas in it by the names of their columns."""
    formulas: dict[int, dict[str, CellFormula]] = {}
    for (row, column), formula in grid.formulas.items():
        if column in names:
            formulas.setdefault(row, {})[names[column]] = formula
    return formulas


def cell_text(cell: Cell) -> str:
    """Write a cell as a text in which spaces do not count, but lines do."""
    if cell is None:
        return ""
    if isinstance(cell, CellFormula):
        return f"={cell}"
    return "\n".join(map(squeeze, format_value(cell).splitlines())).strip("\n")
