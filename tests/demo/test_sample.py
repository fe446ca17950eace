"""The sample: lively on any day, in order, and without a mistake that is not meant."""

import itertools
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from cmtools.books.requisite_checks import is_treasury_account
from cmtools.demo import FAULTY_BOOK, move_day, sample_folder, write_sample
from support.sample import Row, Sheets, sample_at

SHIPPED = sample_folder()
CALENDAR = country_holidays("RU")
NEWEST = date(2026, 11, 20)  # the day of the newest order in the books that are shipped
TODAYS = [
    NEWEST,
    *(date(2026, 11, 21), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 10)),
    *(date(2027, 3, 31), date(2027, 5, 19), date(2028, 2, 29), date(2028, 11, 5)),
]
# the stages as shipped, with their norms in working days
NORMS = {
    **{"2.1": 1, "2.2": 2, "2.3": 3, "2.4": 1, "2.5": 5, "2.6": 1},
    **{"3.1": 1, "3.2": 1, "3.3": None, "3.4": 1, "3.5": 1, "3.6": 1, "3.7": 2},
    **{"4.1": 2, "4.2": 3, "4.3": 5, "5.1": 2, "5.2": 1, "5.3": 1, "5.4": 3},
}


@pytest.fixture(params=TODAYS, ids=str)
def today(request: pytest.FixtureRequest) -> date:
    return date.fromisoformat(str(request.param))


@pytest.fixture
def orders(today: date) -> Sheets:
    return sample_at(today).books["Предварительные заказы"]


@pytest.fixture
def register(today: date) -> Sheets:
    return sample_at(today).books["Реестр клиентов"]


def values(rows: Iterable[Row], column: str) -> list[str]:
    return [str(row[column]) for row in rows if row[column] is not None]


def rows_of(rows: Iterable[Row], order: str, **wanted: str) -> list[Row]:
    return [
        row
        for row in rows
        if row["№ заказа"] == order and all(row[column] == wanted[column] for column in wanted)
    ]


def paid(orders: Sheets, order: str) -> Decimal:
    """What the client has paid, less what was given back."""
    signs = {"от клиента": 1, "возврат клиенту": -1, "подрядчику": 0}
    rows = rows_of(orders["Платежи"], order)
    return sum((signs[row["Вид"]] * row["Сумма"] for row in rows), Decimal())


def shipped(orders: Sheets, order: str) -> list[Row]:
    return rows_of(orders["Поставки"], order, Вид="отгружено клиенту")


def finals(orders: Sheets) -> list[Row]:
    return [row for row in orders["Заказы"] if row["Вид заявки"] == "окончательная"]


def order_days(orders: Sheets) -> dict[str, list[date]]:
    """Client → the days of the orders that count, sorted."""
    days: dict[str, list[date]] = {}
    for row in finals(orders):
        days.setdefault(row["Код клиента"], []).append(row["Дата заказа"])
    return {client: sorted(found) for client, found in days.items()}


def last_month(today: date) -> tuple[date, date]:
    """The last full month: its first day, and the first day after it."""
    end = today.replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def is_systemic(days: Sequence[date], at: date) -> bool:
    """Three orders in the twelve months before `at`, as the rules are shipped."""
    since = at.replace(year=at.year - 1, day=min(at.day, 28) if at.month == 2 else at.day)
    return sum(since <= placed < at for placed in days) >= 3


# How days move

todays = st.dates(date(2026, 11, 20), date(2028, 11, 20))
days = st.dates(NEWEST - timedelta(days=450), NEWEST + timedelta(days=60))


@given(today=todays, one=days, other=days)
def test_days_keep_their_order_and_their_side_of_today(today: date, one: date, other: date) -> None:
    earlier, later = (move_day(day, NEWEST, today) for day in sorted((one, other)))
    assert earlier <= later
    assert (move_day(one, NEWEST, today) <= today) == (one <= NEWEST)


@given(today=todays, day=days)
def test_a_moved_day_is_a_working_day_close_by(today: date, day: date) -> None:
    moved = move_day(day, NEWEST, today)
    assert working_days(moved - timedelta(days=1), moved) == 1
    assert abs((moved - today) - (day - NEWEST)) <= timedelta(days=12)


