"""The sample: lively, the same for the same day, and without a mistake that is not meant."""

import itertools
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from holidays import country_holidays

from cmtools.books.requisite_checks import (
    account_is_valid,
    correspondent_is_valid,
    inn_is_valid,
    is_treasury_account,
    kpp_is_valid,
    ogrn_is_valid,
)
from cmtools.demo import Book, Books, Row, mistakes, sample_books

TODAYS = [date(2026, 11, 21), date(2027, 1, 1), date(2026, 2, 28), date(2028, 2, 29)]
# the stages as shipped, with their norms in working days
NORMS = {
    **{"2.1": 1, "2.2": 2, "2.3": 3, "2.4": 1, "2.5": 5, "2.6": 1},
    **{"3.1": 1, "3.2": 1, "3.3": None, "3.4": 1, "3.5": 1, "3.6": 1, "3.7": 2},
    **{"4.1": 2, "4.2": 3, "4.3": 5, "5.1": 2, "5.2": 1, "5.3": 1, "5.4": 3},
}
CHOICES = {
    "Форма": {"юрлицо", "ИП", "физлицо"},
    "Особый статус": {"VIP", "проблемный"},
    "Вид заявки": {"предварительная", "окончательная"},
    "Способ доставки": {"самовывоз", "доставка", "транспортная компания"},
    "Дизайн": {"готовый макет", "новый макет", "повтор макета", "без дизайна"},
    "Согласовано директором": {"да", "нет"},
    "Контрольный образец": {"да", "нет"},
    "Качество": {"принято", "брак"},
    "Решение": {"в работе", "удовлетворена", "отклонена"},
    "Статус": {"в работе", "выполнено", "снято"},
    "Источник": {"план месяца", "протокол совещания", "устное", "письменное"},
    "Передан в": {"финансовый департамент", "технический отдел"},
}
COMPUTED = {"Наценка, %", "Скидка, %", "Цена за ед.", "Сумма", "НДС", "Прибыль", "Маржа, %"}


def price_simply(books: Books) -> dict[str, Decimal]:
    """A stand-in for the real prices: twice the cost; orders without any cost are left out."""
    totals: dict[str, Decimal] = {}
    for line in books["Предварительные заказы"]["Позиции"]:
        cost, run = line["Себестоимость за ед."], line["Тираж"]
        if isinstance(cost, Decimal) and isinstance(run, int):
            order = str(line["№ заказа"])
            totals[order] = totals.get(order, Decimal()) + round(2 * cost * run, 2)
    return totals


@cache
def made(today: date) -> Books:
    return sample_books(today, price_simply)


@pytest.fixture(params=TODAYS, ids=str)
def today(request: pytest.FixtureRequest) -> date:
    return date.fromisoformat(str(request.param))


@pytest.fixture
def orders(today: date) -> Book:
    return made(today)["Предварительные заказы"]


@pytest.fixture
def registry(today: date) -> Book:
    return made(today)["Реестр клиентов"]


def codes(rows: Iterable[Row], column: str) -> list[str]:
    return [str(row[column]) for row in rows if row.get(column) is not None]


def day(row: Row, column: str) -> date:
    value = row[column]
    assert isinstance(value, date), (column, row)
    return value


def money(row: Row, column: str) -> Decimal:
    value = row[column]
    assert isinstance(value, Decimal), (column, row)
    return value


def rows_of(rows: Iterable[Row], order: object, **wanted: object) -> list[Row]:
    return [
        row
        for row in rows
        if row.get("№ заказа") == order and all(row[k] == v for k, v in wanted.items())
    ]


def paid(orders: Book, order: object) -> Decimal:
    """What the client has paid, less what was given back."""
    sums = {
        kind: sum(
            (money(row, "Сумма") for row in rows_of(orders["Платежи"], order, Вид=kind)), Decimal()
        )
        for kind in ("от клиента", "возврат клиенту")
    }
    return sums["от клиента"] - sums["возврат клиенту"]


