"""Sound rows as frames: a row for each row of a sheet, whole kopecks, dates; pure.

Every frame has the columns `SOURCE`: where its row stands, its day, its client, its order (empty
where there is none) and its manager in one spelling. No frame knows the month that is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cmtools.books.orders import (
    CLAIMS,
    DELIVERIES,
    PAYMENTS,
    POSITIONS,
    Decision,
    DeliveryKind,
    PaymentKind,
    Quality,
    Request,
)
from cmtools.books.register import Client
from cmtools.books.settings import Category
from cmtools.clients import losses
from cmtools.indicators.categories import CATEGORIES, History
from cmtools.indicators.facts import Facts
from cmtools.indicators.linking import FINAL, Hanging, Linked
from cmtools.indicators.managers import Managers
from cmtools.indicators.merging import Ints, Rows, Texts, objects
from cmtools.indicators.prices import Deals, Prices, price_positions

SOURCE = ("file", "sheet", "row", "on", "client", "order", "manager")
MOST_KOPECKS = 2.0**63 - 2.0**13  # floats err by less
EPOCH = date(1970, 1, 1).toordinal()
SECONDS = 86_400


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


def frames_of(linked: Linked, facts: Facts, managers: Managers, today: date) -> Frames:
    """The frames of all books; what hangs on an order that does not count is left out."""
    making = _Making(linked, facts, managers)
    return Frames(
        orders=making.orders(),
        lines=making.lines(),
        payments=making.payments(),
        deliveries=making.deliveries(),
        claims=making.claims(),
        clients=making.clients(),
        losses=making.losses(today),
    )


class _Making:
    """The frames in the making: the columns of orders, by which all that hangs on them is told."""

    def __init__(self, linked: Linked, facts: Facts, managers: Managers) -> None:
        self._linked, self._facts, self._managers = linked, facts, managers
        self._texts = linked.merged.texts
        orders, client = linked.orders, linked.client
        ordered = linked.sound & (orders["request"] == FINAL)
        self._history = History(client.index, orders["on"], ordered)
        self._sound = np.flatnonzero(linked.sound)
        self._category = np.empty(len(orders), object)
        self._category[self._sound] = objects([found.value for found in CATEGORIES])[
            self._history.categories_at(
                client.index[self._sound],
                _month_starts(orders["on"][self._sound]),
                facts.terms.tariff.rules,
            )
        ]
        self._manager = managers.column(linked.merged, orders["manager"])
        self._prices = self._priced()

    def orders(self) -> pd.DataFrame:
        """The sound orders."""
        orders, at = self._linked.orders, self._sound
        positions = self._linked.hanging[POSITIONS]
        lost = positions.order[positions.attached & ~self._prices.priced]
        return self._of_orders(
            orders,
            at,
            at,
            orders["on"],
            request=_choices(Request, orders["request"][at]),
            category=_texts(self._category[at]),
            unpriced=np.bincount(lost, minlength=len(orders))[at] > 0,
            dissatisfaction=_texts(_given(self._texts, orders["dissatisfaction"][at])),
        )

    def lines(self) -> pd.DataFrame:
        """The priced positions, order by order."""
        positions, orders = self._linked.hanging[POSITIONS], self._linked.orders
        at = np.flatnonzero(self._prices.priced)
        if np.any(np.diff(positions.order[at]) < 0):
            at = at[np.argsort(positions.order[at], kind="stable")]
        order = positions.order[at]
        return self._of_orders(
            positions.rows,
            at,
            order,
            None,
            request=_choices(Request, orders["request"][order]),
            category=_texts(self._category[order]),
            amount=kopecks(self._prices.amount[at]),
            profit=kopecks(self._prices.profit[at]),
        )

    def payments(self) -> pd.DataFrame:
        """Money that came and went."""
        rows, at, order = self._counted(self._linked.hanging[PAYMENTS])
        return self._of_orders(
            rows,
            at,
            order,
            rows["on"],
            kind=_choices(PaymentKind, rows["kind"][at]),
            amount=kopecks(rows["amount"][at]),
        )

    def deliveries(self) -> pd.DataFrame:
        """Goods that came and went; no quality is an empty text."""
        rows, at, order = self._counted(self._linked.hanging[DELIVERIES])
        return self._of_orders(
            rows,
            at,
            order,
            rows["on"],
            kind=_choices(DeliveryKind, rows["kind"][at]),
            quality=_choices(Quality, rows["quality"][at]),
            amount=kopecks(rows["amount"][at]),
        )

    def claims(self) -> pd.DataFrame:
        """Claims and their decisions."""
        rows, at, order = self._counted(self._linked.hanging[CLAIMS])
        return self._of_orders(
            rows,
            at,
            order,
            rows["on"],
            reason=_texts(_given(self._texts, rows["reason"][at])),
            decision=_choices(Decision, rows["decision"][at]),
            decided=days(rows["decided"][at]),
            amount=kopecks(rows["amount"][at]),
            met_amount=kopecks(np.maximum(rows["met_amount"][at], 0)),
        )

    def clients(self) -> pd.DataFrame:
        """The clients, by the day on which they were received."""
        clients = self._facts.sound_clients
        return self._of_clients(clients, [client.received for client in clients])

    def losses(self, today: date) -> pd.DataFrame:
        """A limit that runs out today or later has lost nobody yet: an order may still come."""
        rules = self._facts.terms.tariff.rules
        number = {name: index for index, name in enumerate(self._linked.client.names)}
        found = [
            (client, loss)
            for client in self._facts.sound_clients
            if client.code in number
            for loss in losses(self._history.days_of(number[client.code]), rules)
            if loss.on < today
        ]
        frame = self._of_clients([client for client, _ in found], [loss.on for _, loss in found])
        was_system = pd.Series([loss.was_system for _, loss in found], dtype=bool)
        return frame.assign(was_system=was_system)

    def _priced(self) -> Prices:
        """The price of each position, by the category at the order's day; VIP is one, too.

        The days of orders whose rows have other errors count for the category.
        """
        linked, orders, terms = self._linked, self._linked.orders, self._facts.terms
        client, on = linked.client.index, orders["on"]
        counts = (client >= 0) & (on >= 0) & (orders["request"] == FINAL)
        category = np.zeros(len(orders), np.int64)
        category[self._sound] = History(client, on, counts).categories_at(
            client[self._sound], on[self._sound], terms.tariff.rules
        )
        is_vip, is_doubtful = (
            np.array([*(name in names for name in linked.client.names), False])[client]
            for names in (terms.vip, terms.doubtful)
        )
        category[is_vip] = CATEGORIES.index(Category.VIP)
        positions = linked.hanging[POSITIONS]
        may_be_priced = linked.sound & ~is_doubtful & terms.sound
        usable = positions.counted.copy()
        usable[usable] = may_be_priced[positions.order[usable]]
        due = orders["delivery_due"]
        deals = Deals(shipped=np.where(due >= 0, due, on), category=category)
        return price_positions(linked.merged, positions, usable, deals, terms.tariff)

    def _counted(self, hanging: Hanging) -> tuple[Rows, Ints, Ints]:
        at = np.flatnonzero(hanging.counted)
        return hanging.rows, at, hanging.order[at]

    def _of_orders(
        self, rows: Rows, at: Ints, order: Ints, on: Ints | None, **columns: Any
    ) -> pd.DataFrame:
        """A frame of some rows and of the order of each; on its day, where no other is given."""
        orders, client = self._linked.orders, self._linked.client
        return pd.DataFrame(
            {
                "file": _texts(objects(self._linked.merged.files)[rows.book[at]]),
                "sheet": _texts(np.full(len(at), rows.table.title, object)),
                "row": rows.row[at],
                "on": days(orders["on"][order] if on is None else on[at]),
                "client": _texts(client.names[client.index[order]]),
                "order": _texts(self._texts[orders["number"][order]]),
                "manager": _texts(self._manager[order]),
                **columns,
            },
            copy=False,
        )

    def _of_clients(self, clients: Sequence[Client], on: Sequence[date]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "file": _texts([client.source.file for client in clients]),
                "sheet": _texts([client.source.sheet for client in clients]),
                "row": pd.Series([client.row for client in clients], dtype="int64"),
                "on": days(np.array([day.toordinal() for day in on], np.int64)),
                "client": _texts([client.code for client in clients]),
                "order": _texts([""] * len(clients)),
                "manager": _texts([self._managers.spelled(client.manager) for client in clients]),
            }
        )


def _month_starts(day: Ints) -> Ints:
    """The first day of the month of each day."""
    months = (day - EPOCH).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) + EPOCH


def _choices(choices: type[StrEnum], numbers: Ints) -> pd.Series[Any]:
    """The words of choices by number; none is an empty text."""
    return _texts(objects([*(choice.value for choice in choices), ""])[np.maximum(numbers, -1)])


def _given(texts: Texts, numbers: Ints) -> Texts:
    """Texts by number; none is an empty one."""
    found = texts[numbers] if len(texts) else np.empty(len(numbers), object)
    found[numbers < 0] = ""
    return found


def _texts(values: Any) -> pd.Series[Any]:
    """A column of texts as they are: pandas need not look at each one to know what they are."""
    return pd.Series(values, dtype=object)


def days(ordinals: Ints) -> pd.Series[pd.Timestamp]:
    """A column of dates; below 0 there is none."""
    seconds = ((ordinals - EPOCH) * SECONDS).astype("datetime64[s]")
    seconds[ordinals < 0] = np.datetime64("NaT")
    return pd.Series(seconds)


def kopecks(whole: npt.NDArray[Any]) -> pd.Series[int]:
    """A column of exact kopecks: int64, or Python's own numbers where their sum would not fit."""
    fits = np.abs(whole.astype(float)).sum() < MOST_KOPECKS
    return pd.Series(whole, dtype="int64" if fits else "object")
