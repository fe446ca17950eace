"""The rows that count, as pandas frames: what every figure of a month is made of.

Every frame has the columns `SOURCE`: where its row stands in the books, its day, its client, its
order (empty where there is none) and its manager in one spelling. Days are ordinals, money is whole
kopecks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from cmtools.books.choices import ClaimDecision
from cmtools.books.orders import CLAIMS, DELIVERIES, ORDERS, PAYMENTS, POSITIONS, Order
from cmtools.books.register import CLIENTS, Client
from cmtools.books.settings import rules_of
from cmtools.months import Period
from cmtools.pricing.category import category_at, losses, order_days
from cmtools.pricing.price import EXACT, ZERO
from cmtools.reports.priced_parts import PricedPart
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name, squeeze
from cmtools.tables.table import Row, Table

SOURCE = ("file", "sheet", "row", "on", "client", "order", "manager")
_ORDER = ("request", "category", "unpriced", "dissatisfaction")
_LINE = ("request", "category", "amount", "profit")
_WHOLE = ("row", "on")
_MONEY = ("amount", "profit")
_FLAGS = ("unpriced", "was_system")
_LARGEST_SUM = 2**63 - 1  # of int64; larger sums of kopecks are Python's own numbers

RecordValues = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The rows that count.

    `orders` and `lines` (the priced positions) are of every request, final or not (`request`);
    their `category` is the client's at the first day of the order's month. `claims` are by the day
    on which they were made, `met` by that of the decision. `losses` are the days on which a client
    was lost, in the row of the client.
    """

    orders: pd.DataFrame
    lines: pd.DataFrame
    payments: pd.DataFrame
    deliveries: pd.DataFrame
    claims: pd.DataFrame
    met: pd.DataFrame
    clients: pd.DataFrame
    losses: pd.DataFrame

    def within(self, period: Period) -> Facts:
        """The rows whose day lies in a period."""
        first, end = period.first.toordinal(), period.end.toordinal()
        return self._where(lambda rows: (rows["on"] >= first) & (rows["on"] < end))

    def of_manager(self, name: str) -> Facts:
        """The rows of one manager, spelled as the frames spell it."""
        return self._where(lambda rows: rows["manager"] == name)

    def _where(self, which: Callable[[pd.DataFrame], pd.Series[bool]]) -> Facts:
        frames = {item.name: getattr(self, item.name) for item in fields(self)}
        return Facts(**{name: rows[which(rows)] for name, rows in frames.items()})


def manager_spellings(dataset: Dataset) -> Mapping[str, str]:
    """What counts of a manager's name → how the books spell it where it comes first.

    Orders come before clients; rows with errors are among them.
    """
    spellings: dict[str, str] = {}
    tables: tuple[Table[Any], ...] = (ORDERS, CLIENTS)
    for table in tables:
        names = (row.get("manager") for row in dataset.entries(table))
        for name in dict.fromkeys(names):
            if name is not None:
                spellings.setdefault(normalize_name(name), squeeze(name))
    return spellings


