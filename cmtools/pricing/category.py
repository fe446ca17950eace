"""The category of a client at a day, and the day on which a client is lost; pure.

The source texts leave both criteria open; these are the company's own, tunable in «Правила».
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cmtools.books.choices import Category, RequestKind
from cmtools.books.orders import Order
from cmtools.books.settings import RULES, Rules
from cmtools.months import months_before
from cmtools.tables.table import InvalidRow

OrderDays = Sequence[date]
"""The days of the orders of one client that count, sorted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """A client lost: the limit ran out on `on` with no order since `last_order`."""

    on: date
    last_order: date
    was_system: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientState:
    """A client's category and loss at a day, and what they rest on.

    since: the first of the months in which orders count towards системный.
    earlier, recent: the orders before the day; those of them from `since` on.
    last_order: the day of the last order up to the day; None where there is none.
    system: whether the client was системный after the last order.
    limit: the days without an order after which such a client is lost.
    lost_on: the last day on which an order keeps the client.
    """

    day: date
    rules: Rules
    category: Category
    since: date
    earlier: int
    recent: int
    last_order: date | None
    system: bool
    limit: int
    lost_on: date | None

    @property
    def is_lost(self) -> bool:
        """Whether the limit ran out before the day."""
        return self.lost_on is not None and self.lost_on < self.day

    @property
    def limit_title(self) -> str:
        """The title of the rule that sets the limit."""
        return RULES.fields["lost_system_days" if self.system else "lost_other_days"].title

    def includes(self, on: date) -> bool:
        """Tell whether an order of a day counts towards системный."""
        return self.since <= on < self.day

    def explain(self) -> list[str]:
        """Say in Russian what the category and the loss rest on, a line each."""
        if self.earlier:
            lines = [
                f"заказов с {self.since:%d.%m.%Y} до этого дня: {self.recent}, всего раньше: "
                f"{self.earlier}; системный — от {self.rules.system_orders} "
                f"за {self.rules.system_months} мес. (лист «{RULES.title}»)"
            ]
        else:
            lines = ["до этого дня заказов не было"]
        if self.last_order is not None and self.lost_on is not None:
            state = "потерян: срок истёк" if self.is_lost else "потеряется, если не закажет до"
            lines.append(
                f"последний заказ {self.last_order:%d.%m.%Y}; {state} {self.lost_on:%d.%m.%Y} "
                f"({self.limit_title}: {self.limit})"
            )
        return lines


def counts_for_category(order: Order | InvalidRow) -> bool:
    """Tell whether an order counts for its client's category: its request is окончательная.

    A row with an error counts too as long as its client, day and request are sound: a wrong phone
    number on one order must not change the price of the next.
    """
    return (
        order.get("request") is RequestKind.FINAL
        and order.get("client") is not None
        and order.get("on") is not None
    )


def order_days(orders: Iterable[Order | InvalidRow]) -> Mapping[str, OrderDays]:
    """Group by client code the days of the orders that count, sorted."""
    days: dict[str, list[date]] = {}
    for order in orders:
        if counts_for_category(order):
            days.setdefault(order.get("client"), []).append(order.get("on"))
    return {client: sorted(of_client) for client, of_client in days.items()}


def category_at(days: OrderDays, day: date, rules: Rules) -> Category:
    """Return новый, повторный or системный by the orders before that day."""
    earlier = bisect_left(days, day)
    if earlier == 0:
        return Category.NEW
    is_system = _recent_orders(days, day, rules) >= rules.system_orders
    return Category.SYSTEM if is_system else Category.REPEAT


def _recent_orders(days: OrderDays, day: date, rules: Rules) -> int:
    """Count the orders before a day in the months that count towards системный."""
    return bisect_left(days, day) - bisect_left(days, months_before(day, rules.system_months))


def client_state(days: OrderDays, day: date, rules: Rules) -> ClientState:
    """Work out the category and the loss of a client at a day by the orders up to it."""
    until = bisect_right(days, day)
    last = days[until - 1] if until else None
    system = last is not None and was_system(days, last, rules)
    limit = _limit(system, rules)
    return ClientState(
        day=day,
        rules=rules,
        category=category_at(days, day, rules),
        since=months_before(day, rules.system_months),
        earlier=bisect_left(days, day),
        recent=_recent_orders(days, day, rules),
        last_order=last,
        system=system,
        limit=limit,
        lost_on=None if last is None else last + timedelta(days=limit),
    )


def _limit(system: bool, rules: Rules) -> int:
    return rules.lost_system_days if system else rules.lost_other_days


def was_system(days: OrderDays, last: date, rules: Rules) -> bool:
    """Tell whether a client was системный on the day after an order."""
    return category_at(days, last + timedelta(days=1), rules) is Category.SYSTEM


def losses(days: OrderDays, rules: Rules) -> Iterable[Loss]:
    """Yield every loss: the client's limit ran out before the next order came.

    An order on the limit day itself still saves the client; later ones do not undo the loss.
    """
    distinct = sorted(set(days))
    for index, last in enumerate(distinct):
        system = was_system(days, last, rules)
        runs_out = last + timedelta(days=_limit(system, rules))
        if index + 1 == len(distinct) or distinct[index + 1] > runs_out:
            yield Loss(on=runs_out, last_order=last, was_system=system)