def shipped(orders: Book, order: object) -> list[Row]:
    return rows_of(orders["Поставки"], order, Вид="отгружено клиенту")


def finals(orders: Book) -> list[Row]:
    return [row for row in orders["Заказы"] if row["Вид заявки"] == "окончательная"]


def last_month(today: date) -> tuple[date, date]:
    """The last full month: its first day, and the first day after it."""
    end = today.replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def is_systemic(days: list[date], at: date) -> bool:
    """Three orders in the twelve months before `at`, as the rules are shipped."""
    since = at.replace(year=at.year - 1, day=min(at.day, 28) if at.month == 2 else at.day)
    return sum(since <= placed < at for placed in days) >= 3


def test_the_same_day_gives_the_same_books(today: date) -> None:
    assert sample_books(today, price_simply) == made(today)


def test_books_and_sheets(today: date) -> None:
    assert {name: list(book) for name, book in made(today).items()} == {
        "Настройки": ["Организация", "Наценки", "Скидки", "Подрядчики", "Праздники"],
        "Реестр клиентов": [
            "Клиенты",
            "Контактные лица",
            "Журнал контактов",
            "Передачи клиентов",
        ],
        "Предварительные заказы": [
            "Заказы",
            "Позиции",
            "Платежи",
            "Поставки",
            "Претензии",
            "Макеты",
            "Документы",
            "Договоры",
        ],
        "Поручения": ["Поручения"],
    }
    assert all(rows for book in made(today).values() for rows in book.values())


def test_totals_are_asked_once_and_before_any_money(today: date) -> None:
    asked: list[tuple[int, int]] = []

    def totals(books: Books) -> dict[str, Decimal]:
        book = books["Предварительные заказы"]
        asked.append((len(book["Платежи"]), len(book["Поставки"])))
        return {}

    empty = sample_books(today, totals)["Предварительные заказы"]
    assert asked == [(0, 0)]
    assert {row["Вид"] for row in empty["Платежи"]} == {
        "подрядчику",
        "от клиента",
        "возврат клиенту",
    }


def test_values_are_of_the_kinds_that_a_cell_holds(today: date) -> None:
    cells = [
        (column, value)
        for book in made(today).values()
        for rows in book.values()
        for row in rows
        for column, value in row.items()
        if value is not None
    ]
    assert {type(value) for _, value in cells} == {str, int, Decimal, date}
    assert not [cell for cell in cells if isinstance(cell[1], str) and cell[1] != cell[1].strip()]
    for column, value in cells:
        assert value in CHOICES.get(column, {value})


def test_counts(orders: Book, registry: Book) -> None:
    assert len(registry["Клиенты"]) == 40
    assert 145 <= len(orders["Заказы"]) <= 160
    lines = Counter(codes(orders["Позиции"], "№ заказа"))
    assert set(lines) == set(codes(orders["Заказы"], "№ заказа"))
    assert set(lines.values()) == {1, 2, 3, 4, 5}
    assert len(set(codes(orders["Заказы"], "Менеджер"))) == 3
    assert set(Counter(codes(registry["Клиенты"], "Форма"))) == {"юрлицо", "ИП", "физлицо"}


def test_orders_reach_over_fourteen_months(today: date, orders: Book) -> None:
    days = sorted(day(row, "Дата заказа") for row in orders["Заказы"])
    assert 380 < (today - days[0]).days < 430
    assert (today - days[-1]).days <= 3
    assert all(later - earlier < timedelta(days=32) for earlier, later in itertools.pairwise(days))


def test_keys_are_unique(orders: Book, registry: Book) -> None:
    for rows, column in [
        (orders["Заказы"], "№ заказа"),
        (orders["Макеты"], "№ макета"),
        (orders["Договоры"], "№ договора"),
        (registry["Клиенты"], "Код"),
    ]:
        assert len(set(codes(rows, column))) == len(rows)
    lines = [(row["№ заказа"], row["№ п/п"]) for row in orders["Позиции"]]
    assert len(set(lines)) == len(lines)


