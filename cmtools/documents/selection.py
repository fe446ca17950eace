"""The documents that a person asks for: of which orders, contract or client, of which kinds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cmtools.books.choices import SourceRow
from cmtools.books.orders import CONTRACTS
from cmtools.books.register import CLIENTS
from cmtools.documents.catalog import DocumentKind, find_form
from cmtools.documents.context import DocumentSubject, RowIndex
from cmtools.documents.stage import kinds_of_stage
from cmtools.errors import UsageError
from cmtools.pricing.orders import find_order
from cmtools.problems import Problem
from cmtools.tables.suggestions import suggest_in_refusal
from cmtools.tables.table import InvalidRow, R, Table

_OF_ORDERS = (SourceRow.ORDER, SourceRow.CLAIM)
_OF_CLIENTS = (SourceRow.CLIENT, SourceRow.TRANSFER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Whose documents to make: of some orders or of every one, of a contract, or of a client.

    Raises:
        UsageError: none of these is given, or more than one.
    """

    orders: Sequence[str] = ()
    every: bool = False
    contract: str | None = None
    client: str | None = None

    def __post_init__(self) -> None:
        if sum(map(bool, (self.orders, self.every, self.contract, self.client))) != 1:
            raise UsageError("укажите что-то одно: --order, --all, --contract или --client")


def find_tasks(
    rows: RowIndex, selection: Selection, names: Sequence[str]
) -> tuple[list[tuple[DocumentKind, DocumentSubject]], list[Problem]]:
    """Find the documents to make: the kinds named, else those that each subject asks for.

    Problems are those that hide which documents a stage asks for.

    Raises:
        UsageError: there is no such order, contract, client or kind, or the kind is made from
            something else.
    """
    named = _find_kinds(rows, selection, names)
    tasks: list[tuple[DocumentKind, DocumentSubject]] = []
    problems: list[Problem] = []
    for subject in _find_subjects(rows, selection):
        kinds: Sequence[DocumentKind] = named
        if not named:
            kinds, of_stage = _usual_kinds(rows, subject)
            problems += of_stage
        tasks += [(kind, subject) for kind in kinds]
    return tasks, problems


def _find_kinds(
    rows: RowIndex, selection: Selection, names: Sequence[str]
) -> tuple[DocumentKind, ...]:
    """Return the kinds of these names; refuse those that the selection cannot have."""
    kinds = tuple(dict.fromkeys(find_form(rows.kinds, name) for name in names))
    for kind in kinds:
        of_order = kind.made_from in _OF_ORDERS
        if of_order and (selection.contract or selection.client):
            raise UsageError(f"документ «{kind.name}» делают из заказа: укажите --order")
        if selection.client and not of_order and kind.made_from not in _OF_CLIENTS:
            raise UsageError(f"документ «{kind.name}» делают из договора: укажите --contract")
    return kinds


def _find_subjects(rows: RowIndex, selection: Selection) -> Iterator[DocumentSubject]:
    orders = rows.session.prices.orders
    if selection.contract:
        yield rows.contract_subject(_find_row(rows, CONTRACTS, selection.contract, "договора"))
    elif selection.client:
        yield DocumentSubject(client=_find_row(rows, CLIENTS, selection.client, "клиента"))
    else:
        if not selection.every:
            orders = tuple(find_order(orders, number) for number in selection.orders)
        by_number = {order.number: order for order in reversed(orders)}
        yield from (rows.order_subject(order) for order in reversed(by_number.values()))


def _find_row(rows: RowIndex, table: Table[R], key: str, what: str) -> R | InvalidRow:
    row = rows.first(table, key)
    if row is None:
        keys = (row.get(table.key.name) for row in rows.dataset.entries(table))
        raise UsageError(f"нет {what} «{key}»{suggest_in_refusal(key, filter(None, keys))}")
    return row


def _usual_kinds(
    rows: RowIndex, subject: DocumentSubject
) -> tuple[Sequence[DocumentKind], Sequence[Problem]]:
    """Return the kinds of an order's stage, or all of a contract or client."""
    if subject.order:
        return kinds_of_stage(subject.order, rows)
    if subject.contract:
        return [kind for kind in rows.kinds if kind.made_from is SourceRow.CONTRACT], ()
    return [
        kind
        for kind in rows.kinds
        if kind.made_from is SourceRow.CLIENT
        or (kind.made_from is SourceRow.TRANSFER and rows.source_rows(kind, subject))
    ], ()
