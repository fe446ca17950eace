"""A place of a book that two people changed differently, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from cmtools.books.catalog import BOOKS
from cmtools.tables.columns import COST, MONEY, ValueKind
from cmtools.tables.parsers import Cell, Percent, format_roubles, format_value
from cmtools.tables.reader.formulas import CellFormula

RowCells = Mapping[str, Cell]
"""Title of a column → what stands there; empty cells are left out."""
Content = Cell | tuple[RowCells, ...]
"""What a side has at a place: a cell, or all rows of a key where `Conflict.column` is None."""

CellPlace = tuple[str, str, str]
"""A sheet, the key of a row as keys are compared, the title of a column; empty for whole rows."""

ADDED, REMOVED = "+", "-"
"""With a row's description they stand for the title where a change is of one row of a group."""

WHOLE_ROWS = "вся строка"
"""Stands for the column of a conflict about whole rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """A place where the book and a copy of it differ, and nobody but a person can decide.

    key: the row as a person names it, as «З-2026-0130 · 2»; sheet, key and column together name
        the place.
    column: the title of the column; None where whole rows differ.
    base, ours, theirs: what the copy was made from, the book and the copy have there.
    author: whose copy it is; empty where that is not known.
    reason: in Russian, why nothing was taken, and perhaps what to do.
    place, meanings: the same place and the three sides, as they are compared.
    common: what the rows mean that all sides have, and that are left out.
    movable: what those mean that the book may have given to another order, see `find_movable`.
    """

    sheet: str
    key: str
    column: str | None
    base: Content
    ours: Content
    theirs: Content
    author: str
    reason: str
    place: CellPlace = field(default=("", "", ""), compare=False)
    meanings: tuple[str, str, str] = field(default=("", "", ""), compare=False)
    common: str = field(default="", compare=False)
    movable: str = field(default="", compare=False)


class Side(StrEnum):
    """What a person may choose for a conflict."""

    OURS = "в книге"
    THEIRS = "в копии"
    BASE = "было"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A person's decision about the conflict of that place: one of its sides, or a value of his.

    ours, theirs: what the book and the copy had when it was asked, as `show_content` shows it;
        two copies may differ with the book in one place.
    """

    sheet: str
    key: str
    column: str | None
    ours: str
    theirs: str
    take: Side | Cell


def show_content(content: Content, column: str | None = None) -> str:
    """Show what stands at a place as a person reads it: a row a line, its cells by title.

    column: the title above a cell; only what is declared as a number has groups of digits.
    """
    match content:
        case tuple():
            return "\n".join(
                "; ".join(f"{title}: {show_content(cell, title)}" for title, cell in row.items())
                for row in content
            )
        case None:
            return ""
        case CellFormula():
            return f"={content}"
        case bool() | Percent():
            return format_value(content)
        case int() | float():
            return _show_number(Decimal(format_value(content)), _number_kinds().get(column or ""))
        case _:
            return format_value(content)


def _show_number(number: Decimal, kind: ValueKind | None) -> str:
    if kind in (MONEY, COST) and number == round(number, 2):
        return format_roubles(number)
    text = f"{number:,f}" if kind else f"{number:f}"
    return text.replace(",", "\u00a0").replace(".", ",")


@cache
def _number_kinds() -> Mapping[str, ValueKind]:
    """Return the kinds of the declared columns of numbers by their titles."""
    fields = (f for book in BOOKS for table in book.tables for f in table.fields.values())
    return {field.title: field.kind for field in fields if field.kind.align == "right"}


def content_as_json(content: Content) -> Any:
    """Return what stands at a place as JSON has it."""
    if isinstance(content, tuple):
        return [{title: _cell_as_json(cell) for title, cell in row.items()} for row in content]
    return _cell_as_json(content)


def _cell_as_json(cell: Cell) -> Any:
    """Return a cell as JSON has it: numbers, ISO days, texts, a formula as it is typed."""
    match cell:
        case CellFormula():
            return f"={cell}"
        case bool() | str() | None:
            return cell
        case int() | float():
            return int(cell) if float(cell).is_integer() else float(cell)
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
