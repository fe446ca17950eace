"""Open orders by stage: for how long they are there, what they are worth and what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cmtools.agenda.rows import AgendaRows, OrderRows
from cmtools.agenda.workdays import workdays_between
from cmtools.books.settings import Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderOnBoard:
    """An open order at its stage: working days there, and those beyond the norm, if any."""

    rows: OrderRows
    name: str
    days: int | None
    over: int


def orders_by_stage(rows: AgendaRows) -> Sequence[tuple[Stage, Sequence[OrderOnBoard]]]:
    """Return every stage, empty ones too, in their order, with its open orders by delivery."""
    at_stage: dict[str, list[OrderOnBoard]] = {code: [] for code in rows.stages}
    for found in rows.orders:
        if found.is_open and found.order.stage in at_stage:
            at_stage[found.order.stage].append(_on_board(rows, found))
    return [
        (stage, sorted(at_stage[code], key=_delivery_first)) for code, stage in rows.stages.items()
    ]


def _on_board(rows: AgendaRows, found: OrderRows) -> OrderOnBoard:
    order = found.order
    norm = rows.stages[order.stage].norm
    days = None if order.stage_since is None else workdays_between(order.stage_since, rows.today)
    client = rows.clients.get(order.client)
    return OrderOnBoard(
        rows=found,
        name=client.name if client else order.client,
        days=days,
        over=max(days - norm, 0) if days is not None and norm is not None else 0,
    )


def _delivery_first(entry: OrderOnBoard) -> tuple[date, str]:
    order = entry.rows.order
    return order.delivery_due or date.max, order.number
