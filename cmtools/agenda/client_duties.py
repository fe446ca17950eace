"""Duties of clients: contacts at their cadence, birthdays, days of companies, holidays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import date, timedelta

from cmtools.agenda.duty import Duty, of_client
from cmtools.agenda.rows import AgendaRows, head_of
from cmtools.books.choices import Category, ClientStatus, TouchKind
from cmtools.books.register import Client
from cmtools.books.settings import is_own_day
from cmtools.documents.declension import with_holiday
from cmtools.tables.parsers import normalize_name

GREETING_DAYS = timedelta(days=3)
DAY = timedelta(days=1)


def touch(rows: AgendaRows) -> Iterator[Duty]:
    """Find clients to whom it is time to talk again."""
    for client in rows.clients.values():
        duty = next_contact(rows, client)
        if duty.date <= rows.today:
            yield duty


def next_contact(rows: AgendaRows, client: Client) -> Duty:
    """Return the next contact with a client: on the day that was entered, else by the cadence."""
    past = [found for found in rows.touches.get(client.code, ()) if found.on <= rows.today]
    last = past[-1] if past else None
    if last is not None and last.next is not None:
        due, source = last.next, last.place("next")
    else:
        start = last.on if last else client.received
        due = start + DAY * _cadence(rows, client)
        source = last.place("on") if last else client.place("received")
    said = f"; в прошлый раз: {last.content}" if last else ""
    return of_client("touch", client, due, f"Связаться с клиентом{said}", source)


def birthday(rows: AgendaRows, ahead: timedelta = GREETING_DAYS) -> Iterator[Duty]:
    """Find heads and contact people whose birthday is near."""
    for client in rows.clients.values():
        head = head_of(client) or "руководитель"
        people = [(head, client.head_birthday, client.place("head_birthday"))]
        people += [
            (person.name, person.birthday, person.place("birthday"))
            for person in rows.contacts.get(client.code, ())
        ]
        near = [
            (name, due, source)
            for name, born, source in people
            if (due := _greeting_day(rows, born, ahead))
        ]
        for name, due, source in near:
            others = {normalize_name(other) for other, _, _ in near if other != name}
            if not is_greeted(rows, client, due, others):
                text = f"Поздравить с днём рождения: {name}"
                yield of_client("birthday", client, due, text, source, key=name)


def company_day(rows: AgendaRows, ahead: timedelta = GREETING_DAYS) -> Iterator[Duty]:
    """Find clients whose company has its day soon."""
    for client in rows.clients.values():
        due = _greeting_day(rows, client.company_day, ahead)
        if due is not None and not is_greeted(rows, client, due):
            text = f"Поздравить компанию с её днём: {client.name}"
            yield of_client("company-day", client, due, text, client.place("company_day"))


def holiday(rows: AgendaRows, ahead: timedelta = GREETING_DAYS) -> Iterator[Duty]:
    """Find near holidays for which not all clients were greeted."""
    for found in rows.holidays:
        is_near = found.on - ahead <= rows.today <= found.on
        if is_near and not are_greeted(rows, rows.clients.values(), found.on):
            yield Duty(
                kind="holiday",
                date=found.on,
                text=_greeting(found.name),
                key=f"{found.on:%Y-%m-%d} {found.name}",
                source=found.place("on"),
            )


def _greeting(name: str) -> str:
    """Write what to do on a holiday; the company's own day is no occasion of its clients."""
    if is_own_day(name):
        return f"Поблагодарить клиентов в наш праздник: {name}"
    occasion = with_holiday(name)
    return f"Поздравить клиентов {occasion}" if occasion else f"Поздравить клиентов: {name}"


def _cadence(rows: AgendaRows, client: Client) -> int:
    """Return the days between two contacts with a client."""
    rules = rows.rules
    if client.touch_days is not None:
        return client.touch_days
    if client.status is ClientStatus.VIP:
        return rules.touch_vip
    by_category = {
        Category.SYSTEM: rules.touch_system,
        Category.REPEAT: rules.touch_repeat,
        Category.NEW: rules.touch_new,
    }
    return by_category[rows.category(client)]


def _greeting_day(rows: AgendaRows, born: date | None, ahead: timedelta) -> date | None:
    """Return the yearly day if it is near; 29 February counts as the 28th in other years."""
    if born is None:
        return None
    for year in (rows.today.year, rows.today.year + 1):
        day = _in_year(born, year)
        if day - ahead <= rows.today <= day:
            return day
    return None


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def are_greeted(rows: AgendaRows, clients: Iterable[Client], day: date) -> bool:
    """Tell whether the journal has a greeting for that day of each client."""
    return all(is_greeted(rows, client, day) for client in clients)


def is_greeted(rows: AgendaRows, client: Client, day: date, others: Set[str] = frozenset()) -> bool:
    """Tell whether the journal has a greeting for that day, with none of the `others`."""
    return any(
        touch.kind is TouchKind.GREETING
        and day - GREETING_DAYS <= touch.on <= day
        and normalize_name(touch.whom or "") not in others
        for touch in rows.touches.get(client.code, ())
    )