def test_references_resolve(today: date, orders: Book, registry: Book) -> None:
    books = made(today)
    known = {
        "№ заказа": set(codes(orders["Заказы"], "№ заказа")),
        "№ договора": set(codes(orders["Договоры"], "№ договора")),
        "Код клиента": set(codes(registry["Клиенты"], "Код")),
        "Подрядчик": set(codes(books["Настройки"]["Подрядчики"], "Подрядчик")),
    }
    for book in books.values():
        for rows in book.values():
            for column, values in known.items():
                assert set(codes(rows, column)) <= values
    kinds = set(codes(books["Настройки"]["Наценки"], "Вид продукции"))
    assert "*" in kinds
    assert set(codes(orders["Позиции"], "Вид продукции")) - kinds == {"плакаты", "этикетки"}
    contract_of = {row["№ договора"]: row["Код клиента"] for row in orders["Договоры"]}
    for row in orders["Заказы"]:
        assert contract_of.get(row["№ договора"], row["Код клиента"]) == row["Код клиента"]


def test_check_digits(today: date, registry: Book) -> None:
    settings = made(today)["Настройки"]
    seller = {str(row["Поле"]): row["Значение"] for row in settings["Организация"]}
    for party in [*registry["Клиенты"], seller]:
        form, inn, ogrn = party["Форма"], party["ИНН"], party.get("ОГРН")
        if form == "физлицо":
            assert inn is None or inn_is_valid(str(inn))
            assert not codes([party], "ОГРН") + codes([party], "КПП") + codes([party], "БИК")
            continue
        assert inn_is_valid(str(inn))
        assert ogrn_is_valid(str(ogrn))
        assert (len(str(inn)), len(str(ogrn))) == ((10, 13) if form == "юрлицо" else (12, 15))
        assert kpp_is_valid(str(party["КПП"])) if form == "юрлицо" else "КПП" not in party
        assert account_is_valid(str(party["Расчётный счёт"]), str(party["БИК"]))
        assert correspondent_is_valid(str(party["Корр. счёт"]), str(party["БИК"]))
    assert all(inn_is_valid(inn) for inn in codes(settings["Подрядчики"], "ИНН"))


def test_special_clients(registry: Book) -> None:
    clients = registry["Клиенты"]
    assert Counter(codes(clients, "Особый статус")) == {"VIP": 1, "проблемный": 1}
    treasury = [row for row in clients if is_treasury_account(str(row.get("Расчётный счёт")))]
    assert [str(row["Корр. счёт"])[:5] for row in treasury] == ["40102"]
    hard = [row for row in clients if "„Гравюра & Ко“" in str(row["Краткое наименование"])]
    assert [row["ФИО руководителя"] for row in hard] == ["Черных Любовь Ильинична"]
    reasons = set(codes(registry["Передачи клиентов"], "Причина"))
    assert reasons == {"оформление заказов", "VIP", "совмещение", "проблемный клиент"}


def test_settings(today: date) -> None:
    settings = made(today)["Настройки"]
    assert set(codes(settings["Скидки"], "Категория")) == {
        "новый",
        "повторный",
        "системный",
        "VIP",
    }
    for sheet, key in [
        ("Наценки", ("Вид продукции", "Тираж от")),
        ("Скидки", ("Категория", "Сумма от")),
    ]:
        keys = [tuple(row[column] for column in key) for row in settings[sheet]]
        assert len(set(keys)) == len(keys)
    least = min(money(row, "Наценка, %") for row in settings["Наценки"])
    most = max(money(row, "Скидка, %") for row in settings["Скидки"])
    net = (1 + least / 100) * (1 - most / 100)
    assert 1 - 1 / net > Decimal("0.16")  # no computed price falls under the least margin, 15 %


