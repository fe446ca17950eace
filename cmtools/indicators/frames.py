"""Sound records as frames: a row for each row of a sheet, whole kopecks, dates; pure.

Every frame has the columns `SOURCE`: where its row stands, its day, its client, its order (empty
where there is none) and its manager in one spelling. No frame knows the month that is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import pandas as pd

from cmtools.books.orders import CLAIMS, DELIVERIES, PAYMENTS, Claim, Delivery, Order, Payment
from cmtools.books.register import CLIENTS
from cmtools.books.settings import Rules, rules_of
from cmtools.clients import Days, category_at, losses, order_days
from cmtools.indicators.managers import Managers, managers_of
from cmtools.pricing import EXACT, Line
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Row, Table

SOURCE = ("file", "sheet", "row", "on", "client", "order", "manager")
MOST_KOPECKS = 2**63 - 1

OfOrder = TypeVar("OfOrder", Payment, Delivery, Claim)


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedOrder:
    """A sound order and the lines of its positions; None stands for one without a price."""

    order: Order
    lines: Sequence[Line | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frames:
    """What the figures are made of; money columns are whole kopecks.

    `orders` and `lines` (the priced positions) are of every request, final or not (`request`);
    their `category` is the client's at the first day of the order's month. `losses` are the days
    on which a client was lost, in the row of the client.
    """

    orders: pd.DataFrame
    lines: pd.DataFrame
    payments: pd.DataFrame
    deliveries: pd.DataFrame
    claims: pd.DataFrame
    clients: pd.DataFrame
    losses: pd.DataFrame

    def of_manager(self, name: str) -> Frames:
        """The rows of one manager, spelled as the frames spell it."""
        frames = {item.name: getattr(self, item.name) for item in fields(self)}
        return Frames(**{key: rows[rows["manager"] == name] for key, rows in frames.items()})


def frames_of(dataset: Dataset, priced: Sequence[PricedOrder], today: date) -> Frames:
    """The frames of all that was read; what hangs on an order that is not here is left out."""
    rules = rules_of(dataset)
    managers = managers_of(dataset)
    known = {found.order.number: found.order for found in priced}
    ordered = order_days(known.values())
    categories = _categories(known.values(), ordered, rules)
    return Frames(
        orders=_order_frame(priced, categories, managers),
        lines=_line_frame(priced, categories, managers),
        payments=_payment_frame(*_hanging(dataset, PAYMENTS, known), managers),
        deliveries=_delivery_frame(*_hanging(dataset, DELIVERIES, known), managers),
        claims=_claim_frame(*_hanging(dataset, CLAIMS, known), managers),
        clients=_client_frame(dataset, managers),
        losses=_loss_frame(dataset, ordered, rules, managers, today),
    )


def _categories(
    orders: Iterable[Order], ordered: Mapping[str, Days], rules: Rules
) -> dict[str, str]:
    """Order number → the client's category at the first day of the order's month."""

    @cache
    def category(client: str, day: date) -> str:
        return category_at(ordered.get(client, ()), day, rules).value

    return {order.number: category(order.client, order.on.replace(day=1)) for order in orders}


def _hanging(
    dataset: Dataset, table: Table[OfOrder], known: Mapping[str, Order]
) -> tuple[list[OfOrder], list[Order]]:
    """The sound rows of known orders, and the order of each."""
    rows = [row for row in dataset.records(table) if row.order in known]
    return rows, [known[row.order] for row in rows]


def _order_frame(
    priced: Sequence[PricedOrder], categories: Mapping[str, str], managers: Managers
) -> pd.DataFrame:
    orders = [found.order for found in priced]
    return _frame(
        orders,
        [order.on for order in orders],
        **_owners(orders, managers),
        request=[order.request.value for order in orders],
        category=[categories[order.number] for order in orders],
        unpriced=pd.Series([None in found.lines for found in priced], dtype=bool),
        dissatisfaction=[order.dissatisfaction or "" for order in orders],
    )


def _line_frame(
    priced: Sequence[PricedOrder], categories: Mapping[str, str], managers: Managers
) -> pd.DataFrame:
    pairs = [(found.order, line) for found in priced for line in found.lines if line is not None]
    orders, lines = [order for order, _ in pairs], [line for _, line in pairs]
    return _frame(
        [line.position for line in lines],
        [order.on for order in orders],
        **_owners(orders, managers),
        request=[order.request.value for order in orders],
        category=[categories[order.number] for order in orders],
        amount=kopecks([line.amount for line in lines]),
        profit=kopecks([line.profit for line in lines]),
    )


def _payment_frame(
    payments: Sequence[Payment], orders: Sequence[Order], managers: Managers
) -> pd.DataFrame:
    return _frame(
        payments,
        [payment.on for payment in payments],
        **_owners(orders, managers),
        kind=[payment.kind.value for payment in payments],
        amount=kopecks([payment.amount for payment in payments]),
    )


def _delivery_frame(
    deliveries: Sequence[Delivery], orders: Sequence[Order], managers: Managers
) -> pd.DataFrame:
    return _frame(
        deliveries,
        [delivery.on for delivery in deliveries],
        **_owners(orders, managers),
        kind=[delivery.kind.value for delivery in deliveries],
        quality=[delivery.quality.value if delivery.quality else "" for delivery in deliveries],
        amount=kopecks([delivery.amount for delivery in deliveries]),
    )


def _claim_frame(
    claims: Sequence[Claim], orders: Sequence[Order], managers: Managers
) -> pd.DataFrame:
    return _frame(
        claims,
        [claim.on for claim in claims],
        **_owners(orders, managers),
        reason=[claim.reason for claim in claims],
        decision=[claim.decision.value for claim in claims],
        decided=days([claim.decided for claim in claims]),
        amount=kopecks([claim.amount for claim in claims]),
        met_amount=kopecks([claim.met_amount or Decimal(0) for claim in claims]),
    )


def _client_frame(dataset: Dataset, managers: Managers) -> pd.DataFrame:
    clients = dataset.records(CLIENTS)
    return _frame(
        clients,
        [client.received for client in clients],
        client=[client.code for client in clients],
        order=[""] * len(clients),
        manager=[managers.spelled(client.manager) for client in clients],
    )


def _loss_frame(
    dataset: Dataset,
    ordered: Mapping[str, Days],
    rules: Rules,
    managers: Managers,
    today: date,
) -> pd.DataFrame:
    """A limit that runs out today or later has lost nobody yet: an order may still come."""
    found = [
        (client, loss)
        for client in dataset.records(CLIENTS)
        for loss in losses(ordered.get(client.code, ()), rules)
        if loss.on < today
    ]
    return _frame(
        [client for client, _ in found],
        [loss.on for _, loss in found],
        client=[client.code for client, _ in found],
        order=[""] * len(found),
        manager=[managers.spelled(client.manager) for client, _ in found],
        was_system=pd.Series([loss.was_system for _, loss in found], dtype=bool),
    )


def _owners(orders: Iterable[Order], managers: Managers) -> dict[str, list[str]]:
    found = [(order.client, order.number, managers.spelled(order.manager)) for order in orders]
    names = ("client", "order", "manager")
    return {name: [row[place] for row in found] for place, name in enumerate(names)}


def _frame(rows: Sequence[Row], on: list[date], **columns: Any) -> pd.DataFrame:
    places = {
        "file": [row.source.file for row in rows],
        "sheet": [row.source.sheet for row in rows],
        "row": pd.Series([row.row for row in rows], dtype="int64"),
    }
    return pd.DataFrame({**places, "on": days(on), **columns})


def days(values: list[Any]) -> pd.Series[pd.Timestamp]:
    """A column of dates; None is no date."""
    return pd.Series(values, dtype="datetime64[s]")


def kopecks(amounts: Iterable[Decimal]) -> pd.Series[int]:
    """A column of exact kopecks: int64, or Python's own numbers where their sum would not fit."""
    whole = [int(EXACT.scaleb(amount, 2)) for amount in amounts]
    fits = sum(map(abs, whole)) <= MOST_KOPECKS
    return pd.Series(whole, dtype="int64" if fits else "object")
