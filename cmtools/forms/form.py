"""A declared form: the columns that it shows and those that a person fills in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from cmtools.forms.proof import Mark, sign_row
from cmtools.problems import Fault
from cmtools.tables.columns import ValueKind
from cmtools.tables.parsers import Cell, format_value, squeeze
from cmtools.tables.writer.listings import Listing, ListingColumn, ListingRow

PROPERTY = "cmtools-form"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A kind of forms: the first word of its marks, its sheet, its columns.

    key: the title of the last column, which proves each row.
    """

    name: str
    sheet: str
    columns: tuple[ListingColumn, ...]
    key: str = "Ключ"

    @property
    def shown(self) -> Sequence[ListingColumn]:
        """The columns that a person leaves as they are."""
        return [column for column in self.columns if not column.filled]

    @property
    def filled(self) -> Sequence[ListingColumn]:
        """The columns that a person fills in."""
        return [column for column in self.columns if column.filled]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormRow:
    """A row of a form that goes out: its name, which no other row of the form has, and values."""

    name: str
    values: Mapping[str, object]


def form_listing(
    form: Form,
    mark: Mark,
    rows: Iterable[FormRow],
    secret: bytes,
    *,
    heading: str,
    above: tuple[str, ...],
) -> Listing:
    """Make the sheet of a form; see `build_listings`."""
    key = ListingColumn(title=form.key, width=6, service=True)
    return Listing(
        sheet=form.sheet,
        heading=heading,
        columns=(*form.columns, key),
        rows=[
            ListingRow(values={**row.values, form.key: _key(form, mark, row, secret)})
            for row in rows
        ],
        mark=mark.sign(secret),
        above=above,
    )


def _key(form: Form, mark: Mark, row: FormRow, secret: bytes) -> str:
    shown = (
        describe_shown(column.kind, _as_cell(row.values.get(column.title))) for column in form.shown
    )
    return sign_row(secret, mark, squeeze(row.name), shown)


def _as_cell(value: object) -> Cell:
    """Return a value as it is read back from its cell."""
    match value:
        case None | str() | bool() | date():
            return value
        case int() | float() | Decimal():
            return float(value)
        case _:
            return str(value)


@lru_cache(maxsize=1 << 16, typed=True)
def describe_shown(kind: ValueKind, cell: Cell) -> str:
    """Write what a cell shows, spaces and case apart: equal cells are equal texts."""
    if cell is None:
        return ""
    value = kind.parse(cell)
    if isinstance(value, Fault):
        return squeeze(format_value(cell)).casefold()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else squeeze(format_value(value)).casefold()