def test_every_stage_has_orders_with_their_days_in_order(today: date, orders: Book) -> None:
    assert set(codes(orders["Заказы"], "Стадия")) == set(NORMS)
    for row in orders["Заказы"]:
        assert day(row, "Дата заказа") <= day(row, "Дата стадии") <= today
        terms = [row["Дата заказа"], row["Срок изготовления"], row["Срок поставки"]]
        known = [term for term in terms if isinstance(term, date)]
        assert known == sorted(known)
        if row["Вид заявки"] == "окончательная":
            assert row["Адрес доставки"] or row["Способ доставки"] == "самовывоз"
        mark = row["Оценка клиента"]
        assert row["Причина недовольства"] or not isinstance(mark, int) or mark > 3


def test_positions_of_orders_are_complete(orders: Book) -> None:
    signed = set(codes(finals(orders), "№ заказа"))
    for line in orders["Позиции"]:
        assert not COMPUTED & set(line)
        if line["№ заказа"] in signed:
            assert money(line, "Себестоимость за ед.") > 0
            if line["Дизайн"] in ("готовый макет", "повтор макета"):
                assert line["Макет"]
    without_cost = {
        line["№ заказа"] for line in orders["Позиции"] if not line["Себестоимость за ед."]
    }
    drafts = {row["№ заказа"] for row in orders["Заказы"]} - signed
    assert without_cost < drafts


def test_closed_orders_are_wholly_settled(today: date, orders: Book) -> None:
    totals = price_simply(made(today))
    closed = [row for row in orders["Заказы"] if row["Дата закрытия"]]
    assert len(closed) > 100
    for row in closed:
        number = str(row["№ заказа"])
        acts = rows_of(orders["Документы"], number, **{"Вид документа": "акт"})
        assert row["Стадия"] in ("4.3", "5.1")
        assert day(row, "Дата заказа") < day(row, "Дата закрытия") <= today
        assert row["Оценка клиента"]
        assert paid(orders, number) == totals[number]
        assert [day(act, "Оригинал получен") <= today for act in acts] == [True]
        assert shipped(orders, number)


def test_money_and_goods_do_not_come_before_the_order_or_after_today(
    today: date, orders: Book
) -> None:
    placed = {row["№ заказа"]: day(row, "Дата заказа") for row in orders["Заказы"]}
    for sheet in ("Платежи", "Поставки", "Претензии"):
        for row in orders[sheet]:
            assert placed[row["№ заказа"]] <= day(row, "Дата") <= today
    assert "возврат клиенту" in codes(orders["Платежи"], "Вид")
    assert "брак" in codes(orders["Поставки"], "Качество")


def test_one_order_of_low_margin_is_approved_and_one_is_not(orders: Book) -> None:
    low: dict[object, object] = {}
    approved = {row["№ заказа"]: row["Согласовано директором"] for row in orders["Заказы"]}
    for line in orders["Позиции"]:
        price = line["Цена вручную"]
        if isinstance(price, Decimal):
            extra = line["Доп. расходы"]
            unit = money(line, "Себестоимость за ед.")
            if isinstance(extra, Decimal):
                unit += extra / int(str(line["Тираж"]))
            if 1 - unit / (price / Decimal("1.22")) < Decimal("0.15"):
                low[line["№ заказа"]] = approved[line["№ заказа"]]
    assert sorted(map(str, low.values())) == ["None", "да"]


def test_one_order_is_overdue(today: date, orders: Book) -> None:
    late = [
        row
        for row in finals(orders)
        if day(row, "Срок поставки") < today and not shipped(orders, row["№ заказа"])
    ]
    assert [row["Стадия"] for row in late] == ["3.3"]
    assert day(late[0], "Срок изготовления") < today
    assert not rows_of(orders["Поставки"], late[0]["№ заказа"])


def test_one_order_stands_far_over_its_norm(today: date, orders: Book) -> None:
    over = {}
    for row in orders["Заказы"]:
        norm = NORMS[str(row["Стадия"])]
        days = working_days(day(row, "Дата стадии"), today)
        if norm and days > norm and row["Дата закрытия"] != row["Дата стадии"]:
            over[row["Стадия"]] = days
    assert list(over) == ["2.5"]
    assert over["2.5"] >= 15


