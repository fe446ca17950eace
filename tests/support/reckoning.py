"""Prices and figures reckoned a second time from the rules in words: plain, slow and apart.

Books are merged over all workbooks: sheet title → rows, row = column title → value, the titles as
in docs/reference/books.md. Every sum is a Fraction of a rouble until it becomes an answer.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from support.indicators import PLANNED

Row = dict[str, object]
Books = dict[str, list[Row]]

CENT = Fraction(1, 100)
CATEGORIES = {"новый": "new", "системный": "system", "повторный": "repeat"}
STEPS = ("unit_cost", "markup", "discount", "vat_rate", "price")
COMPUTED = (*STEPS, "amount", "vat", "profit", "margin")
SHIPPED_VAT: list[Row] = [
    {"Действует с": date(2019, 1, 1), "Ставка, %": 20},
    {"Действует с": date(2026, 1, 1), "Ставка, %": 22},
]
SHIPPED_RULES = {
    "Минимальная маржа, %": Fraction(15),
    "Шаг округления цены": CENT,
    "Системный: заказов не менее": Fraction(3),
    "Системный: за месяцев": Fraction(12),
    "Потеря системного, дней": Fraction(90),
    "Потеря несистемного, дней": Fraction(365),
    "Прирост плана, %": Fraction(10),
    "База плана, месяцев": Fraction(3),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A priced position; roubles, `cost` and `list_sum` of the whole run."""

    position: int
    run: int
    cost: Fraction
    markup: Fraction | None
    list_sum: Fraction
    discount: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)
    price: Fraction = Fraction(0)

    @property
    def amount(self) -> Fraction:
        """Сумма (step 8)."""
        return half_up(self.price * self.run, CENT)

    @property
    def vat(self) -> Fraction:
        """НДС (step 8)."""
        return vat_inside(self.amount, self.rate)

    @property
    def profit(self) -> Fraction:
        """Прибыль (step 8)."""
        return self.amount - self.vat - half_up(self.cost, CENT)


def text(row: Row, column: str) -> str:
    """The text of a cell, "" when it is empty."""
    value = row.get(column)
    return "" if value is None else str(value)


def number(row: Row, column: str) -> Fraction:
    """The exact number of a cell, 0 when it is empty."""
    return Fraction(text(row, column) or 0)


def day_in(row: Row, column: str) -> date:
    """The date of a cell that must have one."""
    value = row[column]
    assert isinstance(value, date)
    return value


def add(values: Iterable[Fraction]) -> Fraction:
    """The exact sum."""
    return sum(values, Fraction(0))


def rule(books: Books, name: str) -> Fraction:
    """A rule's value; a missing one has its shipped value."""
    typed = [row for row in books.get("Правила", []) if row["Правило"] == name]
    return number(typed[0], "Значение") if typed else SHIPPED_RULES[name]


def is_final(order: Row) -> bool:
    """Whether the request counts as an order."""
    return order["Вид заявки"] == "окончательная"


def half_up(value: Fraction, step: Fraction) -> Fraction:
    """The nearest multiple of step; the half goes away from zero, as Excel's ROUND takes it."""
    size = floor(abs(value) / step + Fraction(1, 2)) * step
    return size if value >= 0 else -size


def digits(value: Fraction, places: int = 2) -> str:
    """A decimal text with exactly that many places, rounded half up."""
    units = int(half_up(value * 10**places, Fraction(1)))
    whole, rest = divmod(abs(units), 10**places)
    return f"{'-' if units < 0 else ''}{whole}.{rest:0{places}d}"


def plain(value: Fraction) -> int | float:
    """A JSON number: the nearest double is what any reader makes of the printed decimals."""
    return value.numerator if value.denominator == 1 else float(value)


def months_before(day: date, months: int) -> date:
    """The same day that many months earlier; a day that the month lacks becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def order_days(books: Books, client: str) -> list[date]:
    """The dates of the client's final orders, whoever the manager."""
    mine = [row for row in books["Заказы"] if row["Код клиента"] == client and is_final(row)]
    return [day_in(row, "Дата заказа") for row in mine]


def category(books: Books, client: str, day: date) -> str:
    """новый, системный or повторный at that day; VIP is no such category."""
    earlier = [past for past in order_days(books, client) if past < day]
    if not earlier:
        return "новый"
    since = months_before(day, int(rule(books, "Системный: за месяцев")))
    recent = [past for past in earlier if past >= since]
    return "системный" if len(recent) >= rule(books, "Системный: заказов не менее") else "повторный"


