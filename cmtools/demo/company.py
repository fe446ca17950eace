"""The sample's seller, a print broker of Ярославль: its calendar, its card and its settings."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Final

from cmtools.books.requisite_checks import (
    account_is_valid,
    correspondent_is_valid,
    inn_is_valid,
    ogrn_is_valid,
)

Row = dict[str, object]
Book = dict[str, list[Row]]
Books = dict[str, Book]

SETTINGS: Final = "Настройки"
REGISTRY: Final = "Реестр клиентов"
ORDERS: Final = "Предварительные заказы"
TASKS: Final = "Поручения"

DIRECTOR: Final = "Лебедев Андрей Викторович"
SALESMAN: Final = "Громов Денис Юрьевич"
DESIGNERS: Final = ("Орлова Вера Максимовна", "Фомин Кирилл Львович")
MANAGERS: Final = (
    "Соколова Мария Андреевна",
    "Терентьев Олег Игоревич",
    "Абрамова Юлия Павловна",
)
KPP: Final = "769901001"  # no inspection has the number 7699: these companies cannot exist

# (name, БИК); the БИК are invented too
BANKS: Final = (
    ("ПАО Банк «Верхневолжье», г. Ярославль", "047899901"),
    ("АО КБ «Ростовский купеческий банк», г. Ростов", "047899915"),
    ("Ярославский филиал АО «Северный мост»", "047899938"),
)
TREASURY: Final = (
    "ОТДЕЛЕНИЕ ЯРОСЛАВЛЬ БАНКА РОССИИ//УФК по Ярославской области, г. Ярославль",
    "017899901",
)
# (name, whom to ask, days that an order takes, what it prints)
_CONTRACTORS: Final = (
    ("Типография «Оттиск»", "Рогов Пётр Ильич", 7, "листовки календари"),
    ("Офсетный двор «Формат»", "Лаптева Инна Борисовна", 10, "буклеты каталоги"),
    ("Цифровая печать «Пиксель»", "Ерёмин Степан Олегович", 4, "визитки этикетки"),
    ("Картонажная мастерская «Короб»", "Дьякова Римма Юрьевна", 14, "упаковка"),
    ("Широкоформат-76", "Юдин Марк Аркадьевич", 3, "баннеры плакаты"),
)
CONTRACTOR_OF: Final = {kind: row[0] for row in _CONTRACTORS for kind in row[3].split()}
_MARKUPS: Final = {
    "визитки": {1: 60, 500: 55, 1000: 50},
    "листовки": {1: 55, 2000: 48, 10000: 42},
    "буклеты": {1: 52, 1000: 47, 5000: 42},
    "каталоги": {1: 45, 300: 41},
    "упаковка": {1: 48, 1000: 43, 3000: 40},
    "календари": {1: 58, 200: 50},
    "баннеры": {1: 65, 50: 55},
    "*": {1: 50, 1000: 45},
}
_DISCOUNTS: Final = {
    "новый": {0: 0, 100000: 2},
    "повторный": {0: 3, 50000: 4, 100000: 5},
    "системный": {0: 5, 100000: 7},
    "VIP": {0: 7, 150000: 10},
}
_FEASTS: Final = (
    (1, 13, "День российской печати"),
    (2, 23, "День защитника Отечества"),
    (3, 8, "Международный женский день"),
    (4, 19, "День работника печатного дела"),
    (10, 23, "День работника рекламы"),
    (12, 30, "Поздравление с наступающим Новым годом"),
)
_DAYS_OFF: Final = frozenset(
    {(1, day) for day in range(1, 9)}
    | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4), (12, 31)}
)


def workday(day: date) -> date:
    """`day`, or the working day before it; transfers of the state calendar are left aside."""
    while not _works(day):
        day -= timedelta(days=1)
    return day


def next_workday(day: date) -> date:
    """`day`, or the working day after it."""
    while not _works(day):
        day += timedelta(days=1)
    return day


def _works(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _DAYS_OFF


def in_last_month(today: date, day: int) -> date:
    """The `day`, 1 … 28, of the last full month before `today`."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def in_year(day: date, year: int) -> date:
    """The same day in another year; 29 February becomes the 28th where it is missing."""
    leap = day.month == 2 and day.day == 29
    return day.replace(year=year, day=28) if leap else day.replace(year=year)


