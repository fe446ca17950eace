"""The sound rows of a period made into frames: a row for each row of a sheet; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from cmtools.books.choices import Category, Decision
from cmtools.books.orders import CLAIMS, DELIVERIES, PAYMENTS, POSITIONS
from cmtools.books.register import Client
from cmtools.reports.categories import CATEGORIES, History
from cmtools.reports.frame import Column, Frame, number, numbered
from cmtools.reports.frames import Frames, Window
from cmtools.reports.linking import FINAL, Hanging, Linked
from cmtools.reports.managers import Managers
from cmtools.reports.merging import Flags, Ints, Rows, objects, table_of
from cmtools.reports.months import Period
from cmtools.reports.prices import Deals, Prices, price_positions
from cmtools.reports.reference_data import Facts
from cmtools.tables.table import Table

MOST_KOPECKS = 2.0**63 - 2.0**13  # floats err by less
EPOCH = date(1970, 1, 1).toordinal()


def frames_of(linked: Linked, facts: Facts, managers: Managers, today: date) -> Frames:
    """The frames of all books, as they are on a day."""
    return Frames(Cutter(linked, facts, managers, today).cut)


class Cutter:
    """All the books, of which windows are cut.

    Whatever is as long as all the books is gone through but once or twice here: only the rows of
    the period are priced and become frames.
    """

    def __init__(self, linked: Linked, facts: Facts, managers: Managers, today: date) -> None:
        self._linked, self._facts = linked, facts
        self._manager = managers.of_orders(linked.merged)
        self._names = {
            "file": objects(linked.merged.files),
            "client": linked.client.names,
            "order": linked.merged.numbers,
            "manager": objects(list(managers.spellings.values())),
            "reason": linked.merged.texts,
            "dissatisfaction": linked.merged.texts,
        }
        self._clients = _clients(facts.sound_clients, managers)
        client, on = linked.client.index, linked.orders["on"]
        final = linked.orders["request"] == FINAL
        self._history = History(client, on, linked.sound & final)
        # orders whose rows have other errors count for the category that makes prices
        self._dated = History(client, on, (client >= 0) & (on >= 0) & final)
        self._losses = self._history.losses(facts.terms.tariff.rules)
        self._today = today

    def cut(self, period: Period) -> Window:
        """The frames of a period; what hangs on an order that does not count is left out."""
        on = self._linked.orders["on"]
        orders = np.flatnonzero(self._linked.sound & _in(on, period))
        mine = table_of(np.zeros(len(on), bool), False)
        mine[orders] = True
        positions = self._linked.hanging[POSITIONS]
        attached = np.flatnonzero(positions.attached & mine[positions.order])
        prices = self._prices(orders, attached)
        category = np.zeros(len(on), np.int8)
        category[orders] = self._history.categories_at(
            self._linked.client.index[orders],
            _month_starts(self._linked.orders.wide("on", orders)),
            self._facts.terms.tariff.rules,
        )
        return Window(
            orders=self._orders(orders, category, attached, prices),
            lines=self._lines(category, prices),
            payments=self._moved(PAYMENTS, period, "kind"),
            deliveries=self._moved(DELIVERIES, period, "kind", "quality"),
            claims=self._moved(CLAIMS, period, "reason"),
            met=self._met(period),
            clients=self._received(period),
            losses=self._lost(period),
        )

    def _prices(self, orders: Ints, attached: Ints) -> Prices:
        """The price of each position, by the category at the order's day; VIP is one, too."""
        linked, terms, positions = self._linked, self._facts.terms, self._linked.hanging[POSITIONS]
        client, on, due = linked.client.index, linked.orders["on"], linked.orders["delivery_due"]
        category = np.zeros(len(on), np.int8)
        category[orders] = self._dated.categories_at(client[orders], on[orders], terms.tariff.rules)
        is_vip, is_doubtful = (
            table_of(np.array([name in names for name in linked.client.names], bool), False)[client]
            for names in (terms.vip, terms.doubtful)
        )
        category[is_vip] = CATEGORIES.index(Category.VIP)
        usable = attached[positions.counted[attached]]
        usable = usable[~is_doubtful[positions.order[usable]] & terms.sound]
        deals = Deals(shipped=np.where(due >= 0, due, on), category=category)
        return price_positions(linked.merged, positions, usable, deals, terms.tariff)

    def _orders(self, at: Ints, category: Ints, attached: Ints, prices: Prices) -> Frame:
        """The sound orders; `attached` are the rows of their positions."""
        orders, positions = self._linked.orders, self._linked.hanging[POSITIONS]
        unpriced = np.bincount(positions.order[attached], minlength=len(orders))
        unpriced -= np.bincount(positions.order[prices.at], minlength=len(orders))
        return self._of_orders(
            orders,
            at,
            at,
            orders["on"][at],
            request=orders["request"][at],
            category=category[at],
            unpriced=unpriced[at] > 0,
            dissatisfaction=orders["dissatisfaction"][at],
        )

    def _lines(self, category: Ints, prices: Prices) -> Frame:
        """The priced positions, order by order."""
        positions, orders = self._linked.hanging[POSITIONS], self._linked.orders
        order = positions.order[prices.at]
        by_order = np.argsort(order, kind="stable")
        order = order[by_order]
        return self._of_orders(
            positions.rows,
            prices.at[by_order],
            order,
            orders["on"][order],
            request=orders["request"][order],
            category=category[order],
            amount=kopecks(prices.amount[by_order]),
            profit=kopecks(prices.profit[by_order]),
        )

    def _moved(self, table: Table[Any], period: Period, *names: str) -> Frame:
        """Money or goods that came and went, or claims made, with more of their columns."""
        rows, at, order = self._counted(self._linked.hanging[table], period)
        return self._of_orders(
            rows,
            at,
            order,
            rows["on"][at],
            **{name: rows[name][at] for name in names},
            amount=kopecks(rows.wide("amount", at)),
        )

    def _met(self, period: Period) -> Frame:
        """Claims that were met, each on the day of its decision."""
        rows, at, order = self._counted(self._linked.hanging[CLAIMS], period, "decided")
        is_met = rows["decision"][at] == number(Decision.MET)
        at, order = at[is_met], order[is_met]
        return self._of_orders(
            rows,
            at,
            order,
            rows["decided"][at],
            amount=kopecks(np.maximum(rows.wide("met_amount", at), 0)),
        )

    def _received(self, period: Period) -> Frame:
        """The clients by the day on which they were received."""
        return self._clients[_in(self._clients["on"], period)]

    def _lost(self, period: Period) -> Frame:
        """A limit that runs out today or later has lost nobody yet: an order may still come."""
        found = self._losses
        place_of = {code: place for place, (code,) in enumerate(self._clients.values("client"))}
        place = np.array([place_of.get(name, -1) for name in self._linked.client.names], np.int64)
        at = np.flatnonzero(_in(found.on, period) & (found.on < self._today.toordinal()))
        at = at[place[found.client[at]] >= 0]
        at = at[np.argsort(place[found.client[at]], kind="stable")]
        return self._clients[place[found.client[at]]].assign(
            on=found.on[at], was_system=found.was_system[at]
        )

    def _counted(
        self, hanging: Hanging, period: Period, column: str = "on"
    ) -> tuple[Rows, Ints, Ints]:
        """The rows that count and whose day lies in the period, and the order of each."""
        at = np.flatnonzero(hanging.counted & _in(hanging.rows[column], period))
        return hanging.rows, at, hanging.order[at]

    def _of_orders(self, rows: Rows, at: Ints, order: Ints, on: Ints, **columns: Column) -> Frame:
        """A frame of some rows, each of which belongs to an order and has its day."""
        return Frame(
            columns={
                "file": rows.book[at],
                "sheet": np.zeros(len(at), np.int8),
                "row": rows.row[at],
                "on": on.astype(np.int64),
                "client": self._linked.client.index[order],
                "order": self._linked.orders["number"][order],  # of a sound order no other has it
                "manager": self._manager[order],
                **columns,
            },
            names=self._names | {"sheet": objects([rows.table.title])},
        )