def price_category(books: Books, order: Row) -> str:
    """The category of Скидки: VIP where Особый статус says so."""
    (client,) = [row for row in books["Клиенты"] if row["Код"] == order["Код клиента"]]
    plain_one = category(books, text(client, "Код"), day_in(order, "Дата заказа"))
    return "VIP" if client.get("Особый статус") == "VIP" else plain_one


def losses(books: Books, client: str) -> list[tuple[date, bool]]:
    """The days on which a limit ran out with no order by then, and whether a системный was lost."""
    days = set(order_days(books, client))
    lost = []
    for last in sorted(days):
        was_system = category(books, client, last + timedelta(days=1)) == "системный"
        name = "Потеря системного, дней" if was_system else "Потеря несистемного, дней"
        limit = last + timedelta(days=int(rule(books, name)))
        if not any(last < day <= limit for day in days):
            lost.append((limit, was_system))
    return lost


def largest_reached(rows: Iterable[Row], column: str, reach: Fraction) -> Row | None:
    """The row with the largest threshold that is not above the reach."""
    reached = [row for row in rows if number(row, column) <= reach]
    return max(reached, key=lambda row: number(row, column), default=None)


def in_force(rows: Iterable[Row], day: date, *key: str) -> list[Row]:
    """Step 2: the rows in force on a day; of those alike in the key only the latest."""
    now = [row for row in rows if not row.get("Действует с") or day_in(row, "Действует с") <= day]

    def is_latest(row: Row) -> bool:
        alike = [other for other in now if [other[k] for k in key] == [row[k] for k in key]]
        days = [day_in(other, "Действует с") for other in alike if other.get("Действует с")]
        return row.get("Действует с") == max(days, default=None)

    return [row for row in now if is_latest(row)]


def markup_row(books: Books, kind: str, run: int, day: date) -> Row | None:
    """Step 2: the kind's own tier, else the tier of `*`, in force on the day of the order."""
    valid = in_force(books.get("Наценки", []), day, "Вид продукции", "Тираж от")
    for wanted in (kind, "*"):
        rows = [row for row in valid if row["Вид продукции"] == wanted]
        if found := largest_reached(rows, "Тираж от", Fraction(run)):
            return found
    return None


def discount_of(books: Books, wanted: str, base: Fraction, day: date) -> Fraction:
    """Step 4: the discount of the category at that base, else 0."""
    valid = in_force(books.get("Скидки", []), day, "Категория", "Сумма от")
    rows = [row for row in valid if row["Категория"] == wanted]
    return number(largest_reached(rows, "Сумма от", base) or {}, "Скидка, %")


def shipped_on(books: Books, order: Row) -> date:
    """Step 6: the day of the last shipment, else the day it is due, else that of the order."""
    days = [
        day_in(row, "Дата")
        for row in books.get("Поставки", [])
        if (row["№ заказа"], row["Вид"]) == (order["№ заказа"], "отгружено клиенту")
    ]
    due = "Срок поставки" if order.get("Срок поставки") else "Дата заказа"
    return max(days, default=day_in(order, due))


def vat_rate(books: Books, order: Row) -> Fraction:
    """Step 6: the rate in force on the date of shipment; an empty one counts as 0."""
    shipped = shipped_on(books, order)
    rows = [row for row in books.get("НДС", SHIPPED_VAT) if day_in(row, "Действует с") <= shipped]
    return number(max(rows, key=lambda row: day_in(row, "Действует с")), "Ставка, %")


def vat_inside(amount: Fraction, rate: Fraction) -> Fraction:
    """The VAT inside a sum (step 8)."""
    return half_up(amount * rate / (100 + rate), CENT)


def agreed_price(books: Books, order: Row, position: Row) -> Fraction:
    """Step 7: what a paper of a final order promised for this kind and run, 0 where nothing."""
    same = ("№ заказа", "№ п/п", "Вид продукции", "Тираж")
    for row in books.get("Согласованные цены", []) if is_final(order) else []:
        if [text(row, column) for column in same] == [text(position, column) for column in same]:
            return number(row, "Цена за ед.")
    return Fraction(0)


def costed(books: Books, order: Row, position: Row) -> Line | None:
    """Steps 1 to 3; None for a position without a cost, or without a markup or agreed price."""
    run = int(number(position, "Тираж"))
    kind, day = text(position, "Вид продукции"), day_in(order, "Дата заказа")
    found = markup_row(books, kind, run, day)
    if position.get("Себестоимость за ед.") is None:
        return None
    if found is None and not agreed_price(books, order, position):
        return None
    cost = number(position, "Себестоимость за ед.") * run + number(position, "Доп. расходы")
    markup = number(found, "Наценка, %") if found else None
    place = int(number(position, "№ п/п"))
    list_sum = Fraction(0) if markup is None else cost * (1 + markup / 100)
    return Line(position=place, run=run, cost=cost, markup=markup, list_sum=list_sum)


