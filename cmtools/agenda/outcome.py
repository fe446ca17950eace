"""What becomes of a row of a form that came back: its state, and what changes in the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cmtools.forms.reply import ReplyRow
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.table import Source, Table


class RowState(StrEnum):
    """What was done with a row: written, was so before, changed since, for a person, wrong."""

    DONE = "done"
    SAME = "same"
    CHANGED = "changed"
    LISTED = "listed"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True, slots=True)
class CellChange:
    """A cell of a book that gets a value; rows and columns count from 1."""

    file: str
    sheet: str
    row: int
    column: int
    value: CellValue


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRow:
    """A row that is added to a sheet: the names of fields → values."""

    table: Table[Any]
    source: Source
    values: Mapping[str, CellValue]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What becomes of a row that was filled in; `message` says why, or what to do.

    title: the row as a person knows it.
    """

    key: str
    kind: str
    title: str
    order: str | None = None
    client: str | None = None
    state: RowState
    message: str = ""
    cells: tuple[CellChange, ...] = ()
    rows: tuple[NewRow, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the row in the shape of the answer of `apply`."""
        return {
            "key": self.key,
            "kind": self.kind,
            "order": self.order,
            "client": self.client,
            "state": self.state.value,
            "message": self.message,
        }


def row_title(row: ReplyRow, column: str) -> str:
    """Name a row by the cell that says what it is about, its order and its client."""
    names = (row.text(column), row.text("№ заказа"), row.text("Клиент"))
    return ", ".join(filter(None, names)) or row.name
