"""A duty: something to do by a day, and how duties of orders and clients are made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cmtools.agenda.rows import AgendaRows, OrderRows
from cmtools.agenda.workdays import workdays_between
from cmtools.books.register import Client
from cmtools.json_values import money
from cmtools.problems import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """Something to do by a day, for an order or a client, with the money at stake in roubles.

    key: what tells the duty from others of its kind, the same from day to day.
    source: the cell of the book that it follows from.
    """

    kind: str
    date: date
    text: str
    key: str
    source: Place
    order: str | None = None
    client: str | None = None
    manager: str | None = None
    amount: Decimal | None = None

    @property
    def detail(self) -> str:
        """What a duty of a client is about beside the client: a person, a holiday."""
        return self.key.removeprefix(self.client or "").strip()

    @property
    def title(self) -> str:
        """What to do, and for which order where the text does not name it."""
        order = self.order or ""
        return self.text if order in self.text else f"{self.text}, {order}"

    def as_json(self) -> dict[str, object]:
        """Return the duty in the shape of the answers."""
        place = self.source
        return {
            "kind": self.kind,
            "date": f"{self.date}",
            "order": self.order,
            "client": self.client,
            "manager": self.manager,
            "text": self.text,
            "amount": None if self.amount is None else money(self.amount),
            "source": f"{place.file}#{place.sheet}!{place.cell}" if place.file else None,
        }


def person_for(rows: AgendaRows, duty: Duty) -> tuple[str | None, str | None]:
    """Return whom to call about a duty and the phone: on a birthday who celebrates it."""
    return rows.person_of(duty.client, duty.detail if duty.kind == "birthday" else "")


def is_near(rows: AgendaRows, due: date) -> bool:
    """Tell whether a deadline is past, or within the days of «Предупреждать о сроке»."""
    return workdays_between(rows.today, due) <= rows.rules.warn_days


def of_order(
    kind: str,
    found: OrderRows,
    due: date,
    text: str,
    column: str,
    *,
    amount: Decimal | None = None,
) -> Duty:
    """Make the duty of an order; `column` is the field that it follows from."""
    return Duty(
        kind=kind,
        date=due,
        text=text,
        key=found.order.number,
        source=found.order.place(column),
        order=found.order.number,
        client=found.order.client,
        manager=found.order.manager,
        amount=found.total if amount is None else amount,
    )


def from_place(duty: Duty, source: Place, key: str = "") -> Duty:
    """Return the duty with the cell of another row as its source."""
    return replace(duty, source=source, key=f"{duty.key} {key}".rstrip())


def of_client(
    kind: str, client: Client, due: date, text: str, source: Place, key: str = ""
) -> Duty:
    """Make the duty of a client; `key` tells it from others of its kind."""
    return Duty(
        kind=kind,
        date=due,
        text=text,
        key=f"{client.code} {key}".rstrip(),
        source=source,
        client=client.code,
        manager=client.manager,
    )