def working_days(start: date, end: date) -> int:
    calendar = country_holidays("RU", years=range(start.year, end.year + 1))
    days = (start + timedelta(days=count + 1) for count in range((end - start).days))
    return sum(calendar.is_working_day(current) for current in days)


def test_one_balance_is_unpaid_past_its_term(today: date, orders: Book) -> None:
    totals = price_simply(made(today))
    unpaid = []
    for row in orders["Заказы"]:
        left = totals.get(str(row["№ заказа"]), Decimal()) - paid(orders, row["№ заказа"])
        out = [day(delivery, "Дата") for delivery in shipped(orders, row["№ заказа"])]
        term = timedelta(days=int(str(row["Срок оплаты остатка, дней"])))
        if out and left > 0 and max(out) + term < today:
            unpaid.append(row)
    assert [row["Стадия"] for row in unpaid] == ["4.3"]


def test_claims(today: date, orders: Book) -> None:
    start, end = last_month(today)
    by_decision = {str(row["Решение"]): row for row in orders["Претензии"]}
    assert set(by_decision) == {"удовлетворена", "отклонена", "в работе"}
    for decision in ("удовлетворена", "отклонена"):
        claim = by_decision[decision]
        assert start <= day(claim, "Дата") <= day(claim, "Дата решения") < end
    assert money(by_decision["удовлетворена"], "Сумма удовлетворения") > 0
    unhappy = [row for row in orders["Заказы"] if row["Оценка клиента"] == 2]
    assert [row["№ заказа"] for row in unhappy] == [by_decision["в работе"]["№ заказа"]]
    assert unhappy[0]["Причина недовольства"]


def test_layouts(today: date, orders: Book) -> None:
    numbers = set(codes(orders["Макеты"], "№ макета"))
    assert numbers == set(codes(orders["Позиции"], "Макет")) & numbers
    waiting = [row for row in orders["Макеты"] if not row["Дата готовности"]]
    stages = {row["№ заказа"]: row["Стадия"] for row in orders["Заказы"]}
    assert {stages[row["№ заказа"]] for row in waiting} == {"5.4"}
    for row in orders["Макеты"]:
        assert day(row, "Дата задания") <= min(day(row, "Срок"), today)
        if row not in waiting:
            assert day(row, "Дата задания") <= day(row, "Дата готовности")
            assert day(row, "Дата готовности") <= day(row, "Согласован клиентом") <= today


def test_contracts(today: date, orders: Book) -> None:
    waiting = [row for row in orders["Договоры"] if not row["Директор"]]
    assert Counter(row["Финансовый департамент"] is not None for row in waiting) == {
        True: 1,
        False: 1,
    }
    needed = {row["№ договора"] for row in orders["Заказы"] if row["Стадия"] in ("2.5", "3.1")}
    assert None not in needed
    for row in orders["Договоры"]:
        entities = list(row.values())[3:8]
        assert all(isinstance(text, str) and len(text) > 80 for text in entities)
        way = [row[column] for column in ("Дата", "Юрист", "Финансовый департамент", "Директор")]
        known = [step for step in way if isinstance(step, date)]
        assert known == sorted(known)
        assert known[-1] <= today


def test_papers(today: date, orders: Book) -> None:
    assert set(codes(orders["Документы"], "Вид документа")) == {"договор", "счёт", "акт", "чертёж"}
    for row in orders["Документы"]:
        assert row.get("№ заказа") or row.get("№ договора")
        assert (row["Передан в"] is None) == (row["Дата передачи"] is None)
        if row["Дата передачи"]:
            assert day(row, "Оригинал получен") <= day(row, "Дата передачи") < today


def test_one_client_is_lost_in_the_last_full_month(today: date, orders: Book) -> None:
    start, end = last_month(today)
    lost = []
    for client in set(codes(finals(orders), "Код клиента")):
        days = sorted(
            day(row, "Дата заказа") for row in finals(orders) if row["Код клиента"] == client
        )
        for index, placed in enumerate(days):
            limit = 90 if is_systemic(days, placed + timedelta(days=1)) else 365
            out = placed + timedelta(days=limit)
            came_back = any(other <= out for other in days[index + 1 :])
            if start <= out < end and not came_back:
                lost.append(client)
    assert lost == ["К-0008"]


