"""Who speaks with the sample's clients: contact people, the journal, handovers and errands."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from cmtools.demo.clients import PROBLEM, VIP, Client, touch_is_late
from cmtools.demo.company import DIRECTOR, MANAGERS, SALESMAN, Row, in_year, workday

_SURNAMES: Final = (
    "Алексеев", "Быков", "Васнецов", "Гордеев", "Долгов", "Егоров", "Зимин", "Исаев", "Крылов",
    "Лыткин", "Новиков", "Осипов", "Рябинин",
)  # fmt: skip
_NAMES: Final = (
    ("Ирина Львовна", "Антон Сергеевич"),
    ("Полина Андреевна", "Максим Ильич"),
    ("Татьяна Юрьевна", "Никита Павлович"),
    ("Оксана Петровна", "Арсений Олегович"),
    ("Людмила Ивановна", "Сергей Дмитриевич"),
    ("Надежда Романовна", "Борис Янович"),
    ("Инга Викторовна", "Валерий Глебович"),
)
_POSTS: Final = ("Менеджер по закупкам", "Маркетолог", "Бухгалтер", "Офис-менеджер", "Дизайнер")
_TALKS: Final = (
    ("звонок", "Уточнили тиражи и сроки на ближайшие два месяца"),
    ("письмо", "Отправили образцы бумаги и прайс партнёра"),
    ("встреча", "Показали контрольные образцы, обсудили макет каталога"),
    ("звонок", "Спросили о качестве последнего заказа, замечаний нет"),
    ("письмо", "Напомнили о предложении на сувенирный календарь"),
    ("поздравление", "Поздравили с днём компании, передали открытку"),
)


@dataclass(frozen=True, kw_only=True)
class _Errand:
    """Given so many days `ago`, due and done so many days after that."""

    ago: int
    term: int
    source: str
    text: str
    manager: int
    client: str | None = None
    done: int = 0
    dropped: bool = False

    @property
    def state(self) -> str:
        """The value of «Статус»."""
        if self.dropped:
            return "снято"
        return "выполнено" if self.done else "в работе"


_ERRANDS: Final = (
    _Errand(ago=55, term=20, source="план месяца", manager=0, done=18,
            text="Обзвонить клиентов без заказов за квартал"),
    _Errand(ago=40, term=10, source="протокол совещания", manager=1, done=12,
            text="Сверить остатки контрольных образцов в архиве"),
    _Errand(ago=33, term=14, source="устное", manager=2, client=VIP, done=11,
            text="Подготовить предложение на календари будущего года"),
    _Errand(ago=26, term=5, source="письменное", manager=0, dropped=True,
            text="Заказать рекламные ручки для выставки"),
    _Errand(ago=21, term=9, source="план месяца", manager=1,
            text="Запросить новые цены у картонажной мастерской"),
    _Errand(ago=15, term=7, source="устное", manager=1, client=PROBLEM, done=6,
            text="Уточнить у клиента график платежей"),
    _Errand(ago=12, term=25, source="план месяца", manager=2,
            text="Провести встречи с двумя системными клиентами"),
    _Errand(ago=8, term=11, source="протокол совещания", manager=0,
            text="Описать причины претензий за месяц"),
    _Errand(ago=5, term=8, source="письменное", manager=2,
            text="Согласовать с юристом текст типового договора"),
    _Errand(ago=3, term=14, source="устное", manager=2, client="К-0008",
            text="Вернуть ушедшего клиента: встреча и образцы"),
)  # fmt: skip


def contact_rows(clients: tuple[Client, ...], today: date, rng: Random) -> list[Row]:
    """Sheet «Контактные лица»: one or two people of each company, one with a birthday ahead."""
    rows: list[Row] = []
    for client in clients:
        if client.form == "физлицо":
            continue
        for place in range(1, 2 + client.serial % 2):
            birthday = date(rng.randint(1970, 2001), rng.randint(1, 12), rng.randint(1, 28))
            if client.serial == 11 and place == 1:
                birthday = in_year(today + timedelta(days=2), 1986)
            rows.append(
                {
                    "Код клиента": client.code,
                    "ФИО": _person(client, place),
                    "Должность": rng.choice(_POSTS),
                    "Телефон": f"+7 (900) 000-{client.serial:02d}-1{place}",
                    "Эл. почта": client.mail.replace("office", f"zakaz{place}"),
                    "День рождения": birthday,
                }
            )
    return rows


def journal_rows(
    clients: tuple[Client, ...], received: dict[str, date], today: date, rng: Random
) -> list[Row]:
    """Sheet «Журнал контактов»: from the handover to a touch that is recent for nearly all."""
    rows: list[Row] = []
    for client in clients:
        start = received[client.code]
        last = today - timedelta(days=rng.randint(1, 8 if client.code == VIP else 20))
        if touch_is_late(client):
            last = today - timedelta(days=rng.randint(75, 95))
        days = {start, workday(start + (last - start) / 2), workday(max(start, last))}
        for day in sorted(day for day in days if day <= today):
            kind, text = rng.choice(_TALKS)
            rows.append(_talk(client, day, kind, text))
        if client.serial % 6 == 0:
            rows[-1]["Следующий контакт"] = today + timedelta(days=rng.randint(1, 12))
        if client.code == PROBLEM:
            complaint = "Недовольны сроком, грозят уйти; просят встречу с руководством"
            rows.append(_talk(client, workday(today), "претензия", complaint))
    return sorted(rows, key=lambda row: (str(row["Дата"]), str(row["Код клиента"])))


def handover_rows(clients: tuple[Client, ...], received: dict[str, date], today: date) -> list[Row]:
    """Sheet «Передачи клиентов»: from the salesman, to the director, to a colleague, and back."""
    by_code = {client.code: client for client in clients}
    recent = [
        {
            "Дата": received[client.code],
            "Код клиента": client.code,
            "Передал": SALESMAN,
            "Принял": client.manager,
            "Причина": "оформление заказов",
            "Условия": "Потребности выявлены, первый заказ обсуждён",
        }
        for client in clients
        if client.habit in ("новый", "без заказов")
    ]
    vip, problem = by_code[VIP], by_code[PROBLEM]
    moved = next(client for client in clients if client.manager == MANAGERS[0])
    others = [
        _handover(vip, today, 60, "VIP")
        | {"Передал": vip.manager, "Принял": DIRECTOR}
        | {"Условия": "Согласование годовой скидки; заказы ведёт прежний менеджер"},
        _handover(moved, today, 45, "совмещение")
        | {"Передал": "Кузьмина Вера Аркадьевна", "Принял": moved.manager}
        | {"Условия": "Вознаграждение за первый заказ делится поровну"},
        _handover(problem, today, 1, "проблемный клиент")
        | {"Передал": problem.manager, "Принял": SALESMAN}
        | {"Условия": "Очные переговоры об оплате остатка, затем возврат менеджеру"},
    ]
    return sorted([*recent, *others], key=lambda row: (str(row["Дата"]), str(row["Код клиента"])))


def errand_rows(today: date) -> list[Row]:
    """Sheet «Поручения»: what the director asked of the managers, one of it overdue."""
    return [_errand_row(errand, today) for errand in _ERRANDS]


def _person(client: Client, place: int) -> str:
    """Another name for each place; the counts of names and surnames have no common divisor."""
    serial = client.serial * 2 + place
    surname, (woman, man) = _SURNAMES[serial % 13], _NAMES[serial % 7]
    return f"{surname} {man}" if serial % 3 == 0 else f"{surname}а {woman}"


def _talk(client: Client, day: date, kind: str, text: str) -> Row:
    person = client.name if client.form == "физлицо" else _person(client, 1)
    return {
        "Дата": day,
        "Код клиента": client.code,
        "Вид": kind,
        "Кто от компании": client.manager,
        "С кем": person,
        "Содержание": text,
        "Следующий контакт": None,
    }


def _handover(client: Client, today: date, ago: int, reason: str) -> Row:
    day = workday(today - timedelta(days=ago))
    return {"Дата": day, "Код клиента": client.code, "Причина": reason}


def _errand_row(errand: _Errand, today: date) -> Row:
    given = workday(today - timedelta(days=errand.ago))
    done = min(given + timedelta(days=errand.done), today) if errand.done else None
    return {
        "Дата": given,
        "От кого": DIRECTOR,
        "Источник": errand.source,
        "Поручение": errand.text,
        "Срок": given + timedelta(days=errand.term),
        "Исполнитель": MANAGERS[errand.manager],
        "Код клиента": errand.client,
        "Статус": errand.state,
        "Дата исполнения": done,
    }