def _clients(clients: Sequence[Client], managers: Managers) -> Frame:
    """The clients, each on the day on which it was received."""
    texts = {
        "file": numbered([client.source.file for client in clients]),
        "sheet": numbered([client.source.sheet for client in clients]),
        "client": numbered([client.code for client in clients]),
        "order": numbered([""] * len(clients)),
        "manager": numbered([managers.spelled(client.manager) for client in clients]),
    }
    days = [client.received.toordinal() for client in clients]
    return Frame(
        columns={
            "row": np.array([client.row for client in clients], np.int64),
            "on": np.array(days, np.int64),
            **{name: index for name, (index, _) in texts.items()},
        },
        names={name: found for name, (_, found) in texts.items()},
    )


def _in(day: Ints, period: Period) -> Flags:
    """Whose day lies in the period."""
    return (day >= period.first.toordinal()) & (day < period.end.toordinal())


def _month_starts(day: npt.NDArray[np.int64]) -> Ints:
    """The first day of the month of each day."""
    months = (day - EPOCH).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) + EPOCH


def kopecks(whole: Column) -> Column:
    """A column of exact kopecks: int64, or Python's own numbers where their sum would not fit."""
    fits = np.abs(whole.astype(float)).sum() < MOST_KOPECKS
    return whole.astype(np.int64 if fits else object)
