"""The sample's orders: what each client asked for, and every day of each order's life."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from cmtools.demo.clients import Client
from cmtools.demo.company import CONTRACTOR_OF, in_last_month, next_workday, workday
from cmtools.demo.products import NEW, Line, draw_lines, sold_at, without_cost

PICKUP: Final = "самовывоз"
_LOST_AFTER: Final = timedelta(days=90)  # «Потеря системного, дней» as shipped
_LIFE: Final = (17, 34)  # calendar days from an order to its closing
# clients whose last order, if not listed below, is so many months old
_RECENT: Final = {9: 1, 10: 1, 11: 1, 12: 2, 13: 2, 14: 2, 28: 1, 29: 1, 30: 1, 31: 2, 32: 2, 33: 3}
_MANNERS: Final = (PICKUP, "доставка", "доставка", "транспортная компания")


@dataclass(frozen=True, kw_only=True)
class Deal:
    """One order: its request, and the day of everything that has happened to it so far."""

    client: Client
    stage: str
    placed: date
    entered: date
    lines: tuple[Line, ...]
    number: str = ""
    contractor: str | None = None
    made_by: date | None = None
    due: date | None = None
    manner: str = PICKUP
    carriage: Decimal | None = None
    prepayment: int = 0
    term: int = 0
    prepaid: date | None = None
    received: date | None = None
    shipped: date | None = None
    paid: date | None = None
    original: date | None = None
    closed: date | None = None
    mark: int | None = None
    complaint: str | None = None
    approved: str | None = None
    note: str | None = None

    @property
    def final(self) -> bool:
        """Whether the request is окончательная: signed, from stage 2.5 on, no repeat in talks."""
        return "2.5" <= self.stage < "5" or self.closed is not None

    @property
    def cost(self) -> Decimal:
        """The contractor's cost of the whole order, without VAT."""
        return sum((line.whole_cost for line in self.lines), Decimal())

    @property
    def run(self) -> int:
        """Pieces of all positions together, as the deliveries count them."""
        return sum(line.run for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class _Open:
    """An order on its way: days ago it was placed and entered its stage, and what is odd."""

    stage: str
    client: int
    placed: int
    entered: int
    costless: bool = False
    late: bool = False
    unpaid: bool = False
    percent: int | None = None
    approved: str | None = None
    mark: int = 5
    complaint: str | None = None
    note: str | None = None


_OPEN: Final = (
    _Open(stage="2.1", client=38, placed=1, entered=0, costless=True),
    _Open(stage="2.1", client=17, placed=0, entered=0, costless=True),
    _Open(stage="2.2", client=39, placed=3, entered=1),
    _Open(stage="2.2", client=3, placed=2, entered=0, costless=True),
    _Open(stage="2.3", client=40, placed=5, entered=2, costless=True),
    _Open(stage="2.3", client=18, placed=4, entered=1, costless=True),
    _Open(stage="2.4", client=19, placed=6, entered=0),
    _Open(stage="2.5", client=37, placed=9, entered=3),
    _Open(stage="2.5", client=2, placed=7, entered=2, percent=135,
          note="Клиент просит цену прошлого года"),
    _Open(stage="2.5", client=36, placed=38, entered=31,
          note="Договор ждёт подписи директора"),
    _Open(stage="2.6", client=5, placed=8, entered=0),
    _Open(stage="2.6", client=34, placed=5, entered=0),
    _Open(stage="3.1", client=7, placed=10, entered=0),
    _Open(stage="3.1", client=1, placed=9, entered=0),
    _Open(stage="3.2", client=35, placed=12, entered=0),
    _Open(stage="3.3", client=16, placed=14, entered=5),
    _Open(stage="3.3", client=4, placed=16, entered=8),
    _Open(stage="3.3", client=6, placed=13, entered=4, percent=132, approved="да",
          note="Пробная партия, цена согласована директором"),
    _Open(stage="3.3", client=20, placed=33, entered=20, late=True,
          note="Подрядчик задерживает тираж"),
    _Open(stage="3.4", client=1, placed=17, entered=0),
    _Open(stage="3.5", client=3, placed=18, entered=0),
    _Open(stage="3.6", client=2, placed=19, entered=0),
    _Open(stage="3.7", client=5, placed=20, entered=1),
    _Open(stage="4.1", client=15, placed=21, entered=1),
    _Open(stage="4.1", client=7, placed=19, entered=0),
    _Open(stage="4.2", client=4, placed=23, entered=2),
    _Open(stage="4.2", client=6, placed=24, entered=1),
    _Open(stage="4.3", client=10, placed=50, entered=2, unpaid=True, mark=3,
          complaint="Долго согласовывали договор", note="Остаток не оплачен, два напоминания"),
    _Open(stage="4.3", client=17, placed=30, entered=3, mark=2,
          complaint="Цвет фона ушёл в зелёный, часть тиража подрезана косо"),
    _Open(stage="4.3", client=3, placed=28, entered=1),
    _Open(stage="5.2", client=11, placed=1, entered=0),
    _Open(stage="5.3", client=12, placed=2, entered=0),
    _Open(stage="5.4", client=1, placed=4, entered=1),
)  # fmt: skip
# days from the receipt of the goods, and from their shipment, to the stage of an open order
_SINCE_RECEIPT: Final = {"3.4": 0, "3.5": 1, "3.6": 2, "3.7": 3, "4.1": 4, "4.2": 5, "4.3": 8}
_SINCE_SHIPMENT: Final = {"4.2": 0, "4.3": 4}


def all_deals(clients: tuple[Client, ...], today: date, rng: Random) -> tuple[Deal, ...]:
    """Every order of fourteen months up to `today`, numbered by date."""
    past = [
        _past(client, placed, today, rng, first=index == 0)
        for client in clients
        for index, placed in enumerate(_days_of_orders(client, today, rng))
    ]
    running = [_opened(state, clients[state.client - 1], today, rng) for state in _OPEN]
    return _numbered([*_with_repeat_offers(past, today), *running])


def _days_of_orders(client: Client, today: date, rng: Random) -> list[date]:
    """When the client placed the orders that are not listed one by one, in order."""
    if client.habit == "потерянный":
        last = workday(in_last_month(today, 15) - _LOST_AFTER)
        return [workday(last - timedelta(days=days)) for days in (180, 130, 85, 40, 0)]
    steps = range(rng.randint(396, 418), 24, -rng.randint(36, 44))
    repeats = [(375, 415), (170, 240)] if client.serial in _RECENT else [(170, 330), (60, 120)]
    windows = {
        "системный": [(step - 6, step) for step in steps],
        "повторный": repeats,
        "разовый": [(100, 330)],
    }.get(client.habit, [])
    days = [workday(today - timedelta(days=rng.randint(*window))) for window in windows]
    if client.serial in _RECENT:
        month = today
        for _ in range(_RECENT[client.serial]):
            month = in_last_month(month, 12 + client.serial % 6 * 3)
        days.append(workday(month))
    return days


def _request(
    client: Client, stage: str, placed: date, lines: tuple[Line, ...], rng: Random
) -> Deal:
    """An order of this client as it was asked for."""
    prepayment, term = client.terms
    manner = rng.choice(_MANNERS)
    return Deal(
        client=client,
        stage=stage,
        placed=placed,
        entered=placed,
        lines=lines,
        contractor=CONTRACTOR_OF[lines[0].kind] if stage >= "2.3" else None,
        manner=manner,
        carriage=None if manner == PICKUP else Decimal(rng.randint(12, 60) * 50),
        prepayment=prepayment,
        term=term,
    )


def _past(client: Client, placed: date, today: date, rng: Random, *, first: bool) -> Deal:
    """An order that is closed, or in production where it is too young for that."""
    lines = draw_lines(client.kinds, client.code, first=first, rng=rng)
    if rng.random() < 0.06:
        lines = tuple(sold_at(line, 205) for line in lines)
    request = _request(client, "3.3", placed, lines, rng)
    life, age = rng.randint(*_LIFE), (today - placed).days
    if age >= _LIFE[0]:
        return _closed(request, min(life, age), rng)
    return replace(
        request,
        entered=workday(placed + timedelta(days=3)),
        prepaid=workday(placed + timedelta(days=2)) if request.prepayment else None,
        made_by=next_workday(today + timedelta(days=rng.randint(3, 8))),
        due=next_workday(today + timedelta(days=12)),
    )


def _closed(deal: Deal, life: int, rng: Random) -> Deal:
    """The same order after its whole life of so many days."""

    def at(percent: int) -> date:
        return workday(deal.placed + timedelta(days=life * percent // 100))

    received, shipped, closed = at(50), at(62), at(100)
    made_by = workday(received + timedelta(days=rng.randint(0, 2)))
    mark = rng.choices((5, 4, 3), (60, 34, 6))[0]
    return replace(
        deal,
        stage="4.3",
        entered=closed,
        made_by=made_by,
        due=max(made_by, shipped),
        prepaid=at(15) if deal.prepayment else None,
        received=received,
        shipped=shipped,
        paid=at(85),
        original=at(92),
        closed=closed,
        mark=mark,
        complaint="Отгрузили позже, чем обещали" if mark == 3 else None,
    )


def _with_repeat_offers(past: list[Deal], today: date) -> list[Deal]:
    """The two orders closed last are offered a repeat on special terms: stage 5.1."""
    entered = workday(today - timedelta(days=1))
    closed = [deal for deal in past if deal.closed and deal.closed < entered]
    closed.sort(key=lambda deal: (deal.closed, deal.client.code))
    offered = [replace(deal, stage="5.1", entered=entered) for deal in closed[-2:]]
    return [*(deal for deal in past if deal not in closed[-2:]), *offered]


def _opened(state: _Open, client: Client, today: date, rng: Random) -> Deal:
    """An order on its way, with everything up to its stage done."""

    def ago(days: int) -> date:
        return workday(today - timedelta(days=days))

    stage, entered = state.stage, ago(state.entered)
    since_receipt = state.entered + _SINCE_RECEIPT.get(stage, 0)
    since_shipment = state.entered + _SINCE_SHIPMENT.get(stage, 0)
    if state.unpaid:
        since_receipt, since_shipment = 28, 25
    lines = _draw_open_lines(state, client, rng)
    request = _request(client, stage, ago(state.placed), lines, rng)
    deal = replace(
        request,
        entered=entered,
        prepaid=ago(state.placed - 4) if "3" < stage < "5" and request.prepayment else None,
        received=ago(since_receipt) if stage in _SINCE_RECEIPT else None,
        shipped=ago(since_shipment) if stage in _SINCE_SHIPMENT else None,
        approved=state.approved,
        note=state.note,
    )
    if stage == "4.3":
        paid = None if state.unpaid else entered
        deal = replace(
            deal, paid=paid, original=entered, mark=state.mark, complaint=state.complaint
        )
    return _with_deadlines(deal, state, today, rng)


def _draw_open_lines(state: _Open, client: Client, rng: Random) -> tuple[Line, ...]:
    first = client.habit in ("новый", "без заказов")
    lines = draw_lines(client.kinds, client.code, first=first, rng=rng)
    if state.stage == "5.4":
        lines = (replace(lines[0], design=NEW, file=None), *lines[1:])
    if state.costless:
        return tuple(without_cost(line) for line in lines)
    if state.percent:
        return tuple(sold_at(line, state.percent) for line in lines)
    return lines


def _with_deadlines(deal: Deal, state: _Open, today: date, rng: Random) -> Deal:
    def ahead(days: int) -> date:
        return next_workday(today + timedelta(days=days))

    if state.late:
        made_by, due = (workday(today - timedelta(days=days)) for days in (5, 2))
        return replace(deal, made_by=made_by, due=due)
    if not deal.final:
        return deal if state.costless else replace(deal, due=ahead(18))
    made_by = deal.received or ahead(rng.randint(4, 12))
    due = deal.shipped or max(made_by, ahead(0)) + timedelta(days=rng.randint(2, 4))
    return replace(deal, made_by=made_by, due=next_workday(due))


def _numbered(deals: list[Deal]) -> tuple[Deal, ...]:
    """By date, each with its number: the orders of a year are counted from 1."""
    counts: dict[int, int] = {}
    numbered = []
    for deal in sorted(deals, key=lambda deal: (deal.placed, deal.client.code, deal.stage)):
        year = deal.placed.year
        counts[year] = counts.get(year, 0) + 1
        numbered.append(replace(deal, number=f"З-{year}-{counts[year]:04d}"))
    return tuple(numbered)