def priced_lines(books: Books, order: Row) -> dict[int, Line | None]:
    """№ п/п → the priced line or None, in the order of the sheet (steps 1 to 8)."""
    rows = [row for row in books.get("Позиции", []) if row["№ заказа"] == order["№ заказа"]]
    day = day_in(order, "Дата заказа")
    costs = [costed(books, order, row) for row in rows]
    base = add(line.list_sum for line in costs if line)
    discount = discount_of(books, price_category(books, order), base, day)
    rate, step = vat_rate(books, order), rule(books, "Шаг округления цены")
    lines: dict[int, Line | None] = {}
    for row, line in zip(rows, costs, strict=True):
        priced = None
        if line is not None:
            net = line.list_sum / line.run * (1 - discount / 100)
            usual = half_up(net * (1 + rate / 100), step)
            price = number(row, "Цена вручную") or agreed_price(books, order, row) or usual
            priced = replace(line, discount=discount, rate=rate, price=price) if price else None
        lines[int(number(row, "№ п/п"))] = priced
    return lines


def margin_of(lines: Iterable[Line]) -> Fraction | None:
    """Step 10: the unrounded margin over priced positions; None without any income."""
    lines = list(lines)
    income = add(line.amount - line.vat for line in lines)
    return 100 * add(line.profit for line in lines) / income if income else None


def margin_shown(margin: Fraction | None) -> int | float | None:
    """A margin with one decimal, half up (step 8)."""
    return None if margin is None else plain(half_up(margin, Fraction(1, 10)))


def position_answer(position: int, line: Line | None) -> dict[str, object]:
    """A position as in the JSON of `cmtools price`; an unpriced one has nulls."""
    values: list[object] = [None] * len(COMPUTED)
    if line is not None:
        percents = (line.markup, line.discount, line.rate)
        money = (line.price, line.amount, line.vat, line.profit)
        unit_cost, margin = digits(line.cost / line.run, 4), margin_shown(margin_of([line]))
        shown = [None if percent is None else plain(percent) for percent in percents]
        values = [unit_cost, *shown, *map(digits, money), margin]
    return {"position": position} | dict(zip(COMPUTED, values, strict=True))


def price_order(books: Books, order: Row) -> dict[str, object]:
    """An order as in the JSON of `cmtools price`."""
    positions = priced_lines(books, order)
    lines = [line for line in positions.values() if line]
    amount, margin = add(line.amount for line in lines), margin_of(lines)
    delivery = number(order, "Стоимость доставки")
    low = margin is not None and margin < rule(books, "Минимальная маржа, %")
    return {
        "order": order["№ заказа"],
        "client": order["Код клиента"],
        "category": price_category(books, order),
        "amount": digits(amount) if lines else None,
        "vat": digits(add(line.vat for line in lines)) if lines else None,
        "profit": digits(add(line.profit for line in lines)) if lines else None,
        "margin": margin_shown(margin),
        "delivery": digits(delivery),
        "delivery_vat": digits(vat_inside(delivery, vat_rate(books, order))),
        "total": digits(amount + delivery) if lines else None,
        "approval_needed": low and order.get("Согласовано директором") != "да",
        "unpriced": sorted(place for place, line in positions.items() if line is None),
        "positions": [position_answer(*entry) for entry in positions.items()],
    }


def price_orders(books: Books) -> list[dict[str, object]]:
    """The "orders" of `cmtools price --json`, in the order of the rows."""
    return [price_order(books, order) for order in books["Заказы"]]


def of_month(rows: Iterable[Row], column: str, month: date) -> list[Row]:
    """The rows whose date in that column lies in the month (given by its first day)."""
    return [row for row in rows if row.get(column) and day_in(row, column).replace(day=1) == month]


def managed(rows: Iterable[Row], manager: str | None) -> list[Row]:
    """The clients or the requests of one manager, or all."""
    return [row for row in rows if manager in (None, row["Менеджер"])]


def total(rows: Iterable[Row], column: str = "Сумма") -> str:
    """The sum of a column, as money."""
    return digits(add(number(row, column) for row in rows))


def distinct(rows: Iterable[Row], column: str = "№ заказа") -> int:
    """How many different values a column has."""
    return len({row[column] for row in rows})


