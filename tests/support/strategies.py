"""Small random books, valid by docs/reference/books.md, full of edges: dates, tiers, roundings.

Left out on purpose, since the spec does not settle them: requests without any position, days
before the first VAT row, and a price of 0 in a request with other positions.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from support.reckoning import Books, Row, day_in, losses, months_before, rule

FIRST, LAST, TODAY = date(2024, 2, 1), date(2026, 7, 31), date(2026, 8, 31)
MONTHS = [months_before(date(2026, 7, 1), back) for back in range(29, -1, -1)]
MANAGERS = ("Орлова Анна", "Волков Пётр")
KINDS = ("визитки", "буклеты", "плакаты")
RUNS = (1, 3, 7, 9, 10, 30, 99, 100, 499, 500, 501, 999, 1000)
COSTS = ("2.35", "10", "100", "33.3333", "33.3332", "0.6667", "1.005", "2.345", "85", "1122.5")
DATED = ("Заказы", "Клиенты", "Платежи", "Поставки", "Претензии")
RULES: dict[str, tuple[str | int, ...]] = {
    "Минимальная маржа, %": (0, 15, 30, "33.33"),
    "Шаг округления цены": ("0.01", "0.01", "0.05", "0.5", 1),
    "Системный: заказов не менее": (1, 2, 3),
    "Системный: за месяцев": (1, 6, 12, 12, 13),
    "Потеря системного, дней": (30, 31, 90),
    "Потеря несистемного, дней": (45, 180, 365),
}


def client_row(code: str = "К-0001", manager: str = MANAGERS[0]) -> Row:
    """A client that needs no requisites: a person."""
    return {
        "Код": code,
        "Краткое наименование": f"Клиент {code[-1]}",
        "Форма": "физлицо",
        "Менеджер": manager,
        "Дата передачи": date(2024, 1, 9),
    }


def order_row(order: str, day: date, client: str = "К-0001", *, final: bool = True) -> Row:
    """A request of the first manager."""
    return {
        "№ заказа": order,
        "Дата заказа": day,
        "Код клиента": client,
        "Менеджер": MANAGERS[0],
        "Вид заявки": "окончательная" if final else "предварительная",
        "Стадия": "2.1",
    }


def position_row(order: str, run: int, cost: str | None, extra: str | None = None) -> Row:
    """The first position of a request: визитки."""
    return {
        "№ заказа": order,
        "№ п/п": 1,
        "Вид продукции": KINDS[0],
        "Наименование": "Визитки 90 на 50",
        "Тираж": run,
        "Ед.": "шт",
        "Дизайн": "без дизайна",
        "Себестоимость за ед.": None if cost is None else Decimal(cost),
        "Доп. расходы": None if extra is None else Decimal(extra),
    }


CHANGES = (date(2025, 3, 1), date(2025, 12, 31), date(2026, 1, 1))


def markup(kind: str, run: int, value: str | int) -> Row:
    """A row of Наценки."""
    return {"Вид продукции": kind, "Тираж от": run, "Наценка, %": Decimal(value)}


def discount(category: str, amount: str, value: str | int) -> Row:
    """A row of Скидки."""
    return {"Категория": category, "Сумма от": Decimal(amount), "Скидка, %": Decimal(value)}


def edge_days(months: Sequence[date] = MONTHS) -> st.SearchStrategy[date]:
    """Days of the months: the first, the last, the neighbours of both, the middle."""

    def at(month: date, place: int) -> date:
        length = monthrange(month.year, month.month)[1]
        return month.replace(day=place if place > 0 else length + place)

    return st.builds(at, st.sampled_from(months), st.sampled_from((1, 1, 0, 0, 2, -1, 15)))


@st.composite
def order_days(draw: DrawFn, books: Books, known: list[date]) -> date:
    """A day of an order: free, or on an edge that an earlier order of the client makes."""
    if not known or draw(st.integers(0, 3)) == 0:
        return draw(edge_days())
    last = draw(st.sampled_from(known))
    near = draw(st.sampled_from((-1, 0, 0, 1)))
    months = int(rule(books, "Системный: за месяцев"))
    day = draw(
        st.sampled_from(
            [
                last + timedelta(days=near),
                months_before(last, -months) + timedelta(days=near),
                last + timedelta(days=int(rule(books, "Потеря системного, дней")) + near),
                last + timedelta(days=int(rule(books, "Потеря несистемного, дней")) + near),
                months_before(last.replace(day=1), -1) + timedelta(days=near),
            ]
        )
    )
    return min(max(day, FIRST), LAST)


def money(low: int = 1, high: int = 300_000) -> st.SearchStrategy[Decimal]:
    """Roubles with kopecks, round sums among them; the bounds are kopecks."""
    cents = st.integers(low, high)
    return st.one_of(cents, cents.map(lambda value: -(-value // 10_000) * 10_000)).map(
        lambda value: Decimal(value) / 100
    )


@st.composite
def settings_sheets(draw: DrawFn) -> Books:
    """Наценки, Скидки, НДС and Правила in any order of rows; the last two may be as shipped."""
    percents = st.sampled_from([Decimal(value) for value in ("0", "10", "33.3", "45", "100")])
    tiers = st.tuples(st.sampled_from((*KINDS[:2], "*", "*")), st.sampled_from((1, 10, 100, 500)))
    since = st.sampled_from((None, None, None, *CHANGES))
    marks = draw(st.dictionaries(st.tuples(tiers, since), percents, min_size=2, max_size=8))
    if draw(st.integers(0, 3)):
        marks.setdefault((("*", 1), None), Decimal(50))
    sums = st.sampled_from(("0", "1", "99.99", "100", "1000", "1500", "4132.5", "10000"))
    wanted = st.sampled_from(("новый", "повторный", "системный", "VIP"))
    cuts = st.sampled_from([Decimal(value) for value in ("0", "2.5", "3", "5", "12", "40")])
    steps = st.tuples(wanted, sums)
    discounts = draw(st.dictionaries(st.tuples(steps, since), cuts, max_size=12))
    books: Books = {
        "Наценки": [
            markup(*tier, str(value)) | {"Действует с": day} for (tier, day), value in marks.items()
        ],
        "Скидки": [
            discount(*step, str(value)) | {"Действует с": day}
            for (step, day), value in discounts.items()
        ],
    }
    if draw(st.booleans()):
        rates = draw(
            st.dictionaries(st.sampled_from(CHANGES), st.sampled_from((None, 0, 5, 7, 10, 22)))
        )
        since_days = {date(2019, 1, 1): 20} | rates
        books["НДС"] = [{"Действует с": day, "Ставка, %": rate} for day, rate in since_days.items()]
    if draw(st.integers(0, 3)):
        typed = {name: draw(st.sampled_from((None, *values))) for name, values in RULES.items()}
        books["Правила"] = [
            {"Правило": name, "Значение": Decimal(value)}
            for name, value in typed.items()
            if value is not None
        ]
    return {sheet: draw(st.permutations(rows)) for sheet, rows in books.items()}


@st.composite
def clients(draw: DrawFn) -> list[Row]:
    """Three to six clients of two managers."""
    statuses = st.sampled_from((None, None, None, "VIP", "проблемный"))
    return [
        client_row(f"К-000{number}", draw(st.sampled_from(MANAGERS)))
        | {"Дата передачи": draw(edge_days()), "Особый статус": draw(statuses)}
        for number in range(1, draw(st.integers(3, 6)) + 1)
    ]


@st.composite
def orders(draw: DrawFn, books: Books) -> list[Row]:
    """One to fifteen requests, most of them final; shipped at once, later or on an edge."""
    rows: list[Row] = []
    for number in range(1, draw(st.integers(1, 15)) + 1):
        client = str(draw(st.sampled_from(books["Клиенты"]))["Код"])
        known = [day_in(row, "Дата заказа") for row in rows if row["Код клиента"] == client]
        day = draw(order_days(books, known))
        edges = (date(2025, 12, 31), date(2026, 1, 1), day, day + timedelta(days=45))
        shipped = draw(st.sampled_from([None, None, *(edge for edge in edges if edge >= day)]))
        row = order_row(f"З-{day.year}-{number:04}", day, client, final=draw(st.integers(0, 3)) > 0)
        rows.append(
            row
            | {
                "Менеджер": draw(st.sampled_from(MANAGERS)),
                "Срок поставки": shipped,
                "Стоимость доставки": draw(st.none() | money(0, 200_000)),
                "Согласовано директором": draw(st.sampled_from((None, "да", "нет"))),
            }
        )
    return rows


@st.composite
def position(draw: DrawFn, order: str, place: int, least: Decimal) -> Row:
    """A position whose price cannot round to 0; without a cost one time of ten."""
    cents = st.integers(1, 9_999_999).map(lambda value: Decimal(value) / 10_000)
    cost = max(least, draw(st.sampled_from(COSTS).map(Decimal) | cents))
    manual = draw(st.integers(0, 4)) == 0
    return position_row(order, draw(st.sampled_from(RUNS) | st.integers(1, 5000)), None) | {
        "№ п/п": place,
        "Вид продукции": draw(st.sampled_from(KINDS)),
        "Себестоимость за ед.": cost if draw(st.integers(0, 9)) else None,
        "Доп. расходы": draw(st.none() | money(0, 60_000)),
        "Цена вручную": draw(money(1, 20_000)) if manual else None,
    }


@st.composite
def positions(draw: DrawFn, books: Books) -> list[Row]:
    """One to three positions a request, rows in any order; at times a single one near price 0."""
    step = rule(books, "Шаг округления цены")
    least = Decimal(step.numerator) / step.denominator
    rows: list[Row] = []
    for order in (str(row["№ заказа"]) for row in books["Заказы"]):
        places = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True))
        rows += [draw(position(order, place, least)) for place in places]
        if len(places) == 1 and draw(st.integers(0, 5)) == 0:
            rows[-1]["Себестоимость за ед."] = Decimal(draw(st.integers(1, 90))) / 10_000
            rows[-1]["Доп. расходы"] = None
    return list(draw(st.permutations(rows)))


@st.composite
def agreed_prices(draw: DrawFn, books: Books) -> list[Row]:
    """Prices agreed for some of the positions, at times for another run or kind."""
    rows = [row for row in books["Позиции"] if draw(st.integers(0, 2)) == 0]
    return [
        {
            **{name: row[name] for name in ("№ заказа", "№ п/п")},
            "Вид продукции": draw(st.sampled_from((row["Вид продукции"],) * 4 + KINDS)),
            "Тираж": draw(st.sampled_from((row["Тираж"],) * 4 + RUNS)),
            "Цена за ед.": draw(money(1, 20_000)),
            "Согласована": TODAY,
            "Основание": "Счёт на оплату",
        }
        for row in rows
    ]


@st.composite
def movements(draw: DrawFn, books: Books) -> Books:
    """Платежи with refunds, Поставки with брак, Претензии in every state of decision."""
    numbers = [str(row["№ заказа"]) for row in books["Заказы"]]
    days = edge_days(sorted({day_in(row, "Дата заказа") for row in books["Заказы"]}))

    def row(low: int) -> Row:
        order, day = draw(st.sampled_from(numbers)), draw(days)
        return {"Дата": day, "№ заказа": order, "Сумма": draw(money(low))}

    def payment() -> Row:
        kinds = ("от клиента", "от клиента", "подрядчику", "возврат клиенту")
        return row(1) | {"Вид": draw(st.sampled_from(kinds))}

    def delivery() -> Row:
        kinds = ("получено от подрядчика", "получено от подрядчика", "отгружено клиенту")
        quality = draw(st.sampled_from((None, "принято", "брак")))
        kind, count = draw(st.sampled_from(kinds)), draw(st.integers(1, 500))
        return row(0) | {"Вид": kind, "Количество": count, "Качество": quality}

    def claim() -> Row:
        state = draw(st.sampled_from(("в работе", "удовлетворена", "удовлетворена", "отклонена")))
        made = row(1) | {"Причина": "Не тот цвет", "Решение": state}
        decided = day_in(made, "Дата") + timedelta(days=draw(st.sampled_from((0, 1, 31))))
        paid = draw(money(0)) if state == "удовлетворена" else None
        day = None if state == "в работе" else decided
        return made | {"Дата решения": day, "Сумма удовлетворения": paid}

    sizes = st.integers(0, 8)
    return {
        "Платежи": [payment() for _ in range(draw(sizes))],
        "Поставки": [delivery() for _ in range(draw(sizes))],
        "Претензии": [claim() for _ in range(draw(sizes))],
    }


@st.composite
def all_books(draw: DrawFn) -> Books:
    """A whole workspace: settings, registry, requests and what hangs on them."""
    books = draw(settings_sheets()) | {"Клиенты": draw(clients())}
    books["Заказы"] = draw(orders(books))
    books["Позиции"] = draw(positions(books))
    books["Согласованные цены"] = draw(agreed_prices(books))
    return books | draw(movements(books))


@st.composite
def lively_months(draw: DrawFn, books: Books) -> date:
    """The first day of a month in which there is an order, a loss or another dated row."""
    days = {sheet: dates_of(books.get(sheet, [])) for sheet in DATED}
    codes = [str(row["Код"]) for row in books["Клиенты"]]
    lost = [limit for code in codes for limit, _ in losses(books, code) if limit <= LAST]
    groups = [days.pop("Заказы"), lost, [day for more in days.values() for day in more]]
    group = draw(st.sampled_from([days for days in groups if days]))
    return min(draw(st.sampled_from(group)), LAST).replace(day=1)


def dates_of(rows: list[Row]) -> list[date]:
    """Every date of the rows but the day of shipment."""
    cells = [cell for row in rows for cell in row.items() if cell[0] != "Срок поставки"]
    return [value for _, value in cells if isinstance(value, date)]


@st.composite
def cases(draw: DrawFn) -> tuple[Books, list[tuple[date, str | None]]]:
    """Books and up to four questions of a report: a month and a manager or all."""
    books = draw(all_books())
    named = sorted(
        {str(row["Менеджер"]) for sheet in ("Заказы", "Клиенты") for row in books[sheet]}
    )
    managers = st.sampled_from((None, None, None, *named))
    questions = st.lists(st.tuples(lively_months(books), managers), min_size=2, max_size=4)
    return books, list(dict.fromkeys(draw(questions)))