class FactCollector:
    """Collects the rows of linked books that count, as they are on a day.

    `dataset` has all of the books but their positions; `add` is given these part after part.
    """

    def __init__(self, dataset: Dataset, spellings: Mapping[str, str], today: date) -> None:
        self._dataset, self._spellings, self._today = dataset, spellings, today
        self._rules = rules_of(dataset)
        self._orders = {order.number: order for order in dataset.records(ORDERS)}
        self._days = order_days(self._orders.values())
        self._sources = {
            order.number: self._source(order, order, order.on) for order in self._orders.values()
        }
        self._categories = {
            order.number: category_at(
                self._days.get(order.client, ()), order.on.replace(day=1), self._rules
            )
            for order in self._orders.values()
        }
        self._unpriced: set[str] = set()
        self._lines: list[list[Any]] = [[] for _ in (*SOURCE, *_LINE)]

    def add(self, part: PricedPart) -> None:
        """Add the priced positions of some books."""
        self._unpriced.update(part.unpriced)
        lines = (
            (
                *(file, POSITIONS.title, row, *self._sources[order][3:]),
                *(self._orders[order].request, self._categories[order], amount, profit),
            )
            for file, row, order, amount, profit in part.lines
        )
        for column, values in zip(self._lines, zip(*lines, strict=True), strict=False):
            column += values

    def collect(self) -> Facts:
        """Make all frames, once all parts were added."""
        return Facts(
            orders=_frame(self._of_requests(), *_ORDER),
            lines=_frame_of_columns(self._lines, *_LINE),
            payments=_frame(self._of_orders(PAYMENTS, "kind", "amount"), "kind", "amount"),
            deliveries=_frame(
                self._of_orders(DELIVERIES, "kind", "quality", "amount"),
                *("kind", "quality", "amount"),
            ),
            claims=_frame(self._of_orders(CLAIMS, "reason", "amount"), "reason", "amount"),
            met=_frame(self._met_claims(), "amount"),
            clients=_frame(self._received_clients()),
            losses=_frame(self._lost_clients(), "was_system"),
        )

    def _of_requests(self) -> Iterator[RecordValues]:
        for number, order in self._orders.items():
            unpriced = number in self._unpriced
            values = (order.request, self._categories[number], unpriced, order.dissatisfaction)
            yield (*self._sources[number], *values)

    def _of_orders(self, table: Table[Any], *names: str) -> Iterator[RecordValues]:
        """The sound rows of a table whose order is sound, with more of their fields."""
        for row, order in self._with_order(table):
            values = (row.get(name) for name in names)
            yield (*self._source(row, order, row.on), *map(_plain, values))

    def _with_order(self, table: Table[Any]) -> Iterator[tuple[Any, Order]]:
        for row in self._dataset.records(table):
            order = self._orders.get(row.order)
            if order is not None:
                yield row, order

    def _met_claims(self) -> Iterator[RecordValues]:
        """Claims that were met, each on the day of its decision."""
        for claim, order in self._with_order(CLAIMS):
            if claim.decision is ClaimDecision.MET:
                source = self._source(claim, order, claim.decided)
                yield (*source, _kopecks(claim.met_amount or ZERO))

    def _received_clients(self) -> Iterator[RecordValues]:
        """The clients by the day on which they were received."""
        return (self._of_client(client, client.received) for client in self._clients())

    def _lost_clients(self) -> Iterator[RecordValues]:
        """A limit that runs out today or later has lost no client yet: an order may still come."""
        for client in self._clients():
            for loss in losses(self._days.get(client.code, ()), self._rules):
                if loss.on < self._today:
                    yield (*self._of_client(client, loss.on), loss.was_system)

    def _clients(self) -> list[Client]:
        return self._dataset.records(CLIENTS)

    def _of_client(self, client: Client, on: date) -> RecordValues:
        return (
            *(client.source.file, client.source.sheet, client.row, on.toordinal()),
            *(client.code, "", self._manager_name(client.manager)),
        )

    def _source(self, row: Row, order: Order, on: date) -> RecordValues:
        return (
            *(row.source.file, row.source.sheet, row.row, on.toordinal()),
            *(order.client, order.number, self._manager_name(order.manager)),
        )

    def _manager_name(self, manager: str) -> str:
        return self._spellings[normalize_name(manager)]


def _frame(rows: Iterable[RecordValues], *names: str) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len((*SOURCE, *names))
    return _frame_of_columns(columns, *names)


def _frame_of_columns(columns: Sequence[Sequence[Any]], *names: str) -> pd.DataFrame:
    names = (*SOURCE, *names)
    return pd.DataFrame(
        {name: _series(name, column) for name, column in zip(names, columns, strict=True)}
    )


def _series(name: str, values: Sequence[Any]) -> pd.Series[Any]:
    kind: Any = object
    if name in _WHOLE or (name in _MONEY and sum(map(abs, values)) <= _LARGEST_SUM):
        kind = "int64"
    elif name in _FLAGS:
        kind = bool
    found: pd.Series[Any] = pd.Series(list(values), dtype=kind)
    return found


def _plain(value: object) -> object:
    return _kopecks(value) if isinstance(value, Decimal) else value


def _kopecks(amount: Decimal) -> int:
    return int(EXACT.scaleb(amount, 2))
