"""A declared table: the sheet that holds records of one kind, and the rules of its rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

from cmtools.problems import Fault, Place, Problem, problem_at
from cmtools.tables.columns import Column, Field, make_field
from cmtools.tables.parsers import format_value

TODAY = "today"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The sheet of a file that records come from, and the place of each field in it.

    In a list, `columns` are the columns of the fields. In a card, where titles are below each
    other, they are the fields' rows and `card_column` is the column of all the values.
    """

    file: str
    sheet: str
    columns: Mapping[str, int]
    card_column: int | None = None

    def place(self, row: int, name: str | None = None) -> Place:
        """Return the cell of a field, or the row where none is named or its column is absent."""
        column = self.columns.get(name) if name else None
        if self.card_column is not None:
            row, column = column or row, self.card_column if column else None
        return Place(file=self.file, sheet=self.sheet, row=row, column=column)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The base of every record: its sheet and its row, counted from 1."""

    source: Source
    row: int

    def place(self, name: str | None = None) -> Place:
        """Return the cell of a field, or the row where none is named."""
        return self.source.place(self.row, name)

    def get(self, name: str) -> Any:
        """Return the value of a field by its name."""
        return getattr(self, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class InvalidRow:
    """A row that has errors, with the values of its other fields by name."""

    source: Source
    row: int
    values: Mapping[str, Any]

    def place(self, name: str | None = None) -> Place:
        """Return the cell of a field, or the row where none is named."""
        return self.source.place(self.row, name)

    def get(self, name: str) -> Any:
        """Return the value of a field by its name; None where it is empty or in error."""
        return self.values.get(name)


Entry = Row | InvalidRow
"""A row as it is in a sheet: a record, or what is left of one with errors."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one row: reported `at` a field, it reads the fields that its parameters name.

    The last parameters may be other values: `today`, the day of the check, and what else is
    given to `Sheet.apply`. The rule is not applied to a row in which one of its fields is in error.
    """

    at: str
    check: Callable[..., Fault | None]

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the fields that the rule reads, `today` among them where it asks for it."""
        return tuple(inspect.signature(self.check).parameters)


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, eq=False)
class Table(Generic[R]):
    """The declaration of a sheet, made of a record class whose fields carry a `Column` each.

    purpose: a line for the instruction and the reference.
    label: the field shown beside the key in drop-downs («К-0001 Ромашка»).
    unique: sets of fields that no two rows share.
    rules: the rules of a single row.
    computed: the columns that cmtools fills and a person leaves empty.
    computed_together: they are side by side; alone, a column of such a title is a person's own.
    card: the titles of the two columns of a sheet that holds one record, its fields below each
        other; a closed card has no titles but the declared.
    head: labels above the header row, each with a cell to fill beside it.
    optional: a book is whole without the sheet.
    stands_alone: each file is a table of its own: another one may hold the same keys.
    fields: attribute name → its declared column, in order; a unique one comes first.
    make: a record from its source, its row and the values of its fields, in order.
    """

    record: type[R]
    title: str
    purpose: str = ""
    label: str | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    rules: tuple[Rule, ...] = ()
    computed: tuple[Column, ...] = ()
    computed_together: bool = False
    card: tuple[str, str] | None = None
    card_is_closed: bool = False
    head: tuple[str, ...] = ()
    optional: bool = False
    stands_alone: bool = False
    fields: Mapping[str, Field] = field(init=False)
    make: Callable[..., R] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", _fields(self.record))
        object.__setattr__(self, "make", _maker(self.record, tuple(self.fields)))
        for rule in self.rules:
            for name in (rule.at, *rule.reads):
                if name != TODAY and name not in self.fields:
                    raise TypeError(f"«{self.title}»: a rule names {name}, which is no field")

    @cached_property
    def key(self) -> Field:
        """The field by which other tables refer to a row."""
        return next(iter(self.fields.values()))

    @property
    def unique_fields(self) -> tuple[tuple[str, ...], ...]:
        """All sets of fields that no two rows share."""
        single = ((name,) for name, field in self.fields.items() if field.column.unique)
        return (*single, *self.unique)

    def problem(self, row: Row | InvalidRow, name: str, fault: Fault) -> Problem:
        """Put a fault at a field of a row, with the value as a person reads it."""
        value = row.get(name)
        return problem_at(
            row.place(name),
            fault,
            column=self.fields[name].title,
            value=None if value is None else format_value(value),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Book:
    """A declared workbook: its file name without ending, its sheets, what it is for."""

    name: str
    purpose: str
    tables: tuple[Table[Any], ...]

    @property
    def file_name(self) -> str:
        """The book's file name."""
        return f"{self.name}.xlsx"


def _maker(record: type[R], names: tuple[str, ...]) -> Callable[..., R]:
    """Compile a constructor that takes a third of the time of the class itself.

    A frozen dataclass sets each field through `object.__setattr__`; here they are set through their
    slots. A hundred thousand records are made where a book is only validated.
    """
    if not hasattr(record, "__slots__"):
        raise TypeError(f"{record.__name__}: a record is a frozen dataclass with slots=True")
    parameters = ("source", "row", *names)
    setters = {f"set_{name}": getattr(record, name).__set__ for name in parameters}
    lines = [
        f"def make({', '.join(parameters)}):",
        " made = new(record)",
        *(f" set_{name}(made, {name})" for name in parameters),
        " return made",
    ]
    scope: dict[str, Any] = {"record": record, "new": object.__new__, **setters}
    exec("\n".join(lines), scope)
    return cast(Callable[..., R], scope["make"])


def _fields(record: type[Row]) -> dict[str, Field]:
    hints = get_type_hints(record, include_extras=True)
    declared = (
        make_field(item.name, get_args(hints[item.name])[0], column)
        for item in fields(record)
        if (column := _column(hints[item.name])) is not None
    )
    unique_first = sorted(declared, key=lambda field: not field.column.unique)
    return {field.name: field for field in unique_first}


def _column(annotation: Any) -> Column | None:
    if get_origin(annotation) is not Annotated:
        return None
    return next((part for part in get_args(annotation) if isinstance(part, Column)), None)