def test_a_birthday_is_as_far_ahead_on_any_day() -> None:
    """On the day of the stored books it was tomorrow; its weekday does not matter."""
    assert move_day(date(1979, 11, 21), NEWEST, date(2026, 12, 4)) == date(1979, 12, 5)
    assert date(1981, 12, 5).weekday() == 5
    assert move_day(date(1981, 11, 21), NEWEST, date(2026, 12, 4)) == date(1981, 12, 5)


# The files


def test_on_the_day_of_the_newest_order_the_books_are_as_they_are_shipped(tmp_path: Path) -> None:
    written = {path.relative_to(tmp_path): path for path in write_sample(tmp_path, NEWEST)}
    shipped = {path.relative_to(SHIPPED): path for path in SHIPPED.rglob("*.xlsx")}
    assert written.keys() == shipped.keys()
    assert FAULTY_BOOK in written
    for name, path in written.items():
        assert contents(path) == contents(shipped[name])


def test_what_a_person_designed_stays(tmp_path: Path) -> None:
    """Colours, lists and widths; only the values of days and of numbers change."""
    for path in write_sample(tmp_path, date(2027, 5, 19)):
        shipped = SHIPPED / path.relative_to(tmp_path)
        assert looks(path) == looks(shipped)
        with ZipFile(shipped) as old, ZipFile(path) as new:
            assert new.namelist() == old.namelist()
            kept = [name for name in old.namelist() if old.read(name) == new.read(name)]
        assert {"xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"} <= {*kept}
        law = contents(path).get(("НДС", "A3"))
        assert law in (None, datetime(2026, 1, 1))


def contents(path: Path) -> dict[tuple[str, str], object]:
    return {cell: value for cell, (value, _) in read_cells(path).items() if value is not None}


def looks(path: Path) -> dict[tuple[str, str], object]:
    return {cell: look for cell, (_, look) in read_cells(path).items()}


