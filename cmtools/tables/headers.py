"""Find the declared fields on a sheet: under a header row, or below each other on a card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from cmtools.problems import Fault
from cmtools.tables import messages
from cmtools.tables.parsers import Cell, format_value, is_empty, normalize_title, squeeze
from cmtools.tables.reader.grid import Grid, InvalidCells
from cmtools.tables.suggestions import letters_apart
from cmtools.tables.table import Table

HEADER_SEARCH = 100
BEGINNING = 4  # letters of a title that begins another one
NEAR_LETTERS = 2


class HeaderFault(NamedTuple):
    """A fault of a header: its cell as row and column, the title of the column, what is typed."""

    cell: tuple[int, int] | None
    fault: Fault
    title: str
    value: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetLayout:
    """A grid in which every field has a column, the rows of data following the header row.

    `columns` are positions in that grid; `places` are where a person sees the field: the same
    columns, or, on a card, rows.
    """

    grid: Grid
    header: int
    columns: Mapping[str, int]
    places: Mapping[str, int]
    card_column: int | None = None
    computed: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[HeaderFault] = ()

    @property
    def last_header(self) -> int:
        """The last row of the header: below the titles where these are merged downwards."""
        titles = {*self.columns.values()}
        return max(
            (
                last
                for column, first, last in self.grid.merged
                if column in titles and first <= self.header <= last
            ),
            default=self.header,
        )


def find_header(table: Table[Any], grid: Grid) -> SheetLayout:
    """Find the row with the most of the declared titles; the upper one of two."""
    names = {normalize_title(field.title): name for name, field in table.fields.items()}
    best = SheetLayout(grid=grid, header=0, columns={}, places={})
    header: Sequence[Cell] = ()
    for row, cells in enumerate(_rows(grid, HEADER_SEARCH), start=1):
        found = _header(table, grid, row, cells, names)
        if len(found.columns) > len(best.columns):
            best, header = found, cells
    if not best.columns or len(best.columns) == len(names):
        return best
    return replace(best, faults=[*best.faults, *_near_titles(table, header, best)])


def has_columns(table: Table[Any], grid: Grid) -> bool:
    """Tell whether a sheet has the required columns of a table, and at least three of all."""
    found = find_header(table, grid).columns
    required = (name for name, field in table.fields.items() if field.required)
    return set(required) <= found.keys() and len(found) >= min(3, len(table.fields))


def _header(
    table: Table[Any], grid: Grid, row: int, cells: Sequence[Cell], names: Mapping[str, str]
) -> SheetLayout:
    """Return the layout with this row as the header."""
    titles = [normalize_title(cell) if isinstance(cell, str) and cell else "" for cell in cells]
    columns: dict[str, int] = {}
    faults: list[HeaderFault] = []
    for position, title in enumerate(titles, start=1):
        name = names.get(title)
        if name is not None and columns.setdefault(name, position) != position:
            known = table.fields[name].title
            fault = messages.COLUMN_TWICE(title=known)
            faults.append(HeaderFault((row, position), fault, known, known))
    return SheetLayout(
        grid=grid,
        header=row,
        columns=columns,
        places=columns,
        computed=_find_computed(table, titles),
        faults=faults,
    )


def _find_computed(table: Table[Any], titles: Sequence[str]) -> Mapping[str, int]:
    """Return title → column of those that cmtools fills; where they go together, all or none."""
    names = {normalize_title(column.title): column.title for column in table.computed}
    if not table.computed_together:
        return {names[title]: at for at, title in enumerate(titles, start=1) if title in names}
    for start in range(len(titles) - len(names), -1, -1):
        if [*titles[start : start + len(names)]] == [*names]:
            return {title: start + at for at, title in enumerate(names.values(), start=1)}
    return {}


def _near_titles(
    table: Table[Any], cells: Sequence[Cell], found: SheetLayout
) -> Iterator[HeaderFault]:
    """Warn of titles that the sheet does not know but that are near a column which it lacks."""
    lacking = {
        normalize_title(field.title): field.title
        for name, field in table.fields.items()
        if name not in found.columns
    }
    known = {*found.columns.values(), *found.computed.values()}
    for position, cell in enumerate(cells, start=1):
        if position in known or not isinstance(cell, str):
            continue
        typed = normalize_title(cell)
        near = next((title for title in lacking if _is_near(typed, title)), None)
        if near is not None:
            title = lacking.pop(near)
            fault = messages.COLUMN_NEAR(typed=squeeze(cell), title=title)
            yield HeaderFault((found.header, position), fault, title, cell)


def _is_near(typed: str, title: str) -> bool:
    """Tell whether one title begins the other, or two letters and at most a third differ."""
    shorter, longer = sorted((typed, title), key=len)
    if len(shorter) >= BEGINNING and longer.startswith(shorter):
        return True
    most = min(NEAR_LETTERS, len(title) // 3)
    return letters_apart(typed, title, most) <= most


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadCell:
    """A cell of the head above a table, at the right of its label; None where it is empty."""

    row: int
    column: int
    value: Cell


def find_head(table: Table[Any], grid: Grid, header: int) -> dict[str, HeadCell]:
    """Return label → the cell beside it, of the labels above the header row."""
    labels = {normalize_title(label): label for label in table.head}
    found: dict[str, HeadCell] = {}
    if not labels:
        return found
    for row, cells in enumerate(_rows(grid, (header or HEADER_SEARCH) - 1), start=1):
        for position, (cell, beside) in enumerate(zip(cells, [*cells[1:], None], strict=True), 2):
            label = labels.get(normalize_title(cell)) if isinstance(cell, str) else None
            if label is not None and label not in found:
                value = None if is_empty(beside) else beside
                found[label] = HeadCell(row=row, column=position, value=value)
    return found


def find_card(table: Table[Any], grid: Grid) -> SheetLayout:
    """Turn a card into a list of one row: its titles become a header."""
    assert table.card is not None
    titles = [normalize_title(title) for title in table.card]
    names = {normalize_title(field.title): name for name, field in table.fields.items()}
    rows = list(_rows(grid, grid.height))
    headers = [
        [normalize_title(cell) if isinstance(cell, str) else "" for cell in row] for row in rows
    ]
    header = max(headers, key=lambda cells: sum(title in cells for title in titles), default=[])
    if not set(titles) <= set(header):
        return _no_card(grid, table, [t for t in table.card if normalize_title(t) not in header])
    first = headers.index(header) + 1
    title_at, value_at = (header.index(title) for title in titles)
    columns: dict[str, int] = {}
    places: dict[str, int] = {}
    values: list[list[Cell]] = []
    faults: list[HeaderFault] = []
    for row, cells in enumerate(rows[first:], start=first + 1):
        title = "" if is_empty(cells[title_at]) else format_value(cells[title_at])
        name, fault, shown = names.get(normalize_title(title)), None, table.card[0]
        if not title.strip():
            fault = None if is_empty(cells[value_at]) else messages.REQUIRED()
        elif name is None:
            fault, shown = messages.UNKNOWN_TITLE() if table.card_is_closed else None, title
        elif name in columns:
            fault = messages.DUPLICATE(row=places[name], file="")
        else:
            values.append([title, cells[value_at]])
            columns[name], places[name] = len(values), row
        if fault is not None:
            faults.append(HeaderFault((row, title_at + 1), fault, shown, shown))
    turned = {row: column for column, row in enumerate(places.values(), start=1)}
    invalid = InvalidCells(
        errors=_turn(grid.invalid.errors, turned, value_at + 1),
        uncomputed=_turn(grid.invalid.uncomputed, turned, value_at + 1),
    )
    return SheetLayout(
        grid=Grid(name=grid.name, columns=values, invalid=invalid),
        header=1,
        columns=columns,
        places=places,
        card_column=value_at + 1,
        faults=faults,
    )


def _rows(grid: Grid, count: int) -> zip[tuple[Cell, ...]]:
    """Return the first rows of a grid."""
    return zip(*(column[:count] for column in grid.columns), strict=True)


def _no_card(grid: Grid, table: Table[Any], missing: Sequence[str]) -> SheetLayout:
    empty = Grid(name=grid.name, columns=[])
    return SheetLayout(
        grid=empty,
        header=0,
        columns={},
        places={},
        faults=[
            HeaderFault(None, messages.COLUMN_MISSING(title=title, sheet=table.title), title, None)
            for title in missing
        ],
    )


def _turn(
    cells: frozenset[tuple[int, int]], turned: Mapping[int, int], value_column: int
) -> frozenset[tuple[int, int]]:
    return frozenset(
        (2, turned[row]) for row, column in cells if column == value_column and row in turned
    )
