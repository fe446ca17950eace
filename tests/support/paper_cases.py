"""A workspace of many orders whose every number is unlike the others, and its papers.

Three forms of a client, shipped in 2026 or 2025, 1 or 60 lines; and a company without VAT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from support.reckoning import Books, Row
from support.workbench import CLERK, CONTRACTOR, HEALTHY, SALES, rows_of

COMPANY, ENTREPRENEUR, PERSON = "К-1001", "К-1002", "К-1003"
LONG = (
    "Федеральное государственное бюджетное образовательное учреждение высшего образования "
    "«Северо-Западный государственный университет печатного дела, упаковки и информационных "
    "технологий имени первопечатника Ивана Фёдорова и Петра Мстиславца»"
)
FORMS = {COMPANY: "юрлицо", ENTREPRENEUR: "ИП", PERSON: "физлицо"}
FOLDER = {
    COMPANY: "К-1001 Северо-Западный университет печатного дела",
    ENTREPRENEUR: "К-1002 Кузнецов В. А",
    PERSON: "К-1003 Лебедева Ольга Петровна",
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """An order of the grid: whose, at which rate (None: без НДС), of how many lines."""

    client: str
    rate: int | None
    count: int

    @property
    def number(self) -> str:
        return f"З-{self.client[2:]}-{self.rate or 'БН'}-{self.count:02}"

    @property
    def contract(self) -> str:
        return f"ДС-{self.client[2:]}"

    @property
    def vat(self) -> str:
        """As the papers word it."""
        return f"НДС {self.rate} %" if self.rate else "Без НДС"


WITH_VAT = [
    Case(client=client, rate=rate, count=count)
    for client, rate, count in (
        (COMPANY, 22, 1),
        (COMPANY, 22, 60),
        (COMPANY, 20, 1),
        (COMPANY, 20, 60),
        (ENTREPRENEUR, 22, 60),
        (ENTREPRENEUR, 20, 1),
        (PERSON, 22, 1),
        (PERSON, 20, 60),
    )
]
WITHOUT_VAT = [
    Case(client=client, rate=None, count=count)
    for client, count in ((COMPANY, 1), (ENTREPRENEUR, 60), (PERSON, 1))
]


def clients() -> list[Row]:
    """A юрлицо of a long name, an ИП, a физлицо."""
    company, entrepreneur, person = rows_of("Клиенты")
    company |= {
        "Код": COMPANY,
        "Краткое наименование": "ФГБОУ ВО «Северо-Западный университет печатного дела»",
        "Полное наименование": LONG,
        "Особый статус": "VIP",
    }
    entrepreneur |= {"Код": ENTREPRENEUR, "Юридический адрес": "300000, г. Тула, пр. Ленина, д. 7"}
    person |= {"Код": PERSON, "Краткое наименование": "Лебедева Ольга Петровна"}
    return [company, entrepreneur, person]


def order_row(case: Case) -> Row:
    """A final order; the tens of its dates tell the orders of one client apart."""
    start = date(2026, 10, 5) if case.rate != 20 else date(2025, 11, 5)
    start += timedelta(days=case.count == 60)
    return {
        "№ заказа": case.number,
        "Дата заказа": start,
        "Код клиента": case.client,
        "Менеджер": SALES,
        "Вид заявки": "окончательная",
        "Стадия": "4.1",
        "Дата стадии": start + timedelta(days=15),
        "Подрядчик": CONTRACTOR,
        "Срок изготовления": start + timedelta(days=13),
        "Срок поставки": start + timedelta(days=20),
        "Способ доставки": "доставка",
        "Адрес доставки": f"г. Псков, ул. Труда, д. {case.count}",
        "Стоимость доставки": Decimal("1207.31") + case.count,
        "Предоплата, %": Decimal("33.33"),
        "Срок оплаты остатка, дней": 10,
        "№ договора": case.contract,
        "Примечание": f"Хранить образец к {case.number}",
    }


def position_rows(case: Case) -> Iterator[Row]:
    """Lines of runs, costs and kinds of their own; some with extra cost or a typed price."""
    for place in range(1, case.count + 1):
        yield {
            "№ заказа": case.number,
            "№ п/п": place,
            "Вид продукции": ("визитки", "каталоги", "буклеты")[place % 3],
            "Наименование": f"Изделие полиграфическое, вариант В{place:02}",
            "Тираж": 37 * place + 163,
            "Ед.": ("шт", "компл", "м²")[place % 3],
            "Дизайн": ("новый макет", "готовый макет")[place % 2],
            "Макет": f"maket-{place:02}.pdf",
            "Материалы": f"Картон {place + 200} г/м²",
            "Тип упаковки": f"Короб № {place}",
            "Маркировка": f"Ярлык Я{place:02}",
            "Себестоимость за ед.": Decimal("7.3519") + Decimal("0.0137") * place,
            "Доп. расходы": Decimal("111.17") if place % 4 == 1 else None,
            "Цена вручную": Decimal("19.73") if place % 10 == 7 else None,
        }


def claim_rows(case: Case) -> Iterator[Row]:
    """Two claims of an order: one met in part, and a later one still open."""
    since = order_row(case)["Срок поставки"]
    assert isinstance(since, date)
    yield {
        "Дата": since + timedelta(days=1),
        "№ заказа": case.number,
        "Количество": 7,
        "Сумма": Decimal("517.29"),
        "Причина": f"Смещение реза в {case.number}",
        "Решение": "отклонена",
        "Дата решения": since + timedelta(days=2),
    }
    yield {
        "Дата": since + timedelta(days=3),
        "№ заказа": case.number,
        "Количество": 9,
        "Сумма": Decimal("831.47"),
        "Причина": f"Непропечатка в {case.number}",
        "Решение": "удовлетворена",
        "Дата решения": since + timedelta(days=5),
        "Сумма удовлетворения": Decimal("419.63"),
    }


def paper_rows(case: Case) -> Iterator[Row]:
    """Rows of Документы: of the order, and of its contract."""
    day = order_row(case)["Дата заказа"]
    received: Row = {"Оригинал получен": day, "Дата передачи": day}
    yield received | {
        "№ заказа": case.number,
        "Вид документа": "чертёж",
        "№ и дата документа": f"Ч-{case.number}",
        "Передан в": "технический отдел",
    }
    yield received | {
        "№ договора": case.contract,
        "Вид документа": "договор",
        "№ и дата документа": f"Подлинник {case.contract} ({case.number})",
        "Передан в": "финансовый департамент",
    }


def draft_row(case: Case) -> Row:
    """A row of Макеты."""
    day = order_row(case)["Дата заказа"]
    return {
        "№ макета": f"М-{case.number}",
        "№ заказа": case.number,
        "Дизайнер": "Фомина Вера Львовна",
        "Дата задания": day,
        "Срок": order_row(case)["Срок изготовления"],
        "Файл": f"{case.number}.ai",
    }


def contract_row(code: str) -> Row:
    """A contract approved by everybody."""
    return rows_of("Договоры")[0] | {
        "№ договора": f"ДС-{code[2:]}",
        "Дата": date(2025, 10, 1),
        "Код клиента": code,
        "Юрист": date(2025, 10, 1),
        "Финансовый департамент": date(2025, 10, 2),
        "Директор": date(2025, 10, 3),
        "Ввод в производство": None,
        "Оригиналы переданы": None,
    }


def transfer_rows(code: str) -> Iterator[Row]:
    """Two transfers of a client."""
    for day, giver, taker in ((2, "Ершов Глеб Юрьевич", CLERK), (9, CLERK, SALES)):
        yield {
            "Дата": date(2025, 9, day),
            "Код клиента": code,
            "Передал": giver,
            "Принял": taker,
            "Причина": "совмещение",
            "Условия": f"Передача {code} от {day} числа",
        }


def grid_books(cases: list[Case]) -> Books:
    """The rows of a grid."""
    percents = {"визитки": "47.31", "каталоги": "43.87", "*": "53.19"}
    payments: list[Row] = [
        {
            "Дата": order_row(case)["Дата заказа"],
            "№ заказа": case.number,
            "Вид": "от клиента",
            "Сумма": Decimal("1013.77"),
            "Документ": f"п/п {case.number}",
        }
        for case in cases
        if case.count == 60
    ]
    vat: Books = {} if cases[0].rate else {"НДС": [{"Действует с": date(2019, 1, 1)}]}
    return vat | {
        "Организация": rows_of("Организация"),
        "Наценки": [
            {"Вид продукции": kind, "Тираж от": 1, "Наценка, %": Decimal(percent)}
            for kind, percent in percents.items()
        ],
        "Скидки": [{"Категория": "VIP", "Сумма от": 0, "Скидка, %": 3}],
        "Подрядчики": rows_of("Подрядчики"),
        "Клиенты": clients(),
        "Контактные лица": [
            {"Код клиента": code, "ФИО": f"Соколова Елена Юрьевна {code}", "Должность": "Секретарь"}
            for code in FORMS
        ],
        "Журнал контактов": [
            HEALTHY["Журнал контактов"][0] | {"Код клиента": code, "Содержание": f"Беседа с {code}"}
            for code in FORMS
        ],
        "Передачи клиентов": [row for code in FORMS for row in transfer_rows(code)],
        "Заказы": [order_row(case) for case in cases],
        "Позиции": [row for case in cases for row in position_rows(case)],
        "Платежи": payments,
        "Претензии": [row for case in cases for row in claim_rows(case)],
        "Макеты": [draft_row(case) for case in cases],
        "Документы": [row for case in cases for row in paper_rows(case)],
        "Договоры": [contract_row(code) for code in FORMS],
    }
