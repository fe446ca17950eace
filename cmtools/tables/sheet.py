"""A sheet as it was filled in: typed values by column, problems by cell, records of sound rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic

from cmtools.problems import Fault, Place, Problem, Severity, column_letters, problem_at
from cmtools.tables import messages
from cmtools.tables.columns import MONEY
from cmtools.tables.headers import SheetLayout, find_card, find_head, find_header
from cmtools.tables.parsers import (
    Cell,
    Parse,
    Percent,
    format_value,
    is_empty,
    normalize_title,
    parse_text,
)
from cmtools.tables.reader.grid import Grid, InvalidCells, PackedColumn
from cmtools.tables.table import InvalidRow, R, Rule, Source, Table

TOTALS = ("итог", "всего")


class Sheet(Generic[R]):
    """The rows of a table in one file.

    `computed_columns` are the columns, by title, that cmtools fills and does not read; `head` are
    the cells above the header row, by label.
    `values[field]` has a value for each row of `rows`: None where the cell is empty or in error;
    `bad[field]` are the indices of cells in error.
    """

    def __init__(self, table: Table[R], file: str, grid: Grid) -> None:
        layout = find_card(table, grid) if table.card else find_header(table, grid)
        grid = layout.grid
        self.table = table
        self.problems: list[Problem] = []
        self.values: dict[str, list[Any]] = {}
        self.bad: dict[str, set[int]] = {name: set() for name in table.fields}
        self._cells: dict[str, Sequence[Cell]] = {}
        self._faults: dict[str, dict[int, Fault]] = {}
        self.source = Source(
            file=file,
            sheet=table.title,
            columns=layout.places,
            card_column=layout.card_column,
        )
        self.header = layout.header
        self.head = find_head(table, grid, layout.header)
        self.computed_columns = layout.computed
        for cell, fault, title, value in layout.faults:
            row, column = cell or (None, None)
            place = Place(file=file, sheet=table.title, row=row, column=column)
            self.problems.append(problem_at(place, fault, column=title, value=value))
        self._parse(layout)
        self.width, self.last_row = len(grid.columns), grid.height
        self._drop_rows_without_data()
        self._add_faults()
        self._require()
        self._warn_of_merged_sums(grid)

    @classmethod
    def restore(
        cls,
        table: Table[R],
        source: Source,
        rows: Sequence[int],
        values: dict[str, list[Any]],
        bad: dict[str, set[int]],
    ) -> Sheet[R]:
        """Build a sheet from what was kept of one that was read and checked before."""
        sheet = cls.__new__(cls)
        sheet.table, sheet.source, sheet.rows = table, source, rows
        sheet.values, sheet.bad = values, bad
        sheet.problems, sheet._cells = [], {}
        return sheet

    def _parse(self, layout: SheetLayout) -> None:
        """Turn the cells below the header into values; a field without a column has its default."""
        grid, header = layout.grid, layout.last_header
        self.rows: Sequence[int] = range(header + 1, grid.height + 1)
        for name, field in self.table.fields.items():
            position = layout.columns.get(name)
            if position is None:
                shipped = field.column.shipped
                value = None if shipped is None else field.parse(shipped)
                self.values[name] = [value] * len(self.rows)
                continue
            cells = self._cells[name] = grid.columns[position - 1][header:]
            self.values[name], faults = _parse_column(field.parse, cells)
            self._faults[name] = faults | _invalid(grid.invalid, position, header)

    def _drop_rows_without_data(self) -> None:
        """Drop blank rows, totals, and headings between rows; warn of the headings."""
        in_error: set[int] = set().union(*self._faults.values())
        required = [self.values[name] for name, f in self.table.fields.items() if f.required]
        if required and not in_error and not any(None in column for column in required):
            return
        width = len(self.values)
        data: list[int] = []
        for index, row in enumerate(zip(*self.values.values(), strict=True)):
            empty = row.count(None)
            if empty == 0 and index not in in_error:
                data.append(index)
            elif empty < width or index in in_error:
                filled = [name for name in self._cells if not is_empty(self._cells[name][index])]
                if self._is_heading(index, filled):
                    self.add(index, filled[0], messages.ROW_IS_HEADING())
                elif not filled or not _is_total(self._cells[filled[0]][index]):
                    data.append(index)
        if len(data) < len(self.rows):
            self._keep(data)

    def _is_heading(self, index: int, filled: Sequence[str]) -> bool:
        """Tell whether a row has a text in one cell only, as «--- март ---»; a key is data."""
        required = sum(self.table.fields[name].required for name in self._cells)
        if len(filled) != 1 or required < 2 or self.table.card:
            return False
        cell = self._cells[filled[0]][index]
        is_key = self.table.fields[filled[0]].required and any(map(str.isdigit, str(cell)))
        return isinstance(cell, str) and not is_key and not _is_total(cell)

    def _keep(self, data: Sequence[int]) -> None:
        self.rows = [self.rows[index] for index in data]
        for columns in (self.values, self._cells):
            for name, column in columns.items():
                columns[name] = [column[index] for index in data]
        renumbered = {old: new for new, old in enumerate(data)}
        for name, faults in self._faults.items():
            self._faults[name] = {
                renumbered[index]: fault for index, fault in faults.items() if index in renumbered
            }

    def _add_faults(self) -> None:
        for name, faults in self._faults.items():
            for index, fault in faults.items():
                self.add(index, name, fault)

    def _require(self) -> None:
        for name, field in self.table.fields.items():
            absent = name not in self.source.columns and self.table.card is None
            if absent and (field.required or field.column.expected):
                self.bad[name].update(range(len(self.rows)))
                place = Place(file=self.source.file, sheet=self.table.title)
                fault = messages.COLUMN_MISSING(title=field.title, sheet=self.table.title)
                self.problems.append(problem_at(place, fault, column=field.title))
            elif field.required and None in (column := self.values[name]):
                for index, value in enumerate(column):
                    if value is None and index not in self.bad[name]:
                        self.add(index, name, messages.REQUIRED())

    def _warn_of_merged_sums(self, grid: Grid) -> None:
        """Warn of a sum that is merged over several rows: it counts in each of them."""
        sums = {
            self.source.columns[name]: name
            for name, field in self.table.fields.items()
            if field.kind is MONEY and name in self.source.columns
        }
        for column, first, last in grid.merged if not self.table.card else ():
            name = sums.get(column, "")
            rows = [i for i, row in enumerate(self.rows) if name and first <= row <= last]
            filled = [index for index in rows if self.values[name][index] is not None]
            if len(filled) > 1:
                letters = column_letters(column)
                area = f"{letters}{first}:{letters}{last}"
                self.add(filled[0], name, messages.SUM_MERGED(area=area, count=len(filled)))

    def add(self, index: int, name: str, fault: Fault) -> None:
        """Note a fault of a cell; a cell with an error counts as having no value."""
        cells = self._cells.get(name)
        self.problems.append(
            problem_at(
                self.place(index, name),
                fault,
                column=self.table.fields[name].title,
                value=None
                if cells is None or is_empty(cells[index])
                else format_value(cells[index]),
            )
        )
        if fault.severity is Severity.ERROR:
            self.bad[name].add(index)

    def place(self, index: int, name: str) -> Place:
        """Return the place of a field in the row of that index."""
        return self.source.place(self.rows[index], name)

    def sound_rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Yield (index, value, …) of the rows in which none of the named fields is in error."""
        bad: set[int] = set().union(*(self.bad[name] for name in names))
        rows = zip(range(len(self.rows)), *(self.values[name] for name in names), strict=True)
        return (row for row in rows if row[0] not in bad) if bad else iter(rows)

    def shows_percent(self, index: int, name: str) -> bool:
        """Tell whether the cell itself says that it holds percents: `0,5%`, not a plain `0,5`."""
        cell = self._cells[name][index]
        return isinstance(cell, Percent) or (isinstance(cell, str) and cell.rstrip().endswith("%"))

    def apply(self, rule: Rule, others: Mapping[str, Any]) -> None:
        """Apply a rule to each row whose fields it reads are sound.

        `others` are the values of those of its parameters that are no fields.
        """
        names = [name for name in rule.reads if name in self.table.fields]
        given = {name: others[name] for name in rule.reads if name not in self.table.fields}
        for index, *arguments in list(self.sound_rows(*names, rule.at)):
            fault = rule.check(*arguments[: len(names)], **given)
            if fault is not None:
                self.add(index, rule.at, fault)

    def entries(self) -> list[R | InvalidRow]:
        """Return all rows in order: records, and `InvalidRow` where a field is in error."""
        bad: set[int] = set().union(*self.bad.values())
        make, source = self.table.make, self.source
        rows = enumerate(zip(*self.values.values(), strict=True))
        return [
            self._partial(index) if index in bad else make(source, self.rows[index], *values)
            for index, values in rows
        ]

    def _partial(self, index: int) -> InvalidRow:
        values = {
            name: column[index]
            for name, column in self.values.items()
            if index not in self.bad[name]
        }
        return InvalidRow(source=self.source, row=self.rows[index], values=values)