def sales(books: Books, month: date, manager: str | None) -> dict[str, str | int]:
    """Clients and sums by category, the profit, the orders with an unpriced position."""
    orders = of_month(filter(is_final, managed(books["Заказы"], manager)), "Дата заказа", month)
    lines = {text(row, "№ заказа"): list(priced_lines(books, row).values()) for row in orders}
    profits = [line.profit for mine in lines.values() for line in mine if line]
    figures: dict[str, str | int] = {
        "profit": digits(add(profits)),
        "unpriced_orders": sum(None in mine for mine in lines.values()),
    }
    for word, name in CATEGORIES.items():
        mine = [row for row in orders if category(books, text(row, "Код клиента"), month) == word]
        sums = [line.amount for row in mine for line in lines[text(row, "№ заказа")] if line]
        figures[f"{name}_clients"] = distinct(mine, "Код клиента")
        figures[f"{name}_amount"] = digits(add(sums))
    return figures


def client_base(books: Books, month: date, manager: str | None) -> dict[str, str | int]:
    """Clients received and lost, by the manager of the client."""
    clients = managed(books["Клиенты"], manager)
    lost = {
        (text(client, "Код"), was_system)
        for client in clients
        for limit, was_system in losses(books, text(client, "Код"))
        if limit.replace(day=1) == month
    }
    return {
        "lost_system": sum(was_system for _, was_system in lost),
        "lost_other": sum(not was_system for _, was_system in lost),
        "clients_received": len(of_month(clients, "Дата передачи", month)),
    }


def movements(books: Books, month: date, manager: str | None) -> dict[str, str | int]:
    """Payments, deliveries and claims, whatever the request's kind."""
    orders = {row["№ заказа"] for row in managed(books["Заказы"], manager)}

    def of(sheet: str, column: str = "Дата") -> list[Row]:
        rows = [row for row in books.get(sheet, []) if row["№ заказа"] in orders]
        return of_month(rows, column, month)

    paid = {"от клиента": Fraction(0), "возврат клиенту": Fraction(0), "подрядчику": Fraction(0)}
    for row in of("Платежи"):
        paid[text(row, "Вид")] += number(row, "Сумма")
    received = [row for row in of("Поставки") if row["Вид"] == "получено от подрядчика"]
    accepted = [row for row in received if row.get("Качество") != "брак"]
    met = [row for row in of("Претензии", "Дата решения") if row["Решение"] == "удовлетворена"]
    return {
        "receipts": digits(paid["от клиента"] - paid["возврат клиенту"]),
        "claims_made": distinct(of("Претензии")),
        "claims_made_amount": total(of("Претензии")),
        "claims_met": distinct(met),
        "claims_met_amount": total(met, "Сумма удовлетворения"),
        "paid_contractors": digits(paid["подрядчику"]),
        "received_amount": total(accepted),
        "received_orders": distinct(accepted),
    }


def indicators(books: Books, month: date, manager: str | None) -> dict[str, str | int]:
    """The facts of a month (given by its first day) by JSON id, and `unpriced_orders`."""
    of_orders, of_clients = sales(books, month, manager), client_base(books, month, manager)
    return of_orders | of_clients | movements(books, month, manager)


def base_months(books: Books, month: date, today: date) -> list[date]:
    """The last months that ended before both today and the plan's month."""
    found: list[date] = []
    candidate = month
    while len(found) < rule(books, "База плана, месяцев"):
        candidate = months_before(candidate, 1)
        last_day = months_before(candidate, -1) - timedelta(days=1)
        if last_day < today:
            found.insert(0, candidate)
    return found


def plan(
    books: Books, month: date, today: date, manager: str | None
) -> dict[str, dict[str, str | int | float]]:
    """The "indicators" of `cmtools plan --json`."""
    months = base_months(books, month, today)
    facts = [indicators(books, past, manager) for past in months]
    growth = rule(books, "Прирост плана, %")
    return {name: goal([fact[name] for fact in facts], growth) for name in PLANNED}


def goal(facts: list[str | int], growth: Fraction) -> dict[str, str | int | float]:
    """Base, growth and plan of one indicator: counts rounded up, money to the rouble half up."""
    base = add(Fraction(fact) for fact in facts) / len(facts)
    grown = base * (1 + growth / 100)
    if isinstance(facts[0], str):
        return {
            "base": digits(base),
            "growth": plain(growth),
            "plan": digits(half_up(grown, Fraction(1))),
        }
    return {"base": plain(base), "growth": plain(growth), "plan": -floor(-grown)}


def standing(books: Books, client: str, day: date) -> tuple[str, date | None, date | None, bool]:
    """Category, last order up to the day, the day on which the client is lost, whether it is."""
    past = [on for on in order_days(books, client) if on <= day]
    if not past:
        return category(books, client, day), None, None, False
    last = max(past)
    was_system = category(books, client, last + timedelta(days=1)) == "системный"
    name = "Потеря системного, дней" if was_system else "Потеря несистемного, дней"
    limit = last + timedelta(days=int(rule(books, name)))
    return category(books, client, day), last, limit, limit < day
