"""Duties of the originals that «Документы» tracks: received, then handed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from cmtools.agenda.duty import Duty
from cmtools.agenda.rows import AgendaRows
from cmtools.books.orders import Paper
from cmtools.tables.parsers import parse_date


def original(rows: AgendaRows) -> Iterator[Duty]:
    """Find papers whose original has not come yet."""
    for paper in rows.papers:
        if paper.received is None:
            yield from _of_paper("original", rows, paper, "Получить оригинал", "received", None)


def handover(rows: AgendaRows) -> Iterator[Duty]:
    """Find originals that have come and were not handed over."""
    for paper in rows.papers:
        if paper.received is not None and paper.handed is None:
            text = f"Передать в {paper.department}" if paper.department else "Передать оригинал"
            yield from _of_paper("handover", rows, paper, text, "handed", paper.received)


def _of_paper(
    kind: str, rows: AgendaRows, paper: Paper, text: str, column: str, due: date | None
) -> Iterator[Duty]:
    """Yield the duty of a row of Документы; none if its order and contract are in error."""
    order = rows.order_by_number.get(paper.order) if paper.order else None
    contract_row = rows.contracts.get(paper.contract) if paper.contract else None
    parent = order.order if order else contract_row
    client = rows.clients.get(parent.client) if parent else None
    started = parent.on if parent else None
    due = due or _named_day(paper.title) or started
    if due is None:
        return
    title = paper.title or (paper.contract if order is None else "")
    yield Duty(
        kind=kind,
        date=due,
        text=f"{text}: {paper.kind.value}{f' {title}' if title else ''}",
        key=f"{paper.order or paper.contract} {paper.row}",
        source=paper.place(column),
        order=paper.order,
        client=client.code if client else None,
        manager=order.order.manager if order else client.manager if client else None,
        amount=order.total if order else None,
    )


def _named_day(title: str | None) -> date | None:
    """Return the day in the number and date of a paper: «№ 12 от 10.11.2026»."""
    for typed in re.findall(r"\d{1,2}\.\d{1,2}\.\d{4}", title or ""):
        found = parse_date(typed)
        if isinstance(found, date):
            return found
    return None
