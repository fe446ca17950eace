"""The sheets of the agenda about orders: the open ones, and the money that is owed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cmtools.agenda.duty import Duty
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
)
from cmtools.agenda.order_duties import (
    CONTRACT_STAGE,
    COST_STAGE,
    balance_day,
    find_prepayment,
    has_agreed,
)
from cmtools.agenda.overview import orders_by_stage
from cmtools.agenda.rows import AgendaRows, OrderRows
from cmtools.pricing.price import ZERO
from cmtools.tables.columns import DATE, MONEY, NUMBER, WHOLE
from cmtools.tables.parsers import normalize_name
from cmtools.tables.writer.listings import Link, Listing, ListingColumn, ListingRow

WEEK, MONTH = 7, 30

CLIENT_COLUMN = ListingColumn(title=CLIENT, width=26, wrap=True)
ORDER_COLUMN = ListingColumn(title=ORDER, width=12)
MANAGER_COLUMN = ListingColumn(title=MANAGER, width=18, wrap=True)
PERSON_COLUMN = ListingColumn(title=PERSON, width=24, wrap=True)
DUE_COLUMN = ListingColumn(title=DUE, kind=DATE, width=11)
LATE_COLUMN = ListingColumn(title=LATE, kind=WHOLE, width=12, warns=True)
SOURCE_COLUMN = ListingColumn(title=SOURCE, width=20, wrap=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What the sheets are made of.

    manager: whose agenda it is; None for everybody's. missing: order → papers that its stage asks
    for and that are not made. folders: client → the path of the folder from that of the agendas.
    """

    rows: AgendaRows
    duties: Sequence[Duty]
    manager: str | None
    missing: Mapping[str, Sequence[str]]
    folders: Mapping[str, str]

    def is_whose(self, manager: str | None) -> bool:
        """Tell whether something of a manager belongs here."""
        if self.manager is None:
            return True
        return normalize_name(manager or "") == normalize_name(self.manager)

    def orders(self) -> Iterator[OrderRows]:
        """Yield the orders that belong here."""
        return (found for found in self.rows.orders if self.is_whose(found.order.manager))

    def of_kind(self, *kinds: str) -> list[Duty]:
        """Return the duties of these kinds."""
        return [duty for duty in self.duties if duty.kind in kinds]

    def name(self, code: str | None) -> str:
        """Return the short name of a client."""
        client = self.rows.clients.get(code or "")
        return client.name if client else code or ""


def orders_sheet(view: Overview) -> Listing:
    """List the open orders by stage, with what each lacks."""
    rows = [
        ListingRow(
            values={
                ORDER: found.order.number,
                CLIENT: view.name(found.order.client),
                MANAGER: found.order.manager,
                "Стадия": f"{stage.code} {stage.name}",
                "Дней / норма": _days(entry.days, stage.norm),
                "Сверх нормы": entry.over or None,
                "Срок изготовления": found.order.production_due,
                "Срок поставки": found.order.delivery_due,
                AMOUNT: found.total,
                "Оплачено": found.paid,
                "Долг": found.debt,
                "Маржа, %": _margin(found),
                "Чего не хватает": "; ".join(_missing(view, found)),
                "Папка": _folder(view, found.order.client),
            }
        )
        for stage, entries in orders_by_stage(view.rows)
        for entry in entries
        for found in [entry.rows]
        if view.is_whose(found.order.manager)
    ]
    return Listing(
        sheet="Заказы",
        heading=f"Открытые заказы: {len(rows)}",
        columns=(
            ORDER_COLUMN,
            ListingColumn(title=CLIENT, width=17, wrap=True),
            ListingColumn(title=MANAGER, width=11, wrap=True),
            ListingColumn(title="Стадия", width=18, wrap=True),
            ListingColumn(title="Дней / норма", width=7),
            ListingColumn(title="Сверх нормы", kind=WHOLE, width=8, warns=True),
            ListingColumn(title="Срок изготовления", kind=DATE, width=12),
            ListingColumn(title="Срок поставки", kind=DATE, width=10),
            ListingColumn(title=AMOUNT, kind=MONEY, width=12),
            ListingColumn(title="Оплачено", kind=MONEY, width=12),
            ListingColumn(title="Долг", kind=MONEY, width=12),
            ListingColumn(title="Маржа, %", kind=replace(NUMBER, format="0.0"), width=7),
            ListingColumn(title="Чего не хватает", width=17, wrap=True),
            ListingColumn(title="Папка", width=8),
        ),
        rows=rows,
    )