def _is_total(cell: Cell) -> bool:
    """Tell whether a row that begins with this cell adds up others: «Итого», «Всего»."""
    return isinstance(cell, str) and normalize_title(cell).startswith(TOTALS)


def _invalid(cells: InvalidCells, position: int, header: int) -> dict[int, Fault]:
    """Return the faults of the cells of a column whose value is lost, by index."""
    return {
        row - header - 1: fault()
        for places, fault in (
            (cells.errors, messages.ERROR_CELL),
            (cells.uncomputed, messages.FORMULA_UNSAVED),
        )
        for row, column in places
        if column == position and row > header
    }


def _parse_column(parse: Parse, cells: Sequence[Cell]) -> tuple[list[Any], dict[int, Fault]]:
    """Return the values of a column, None where there is none, and the faults by index."""
    if not isinstance(cells, PackedColumn):
        return _parse_cells(parse, cells)
    distinct, faults = _parse_cells(parse, cells.values)
    values = [*map(distinct.__getitem__, cells.indices)]
    if not faults:
        return values, {}
    return values, {place: faults[at] for place, at in enumerate(cells.indices) if at in faults}


def _parse_cells(parse: Parse, cells: Sequence[Cell]) -> tuple[list[Any], dict[int, Fault]]:
    if parse is parse_text and set(map(type, cells)) == {str}:
        return [cell.strip() or None for cell in cells], {}  # type: ignore[union-attr]
    values: list[Any] = [None if cell == "" or cell is None else parse(cell) for cell in cells]
    if Fault not in set(map(type, values)):
        return values, {}
    faults = {index: value for index, value in enumerate(values) if isinstance(value, Fault)}
    for index in faults:
        values[index] = None
    return values, faults