@cache
def read_cells(path: Path) -> dict[tuple[str, str], tuple[object, object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on what it does not keep
        book = load_workbook(path)
    return {
        (sheet.title, cell.coordinate): (cell.value, cell.style_id)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
    }


# The findings


def test_the_only_finding_is_the_margin_that_is_meant(today: date) -> None:
    found = [(problem.code, problem.place.sheet) for problem in sample_at(today).problems]
    assert found == [("low-margin", "Заказы")]


def test_the_faulty_book_has_its_mistakes_on_any_day(today: date) -> None:
    """Twelve cells are wrong; two findings more follow from them, and one is the margin."""
    found = sample_at(today).faulty_problems
    assert [(problem.code, problem.place.sheet, problem.place.cell) for problem in found] == [
        ("not-a-date", "Заказы", "B2"),
        ("unknown-reference", "Заказы", "C3"),
        ("unknown-reference", "Заказы", "F4"),
        ("production-after-delivery", "Заказы", "I5"),
        ("reason-needed", "Заказы", "S34"),
        ("low-margin", "Заказы", "Q146"),
        ("in-future", "Заказы", "B147"),
        ("duplicate", "Заказы", "A153"),
        ("too-precise", "Платежи", "D5"),
        ("ambiguous-number", "Позиции", "E22"),
        ("not-a-number", "Позиции", "L26"),
        ("required", "Позиции", "E30"),
        ("unknown-reference", "Позиции", "A331"),  # the number that the duplicate took away
        ("decision-date-needed", "Претензии", "G5"),
    ]


# Numbers


def test_numbers_follow_the_years_of_their_days(orders: Sheets) -> None:
    for sheet, column, pattern in (
        ("Заказы", "Дата заказа", "З-{}-{:04}"),
        ("Договоры", "Дата", "Д-{}-{:03}"),
    ):
        counts: Counter[int] = Counter()
        for row in orders[sheet]:
            year = row[column].year
            counts[year] += 1
            assert next(iter(row.values())) == pattern.format(year, counts[year])


def test_papers_are_called_by_the_new_numbers_and_days(orders: Sheets) -> None:
    placed = {row["№ заказа"]: row["Дата заказа"] for row in orders["Заказы"]}
    signed = {row["№ договора"]: row["Дата"] for row in orders["Договоры"]}
    for row in orders["Документы"]:
        number, title = row["№ заказа"], row["№ и дата документа"]
        match row["Вид документа"]:
            case "договор":
                contract = row["№ договора"]
                assert title == f"№ {contract} от {signed[contract]:%d.%m.%Y}"
            case "счёт":
                assert title == f"№ {number} от {placed[number]:%d.%m.%Y}"
            case "чертёж":
                assert title == f"№ {number}-Ш от {placed[number]:%d.%m.%Y}"
            case "акт":
                assert title.endswith(f" от {shipped(orders, number)[0]['Дата']:%d.%m.%Y}")
    for row in orders["Платежи"]:
        assert row["Документ"].endswith(f" от {row['Дата']:%d.%m.%Y}")


def test_holidays_have_their_day_in_this_year_and_the_next(today: date) -> None:
    holidays = sample_at(today).books["Настройки"]["Праздники"]
    days = [row["Дата"] for row in holidays if row["Название"] == "День российской печати"]
    assert days == [date(today.year, 1, 13), date(today.year + 1, 1, 13)]


# What there is to see


def test_counts(orders: Sheets, register: Sheets) -> None:
    assert len(register["Клиенты"]) == 40
    assert 145 <= len(orders["Заказы"]) <= 160
    lines = Counter(values(orders["Позиции"], "№ заказа"))
    assert set(lines) == set(values(orders["Заказы"], "№ заказа"))
    assert set(lines.values()) == {1, 2, 3, 4, 5}
    assert len(set(values(orders["Заказы"], "Менеджер"))) == 3
    assert set(values(register["Клиенты"], "Форма")) == {"юрлицо", "ИП", "физлицо"}


def test_orders_reach_over_fourteen_months(today: date, orders: Sheets) -> None:
    days = sorted(row["Дата заказа"] for row in orders["Заказы"])
    assert 380 < (today - days[0]).days < 430
    assert (today - days[-1]).days <= 11  # the new year's holidays
    assert all(later - earlier < timedelta(days=32) for earlier, later in itertools.pairwise(days))


def test_special_clients(register: Sheets) -> None:
    clients = register["Клиенты"]
    assert Counter(values(clients, "Особый статус")) == {"VIP": 1, "проблемный": 1}
    treasury = [row for row in clients if is_treasury_account(str(row["Расчётный счёт"]))]
    assert [row["Корр. счёт"][:5] for row in treasury] == ["40102"]
    hard = [row for row in clients if "„Гравюра & Ко“" in row["Краткое наименование"]]
    assert [row["ФИО руководителя"] for row in hard] == ["Черных Любовь Ильинична"]
    reasons = set(values(register["Передачи клиентов"], "Причина"))
    assert reasons == {"оформление заказов", "VIP", "совмещение", "проблемный клиент"}


def test_every_stage_has_orders_with_their_days_in_order(today: date, orders: Sheets) -> None:
    assert set(values(orders["Заказы"], "Стадия")) == set(NORMS)
    for row in orders["Заказы"]:
        assert row["Дата заказа"] <= row["Дата стадии"] <= today


def test_positions_of_orders_are_complete(orders: Sheets) -> None:
    signed = set(values(finals(orders), "№ заказа"))
    for line in orders["Позиции"]:
        if line["№ заказа"] in signed:
            assert line["Себестоимость за ед."]
            if line["Дизайн"] in ("готовый макет", "повтор макета"):
                assert line["Макет"]
    assert not all(line["Себестоимость за ед."] for line in orders["Позиции"])


def test_closed_orders_are_wholly_settled(today: date, orders: Sheets) -> None:
    """To the kopeck, by the prices that the program computes."""
    totals = sample_at(today).totals
    closed = [row for row in orders["Заказы"] if row["Дата закрытия"]]
    assert len(closed) > 100
    for row in closed:
        number = row["№ заказа"]
        acts = rows_of(orders["Документы"], number, **{"Вид документа": "акт"})
        assert row["Стадия"] in ("4.3", "5.1")
        assert row["Дата заказа"] < row["Дата закрытия"] <= today
        assert row["Оценка клиента"]
        assert paid(orders, number) == totals[number]
        assert [act["Оригинал получен"] <= today for act in acts] == [True]
        assert sum(out["Сумма"] for out in shipped(orders, number)) == totals[number]


def test_money_and_goods_do_not_come_before_the_order_or_after_today(
    today: date, orders: Sheets
) -> None:
    placed = {row["№ заказа"]: row["Дата заказа"] for row in orders["Заказы"]}
    for sheet in ("Платежи", "Поставки", "Претензии"):
        for row in orders[sheet]:
            assert placed[row["№ заказа"]] <= row["Дата"] <= today
    assert "возврат клиенту" in values(orders["Платежи"], "Вид")
    assert "брак" in values(orders["Поставки"], "Качество")


def test_one_low_margin_is_approved(orders: Sheets) -> None:
    """Beside the one that is not, which is the finding above."""
    assert values(orders["Заказы"], "Согласовано директором") == ["True"]


def test_one_order_is_overdue(today: date, orders: Sheets) -> None:
    late = [
        row
        for row in finals(orders)
        if row["Срок поставки"] < today and not shipped(orders, row["№ заказа"])
    ]
    assert [row["Стадия"] for row in late] == ["3.3"]
    assert late[0]["Срок изготовления"] < today
    assert not rows_of(orders["Поставки"], late[0]["№ заказа"])


def test_one_order_stands_far_over_its_norm(today: date, orders: Sheets) -> None:
    """Another one may: it waits for the prepayment that the agenda asks for."""
    over = {}
    for row in orders["Заказы"]:
        norm = NORMS[row["Стадия"]]
        days = working_days(row["Дата стадии"], today)
        if norm and days > norm and row["Дата закрытия"] != row["Дата стадии"]:
            over[row["Стадия"]] = days
    assert over.keys() - {"2.6"} == {"2.5"}
    assert over["2.5"] >= 13


def working_days(start: date, end: date) -> int:
    days = (start + timedelta(days=count + 1) for count in range((end - start).days))
    return sum(CALENDAR.is_working_day(current) for current in days)


def test_one_balance_is_unpaid_past_its_term(today: date, orders: Sheets) -> None:
    totals = sample_at(today).totals
    unpaid = []
    for row in orders["Заказы"]:
        left = totals.get(row["№ заказа"], Decimal()) - paid(orders, row["№ заказа"])
        out = [delivery["Дата"] for delivery in shipped(orders, row["№ заказа"])]
        if out and left > 0 and max(out) + timedelta(days=row["Срок оплаты остатка, дней"]) < today:
            unpaid.append(row["Стадия"])
    by_holidays = 3 if today.month == 1 else 0  # of terms that ran out in the new year's holidays
    assert unpaid[0] == "4.3"
    assert len(unpaid) <= 1 + by_holidays


def test_claims(today: date, orders: Sheets) -> None:
    """The last full month has some, whenever it is; one is still in work."""
    start, end = last_month(today)
    assert [row for row in orders["Претензии"] if start <= row["Дата"] < end]
    assert {"удовлетворена", "отклонена"} < set(values(orders["Претензии"], "Решение"))
    in_work = [row for row in orders["Претензии"] if row["Решение"] == "в работе"]
    unhappy = [row["№ заказа"] for row in orders["Заказы"] if row["Оценка клиента"] == 2]
    assert [row["№ заказа"] for row in in_work] == unhappy


def test_layouts(today: date, orders: Sheets) -> None:
    assert set(values(orders["Макеты"], "№ макета")) < set(values(orders["Позиции"], "Макет"))
    stages = {row["№ заказа"]: row["Стадия"] for row in orders["Заказы"]}
    waiting = [row for row in orders["Макеты"] if not row["Дата готовности"]]
    assert {stages[row["№ заказа"]] for row in waiting} == {"5.4"}
    for row in orders["Макеты"]:
        assert row["Дата задания"] <= min(row["Срок"], today)
        if row not in waiting:
            steps = [row["Дата задания"], row["Дата готовности"], row["Согласован клиентом"]]
            assert [*steps, today] == sorted([*steps, today])


def test_contracts(today: date, orders: Sheets) -> None:
    """One waits for the financial department, one for the director."""
    waiting = [row for row in orders["Договоры"] if not row["Директор"]]
    assert sorted(row["Финансовый департамент"] is None for row in waiting) == [False, True]
    needed = [row["№ договора"] for row in orders["Заказы"] if row["Стадия"] in ("2.5", "3.1")]
    assert None not in needed
    for row in orders["Договоры"]:
        way = [row[column] for column in ("Дата", "Юрист", "Финансовый департамент", "Директор")]
        known = [step for step in way if step]
        assert [*known, today] == sorted([*known, today])


def test_papers(today: date, orders: Sheets) -> None:
    assert set(values(orders["Документы"], "Вид документа")) == {"договор", "счёт", "акт", "чертёж"}
    for row in orders["Документы"]:
        assert (row["Передан в"] is None) == (row["Дата передачи"] is None)
        if row["Дата передачи"]:
            assert row["Оригинал получен"] <= row["Дата передачи"] < today


def test_a_client_is_lost_in_the_last_full_month(today: date, orders: Sheets) -> None:
    start, end = last_month(today)
    lost = []
    for client, days in order_days(orders).items():
        for index, placed in enumerate(days):
            limit = 90 if is_systemic(days, placed + timedelta(days=1)) else 365
            out = placed + timedelta(days=limit)
            came_back = any(other <= out for other in days[index + 1 :])
            if start <= out < end and not came_back:
                lost.append(client)
    assert set(lost) in ({"К-0008"}, {"К-0014"}, {"К-0008", "К-0014"})


def test_all_categories_order_in_the_last_full_month(today: date, orders: Sheets) -> None:
    start, end = last_month(today)
    found: Counter[str] = Counter()
    for days in order_days(orders).values():
        if any(start <= placed < end for placed in days):
            known = days[0] < start
            systemic = is_systemic(days, start)
            found["системный" if systemic else "повторный" if known else "новый"] += 1
    assert min(found[category] for category in ("новый", "повторный", "системный")) >= 2


def test_clients_are_handed_over_before_they_order(orders: Sheets, register: Sheets) -> None:
    received = {row["Код"]: row["Дата передачи"] for row in register["Клиенты"]}
    assert all(received[row["Код клиента"]] <= row["Дата заказа"] for row in orders["Заказы"])


def test_touches_are_recent_but_for_three_clients(today: date, register: Sheets) -> None:
    last: dict[str, date] = {}
    for row in register["Журнал контактов"]:
        assert row["Дата"] <= today
        last[row["Код клиента"]] = max(row["Дата"], last.get(row["Код клиента"], date.min))
    assert len(last) == 40
    assert sum((today - touched).days > 60 for touched in last.values()) == 3


def test_birthdays_are_ahead(today: date, register: Sheets) -> None:
    ahead = {f"{today + timedelta(days=count):%m-%d}" for count in range(-1, 5)}
    for sheet, column in (
        ("Клиенты", "День рождения руководителя"),
        ("Клиенты", "День компании"),
        ("Контактные лица", "День рождения"),
    ):
        assert ahead & {day[5:] for day in values(register[sheet], column)}


def test_tasks(today: date) -> None:
    tasks = sample_at(today).books["Поручения"]["Поручения"]
    assert set(values(tasks, "Статус")) == {"в работе", "выполнено", "снято"}
    for row in tasks:
        assert row["Дата"] <= row["Срок"]
        assert (row["Статус"] == "выполнено") == (row["Дата исполнения"] is not None)
    assert [row for row in tasks if row["Статус"] == "в работе" and row["Срок"] < today]