def _margin(found: OrderRows) -> Decimal | None:
    totals = found.priced.totals
    return totals.margin if totals is not None and found.priced.lines else None


def _days(days: int | None, norm: int | None) -> str:
    return "" if days is None else f"{days} / {'—' if norm is None else norm}"


def _missing(view: Overview, found: OrderRows) -> Iterator[str]:
    """Name what an order lacks at its stage."""
    order, rows = found.order, view.rows
    if found.priced.unpriced:
        yield f"цена: {found.priced.missing_in_words}"
    if order.delivery_due is None:
        yield "срок поставки"
    if rows.has_reached(order, COST_STAGE):
        if order.contractor is None:
            yield "подрядчик"
        if order.production_due is None:
            yield "срок изготовления"
    if order.contract is None and has_agreed(rows, found, CONTRACT_STAGE):
        yield "договор"
    if found.priced.approval_needed:
        yield "согласие директора"
    yield from view.missing.get(order.number, ())


def _folder(view: Overview, client: str) -> Link | None:
    path = view.folders.get(client)
    return Link(text="открыть", path=path) if path else None


_BUCKETS = ("К оплате", "Просрочено 1–7 дней", "Просрочено 8–30", "Просрочено больше 30")


def money_sheet(view: Overview) -> Listing:
    """List what each client owes, by how long it is overdue, and the orders behind it."""
    by_client: dict[str, list[tuple[OrderRows, date | None, Decimal]]] = {}
    for found in view.orders():
        for due, amount in _debts(view.rows, found):
            by_client.setdefault(found.order.client, []).append((found, due, amount))
    groups = sorted(by_client.items(), key=lambda item: -sum(debt[2] for debt in item[1]))
    rows: list[ListingRow] = []
    for client, debts in groups:
        rows.append(_debtor(view, client, debts))
        rows += (
            ListingRow(
                values={
                    ORDER: found.order.number,
                    DUE: due,
                    _bucket(view.rows.today, due): amount,
                    "Всего": amount,
                    MANAGER: found.order.manager,
                }
            )
            for found, due, amount in sorted(debts, key=lambda debt: debt[1] or date.max)
        )
    total = sum((debt[2] for debts in by_client.values() for debt in debts), ZERO)
    if rows:
        rows.append(ListingRow(values=_sums(view, "Итого", _all(by_client)), heading=True))
    return Listing(
        sheet="Деньги",
        heading="Кто должен" if total else "Никто не должен",
        columns=(
            CLIENT_COLUMN,
            ORDER_COLUMN,
            DUE_COLUMN,
            *(ListingColumn(title=title, kind=MONEY, width=14) for title in _BUCKETS),
            ListingColumn(title="Всего", kind=MONEY, width=14),
            PERSON_COLUMN,
            MANAGER_COLUMN,
        ),
        rows=rows,
        above=("Просрочка — в календарных днях после срока оплаты.",),
    )


Debt = tuple[OrderRows, date | None, Decimal]


def _all(by_client: Mapping[str, Sequence[Debt]]) -> list[Debt]:
    return [debt for debts in by_client.values() for debt in debts]


def _debtor(view: Overview, client: str, debts: Sequence[Debt]) -> ListingRow:
    values = _sums(view, view.name(client), debts)
    return ListingRow(
        values={**values, PERSON: person_line(*view.rows.person_of(client))}, heading=True
    )


def _sums(view: Overview, name: str, debts: Iterable[Debt]) -> dict[str, object]:
    sums: dict[str, Decimal] = {}
    for _, due, amount in debts:
        for title in (_bucket(view.rows.today, due), "Всего"):
            sums[title] = sums.get(title, ZERO) + amount
    return {CLIENT: name, **sums}


def _debts(rows: AgendaRows, found: OrderRows) -> Iterator[tuple[date | None, Decimal]]:
    """Yield what a client owes for an order: the missing prepayment, and the rest."""
    debt = found.debt
    if not found.is_final or not debt:
        return
    asked = find_prepayment(rows, found) if found.is_open else None
    ahead = min(asked[0], debt) if asked else ZERO
    if asked and ahead:
        yield asked[1], ahead
    if debt > ahead:
        yield balance_day(found), debt - ahead


def _bucket(today: date, due: date | None) -> str:
    late = 0 if due is None else (today - due).days
    return _BUCKETS[(late > 0) + (late > WEEK) + (late > MONTH)]
