"""The sheets of the agenda that are only read: orders, money, papers, clients, the director."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cmtools.agenda import client_duties
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
    source_link,
)
from cmtools.agenda.losses import find_clients_at_risk
from cmtools.agenda.order_duties import (
    CONTRACT_STAGE,
    COST_STAGE,
    balance_day,
    find_prepayment,
)
from cmtools.agenda.overview import orders_by_stage
from cmtools.agenda.rows import AgendaRows, OrderRows
from cmtools.books.register import Client
from cmtools.pricing.price import ZERO
from cmtools.tables.columns import DATE, MONEY, NUMBER, WHOLE
from cmtools.tables.parsers import normalize_name
from cmtools.tables.writer.listings import Link, Listing, ListingColumn, ListingRow

LOSS_DAYS = 60
GREETINGS = timedelta(days=14)
WEEK, MONTH = 7, 30

_CLIENT = ListingColumn(title=CLIENT, width=26, wrap=True)
_ORDER = ListingColumn(title=ORDER, width=14)
_MANAGER = ListingColumn(title=MANAGER, width=20, wrap=True)
_PERSON = ListingColumn(title=PERSON, width=24, wrap=True)
_DUE = ListingColumn(title=DUE, kind=DATE, width=11)
_LATE = ListingColumn(title=LATE, kind=WHOLE, width=11, warns=True)
_SOURCE = ListingColumn(title=SOURCE, width=17, wrap=True)


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


def overview_sheets(view: Overview) -> list[Listing]:
    """Make all of them, in their order."""
    return [_orders(view), _money(view), _papers(view), _clients(view), _director(view)]


def _orders(view: Overview) -> Listing:
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
            _ORDER,
            ListingColumn(title=CLIENT, width=22, wrap=True),
            ListingColumn(title=MANAGER, width=14, wrap=True),
            ListingColumn(title="Стадия", width=22, wrap=True),
            ListingColumn(title="Дней / норма", width=9),
            ListingColumn(title="Сверх нормы", kind=WHOLE, width=8, warns=True),
            ListingColumn(title="Срок изготовления", kind=DATE, width=13),
            ListingColumn(title="Срок поставки", kind=DATE, width=11),
            ListingColumn(title=AMOUNT, kind=MONEY, width=12),
            ListingColumn(title="Оплачено", kind=MONEY, width=12),
            ListingColumn(title="Долг", kind=MONEY, width=12),
            ListingColumn(title="Маржа, %", kind=NUMBER, width=8),
            ListingColumn(title="Чего не хватает", width=26, wrap=True),
            ListingColumn(title="Папка", width=9),
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
    if order.contract is None and rows.has_reached(order, CONTRACT_STAGE):
        yield "договор"
    if found.priced.approval_needed:
        yield "согласие директора"
    yield from view.missing.get(order.number, ())


def _folder(view: Overview, client: str) -> Link | None:
    path = view.folders.get(client)
    return Link(text="открыть", path=path) if path else None


_BUCKETS = ("К оплате", "Просрочено 1–7 дней", "Просрочено 8–30", "Просрочено больше 30")


def _money(view: Overview) -> Listing:
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
            _CLIENT,
            _ORDER,
            _DUE,
            *(ListingColumn(title=title, kind=MONEY, width=14) for title in _BUCKETS),
            ListingColumn(title="Всего", kind=MONEY, width=14),
            _PERSON,
            _MANAGER,
        ),
        rows=rows,
        above=("Просрочка — в календарных днях после срока оплаты.",),
    )


Debt = tuple[OrderRows, date | None, Decimal]


def _all(by_client: Mapping[str, Sequence[Debt]]) -> list[Debt]:
    return [debt for debts in by_client.values() for debt in debts]


def _debtor(view: Overview, client: str, debts: Sequence[Debt]) -> ListingRow:
    values = _sums(view, view.name(client), debts)
    return ListingRow(values={**values, PERSON: person_line(view.rows, client)}, heading=True)


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
            _ORDER,
            _CLIENT,
            _DUE,
            _LATE,
            _MANAGER,
            _SOURCE,
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
        ("Поздравить", sorted(greetings, key=lambda duty: duty.date)),
    ):
        rows += (_of_duty(view, what, duty) for duty in duties)
    return Listing(
        sheet="Клиенты",
        heading="Клиенты: кто теряется, с кем связаться, кого поздравить",
        columns=(
            ListingColumn(title="Что", width=18, wrap=True),
            _CLIENT,
            _DUE,
            ListingColumn(title="Осталось дней", kind=WHOLE, width=10),
            ListingColumn(title="Подробно", width=42, wrap=True),
            ListingColumn(title="Сумма за год", kind=MONEY, width=14),
            _PERSON,
            _MANAGER,
        ),
        rows=rows,
        above=("Поздравления — на две недели вперёд.",),
    )


def _loss_limit(view: Overview) -> date:
    return view.rows.today + timedelta(days=LOSS_DAYS)


def _client_values(view: Overview, client: Client) -> dict[str, object]:
    return {
        CLIENT: client.name,
        PERSON: person_line(view.rows, client.code),
        MANAGER: client.manager,
    }


def _of_duty(view: Overview, what: str, duty: Duty) -> ListingRow:
    client = view.rows.clients.get(duty.client or "")
    return ListingRow(
        values={
            **(_client_values(view, client) if client else {}),
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
            ListingColumn(title="Что", width=44, wrap=True),
            _CLIENT,
            _ORDER,
            _DUE,
            _LATE,
            ListingColumn(title=AMOUNT, kind=MONEY, width=13),
            ListingColumn(title="Кто", width=20, wrap=True),
            _SOURCE,
        ),
        rows=rows,
    )
