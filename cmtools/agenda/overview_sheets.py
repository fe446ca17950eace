"""The sheets of the agenda that are only read: orders, money, papers, clients, the director."""

from __future__ import annotations

from datetime import date, timedelta

from cmtools.agenda import client_duties
from cmtools.agenda.duty import Duty, person_for
from cmtools.agenda.duty_form import (
    AMOUNT,
    CLIENT,
    DUE,
    LATE,
    MANAGER,
    ORDER,
    PERSON,
    SOURCE,
    person_line,
    source_link,
)
from cmtools.agenda.losses import find_clients_at_risk
from cmtools.agenda.order_sheets import (
    CLIENT_COLUMN,
    DUE_COLUMN,
    LATE_COLUMN,
    MANAGER_COLUMN,
    ORDER_COLUMN,
    PERSON_COLUMN,
    SOURCE_COLUMN,
    Overview,
    money_sheet,
    orders_sheet,
)
from cmtools.books.register import Client
from cmtools.tables.columns import MONEY, WHOLE
from cmtools.tables.writer.listings import Listing, ListingColumn, ListingRow

LOSS_DAYS = 60
GREETINGS = timedelta(days=14)


def overview_sheets(view: Overview) -> list[Listing]:
    """Make all of them, in their order."""
    return [orders_sheet(view), money_sheet(view), _papers(view), _clients(view), _director(view)]


def _papers(view: Overview) -> Listing:
    rows = [
        ListingRow(
            values={
                "Что": duty.text,
                ORDER: duty.order,
                CLIENT: view.name(duty.client),
                **_term(view.rows.today, duty),
                MANAGER: duty.manager,
                SOURCE: source_link(duty.source),
            }
        )
        for duty in view.of_kind("original", "handover", "act")
    ]
    rows += (
        ListingRow(
            values={
                "Что": f"Сделать: {name}",
                ORDER: found.order.number,
                CLIENT: view.name(found.order.client),
                MANAGER: found.order.manager,
                SOURCE: source_link(found.order.place("stage")),
            }
        )
        for found in view.orders()
        for name in view.missing.get(found.order.number, ())
    )
    return Listing(
        sheet="Документы",
        heading=f"Документы: {len(rows)}",
        columns=(
            ListingColumn(title="Что", width=44, wrap=True),
            ORDER_COLUMN,
            CLIENT_COLUMN,
            DUE_COLUMN,
            LATE_COLUMN,
            MANAGER_COLUMN,
            SOURCE_COLUMN,
        ),
        rows=rows,
    )


def _term(today: date, duty: Duty) -> dict[str, object]:
    late = (today - duty.date).days
    return {DUE: duty.date, LATE: late if late > 0 else None}


def _clients(view: Overview) -> Listing:
    rows = [
        ListingRow(
            values={
                **_client_values(view, found.client),
                "Что": "Теряется" if found.lost_on <= _loss_limit(view) else "Давно не заказывал",
                DUE: found.lost_on,
                "Осталось дней": (found.lost_on - view.rows.today).days,
                "Подробно": f"последний заказ {found.last:%d.%m.%Y}"
                + (f", обычно раз в {found.interval:.0f} дн." if found.interval else ""),
                "Сумма за год": found.amount,
            }
        )
        for found in find_clients_at_risk(view.rows, LOSS_DAYS)
        if view.is_whose(found.client.manager)
    ]
    greetings = [
        duty
        for find in (client_duties.birthday, client_duties.company_day, client_duties.holiday)
        for duty in find(view.rows, GREETINGS)
        if duty.manager is None or view.is_whose(duty.manager)
    ]
    for what, duties in (
        ("Связаться", view.of_kind("touch", "repeat")),
        ("Поздравить", greetings),
    ):
        by_day = sorted(duties, key=lambda duty: duty.date)
        rows += (_of_duty(view, what, duty) for duty in by_day)
    return Listing(
        sheet="Клиенты",
        heading="Клиенты: кто теряется, с кем связаться, кого поздравить",
        columns=(
            ListingColumn(title="Что", width=16, wrap=True),
            CLIENT_COLUMN,
            DUE_COLUMN,
            ListingColumn(title="Осталось дней", kind=WHOLE, width=10),
            ListingColumn(title="Подробно", width=40, wrap=True),
            ListingColumn(title="Сумма за год", kind=MONEY, width=14),
            PERSON_COLUMN,
            MANAGER_COLUMN,
        ),
        rows=rows,
        above=("Поздравления — на две недели вперёд.",),
    )


def _loss_limit(view: Overview) -> date:
    return view.rows.today + timedelta(days=LOSS_DAYS)


def _client_values(view: Overview, client: Client) -> dict[str, object]:
    return {
        CLIENT: client.name,
        PERSON: person_line(*view.rows.person_of(client.code)),
        MANAGER: client.manager,
    }


def _of_duty(view: Overview, what: str, duty: Duty) -> ListingRow:
    client = view.rows.clients.get(duty.client or "")
    return ListingRow(
        values={
            **(_client_values(view, client) if client else {}),
            PERSON: person_line(*person_for(view.rows, duty)),
            "Что": what,
            DUE: duty.date,
            "Осталось дней": (duty.date - view.rows.today).days,
            "Подробно": duty.text,
        }
    )


def _director(view: Overview) -> Listing:
    tasks = [duty for duty in view.of_kind("task") if duty.date < view.rows.today]
    groups = (
        ("Низкая маржа", view.of_kind("approval")),
        ("Особый клиент", view.of_kind("director")),
        ("Претензия", view.of_kind("claim")),
        ("План и отчёт", view.of_kind("plan", "report")),
        ("Поручение", sorted(tasks, key=lambda duty: (duty.manager or "", duty.date))),
    )
    rows = [
        ListingRow(
            values={
                "Вопрос": title,
                "Что": duty.text,
                CLIENT: view.name(duty.client),
                ORDER: duty.order,
                **_term(view.rows.today, duty),
                AMOUNT: duty.amount,
                "Кто": duty.manager,
                SOURCE: source_link(duty.source),
            }
        )
        for title, duties in groups
        for duty in duties
    ]
    return Listing(
        sheet="Директору",
        heading="Директору",
        columns=(
            ListingColumn(title="Вопрос", width=15),
            ListingColumn(title="Что", width=42, wrap=True),
            CLIENT_COLUMN,
            ORDER_COLUMN,
            DUE_COLUMN,
            LATE_COLUMN,
            ListingColumn(title=AMOUNT, kind=MONEY, width=13),
            ListingColumn(title="Кто", width=18, wrap=True),
            SOURCE_COLUMN,
        ),
        rows=rows,
    )
