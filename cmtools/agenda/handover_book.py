"""The workbook of a handover: all that the new manager of a client has to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cmtools.agenda.duties import find_duties
from cmtools.agenda.duty_form import AMOUNT, DUE, LATE, ORDER, TEXT
from cmtools.agenda.order_sheets import (
    DUE_COLUMN,
    LATE_COLUMN,
    ORDER_COLUMN,
    Overview,
    money_sheet,
    orders_sheet,
)
from cmtools.agenda.rows import AgendaRows
from cmtools.books.choices import ClaimDecision
from cmtools.books.orders import CLAIMS
from cmtools.books.register import CLIENTS, CONTACTS, JOURNAL, Client, Transfer
from cmtools.tables.columns import MONEY
from cmtools.tables.parsers import format_value
from cmtools.tables.table import InvalidRow, Row, Table
from cmtools.tables.writer.listings import Listing, ListingColumn, ListingRow, build_listings


def build_handover(
    rows: AgendaRows,
    client: Client | InvalidRow,
    transfer: Transfer,
    missing: Mapping[str, Sequence[str]],
) -> bytes:
    """Return the bytes of the workbook; `missing` are the papers by order that are not made."""
    code = client.get("code")
    own = replace(
        rows,
        orders=[found for found in rows.orders if found.order.client == code],
        clients={key: one for key, one in rows.clients.items() if key == code},
    )
    view = Overview(
        rows=own,
        duties=[duty for duty in find_duties(rows) if duty.client == code],
        manager=None,
        missing=missing,
        folders={code: "../"},
    )
    claims = [claim for found in own.orders for claim in found.claims]
    claims.sort(key=lambda claim: (claim.decision is not ClaimDecision.OPEN, -claim.on.toordinal()))
    touches = sorted(rows.touches.get(code, ()), key=lambda touch: touch.on, reverse=True)
    is_open = sum(claim.decision is ClaimDecision.OPEN for claim in claims)
    return build_listings(
        [
            _card(client, rows, transfer),
            orders_sheet(view),
            replace(money_sheet(view), sheet="Долги"),
            _records(CLAIMS, claims, f"Претензии: {len(claims)}, в работе: {is_open}"),
            _records(CONTACTS, rows.contacts.get(code, ()), "С кем у клиента разговаривать"),
            _records(JOURNAL, touches, f"Журнал контактов: {len(touches)}"),
            _duties(view),
        ]
    )


def _card(client: Client | InvalidRow, rows: AgendaRows, transfer: Transfer) -> Listing:
    values = {field.title: client.get(name) for name, field in CLIENTS.fields.items()}
    if isinstance(client, Client):
        values["Категория"] = rows.category(client).value
    values |= {"Передал": transfer.giver, "Принял": transfer.taker, "Причина": transfer.reason}
    values |= {"Условия": transfer.terms}
    return Listing(
        sheet="Карточка",
        heading=f"Передача клиента {client.get('name') or client.get('code')}",
        columns=(
            ListingColumn(title="Поле", width=34),
            ListingColumn(title="Значение", width=70, wrap=True),
        ),
        rows=[
            ListingRow(values={"Поле": title, "Значение": format_value(value)})
            for title, value in values.items()
            if value is not None
        ],
        above=(f"Передан {transfer.on:%d.%m.%Y}: {transfer.giver} → {transfer.taker}",),
    )


def _records(table: Table[Any], records: Iterable[Row], heading: str) -> Listing:
    """List records of a table under its own titles, without the client's code."""
    fields = {name: field for name, field in table.fields.items() if name != "client"}
    return Listing(
        sheet=table.title,
        heading=heading,
        columns=tuple(
            ListingColumn(
                title=field.title, kind=field.kind, width=field.width, wrap=field.column.wrap
            )
            for field in fields.values()
        ),
        rows=[
            ListingRow(values={field.title: record.get(name) for name, field in fields.items()})
            for record in records
        ],
    )


def _duties(view: Overview) -> Listing:
    rows = [
        ListingRow(
            values={
                DUE: duty.date,
                LATE: max((view.rows.today - duty.date).days, 0) or None,
                TEXT: duty.text,
                ORDER: duty.order,
                AMOUNT: duty.amount,
            }
        )
        for duty in view.duties
    ]
    return Listing(
        sheet="Дела",
        heading=f"Дела по клиенту: {len(rows)}",
        columns=(
            DUE_COLUMN,
            LATE_COLUMN,
            ListingColumn(title=TEXT, width=60, wrap=True),
            ORDER_COLUMN,
            ListingColumn(title=AMOUNT, kind=MONEY, width=14),
        ),
        rows=rows,
    )
