"""A client handed to another manager: what changes in the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cmtools.agenda.managers import find_manager
from cmtools.agenda.outcome import CellChange, NewRow
from cmtools.books.choices import TransferReason
from cmtools.books.orders import ORDERS, Order
from cmtools.books.register import CLIENTS, JOURNAL, TRANSFERS, Client, Transfer
from cmtools.books.tasks import TASKS
from cmtools.errors import UsageError
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name, squeeze
from cmtools.tables.suggestions import letters_apart
from cmtools.tables.table import Entry, InvalidRow, Table

_NAMED_IN: tuple[tuple[Table[Any], str], ...] = (
    (CLIENTS, "manager"),
    (ORDERS, "manager"),
    (TRANSFERS, "giver"),
    (TRANSFERS, "taker"),
    (JOURNAL, "who"),
    (TASKS, "doer"),
)
FULL_NAME_WORDS = 3
SLIP = 3  # letters in which two spellings of one name may differ


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """A client's change of hands as of a day.

    giver: the manager of now. taker: the name as the books have it.
    orders: the open orders of the client that another manager than the taker has.
    """

    client: Client | InvalidRow
    giver: str
    taker: str
    reason: TransferReason
    day: date
    orders: Sequence[Order | InvalidRow]

    @property
    def changes_hands(self) -> bool:
        """Whether the client has another manager now."""
        return normalize_name(self.giver) != normalize_name(self.taker)

    def cells(self) -> Iterator[CellChange]:
        """Yield the cells «Менеджер» of the client and of the open orders."""
        rows: Sequence[Entry] = [*([self.client] if self.changes_hands else []), *self.orders]
        for row in rows:
            yield CellChange(
                file=row.source.file,
                sheet=row.source.sheet,
                row=row.row,
                column=row.source.columns["manager"],
                value=self.taker,
            )

    def rows(self, dataset: Dataset) -> Iterator[NewRow]:
        """Yield the new row of «Передачи клиентов».

        Raises:
            UsageError: the register has no such sheet.
        """
        if not self.changes_hands:
            return
        sheet = next(iter(dataset.sheets(TRANSFERS)), None)
        if sheet is None:
            raise UsageError(f"в реестре нет листа «{TRANSFERS.title}»: cmtools validate")
        yield NewRow(
            table=TRANSFERS,
            source=sheet.source,
            values={
                "on": self.day,
                "client": self.client.get("code"),
                "giver": self.giver,
                "taker": self.taker,
                "reason": self.reason.value,
            },
        )


def plan_handover(
    dataset: Dataset, client: Client | InvalidRow, taker: str, reason: TransferReason, day: date
) -> Handover:
    """Find what a handover changes; an order with an error in another cell changes hands too.

    Raises:
        UsageError: the client has no manager.
    """
    giver = client.get("manager")
    if giver is None:
        raise UsageError(f"у клиента {client.get('code')} не указан менеджер: cmtools validate")
    return Handover(
        client=client,
        giver=giver,
        taker=taker,
        reason=reason,
        day=day,
        orders=[
            order
            for order in dataset.entries(ORDERS)
            if order.get("client") == client.get("code")
            and order.get("closed") is None
            and normalize_name(order.get("manager") or "") != normalize_name(taker)
        ],
    )


def _known_people(dataset: Dataset) -> list[str]:
    """Return everybody of the company whom the books name: also who has no client yet."""
    names = (row.get(field) for table, field in _NAMED_IN for row in dataset.entries(table))
    return [name for name in names if name is not None]


def find_taker(dataset: Dataset, typed: str) -> str:
    """Return who takes a client over: somebody whom the books name, or a new one's full name.

    Raises:
        UsageError: it is neither, or a slip of the pen away from a known name.
    """
    names = _known_people(dataset)
    typed = squeeze(typed)
    wanted = normalize_name(typed)
    distances = (letters_apart(wanted, normalize_name(name), SLIP) for name in names)
    if len(typed.split()) == FULL_NAME_WORDS and min(distances, default=SLIP + 1) > SLIP:
        return typed
    return find_manager(typed, names)


def find_reason(typed: str | None) -> TransferReason:
    """Return the reason of the list that a person names; «прочее» where none is given.

    Raises:
        UsageError: it is none of the list.
    """
    if typed is None:
        return TransferReason.OTHER
    for reason in TransferReason:
        if normalize_name(reason.value) == normalize_name(typed):
            return reason
    names = ", ".join(f"«{reason.value}»" for reason in TransferReason)
    raise UsageError(f"причины «{typed}» нет; есть: {names}")


def find_transfer(dataset: Dataset, handover: Handover) -> Transfer | None:
    """Return the row of «Передачи клиентов» that a handover has made on its day."""
    return next(
        (
            row
            for row in reversed(dataset.records(TRANSFERS))
            if row.client == handover.client.get("code")
            and row.on == handover.day
            and normalize_name(row.taker) == normalize_name(handover.taker)
        ),
        None,
    )
