"""The catalogue of duties: each kind has one function, rows and a date in, dated duties out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cmtools.agenda import client_duties, month_duties, order_duties, paper_duties
from cmtools.agenda.duty import Duty, of_client
from cmtools.agenda.rows import AgendaRows
from cmtools.books.choices import ClientStatus
from cmtools.pricing.price import ZERO

KINDS: dict[str, Callable[[AgendaRows], Iterator[Duty]]] = {
    "production": order_duties.production,
    "delivery": order_duties.delivery,
    "stage": order_duties.stage,
    "contractor": order_duties.contractor,
    "approval": order_duties.approval,
    "contract": order_duties.contract,
    "prepayment": order_duties.prepayment,
    "balance": order_duties.balance,
    "quality": order_duties.quality,
    "sample": order_duties.sample,
    "readiness": order_duties.readiness,
    "act": order_duties.act,
    "original": paper_duties.original,
    "handover": paper_duties.handover,
    "closing": order_duties.closing,
    "mark": order_duties.mark,
    "claim": order_duties.claim,
    "repeat": order_duties.repeat,
    "touch": client_duties.touch,
    "birthday": client_duties.birthday,
    "company-day": client_duties.company_day,
    "holiday": client_duties.holiday,
    "design": order_duties.design,
    "task": month_duties.task,
    "plan": month_duties.plan,
    "report": month_duties.report,
}
"""Id → the function that finds the duties of that kind; `director` is made of theirs."""


def find_duties(rows: AgendaRows) -> list[Duty]:
    """Find all duties: overdue ones first, each group by money at stake, then by date."""
    duties = [duty for find in KINDS.values() for duty in find(rows)]
    duties += director(rows, duties)
    return sorted(
        duties,
        key=lambda duty: (
            duty.date >= rows.today,
            -(duty.amount or ZERO),
            duty.date,
            duty.kind,
            duty.key,
        ),
    )


def director(rows: AgendaRows, duties: list[Duty]) -> Iterator[Duty]:
    """Find problem and VIP clients with an overdue duty or an open claim: one duty each."""
    for client in rows.clients.values():
        if client.status is None:
            continue
        urgent = [
            duty
            for duty in duties
            if duty.client == client.code and (duty.date < rows.today or duty.kind == "claim")
        ]
        if urgent:
            first = min(urgent, key=lambda duty: duty.date)
            kind = "VIP-клиент" if client.status is ClientStatus.VIP else "проблемный клиент"
            text = f"Взять под контроль: {kind} {client.name} — {first.text}"
            yield of_client("director", client, first.date, text, first.source)