def test_all_categories_order_in_the_last_full_month(today: date, orders: Book) -> None:
    start, end = last_month(today)
    found: Counter[str] = Counter()
    for client in set(codes(finals(orders), "Код клиента")):
        days = [day(row, "Дата заказа") for row in finals(orders) if row["Код клиента"] == client]
        if any(start <= placed < end for placed in days):
            known = any(placed < start for placed in days)
            systemic = is_systemic(days, start)
            found["системный" if systemic else "повторный" if known else "новый"] += 1
    assert min(found[category] for category in ("новый", "повторный", "системный")) >= 2


def test_clients_are_handed_over_before_they_order(orders: Book, registry: Book) -> None:
    received = {row["Код"]: day(row, "Дата передачи") for row in registry["Клиенты"]}
    assert all(received[row["Код клиента"]] <= day(row, "Дата заказа") for row in orders["Заказы"])


def test_touches_are_recent_but_for_three_clients(today: date, registry: Book) -> None:
    last: dict[object, date] = {}
    for row in registry["Журнал контактов"]:
        assert day(row, "Дата") <= today
        last[row["Код клиента"]] = max(day(row, "Дата"), last.get(row["Код клиента"], date.min))
    assert len(last) == 40
    assert sum((today - touched).days > 60 for touched in last.values()) == 3


def test_something_is_due_in_the_next_days(today: date, registry: Book) -> None:
    days = {
        "Дата": made(today)["Настройки"]["Праздники"],
        "День рождения руководителя": registry["Клиенты"],
        "День компании": registry["Клиенты"],
        "День рождения": registry["Контактные лица"],
    }
    ahead = {f"{today + timedelta(days=count):%m-%d}" for count in range(4)}
    for column, rows in days.items():
        assert ahead & {value[5:] for value in codes(rows, column)}


def test_errands(today: date) -> None:
    errands = made(today)["Поручения"]["Поручения"]
    assert set(codes(errands, "Статус")) == {"в работе", "выполнено", "снято"}
    for row in errands:
        assert day(row, "Дата") <= day(row, "Срок")
        assert (row["Статус"] == "выполнено") == (row["Дата исполнения"] is not None)
    assert [row for row in errands if row["Статус"] == "в работе" and day(row, "Срок") < today]


def test_mistakes_point_at_cells_that_were_right(orders: Book) -> None:
    found = mistakes(orders)
    assert len(found) == 12
    assert len({(mistake.sheet, mistake.row_index) for mistake in found}) == 12
    for mistake in found:
        assert orders[mistake.sheet][mistake.row_index][mistake.column] != mistake.value


def test_mistakes_are_the_promised_ones(orders: Book) -> None:
    found = {(mistake.column, str(mistake.value)): mistake for mistake in mistakes(orders)}
    by_column = {mistake.column: mistake for mistake in found.values()}
    row_of = {key: orders[item.sheet][item.row_index] for key, item in by_column.items()}
    for wrong in [
        ("Дата заказа", "31.02.2026"),
        ("Код клиента", "К-0999"),
        ("Стадия", "3.9"),
        ("Тираж", "1,234"),
        ("Тираж", "None"),
        ("Себестоимость за ед.", "1О,50"),
        ("Сумма", "1500.005"),
    ]:
        assert wrong in found
    assert by_column["№ заказа"].value in codes(orders["Заказы"], "№ заказа")
    late = row_of["Срок поставки"]
    assert late["Дата заказа"] == by_column["Срок поставки"].value
    assert day(late, "Срок изготовления") > day(late, "Дата заказа")
    assert by_column["Оценка клиента"].value == 2
    assert row_of["Оценка клиента"]["Причина недовольства"] is None
    assert row_of["Дата решения"]["Решение"] == "удовлетворена"
    future = found["Дата заказа", "2099-01-15"]
    assert orders["Заказы"][future.row_index]["Вид заявки"] == "предварительная"