def completed(pattern: str, is_valid: Callable[[str], bool]) -> str:
    """The first number made of `pattern` that is valid; every `?` in it is a check digit."""
    for digits in product("0123456789", repeat=pattern.count("?")):
        number = pattern.replace("?", "{}").format(*digits)
        if is_valid(number):
            return number
    raise ValueError(pattern)


def company_inn(serial: int) -> str:
    """An ИНН of 10 digits, of an inspection that does not exist."""
    return completed(f"7699{serial:05d}?", inn_is_valid)


def person_inn(serial: int) -> str:
    """An ИНН of 12 digits, of an inspection that does not exist."""
    return completed(f"7699{serial:06d}??", inn_is_valid)


def company_ogrn(serial: int, year: int) -> str:
    """An ОГРН of 13 digits."""
    return completed(f"1{year % 100:02d}7699{serial:05d}?", ogrn_is_valid)


def person_ogrn(serial: int, year: int) -> str:
    """An ОГРНИП of 15 digits."""
    return completed(f"3{year % 100:02d}76{serial:09d}?", ogrn_is_valid)


def bank_fields(bank: tuple[str, str], balance: int, serial: int) -> Row:
    """Банк, БИК and both accounts with their keys; `balance` is the balance account, 40702."""
    name, bik = bank
    if bank == TREASURY:
        account, correspondent = f"03224643{serial:08d}7100", "40102810500000000099"
    else:
        account = completed(f"{balance}810?{serial:011d}", lambda text: account_is_valid(text, bik))
        correspondent = completed(
            f"30101810?00000000{bik[6:]}", lambda text: correspondent_is_valid(text, bik)
        )
    return {"Банк": name, "БИК": bik, "Расчётный счёт": account, "Корр. счёт": correspondent}


def settings(today: date) -> Book:
    """The book «Настройки» but for what is shipped filled: НДС, Стадии, Правила."""
    return {
        "Организация": [{"Поле": key, "Значение": value} for key, value in _seller().items()],
        "Наценки": [
            {"Вид продукции": kind, "Тираж от": run, "Наценка, %": Decimal(markup)}
            for kind, tiers in _MARKUPS.items()
            for run, markup in tiers.items()
        ],
        "Скидки": [
            {"Категория": category, "Сумма от": Decimal(amount), "Скидка, %": Decimal(discount)}
            for category, tiers in _DISCOUNTS.items()
            for amount, discount in tiers.items()
        ],
        "Подрядчики": [
            {
                "Подрядчик": name,
                "ИНН": company_inn(900 + serial),
                "Контакт": f"{person}, +7 (900) 000-90-{serial:02d}",
                "Эл. почта": f"zakaz@podryad{serial}.example",
                "Срок по умолчанию, дней": days,
            }
            for serial, (name, person, days, _) in enumerate(_CONTRACTORS, start=1)
        ],
        "Праздники": _feasts(today),
    }


def _seller() -> Row:
    address = "150000, Ярославская область, г. Ярославль, ул. Печатников, д. 12, оф. 5"
    return {
        "Краткое наименование": "ООО «Литера-Брокер»",
        "Полное наименование": "Общество с ограниченной ответственностью «Литера-Брокер»",
        "Форма": "юрлицо",
        "ИНН": company_inn(777),
        "КПП": KPP,
        "ОГРН": company_ogrn(777, 2014),
        "Юридический адрес": address,
        "Почтовый адрес": address,
        **bank_fields(BANKS[0], 40702, 777),
        "Должность руководителя": "Генеральный директор",
        "ФИО руководителя": DIRECTOR,
        "Действует на основании": "Устава",
        "Телефон": "+7 (900) 000-07-77",
        "Эл. почта": "info@litera-broker.example",
        "Финансовый директор": "Морозова Елена Геннадьевна",
        "Юрист": "Беляев Роман Константинович",
        "Город": "Ярославль",
    }


def _feasts(today: date) -> list[Row]:
    """The feasts of this year and the next, and the company's own day just ahead of `today`."""
    days = [
        (date(year, month, day), name)
        for year in (today.year, today.year + 1)
        for month, day, name in _FEASTS
    ]
    days.append((today + timedelta(days=2), "День рождения компании «Литера-Брокер»"))
    return [{"Дата": day, "Название": name} for day, name in sorted(days)]
