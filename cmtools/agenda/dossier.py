"""All that is known of a client: people, orders, claims, contacts, what is to be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from cmtools.agenda.client_duties import next_contact
from cmtools.agenda.duties import find_duties
from cmtools.agenda.duty import Duty
from cmtools.agenda.missing_papers import ClientFiles
from cmtools.agenda.rows import OrderRows, read_rows
from cmtools.books.orders import Claim
from cmtools.books.register import Client, Contact, Touch
from cmtools.json_values import money
from cmtools.pricing.price import ZERO
from cmtools.pricing.session import Session
from cmtools.tables.table import InvalidRow, Row

LAST_CONTACTS = 10
REQUISITES = (
    *("form", "full_name", "inn", "kpp", "ogrn", "legal_address", "postal_address"),
    *("bank", "bik", "account", "correspondent_account"),
    *("head_post", "head_name", "acts_on", "phone", "email"),
)

_PERSON = ("name", "post", "phone", "email", "birthday")
_CLAIM = ("order", "amount", "reason", "decision", "decided", "met_amount")
_CONTACT = ("kind", "who", "whom", "content", "next")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """What the books say of a client today; claims and contacts are the latest first.

    orders: those whose rows are in order, by number. stages: code → name.
    duties: what is to be done now, the most urgent first. following: the first of them, else the
    next contact; None for a client whose row has errors.
    folder: the client's; None where there is none.
    """

    client: Client | InvalidRow
    people: Sequence[Contact]
    orders: Mapping[str, OrderRows]
    stages: Mapping[str, str]
    claims: Sequence[Claim]
    contacts: Sequence[Touch]
    duties: Sequence[Duty]
    following: Duty | None
    folder: Path | None
    today: date

    @property
    def debt(self) -> Decimal:
        """What the client owes for final orders."""
        debts = (found.debt for found in self.orders.values() if found.is_final)
        return sum(filter(None, debts), ZERO)

    def as_json(self) -> dict[str, object]:
        """Return the part of the answer that does not depend on the day asked about."""
        client = self.client
        return {
            "requisites": _as_json(client, REQUISITES),
            "people": [_as_json(person, _PERSON) for person in self.people],
            "needs": {"open": client.get("open_needs"), "hidden": client.get("hidden_needs")},
            "debt": money(self.debt),
            "claims": [{"date": f"{one.on}", **_as_json(one, _CLAIM)} for one in self.claims],
            "contacts": [{"date": f"{one.on}", **_as_json(one, _CONTACT)} for one in self.contacts],
            "next": self.following and self.following.as_json(),
            "duties": [duty.as_json() for duty in self.duties],
        }

    def order_as_json(self, number: str | None) -> dict[str, object]:
        """Return what the answer says of an order's course; nulls where its row has errors."""
        found = self.orders.get(number or "")
        if found is None:
            return dict.fromkeys(("request", "stage", "closed", "amount", "paid", "debt"))
        return {
            **_as_json(found.order, ("request", "stage", "closed")),
            "amount": _value(found.total),
            "paid": money(found.paid),
            "debt": _value(found.debt),
        }


def read_dossier(session: Session, client: Client | InvalidRow, today: date) -> Dossier:
    """Gather the dossier of a client of the session's books."""
    code, rows = str(client.get("code")), read_rows(session, today)
    own = [found for found in rows.orders if found.order.client == code]
    duties = [duty for duty in find_duties(rows) if duty.client == code]
    following = next_contact(rows, client) if isinstance(client, Client) else None
    claims = [claim for found in own for claim in found.claims]
    contacts = sorted(rows.touches.get(code, ()), key=lambda one: (one.on, one.row), reverse=True)
    return Dossier(
        client=client,
        people=rows.contacts.get(code, ()),
        orders={found.order.number: found for found in own},
        stages={stage.code: stage.name for stage in rows.stages.values()},
        claims=sorted(claims, key=lambda claim: (claim.on, claim.row), reverse=True),
        contacts=contacts[:LAST_CONTACTS],
        duties=duties,
        following=duties[0] if duties else following,
        folder=ClientFiles(session).folder(code),
        today=today,
    )


def _as_json(row: Row | InvalidRow, names: Sequence[str]) -> dict[str, object]:
    return {name: _value(row.get(name)) for name in names}


def _value(value: object) -> object:
    """Return a cell's value as JSON has it."""
    match value:
        case Decimal():
            return money(value)
        case date():
            return f"{value}"
        case StrEnum():
            return value.value
    return value
