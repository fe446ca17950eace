"""Clients about to be lost: by the rules of the settings, and earlier, by their own interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from cmtools.agenda.rows import AgendaRows
from cmtools.books.register import Client
from cmtools.months import YEAR, months_before
from cmtools.pricing.category import client_state, counts_for_category
from cmtools.pricing.price import ZERO

INTERVALS = 5
PATIENCE = 1.5  # of a client's own interval


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientAtRisk:
    """A client who has not ordered for long.

    last, lost_on: the day of the last order, and the last one on which an order still saves.
    interval: days between orders, the median of the last five; None before the second order.
    exceeded: the interval is exceeded by half.
    amount: the orders of the last 12 months with delivery, in roubles.
    """

    client: Client
    last: date
    lost_on: date
    interval: float | None
    exceeded: bool
    amount: Decimal


def find_clients_at_risk(rows: AgendaRows, days: int) -> list[ClientAtRisk]:
    """Return who will be lost within so many days or orders later than usual, soonest first."""
    latest = rows.today + timedelta(days=days)
    return sorted(
        (found for found in _clients(rows) if found.lost_on <= latest or found.exceeded),
        key=lambda found: (found.lost_on, -found.amount, found.client.code),
    )


def _clients(rows: AgendaRows) -> Iterator[ClientAtRisk]:
    """Yield every client who has ordered and is not lost yet."""
    amounts = _amounts(rows)
    for client in rows.clients.values():
        order_days = [day for day in rows.category_days.get(client.code, ()) if day <= rows.today]
        state = client_state(order_days, rows.today, rows.rules)
        if state.last_order is None or state.lost_on is None or state.is_lost:
            continue
        interval = _interval(order_days)
        since = (rows.today - state.last_order).days
        yield ClientAtRisk(
            client=client,
            last=state.last_order,
            lost_on=state.lost_on,
            interval=interval,
            exceeded=interval is not None and since > PATIENCE * interval,
            amount=amounts.get(client.code, ZERO),
        )


def _interval(order_days: list[date]) -> float | None:
    """Return the median of the last five intervals between days with orders."""
    distinct = sorted(set(order_days))
    gaps = [(later - earlier).days for earlier, later in pairwise(distinct)]
    return median(gaps[-INTERVALS:]) if gaps else None


def _amounts(rows: AgendaRows) -> dict[str, Decimal]:
    """Sum by client the orders of the last 12 months that count."""
    since = months_before(rows.today, YEAR)
    amounts: dict[str, Decimal] = {}
    for found in rows.orders:
        order = found.order
        if counts_for_category(order) and since <= order.on <= rows.today and found.total:
            amounts[order.client] = amounts.get(order.client, ZERO) + found.total
    return amounts
