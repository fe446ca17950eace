"""The catalogue of letters: each kind says after which duties it is written, and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from cmtools.agenda import client_duties, order_duties
from cmtools.agenda.duty import Duty
from cmtools.agenda.rows import AgendaRows
from cmtools.documents.catalog import TemplateForm
from cmtools.letters import fields
from cmtools.letters.fields import LetterData

FindDuties = Callable[[AgendaRows, int | None], Iterator[Duty]]
"""Rows and for how many days ahead, None for as far as the agenda looks → duties."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterKind(TemplateForm):
    """A kind of letter that `cmtools letters` drafts.

    find: finds the duties after which it is written, each with its client.
    fill: makes the fields of the template.
    attaches: the id of the document of the order that goes with it.
    on_its_day: whether it is sent on the day of its duty and not before.
    """

    find: FindDuties
    fill: Callable[[LetterData], Any]
    attaches: str | None = None
    on_its_day: bool = False

    @property
    def template(self) -> str:
        """The file name of its template."""
        return f"{self.name}.txt"


def _until(*finders: Callable[[AgendaRows], Iterator[Duty]]) -> FindDuties:
    """Find the duties of the agenda, up to a day where days ahead are given."""

    def find(rows: AgendaRows, days: int | None) -> Iterator[Duty]:
        for finder in finders:
            for duty in finder(rows):
                if days is None or duty.date <= rows.today + timedelta(days=days):
                    yield duty

    return find


def _greetings(rows: AgendaRows, days: int | None) -> Iterator[Duty]:
    """Find whom to greet; a holiday is one duty for each client that was not greeted yet."""
    ahead = client_duties.GREETING_DAYS if days is None else timedelta(days=days)
    yield from client_duties.birthday(rows, ahead)
    yield from client_duties.company_day(rows, ahead)
    for duty in client_duties.holiday(rows, ahead):
        name = duty.key.partition(" ")[2]
        for client in rows.clients.values():
            if not client_duties.is_greeted(rows, client, duty.date):
                key = f"{client.code} {name}"
                yield replace(duty, client=client.code, manager=client.manager, key=key)


KINDS = (
    LetterKind(
        id="greeting",
        name="Поздравление",
        record=fields.GreetingFields,
        find=_greetings,
        fill=fields.greeting,
        on_its_day=True,
    ),
    LetterKind(
        id="touch",
        name="Касание",
        record=fields.LetterFields,
        find=_until(client_duties.touch),
        fill=fields.letter,
    ),
    LetterKind(
        id="readiness",
        name="Готовность заказа",
        record=fields.OrderLetterFields,
        find=_until(order_duties.readiness),
        fill=fields.order_letter,
        attaches="readiness",
    ),
    LetterKind(
        id="debt",
        name="Напоминание об оплате",
        short="долг",
        record=fields.DebtFields,
        find=_until(order_duties.prepayment, order_duties.balance),
        fill=fields.debt,
        attaches="invoice",
    ),
    LetterKind(
        id="repeat",
        name="Повторный заказ",
        record=fields.OrderLetterFields,
        find=_until(order_duties.repeat),
        fill=fields.order_letter,
        attaches="offer",
    ),
)
