"""A row of «Сегодня» that came back with «да», beside what the books say of its duty now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from cmtools.agenda.duty import Duty
from cmtools.agenda.duty_form import DUE, ORDER, RESULT, TEXT
from cmtools.agenda.outcome import CellChange, NewRow, Outcome, RowState, row_title
from cmtools.agenda.rows import AgendaRows, OrderRows
from cmtools.books.register import Client
from cmtools.forms.reply import ReplyRow
from cmtools.tables.parsers import parse_date, squeeze
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.table import Row, Source, Table

BY_HAND = "отметьте в книге: {place}"
MADE = ("plan", "report")
"""Kinds of duties that are done by making a file: the commands have the same names."""
MAKE = "сделайте его: cmtools {command}"
CHANGED = "с утра это изменилось, посмотрите в книге: {place}"
GONE = "такого дела больше нет: посмотрите в книге"
NO_COLUMN = "в книге нет столбца «{title}»: добавьте его и дайте файл снова"


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyCase:
    """A row with «да», the duty that it is about, and all that the books hold.

    duty: None where the books ask for no such duty.
    """

    row: ReplyRow
    kind: str
    key: str
    duty: Duty | None
    day: date
    rows: AgendaRows
    journal: Source | None

    @property
    def result(self) -> str:
        """What a person wrote of the result."""
        return self.row.text(RESULT)

    @property
    def order(self) -> OrderRows | None:
        """The order that the row shows."""
        return self.rows.order_by_number.get(self.row.text(ORDER))

    @property
    def client(self) -> Client | None:
        """The client of the order, else the one with whose code the key begins."""
        if self.order:
            return self.rows.clients.get(self.order.order.client)
        if self.duty and self.duty.client:
            return self.rows.clients.get(self.duty.client)
        codes = [c for c in self.rows.clients if self.key == c or self.key.startswith(f"{c} ")]
        return self.rows.clients[max(codes, key=len)] if codes else None

    def end(
        self,
        state: RowState,
        message: str = "",
        cells: tuple[CellChange, ...] = (),
        rows: tuple[NewRow, ...] = (),
    ) -> Outcome:
        """Return what becomes of the row."""
        return Outcome(
            key=self.row.key,
            kind=self.kind,
            title=row_title(self.row, TEXT),
            order=self.row.text(ORDER) or None,
            client=self.client.code if self.client else None,
            state=state,
            message=message,
            cells=cells,
            rows=rows,
        )

    @property
    def place(self) -> str:
        """The cell of the book where the duty comes from."""
        place = self.duty.source if self.duty else None
        if place and place.file:
            return f"{place.file}, {place.sheet} {place.cell or ''}".rstrip()
        return self.row.text("Откуда")

    def leave_changed(self) -> Outcome:
        """Leave a duty that is no longer there, or no longer as the form shows it."""
        if self.duty is None:
            return self.end(RowState.CHANGED, GONE)
        return self.end(RowState.CHANGED, CHANGED.format(place=self.place))

    def by_hand(self, why: str = "") -> Outcome:
        """Leave the duty to a person."""
        place = self.place
        message = BY_HAND.format(place=place) if place else "отметьте в книге"
        if self.kind in MADE and not place:
            message = MAKE.format(command=f"{self.kind} {self.key}")
        return self.end(RowState.LISTED, "; ".join(filter(None, (why, message))))

    def write(self, table: Table[Any], record: Row, **values: CellValue) -> Outcome:
        """Write values into fields of a record."""
        source = record.source
        cells = []
        for name, value in values.items():
            column = source.columns.get(name)
            if column is None:
                return self.end(RowState.LISTED, NO_COLUMN.format(title=table.fields[name].title))
            cells.append(
                CellChange(
                    file=source.file,
                    sheet=source.sheet,
                    row=record.row,
                    column=column,
                    value=value,
                )
            )
        return self.end(RowState.DONE, cells=tuple(cells))

    @property
    def is_as_shown(self) -> bool:
        """Whether the books ask for the duty as the form shows it."""
        if self.duty is None:
            return False
        shown = (squeeze(self.row.text(TEXT)), parse_date(self.row.shown[DUE]))
        return (squeeze(self.duty.text), self.duty.date) == shown
