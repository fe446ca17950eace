"""A generated year of orders, and what their papers must say, reckoned apart from the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import NamedTuple

from support.paper_figures import Figures
from support.reckoning import CENT, Books, Row, add, digits, half_up, number, vat_inside, vat_rate
from support.workbench import HEALTHY, SALES, rows_of

LAST_DAY = date(2026, 6, 30)
ORDERS = 36
SHIPPED, RECEIVED = "отгружено клиенту", "получено от подрядчика"
AT_WORK, REFUSED, MET = "в работе", "отклонена", "удовлетворена"


class Side(NamedTuple):
    """A client: its row, who signs for it, and how the preamble of its papers names that person."""

    row: Row
    signer: str
    represented: str


def sides() -> list[Side]:
    """A company with a director, one with a proxy, an entrepreneur, one with a proxy, a person."""
    company, entrepreneur, person = rows_of("Клиенты")
    proxy = {
        "Код": "К-0004",
        "Краткое наименование": "ООО «Астра»",
        "Полное наименование": "Общество с ограниченной ответственностью «Астра»",
        "Должность руководителя": "Коммерческий директор",
        "ФИО руководителя": "Соколова Елена Юрьевна",
        "Действует на основании": "доверенности № 5 от 01.03.2025",
    }
    agent = {
        "Код": "К-0005",
        "Полное наименование": "Индивидуальный предприниматель Кузнецов Виктор Андреевич",
        "ФИО руководителя": "Громов Илья Петрович",
        "Действует на основании": "доверенности от 02.02.2025",
    }
    return [
        Side(
            company,
            "И. И. Иванов",
            "в лице генерального директора Иванова Ивана Ивановича, действующего на основании "
            "Устава",
        ),
        Side(
            company | proxy,
            "Е. Ю. Соколова",
            "в лице коммерческого директора Соколовой Елены Юрьевны, действующей на основании "
            "доверенности № 5 от 01.03.2025",
        ),
        Side(entrepreneur, "В. А. Кузнецов", "Индивидуальный предприниматель Кузнецов Виктор"),
        Side(
            entrepreneur | agent,
            "И. П. Громов",
            "Громова Ильи Петровича, действующего на основании доверенности от 02.02.2025",
        ),
        Side(person, "О. Лебедева", "Лебедева Ольга"),
    ]


def year_books(seed: int) -> Books:
    """A year of orders over the change of the VAT rate, shipped, paid and claimed in many ways."""
    random = Random(seed)
    books = HEALTHY | {
        "Клиенты": [side.row | {"Дата передачи": date(2025, 6, 2)} for side in sides()],
        "Договоры": [contract_row(side.row) for side in sides()],
        **{sheet: [] for sheet in ("Заказы", "Позиции", "Поставки", "Платежи", "Претензии")},
        **{sheet: [] for sheet in ("Макеты", "Документы", "Журнал контактов")},
        **{sheet: [] for sheet in ("Контактные лица", "Передачи клиентов", "Поручения")},
    }
    for at in range(1, ORDERS + 1):
        order = order_row(random, at)
        books["Заказы"].append(order)
        books["Позиции"] += position_rows(random, order)
        books["Поставки"] += shipment_rows(random, Deal(books, order))
        books["Платежи"] += payment_rows(random, Deal(books, order))
        books["Претензии"] += claim_rows(random, order)
    return books


def contract_row(client: Row) -> Row:
    """A contract made before the first order."""
    row = rows_of("Договоры")[1]
    return row | {
        "№ договора": f"ДС-{client['Код']}",
        "Дата": date(2025, 7, 1),
        "Код клиента": client["Код"],
        "Юрист": None,
    }


def order_row(random: Random, at: int) -> Row:
    """An order of one of the clients; the days go over the whole year."""
    day = date(2025, 7, 1) + timedelta(days=at * 320 // ORDERS)
    client = random.choice(sides()).row["Код"]
    return {
        "№ заказа": f"З-{at:03}",
        "Дата заказа": day,
        "Код клиента": client,
        "Менеджер": SALES,
        "Вид заявки": "предварительная" if random.random() < 0.08 else "окончательная",
        "Стадия": random.choice(("3.3", "3.7", "4.1", "4.1")),
        "Срок поставки": random.choice((None, day + timedelta(days=20))),
        "Способ доставки": "доставка",
        "Адрес доставки": "г. Псков, ул. Труда, д. 5",
        "Стоимость доставки": random.choice((None, 0, Decimal(random.randint(1, 99999)) / 100)),
        "Предоплата, %": random.choice((None, 0, 30, 50, Decimal("33.33"), 100)),
        "Срок оплаты остатка, дней": 10,
        "№ договора": f"ДС-{client}",
        "Согласовано директором": "да",
    }


def position_rows(random: Random, order: Row) -> Iterator[Row]:
    """One to three lines."""
    for place in range(1, random.randint(1, 3) + 1):
        yield {
            "№ заказа": order["№ заказа"],
            "№ п/п": place,
            "Вид продукции": random.choice(("визитки", "каталоги", "буклеты")),
            "Наименование": f"Изделие {place}",
            "Тираж": random.randint(100, 900),
            "Ед.": "шт",
            "Дизайн": "без дизайна",
            "Себестоимость за ед.": Decimal(random.randint(10000, 999999)) / 10000,
            "Доп. расходы": random.choice((None, Decimal(random.randint(1, 99999)) / 100)),
            "Цена вручную": random.choice((None, None, Decimal(random.randint(9999, 19999)) / 100)),
        }


def shipment_rows(random: Random, deal: Deal) -> Iterator[Row]:
    """Nothing, all and perhaps more, each line in parts, a part of them, an unknown part."""
    start = deal.day("Дата заказа") + timedelta(days=random.randint(5, 25))
    if start.year == 2025 and start.month == 12:
        start = date(2026, 1, random.randint(9, 19))  # one order is shipped under one rate
    runs = {int(number(row, "№ п/п")): int(number(row, "Тираж")) for row in deal.positions}
    way = random.choice(("nothing", "whole", "more", "parts", "parts", "some", "unknown"))
    if way in ("whole", "more"):
        yield shipment_row(deal, start, sum(runs.values()), None)
        if way == "more":  # a replacement of what was defective
            yield shipment_row(deal, start + timedelta(days=4), 7, 1)
    elif way == "unknown":
        yield shipment_row(deal, start, sum(runs.values()) - 1, None)
    elif way != "nothing":
        for place, run in runs.items():
            cut = random.randint(0, run - 1)
            parts = [cut, run - cut] if way == "parts" else [cut // 2]
            for part in filter(None, parts):
                later = start + timedelta(days=random.randint(0, 3))
                yield shipment_row(deal, later, part, place)
    yield shipment_row(deal, start, 1, None) | {"Вид": RECEIVED}


def shipment_row(deal: Deal, day: date, quantity: int, place: int | None) -> Row:
    return {
        "Дата": day,
        "№ заказа": deal.number,
        "Вид": SHIPPED,
        "Количество": quantity,
        "Сумма": 1,
        "№ п/п": place,
    }


def payment_rows(random: Random, deal: Deal) -> Iterator[Row]:
    """Nothing, a part of the prepayment, all of it, more, everything; and what was given back."""
    total, prepayment = deal.figures.total, deal.figures.prepayment
    sums = {
        "nothing": [],
        "part": [prepayment / 3],
        "prepayment": [prepayment / 4, prepayment - half_up(prepayment / 4, CENT)],
        "more": [prepayment, (total - prepayment) / 7],
        "all": [prepayment, total - prepayment],
        "too much": [total + 100],
    }[random.choice(("nothing", "part", "prepayment", "more", "all", "too much"))]
    paid = [half_up(amount, CENT) for amount in sums]
    for amount in filter(None, paid):
        yield payment_row(deal, "от клиента", amount)
    if paid and paid[0] and random.random() < 0.3:
        yield payment_row(deal, "возврат клиенту", half_up(paid[0] / 5, CENT) or CENT)
    yield payment_row(deal, "подрядчику", Fraction(77))


def payment_row(deal: Deal, kind: str, amount: Fraction) -> Row:
    day = deal.day("Дата заказа") + timedelta(days=3)
    return {
        "Дата": day,
        "№ заказа": deal.number,
        "Вид": kind,
        "Сумма": Decimal(digits(amount)),
    }


def claim_rows(random: Random, order: Row) -> Iterator[Row]:
    """None, one or two claims, at work or decided."""
    day = Deal({}, order).day("Дата заказа") + timedelta(days=random.randint(10, 30))
    for at in range(random.choice((0, 0, 1, 2))):
        decision = random.choice((AT_WORK, REFUSED, MET))
        made = day + timedelta(days=at)
        yield {
            "Дата": made,
            "№ заказа": order["№ заказа"],
            "Количество": random.choice((None, 7)),
            "Сумма": Decimal(random.randint(100, 99999)) / 100,
            "Причина": f"Смещение реза {at}",
            "Решение": decision,
            "Дата решения": None if decision == AT_WORK else made + timedelta(days=9),
            "Сумма удовлетворения": Decimal("50.05") if decision == MET else None,
        }


class ActLine(NamedTuple):
    """A line of an act: № п/п, how much, for how much with VAT."""

    place: int
    quantity: int
    amount: Fraction


@dataclass(frozen=True)
class Act:
    """What an act must say; `day` is None before any shipment."""

    number: str
    day: date | None
    lines: list[ActLine]
    delivery: Fraction
    vat: Fraction
    in_full: bool
    in_time: bool
    no_claims: bool

    @property
    def total(self) -> Fraction:
        return add(line.amount for line in self.lines) + self.delivery


@dataclass(frozen=True)
class Deal:
    """An order of the books with the rows that refer to it."""

    books: Books
    order: Row

    @property
    def number(self) -> str:
        return str(self.order["№ заказа"])

    @property
    def figures(self) -> Figures:
        return Figures(self.books, self.order)

    @property
    def side(self) -> Side:
        (found,) = [side for side in sides() if side.row["Код"] == self.order["Код клиента"]]
        return found

    def day(self, column: str) -> date:
        value = self.order[column]
        assert isinstance(value, date)
        return value

    def rows(self, sheet: str) -> list[Row]:
        return [row for row in self.books[sheet] if row["№ заказа"] == self.number]

    @property
    def positions(self) -> list[Row]:
        return self.rows("Позиции")

    @cached_property
    def ordered(self) -> Fraction:
        return add(number(row, "Тираж") for row in self.positions)

    def shipped(self, first: date = date.min, last: date = date.max) -> list[Row]:
        """The shipments between two days, both included."""
        rows = [row for row in self.rows("Поставки") if row["Вид"] == SHIPPED]
        return [row for row in rows if first <= day_of(row) <= last]

    @property
    def shipment_days(self) -> list[date]:
        return sorted({day_of(row) for row in self.shipped()})

    def shipped_quantity(self, day: date) -> Fraction:
        return add(number(row, "Количество") for row in self.shipped(day, day))

    def quantities(self, rows: list[Row]) -> dict[int, int] | None:
        """№ п/п → what shipments handed over; None where the books do not say it."""
        if add(number(row, "Количество") for row in rows) == self.ordered:
            return {int(number(row, "№ п/п")): int(number(row, "Тираж")) for row in self.positions}
        if any(row["№ п/п"] is None for row in rows):
            return None
        places = sorted({int(number(row, "№ п/п")) for row in rows})
        return {
            place: sum(int(number(row, "Количество")) for row in rows if row["№ п/п"] == place)
            for place in places
        }

    def act_refusal(self) -> str | None:
        """The code of why there is no act of the last day."""
        if self.order["Вид заявки"] == "предварительная":
            return "preliminary-order"
        if not self.shipment_days:
            return "nothing-shipped" if self.order["Стадия"] == "3.3" else None
        last = self.shipment_days[-1]
        return "partial-shipment" if self.quantities(self.shipped(last, last)) is None else None

    def acts(self) -> Iterator[Act]:
        """The acts by day; one of the whole order where nothing was shipped yet."""
        figures, days = self.figures, self.shipment_days
        if not days:
            whole = [ActLine(line.position, line.run, line.amount) for line in figures.lines]
            yield Act(self.number, None, whole, figures.delivery, figures.vat, False, False, False)
        due, claimed = self.order["Срок поставки"], bool(self.rows("Претензии"))
        is_full = False
        left = {line.position: (line.run, line.amount, line.vat) for line in figures.lines}
        prices = {line.position: line.price for line in figures.lines}
        rate = vat_rate(self.books, self.order)
        for day in days:
            lines, vat = [], Fraction(0)
            for place, quantity in sorted((self.quantities(self.shipped(day, day)) or {}).items()):
                run, amount, tax = left[place]
                part = amount if quantity >= run else half_up(prices[place] * quantity, CENT)
                part_tax = tax if quantity >= run else vat_inside(part, rate)
                left[place] = (run - quantity, amount - part, tax - part_tax)
                lines.append(ActLine(place, quantity, part))
                vat += part_tax
            ends = not is_full and all(run <= 0 for run, _, _ in left.values())
            is_full = is_full or ends
            is_whole = self.shipped_quantity(day) == self.ordered
            yield Act(
                self.number if is_whole else f"{self.number}/{days.index(day) + 1}",
                day,
                lines,
                figures.delivery if ends else Fraction(0),
                vat + (figures.delivery_vat if ends else 0),
                ends,
                isinstance(due, date) and days[-1] <= due,
                not claimed,
            )

    def claims(self) -> Iterator[tuple[Row, date, dict[int, str]]]:
        """Each claim, the day of its act, and № п/п → «Передано», empty where it is unknown."""
        for claim in self.rows("Претензии"):
            day = day_of(claim, "Дата решения" if claim["Дата решения"] else "Дата")
            handed = self.quantities(self.shipped(last=day))
            if handed:
                yield claim, day, {place: str(quantity) for place, quantity in handed.items()}
            else:
                yield claim, day, {int(number(row, "№ п/п")): "" for row in self.positions}


def day_of(row: Row, column: str = "Дата") -> date:
    value = row[column]
    assert isinstance(value, date)
    return value
