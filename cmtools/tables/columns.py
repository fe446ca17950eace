"""A declared column: its title, what it holds, its bounds, its look and a word for the person.

One such line beside a field of a record drives the blank book, the reader, the checks, the
drop-downs, the painted copy and the reference:

    amount: Annotated[Decimal, Column("Сумма", MONEY, above=0, hint="С НДС")]

The Python type says the rest: `str` is required and `str | None` is not; an enumeration is a list
of choices; `bool` is да/нет.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, get_args

from cmtools.problems import Fault
from cmtools.tables import messages, parsers
from cmtools.tables.parsers import Cell, Parse

if TYPE_CHECKING:
    from cmtools.tables.table import Table


@dataclass(frozen=True, slots=True, eq=False)
class ValueKind:
    """A kind of value: how it is read, how Excel shows it and what the reference calls it."""

    name: str
    parse: Parse
    format: str = "General"
    width: int = 14
    align: Literal["left", "center", "right"] = "left"


TEXT = ValueKind("текст", parsers.parse_text, "@", 24)
CODE = ValueKind("код", parsers.parse_code, "@", 14)
DIGITS = ValueKind("цифры", parsers.parse_digits, "@", 16)
WHOLE = ValueKind("целое число", parsers.parse_whole, "#,##0", 10, "right")
NUMBER = ValueKind("число", parsers.decimal_parser(4), "General", 12, "right")
MONEY = ValueKind("деньги, ₽", parsers.decimal_parser(2), "#,##0.00", 14, "right")
COST = ValueKind("деньги, ₽ (до 4 знаков)", parsers.decimal_parser(4), "#,##0.00##", 14, "right")
MEAN = ValueKind("число", parsers.parse_number, "#,##0.00", 18, "right")
GOAL = ValueKind("число", parsers.decimal_parser(4), "#,##0", 18, "right")
PERCENT = ValueKind("проценты", parsers.percent_parser(4), "General", 11, "right")
DATE = ValueKind("дата", parsers.parse_date, "dd.mm.yyyy", 12, "center")
YES_NO = ValueKind("да/нет", parsers.parse_yes_no, "@", 12, "center")
CHOICE = ValueKind("выбор из списка", parsers.parse_text, "@", 16)

YES_NO_CHOICES = ("да", "нет")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet, by the name of its field: a drop-down offers its values."""

    table: Table[Any]
    name: str

    @property
    def is_key(self) -> bool:
        """Whether other sheets refer to the rows by this column."""
        return self.name == self.table.key.name


@dataclass(frozen=True, slots=True)
class Column:
    """What is declared of a column beside its field; see the module's docstring.

    expected: the column must be there though not every row must fill it.
    unique: no row repeats another's value.
    refers: the table whose key the value must be.
    offers: what a drop-down suggests of values that may as well be others.
    least, above, most: bounds of a number, the second one exclusive.
    upto_today: no dates to come.
    fraction_warns: a share below 1 may have been meant as percents.
    shipped: the value of a card's field that is not on the card.
    width: in characters; wrap: long texts go on in the next line.
    hint: shown as Excel's input message.
    """

    title: str
    kind: ValueKind | None = None
    expected: bool = False
    unique: bool = False
    refers: Table[Any] | None = None
    offers: SheetColumn | tuple[str, ...] = ()
    least: int | None = None
    above: int | None = None
    most: int | None = None
    upto_today: bool = False
    fraction_warns: bool = False
    shipped: str | None = None
    width: int | None = None
    wrap: bool = False
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A declared column together with the kind and choices of its Python type."""

    name: str
    column: Column
    kind: ValueKind
    required: bool
    choices: tuple[str, ...]
    parse: Parse

    @property
    def title(self) -> str:
        """The column's title."""
        return self.column.title

    @property
    def list_source(self) -> SheetColumn | None:
        """The column of a sheet that the drop-down offers; None for other fields."""
        column = self.column
        if column.refers is not None:
            return SheetColumn(column.refers, column.refers.key.name)
        return column.offers if isinstance(column.offers, SheetColumn) else None

    @property
    def width(self) -> int:
        """The column's width in characters."""
        return self.column.width or self.kind.width

    @property
    def bounds(self) -> str:
        """The bounds in words: «от 0 до 100»; empty where there are none."""
        column = self.column
        words = [
            f"больше {column.above}" if column.above is not None else "",
            f"от {column.least}" if column.least is not None else "",
            f"до {column.most}" if column.most is not None else "",
        ]
        return " ".join(filter(None, words))


_KINDS: dict[object, ValueKind] = {
    str: TEXT,
    int: WHOLE,
    Decimal: MONEY,
    date: DATE,
    bool: YES_NO,
}


def make_field(name: str, annotation: Any, column: Column) -> Field:
    """Make the field of a record's annotated attribute; TypeError for a type that has no kind."""
    python_type, required = _unwrap(annotation)
    if isinstance(python_type, type) and issubclass(python_type, StrEnum):
        choices = tuple(member.value for member in python_type)
        kind = column.kind or CHOICE
        parse = parsers.choice_parser(choices, python_type)
    elif python_type in _KINDS:
        choices = YES_NO_CHOICES if python_type is bool else ()
        kind = column.kind or _KINDS[python_type]
        parse = kind.parse
    else:
        raise TypeError(f"{name}: no kind of column for {annotation}")
    return Field(
        name=name,
        column=column,
        kind=kind,
        required=required,
        choices=choices,
        parse=_bound(parse, column),
    )


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    if isinstance(annotation, UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        return inner, False
    return annotation, True


def _bound(parse: Parse, column: Column) -> Parse:
    least, above, most = column.least, column.above, column.most
    if least is above is most is None:
        return parse
    fault = _out_of_bounds(column)

    def parse_bounded(cell: Cell) -> object:
        found = parse(cell)
        if found is None or isinstance(found, Fault):
            return found
        if (
            (least is not None and found < least)
            or (above is not None and found <= above)
            or (most is not None and found > most)
        ):
            return fault
        return found

    return parse_bounded


def _out_of_bounds(column: Column) -> Fault:
    if column.above is not None:
        bounds = f"число больше {column.above}"
    elif column.most is not None and column.least is not None:
        bounds = f"число от {column.least} до {column.most}"
    elif column.least is not None:
        bounds = f"число не меньше {column.least}"
    else:
        bounds = f"число не больше {column.most}"
    return messages.OUT_OF_RANGE(bounds=bounds)
