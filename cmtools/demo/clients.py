"""The sample's clients: forty invented companies and people, and how each of them orders."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, Literal

from cmtools.demo.company import (
    BANKS,
    KPP,
    MANAGERS,
    TREASURY,
    Row,
    bank_fields,
    company_inn,
    company_ogrn,
    in_year,
    person_inn,
    person_ogrn,
    workday,
)

Habit = Literal["системный", "потерянный", "повторный", "разовый", "новый", "без заказов"]

_BOSS: Final = "Генеральный директор"
# (how it orders, name, post of the head, the head, what it orders)
_TABLE: Final[tuple[tuple[Habit, str, str, str, str], ...]] = (
    ("системный", "АО «Волжский молочный комбинат»", _BOSS, "Ларионов Павел Сергеевич",
     "упаковка этикетки каталоги"),
    ("системный", "ООО «Верхневолжская мануфактура»", "Директор", "Ерофеева Нина Васильевна",
     "этикетки каталоги буклеты"),
    ("системный", "ООО «Кофейня на Набережной»", "Управляющий", "Абашидзе Георгий Давидович",
     "листовки визитки этикетки упаковка"),
    ("системный", "ООО «Научно-производственное объединение „Гравюра & Ко“»", _BOSS,
     "Черных Любовь Ильинична", "каталоги буклеты календари"),
    ("системный", "ООО «Стройкерамика»", "Коммерческий директор", "Сухово-Кобылин Марк Львович",
     "каталоги баннеры листовки"),
    ("системный", "ИП Кудрявцева Алла Петровна", "Индивидуальный предприниматель",
     "Кудрявцева Алла Петровна", "упаковка этикетки визитки"),
    ("системный", "ООО «Турбюро „Семь ветров“»", "Директор", "Панина Светлана Юрьевна",
     "буклеты листовки календари плакаты"),
    ("потерянный", "ООО «Ресторанный дом „Белый налив“»", "Директор", "Дубяго Эдуард Янович",
     "листовки этикетки визитки"),
    ("повторный", "ГБУК «Областная юношеская библиотека»", "Заведующая",
     "Остроумова Зоя Николаевна", "плакаты буклеты листовки"),
    ("повторный", "ООО «Сити-Девелопмент»", _BOSS, "Калач Игорь Вадимович",
     "баннеры буклеты каталоги"),
    ("повторный", "ООО «Автоцентр „Которосль“»", "Директор", "Тимофеев Глеб Иванович",
     "листовки баннеры визитки"),
    ("повторный", "ООО «Клиника „Здравие“»", "Главный врач", "Рабинович Софья Марковна",
     "буклеты визитки листовки"),
    ("повторный", "ИП Галустян Армен Рубенович", "Индивидуальный предприниматель",
     "Галустян Армен Рубенович", "упаковка этикетки"),
    ("повторный", "ООО «Учебный центр „Перспектива“»", "Директор", "Долгих Анна Фёдоровна",
     "буклеты плакаты календари"),
    ("повторный", "ООО «Мебельная фабрика „Дубрава“»", _BOSS, "Столяров Фёдор Кузьмич",
     "каталоги листовки упаковка"),
    ("повторный", "АО «Приборный завод „Вектор“»", _BOSS, "Штерн Леонид Абрамович",
     "каталоги календари визитки"),
    ("повторный", "ООО «Фитнес-клуб „Ритм“»", "Управляющая", "Гусева Алина Романовна",
     "листовки визитки плакаты"),
    ("повторный", "ИП Заяц Илья Кузьмич", "Индивидуальный предприниматель",
     "Заяц Илья Кузьмич", "этикетки упаковка визитки"),
    ("повторный", "АНО «Театральная лаборатория „Сцена“»", "Художественный руководитель",
     "Миклашевская Ирма Оттовна", "плакаты буклеты календари"),
    ("повторный", "ООО «Агрофирма „Заволжье“»", "Председатель правления",
     "Пахомов Трофим Савельевич", "упаковка календари баннеры"),
    ("разовый", "ООО «Юридическое бюро „Принцип“»", "Управляющий партнёр",
     "Лихачёв Родион Петрович", "визитки буклеты"),
    ("разовый", "ООО «Цветочная база „Флора“»", "Директор", "Мак Роза Викторовна",
     "листовки этикетки"),
    ("разовый", "ИП Шевчук Дарья Олеговна", "Индивидуальный предприниматель",
     "Шевчук Дарья Олеговна", "визитки листовки"),
    ("разовый", "Мельникова Ольга Сергеевна", "", "", "календари плакаты"),
    ("разовый", "ООО «Ветеринарный центр „Лапа“»", "Директор", "Коваль Егор Тарасович",
     "буклеты визитки"),
    ("разовый", "ООО «Логистика 76»", _BOSS, "Нурмухаметов Ринат Ильдарович",
     "визитки календари"),
    ("разовый", "Дюжев Антон Романович", "", "", "визитки плакаты"),
    ("новый", "ООО «Сыроварня „Луговая“»", "Директор", "Бабич Ксения Артёмовна",
     "этикетки упаковка"),
    ("новый", "ООО «Гостиничный комплекс „Юбилейный двор“»", _BOSS,
     "Воронцов-Дашков Илларион Максимович", "буклеты визитки плакаты"),
    ("новый", "ИП Ким Виктор Сергеевич", "Индивидуальный предприниматель",
     "Ким Виктор Сергеевич", "листовки упаковка"),
    ("новый", "ООО «Детский центр „Кубик“»", "Директор", "Белая Вероника Денисовна",
     "плакаты буклеты"),
    ("новый", "ООО «Экопак»", _BOSS, "Гнедых Яков Матвеевич", "упаковка этикетки"),
    ("новый", "ООО «Спортивная школа „Старт“»", "Директор", "Быстрова Яна Эдуардовна",
     "баннеры листовки"),
    ("новый", "Бондарь Наталья Игоревна", "", "", "календари визитки"),
    ("новый", "ООО «Медиагруппа „Рупор“»", "Исполнительный директор",
     "Савич Тимур Алексеевич", "баннеры плакаты листовки"),
    ("новый", "АО «Электросеть-Сервис»", _BOSS, "Крикун Василий Наумович",
     "каталоги плакаты"),
    ("новый", "ООО «Пекарня „Ржаной край“»", "Директор", "Мельник Таисия Егоровна",
     "упаковка этикетки листовки"),
    ("без заказов", "ООО «Ателье „Силуэт“»", "Директор", "Кутюрье Жанна Францевна",
     "визитки каталоги"),
    ("без заказов", "ИП Нечипоренко Глеб Анатольевич", "Индивидуальный предприниматель",
     "Нечипоренко Глеб Анатольевич", "листовки баннеры"),
    ("без заказов", "ООО «Школа вождения „Маршрут“»", "Директор", "Рулёв Семён Олегович",
     "листовки буклеты"),
)  # fmt: skip
VIP: Final = "К-0001"
TREASURY_CLIENT: Final = "К-0009"
PROBLEM: Final = "К-0010"
_NO_RECENT_TOUCH: Final = ("К-0014", "К-0021", "К-0026")

_FULL: Final = {
    "ООО": "Общество с ограниченной ответственностью",
    "АО": "Акционерное общество",
    "АНО": "Автономная некоммерческая организация",
    "ГБУК": "Государственное бюджетное учреждение культуры",
    "ИП": "Индивидуальный предприниматель",
}
_TOWNS: Final = (
    "150{:03d}, Ярославская область, г. Ярославль",
    "152{:03d}, Ярославская область, г. Рыбинск",
    "150{:03d}, Ярославская область, г. Ярославль",
    "152{:03d}, Ярославская область, г. Ростов",
    "152{:03d}, Ярославская область, г. Тутаев",
)
_STREETS: Final = ("Речная", "Липовая", "Кузнечная", "Полевая", "Мастеров", "Заозёрная", "Ткацкая")
_HIDDEN: Final = (
    "Хочет одного поставщика на всю печать года",
    "Важно не объяснять макет дважды, ценит память о прошлых заказах",
    "Опасается срыва сроков перед выставкой",
    "Ищет замену типографии, у которой плавает цвет",
)
# (prepayment in percent, days for the balance)
_TERMS: Final[dict[Habit, tuple[int, int]]] = {
    "системный": (50, 10),
    "потерянный": (50, 10),
    "повторный": (50, 7),
    "разовый": (100, 0),
    "новый": (70, 5),
    "без заказов": (70, 5),
}


@dataclass(frozen=True, kw_only=True)
class Client:
    """One client of the sample; `serial` from 1 gives its code and all of its numbers."""

    serial: int
    habit: Habit
    name: str
    post: str
    head: str
    kinds: tuple[str, ...]

    @property
    def code(self) -> str:
        """The code, К-0001 and on."""
        return f"К-{self.serial:04d}"

    @property
    def form(self) -> str:
        """The value of «Форма»."""
        if not self.post:
            return "физлицо"
        return "ИП" if self.name.startswith("ИП ") else "юрлицо"

    @property
    def manager(self) -> str:
        """Who keeps the client."""
        return MANAGERS[self.serial % len(MANAGERS)]

    @property
    def terms(self) -> tuple[int, int]:
        """The usual prepayment in percent, and the days for the balance."""
        if self.code == TREASURY_CLIENT:
            return 0, 30
        if self.code == VIP:
            return 30, 20
        return (100, 0) if self.form == "физлицо" else _TERMS[self.habit]

    @property
    def address(self) -> str:
        """Where it is, and where its orders go."""
        town = _TOWNS[self.serial % len(_TOWNS)].format(self.serial + 2)
        return f"{town}, ул. {_STREETS[self.serial % 7]}, д. {self.serial * 3 % 71 + 1}"

    @property
    def mail(self) -> str:
        """An address in a domain that is kept for examples (RFC 2606)."""
        return f"office@client{self.serial:02d}.example"


def all_clients() -> tuple[Client, ...]:
    """The forty clients by code."""
    return tuple(
        Client(
            serial=serial, habit=habit, name=name, post=post, head=head, kinds=tuple(kinds.split())
        )
        for serial, (habit, name, post, head, kinds) in enumerate(_TABLE, start=1)
    )


def client_rows(
    clients: tuple[Client, ...], received: dict[str, date], today: date, rng: Random
) -> list[Row]:
    """Sheet «Клиенты»; `received` tells by code when each client was handed over."""
    return [_row(client, received[client.code], today, rng) for client in clients]


def _row(client: Client, received: date, today: date, rng: Random) -> Row:
    status = {VIP: "VIP", PROBLEM: "проблемный"}.get(client.code)
    birthday = date(rng.randint(1962, 1994), rng.randint(1, 12), rng.randint(1, 28))
    founded = date(rng.randint(1994, 2022), rng.randint(1, 12), rng.randint(1, 28))
    if client.serial == 2:
        birthday = in_year(today + timedelta(days=1), 1979)
    if client.serial == 5:
        founded = in_year(today + timedelta(days=3), 2004)
    company = client.form == "юрлицо"
    return {
        "Код": client.code,
        "Краткое наименование": client.name,
        "Полное наименование": _full_name(client.name),
        "Форма": client.form,
        **_numbers(client, founded.year),
        "Юридический адрес": client.address,
        "Почтовый адрес": client.address,
        "Должность руководителя": client.post or None,
        "ФИО руководителя": client.head or None,
        "Действует на основании": _basis(client, received),
        "Телефон": f"+7 (900) 000-{client.serial:02d}-01",
        "Эл. почта": client.mail,
        "Менеджер": client.manager,
        "Дата передачи": received,
        "Особый статус": status,
        "День рождения руководителя": birthday,
        "День компании": founded if company else None,
        "Периодичность касаний, дней": 10 if client.code == VIP else None,
        "Явные потребности": "Печать: " + ", ".join(client.kinds),
        "Скрытые потребности": rng.choice((*_HIDDEN, None)),
    }


def _full_name(name: str) -> str:
    form, _, rest = name.partition(" ")
    return f"{_FULL[form]} {rest}" if form in _FULL else name


def _numbers(client: Client, year: int) -> Row:
    serial = client.serial * 37
    if client.form == "физлицо":
        return {"ИНН": person_inn(serial) if client.serial % 2 else None}
    if client.form == "ИП":
        numbers: Row = {"ИНН": person_inn(serial), "ОГРН": person_ogrn(serial, max(year, 2004))}
        balance = 40802
    else:
        numbers = {
            "ИНН": company_inn(serial),
            "КПП": KPP,
            "ОГРН": company_ogrn(serial, max(year, 2003)),
        }
        balance = 40703 if client.name.startswith("АНО") else 40702
    bank = TREASURY if client.code == TREASURY_CLIENT else BANKS[client.serial % len(BANKS)]
    return {**numbers, **bank_fields(bank, balance, serial)}


def _basis(client: Client, received: date) -> str | None:
    if client.form == "физлицо":
        return None
    if client.form == "ИП":
        return "записи в ЕГРИП"
    if client.post == "Коммерческий директор":
        return f"доверенности № 15 от {workday(received - timedelta(days=40)):%d.%m.%Y}"
    return "Устава"


def touch_is_late(client: Client) -> bool:
    """Whether the sample lets this client wait longer than its cadence."""
    return client.code in _NO_RECENT_TOUCH
