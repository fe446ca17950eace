"""Workspaces for tests: a small healthy set of books, and named changes that break it.

`healthy(folder, put(...), add(...))` copies the healthy workspace and applies the changes;
`cell_of` tells where a value stands in the book that was written.
"""

import atexit
import copyreg
import pickle
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableList
from openpyxl.worksheet.worksheet import Worksheet

from cmtools.commands.init import init
from cmtools.workspace import AGENDA_AT, MARKER

Row: TypeAlias = dict[str, object]

TODAY = date(2026, 11, 21)

SETTINGS = "Настройки.xlsx"
REGISTRY = "Реестр клиентов.xlsx"
ORDERS = "Предварительные заказы.xlsx"
TASKS = "Поручения.xlsx"
AGREED = "Согласованные цены.xlsx"

COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    SETTINGS: {
        "Организация": ("Поле", "Значение"),
        "Наценки": ("Вид продукции*", "Тираж от*", "Наценка, %*", "Действует с"),
        "Скидки": ("Категория*", "Сумма от*", "Скидка, %*", "Действует с"),
        "НДС": ("Действует с*", "Ставка, %"),
        "Подрядчики": ("Подрядчик*", "ИНН", "Контакт", "Эл. почта", "Срок по умолчанию, дней"),
        "Стадии": ("Код*", "Название*", "Норматив, раб. дней", "Документы"),
        "Правила": ("Правило*", "Значение*", "Пояснение"),
        "Праздники": ("Дата*", "Название*"),
    },
    REGISTRY: {
        "Клиенты": (
            "Код*",
            "Краткое наименование*",
            "Полное наименование",
            "Форма*",
            "ИНН*",
            "КПП",
            "ОГРН",
            "Юридический адрес",
            "Почтовый адрес",
            "Банк",
            "БИК",
            "Расчётный счёт",
            "Корр. счёт",
            "Должность руководителя",
            "ФИО руководителя",
            "Действует на основании",
            "Телефон",
            "Эл. почта",
            "Менеджер*",
            "Дата передачи*",
            "Особый статус",
            "День рождения руководителя",
            "День компании",
            "Периодичность касаний, дней",
            "Явные потребности",
            "Скрытые потребности",
        ),
        "Контактные лица": (
            "Код клиента*",
            "ФИО*",
            "Должность",
            "Телефон",
            "Эл. почта",
            "День рождения",
        ),
        "Журнал контактов": (
            "Дата*",
            "Код клиента*",
            "Вид*",
            "Кто от компании*",
            "С кем",
            "Содержание*",
            "Следующий контакт",
        ),
        "Передачи клиентов": (
            "Дата*",
            "Код клиента*",
            "Передал*",
            "Принял*",
            "Причина*",
            "Условия",
        ),
    },
    ORDERS: {
        "Заказы": (
            "№ заказа*",
            "Дата заказа*",
            "Код клиента*",
            "Менеджер*",
            "Вид заявки*",
            "Стадия*",
            "Дата стадии",
            "Подрядчик",
            "Срок изготовления",
            "Срок поставки",
            "Способ доставки",
            "Адрес доставки",
            "Стоимость доставки",
            "Предоплата, %",
            "Срок оплаты остатка, дней",
            "№ договора",
            "Согласовано директором",
            "Оценка клиента",
            "Причина недовольства",
            "Дата закрытия",
            "Примечание",
            "Клиент",
            "Сумма",
            "Оплачено",
            "Долг",
        ),
        "Позиции": (
            "№ заказа*",
            "№ п/п*",
            "Вид продукции*",
            "Наименование*",
            "Тираж*",
            "Ед.*",
            "Дизайн*",
            "Макет",
            "Материалы",
            "Тип упаковки",
            "Маркировка",
            "Себестоимость за ед.",
            "Доп. расходы",
            "Цена вручную",
            "Наценка, %",
            "Скидка, %",
            "Цена за ед.",
            "Сумма",
            "НДС",
            "Прибыль",
            "Маржа, %",
        ),
        "Платежи": ("Дата*", "№ заказа*", "Вид*", "Сумма*", "Документ"),
        "Поставки": (
            "Дата*",
            "№ заказа*",
            "Вид*",
            "Количество*",
            "Сумма*",
            "Качество",
            "Контрольный образец",
            "Место хранения образца",
            "№ п/п",
        ),
        "Претензии": (
            "Дата*",
            "№ заказа*",
            "Количество",
            "Сумма*",
            "Причина*",
            "Решение*",
            "Дата решения",
            "Сумма удовлетворения",
        ),
        "Макеты": (
            "№ макета*",
            "№ заказа*",
            "Дизайнер*",
            "Дата задания*",
            "Срок*",
            "Дата готовности",
            "Согласован клиентом",
            "Файл",
        ),
        "Документы": (
            "№ заказа",
            "№ договора",
            "Вид документа*",
            "№ и дата документа",
            "Оригинал получен",
            "Передан в",
            "Дата передачи",
        ),
        "Договоры": (
            "№ договора*",
            "Дата*",
            "Код клиента*",
            "Предмет договора*",
            "Цена и условия оплаты*",
            "Ответственность покупателя*",
            "Условия поставки*",
            "Ответственность продавца*",
            "Юрист",
            "Финансовый департамент",
            "Директор",
            "Ввод в производство",
            "Оригиналы переданы",
        ),
    },
    TASKS: {
        "Поручения": (
            "Дата*",
            "От кого*",
            "Источник*",
            "Поручение*",
            "Срок*",
            "Исполнитель*",
            "Код клиента",
            "Статус*",
            "Дата исполнения",
        ),
    },
    AGREED: {
        "Согласованные цены": (
            "№ заказа*",
            "№ п/п*",
            "Вид продукции*",
            "Тираж*",
            "Цена за ед.*",
            "Согласована*",
            "Основание*",
            "Примечание",
        ),
    },
}
"""Book → sheet → the columns of the specification, `*` for required."""

BOOK_OF: dict[str, str] = {sheet: book for book, sheets in COLUMNS.items() for sheet in sheets}

SHIPPED_FILLED = ("НДС", "Стадии", "Правила")
"""Sheets whose rows `HEALTHY` leaves as `init` ships them."""

COMPUTED = ("Наценка, %", "Скидка, %", "Цена за ед.", "Сумма", "НДС", "Прибыль", "Маржа, %")
"""The columns of Позиции that the program fills."""

SELLER: dict[str, str] = {
    "Краткое наименование": "ООО «Печатный двор»",
    "Полное наименование": "Общество с ограниченной ответственностью «Печатный двор»",
    "Форма": "юрлицо",
    "ИНН": "5504036333",
    "КПП": "550401001",
    "ОГРН": "1025501701686",
    "Юридический адрес": "644000, г. Омск, ул. Ленина, д. 1",
    "Почтовый адрес": "644000, г. Омск, ул. Ленина, д. 1",
    "Банк": "АО «Райффайзенбанк»",
    "БИК": "044525700",
    "Расчётный счёт": "40702810800001400002",
    "Корр. счёт": "30101810200000000700",
    "Должность руководителя": "Генеральный директор",
    "ФИО руководителя": "Орлов Сергей Николаевич",
    "Действует на основании": "Устава",
    "Телефон": "+7 381 200-00-00",
    "Эл. почта": "info@dvor.example",
    "Финансовый директор": "Белова Ирина Павловна",
    "Юрист": "Крылов Олег Игоревич",
    "Город": "Омск",
}

SALES = "Петрова Анна Сергеевна"
CLERK = "Смирнов Пётр Ильич"
CONTRACTOR = "Типография «Восход»"
FIVE_ENTITIES: Row = {
    "Предмет договора": "Изготовление и поставка печатной продукции",
    "Цена и условия оплаты": "Предоплата в течение 5 рабочих дней со дня счёта, "
    "остаток в течение 10 дней после поставки",
    "Ответственность покупателя": "Пени 0,1 % за каждый день просрочки оплаты",
    "Условия поставки": "Доставка по адресу покупателя",
    "Ответственность продавца": "Пени 0,1 % за каждый день просрочки поставки",
}

HEALTHY: dict[str, list[Row]] = {
    "Организация": [{"Поле": name, "Значение": value} for name, value in SELLER.items()],
    "Наценки": [
        {"Вид продукции": "визитки", "Тираж от": 1, "Наценка, %": 60},
        {"Вид продукции": "визитки", "Тираж от": 500, "Наценка, %": 45},
        {"Вид продукции": "каталоги", "Тираж от": 100, "Наценка, %": 40},
        {"Вид продукции": "*", "Тираж от": 1, "Наценка, %": 50},
        {"Вид продукции": "визитки", "Тираж от": 50000, "Наценка, %": 35},
    ],
    "Скидки": [
        {"Категория": "повторный", "Сумма от": 0, "Скидка, %": 3},
        {"Категория": "повторный", "Сумма от": 10000, "Скидка, %": 5},
        {"Категория": "системный", "Сумма от": 0, "Скидка, %": 7},
        {"Категория": "VIP", "Сумма от": 1000000, "Скидка, %": 10},
    ],
    "Подрядчики": [
        {
            "Подрядчик": CONTRACTOR,
            "ИНН": "7736207543",
            "Контакт": "Зайцева Мария",
            "Эл. почта": "zakaz@voshod.example",
            "Срок по умолчанию, дней": 10,
        },
        {"Подрядчик": "ИП Гусев", "Контакт": "Гусев Лев"},
    ],
    "Праздники": [
        {"Дата": date(2026, 12, 15), "Название": "День рождения компании"},
        {"Дата": date(2026, 12, 31), "Название": "Новый год"},
    ],
    "Клиенты": [
        {
            "Код": "К-0001",
            "Краткое наименование": "ООО «Ромашка»",
            "Полное наименование": "Общество с ограниченной ответственностью «Ромашка»",
            "Форма": "юрлицо",
            "ИНН": "7707083893",
            "КПП": "770701001",
            "ОГРН": "1027700132195",
            "Юридический адрес": "117997, г. Москва, ул. Вавилова, д. 19",
            "Почтовый адрес": "117997, г. Москва, ул. Вавилова, д. 19",
            "Банк": "ГУ Банка России",
            "БИК": "049805746",
            "Расчётный счёт": "40602810700000000025",
            "Корр. счёт": "30101810800000000746",
            "Должность руководителя": "Генеральный директор",
            "ФИО руководителя": "Иванов Иван Иванович",
            "Действует на основании": "Устава",
            "Телефон": "+7 495 123-45-67",
            "Эл. почта": "office@romashka.example",
            "Менеджер": SALES,
            "Дата передачи": date(2026, 9, 14),
            "День рождения руководителя": date(1975, 2, 28),
            "День компании": date(2010, 6, 1),
            "Периодичность касаний, дней": 30,
            "Явные потребности": "Визитки",
            "Скрытые потребности": "Каталоги",
        },
        {
            "Код": "К-0002",
            "Краткое наименование": "ИП Кузнецов В. А.",
            "Форма": "ИП",
            "ИНН": "771234567859",
            "ОГРН": "316774600012304",
            "Банк": "Банк ГПБ (АО)",
            "БИК": "044525823",
            "Расчётный счёт": "40802810200000001234",
            "Корр. счёт": "30101810200000000823",
            "ФИО руководителя": "Кузнецов Виктор Андреевич",
            "Менеджер": SALES,
            "Дата передачи": date(2026, 10, 20),
        },
        {
            "Код": "К-0003",
            "Краткое наименование": "Лебедева Ольга",
            "Форма": "физлицо",
            "Телефон": "+7 916 000-00-00",
            "Менеджер": CLERK,
            "Дата передачи": date(2026, 11, 2),
        },
    ],
    "Контактные лица": [
        {
            "Код клиента": "К-0001",
            "ФИО": "Соколова Елена Юрьевна",
            "Должность": "Секретарь",
            "Телефон": "+7 495 123-45-68",
            "Эл. почта": "sokolova@romashka.example",
            "День рождения": date(1990, 3, 5),
        },
        {"Код клиента": "К-0002", "ФИО": "Кузнецова Дарья"},
    ],
    "Журнал контактов": [
        {
            "Дата": date(2026, 11, 10),
            "Код клиента": "К-0001",
            "Вид": "звонок",
            "Кто от компании": SALES,
            "С кем": "Соколова Елена Юрьевна",
            "Содержание": "Обсудили новый тираж",
            "Следующий контакт": date(2026, 12, 1),
        },
        {
            "Дата": date(2026, 11, 12),
            "Код клиента": "К-0002",
            "Вид": "письмо",
            "Кто от компании": CLERK,
            "Содержание": "Отправлен макет",
        },
    ],
    "Передачи клиентов": [
        {
            "Дата": date(2026, 9, 14),
            "Код клиента": "К-0001",
            "Передал": CLERK,
            "Принял": SALES,
            "Причина": "оформление заказов",
            "Условия": "Без изменения цен",
        },
    ],
    "Заказы": [
        {  # closed: paid in full, the act's original is here, the client's mark is 5
            "№ заказа": "З-2026-0001",
            "Дата заказа": date(2026, 10, 5),
            "Код клиента": "К-0001",
            "Менеджер": SALES,
            "Вид заявки": "окончательная",
            "Стадия": "4.3 Закрыть сделку",
            "Дата стадии": date(2026, 11, 6),
            "Подрядчик": CONTRACTOR,
            "Срок изготовления": date(2026, 10, 19),
            "Срок поставки": date(2026, 10, 26),
            "Способ доставки": "доставка",
            "Адрес доставки": "г. Москва, ул. Вавилова, д. 19",
            "Стоимость доставки": 600,
            "Предоплата, %": 50,
            "Срок оплаты остатка, дней": 10,
            "№ договора": "ДС-2026-01",
            "Оценка клиента": 5,
            "Дата закрытия": date(2026, 11, 10),
            "Примечание": "Первый заказ",
        },
        {  # final, in work
            "№ заказа": "З-2026-0002",
            "Дата заказа": date(2026, 11, 5),
            "Код клиента": "К-0002",
            "Менеджер": SALES,
            "Вид заявки": "окончательная",
            "Стадия": "3.3",
            "Дата стадии": date(2026, 11, 16),
            "Подрядчик": CONTRACTOR,
            "Срок изготовления": date(2026, 11, 27),
            "Срок поставки": date(2026, 11, 30),
            "Способ доставки": "транспортная компания",
            "Адрес доставки": "г. Тула, пр. Ленина, д. 7",
            "Стоимость доставки": 1500,
            "Предоплата, %": 50,
            "Срок оплаты остатка, дней": 10,
            "№ договора": "ДС-2026-02",
            "Согласовано директором": "нет",
        },
        {  # preliminary: the contractor has not named the cost yet
            "№ заказа": "З-2026-0003",
            "Дата заказа": date(2026, 11, 18),
            "Код клиента": "К-0001",
            "Менеджер": SALES,
            "Вид заявки": "предварительная",
            "Стадия": "2.3",
            "Дата стадии": date(2026, 11, 19),
        },
    ],
    "Позиции": [
        {  # the first order of the client: 5.04 × 1000 = 5040.00
            "№ заказа": "З-2026-0001",
            "№ п/п": 1,
            "Вид продукции": "визитки",
            "Наименование": "Визитки двусторонние",
            "Тираж": 1000,
            "Ед.": "шт",
            "Дизайн": "новый макет",
            "Материалы": "Картон 300 г/м²",
            "Тип упаковки": "Коробка",
            "Маркировка": "Ромашка",
            "Себестоимость за ед.": 2.35,
            "Доп. расходы": 500,
        },
        {
            "№ заказа": "З-2026-0002",
            "№ п/п": 1,
            "Вид продукции": "каталоги",
            "Наименование": "Каталог 24 стр.",
            "Тираж": 300,
            "Ед.": "шт",
            "Дизайн": "готовый макет",
            "Макет": "katalog.pdf",
            "Себестоимость за ед.": 85.4,
            "Доп. расходы": 1200,
        },
        {
            "№ заказа": "З-2026-0002",
            "№ п/п": 2,
            "Вид продукции": "визитки",
            "Наименование": "Визитки",
            "Тираж": 500,
            "Ед.": "шт",
            "Дизайн": "повтор макета",
            "Макет": "М-001",
            "Себестоимость за ед.": 3.1,
        },
        {
            "№ заказа": "З-2026-0003",
            "№ п/п": 1,
            "Вид продукции": "буклеты",
            "Наименование": "Буклет А4",
            "Тираж": 2000,
            "Ед.": "шт",
            "Дизайн": "без дизайна",
        },
    ],
    "Платежи": [
        {
            "Дата": date(2026, 10, 7),
            "№ заказа": "З-2026-0001",
            "Вид": "от клиента",
            "Сумма": 2820,
            "Документ": "п/п 17",
        },
        {
            "Дата": date(2026, 11, 8),
            "№ заказа": "З-2026-0001",
            "Вид": "от клиента",
            "Сумма": 2820,
        },
        {
            "Дата": date(2026, 10, 9),
            "№ заказа": "З-2026-0001",
            "Вид": "подрядчику",
            "Сумма": 2850,
        },
        {
            "Дата": date(2026, 11, 9),
            "№ заказа": "З-2026-0002",
            "Вид": "от клиента",
            "Сумма": 20000,
        },
    ],
    "Поставки": [
        {
            "Дата": date(2026, 10, 20),
            "№ заказа": "З-2026-0001",
            "Вид": "получено от подрядчика",
            "Количество": 1000,
            "Сумма": 2850,
            "Качество": "принято",
            "Контрольный образец": "да",
            "Место хранения образца": "Стеллаж 3",
        },
        {
            "Дата": date(2026, 10, 23),
            "№ заказа": "З-2026-0001",
            "Вид": "отгружено клиенту",
            "Количество": 1000,
            "Сумма": 5040,
        },
        {
            "Дата": date(2026, 11, 20),
            "№ заказа": "З-2026-0002",
            "Вид": "получено от подрядчика",
            "Количество": 500,
            "Сумма": 1550,
            "Качество": "принято",
            "Контрольный образец": "нет",
        },
    ],
    "Претензии": [
        {
            "Дата": date(2026, 11, 2),
            "№ заказа": "З-2026-0001",
            "Количество": 20,
            "Сумма": 500,
            "Причина": "Смещение реза",
            "Решение": "удовлетворена",
            "Дата решения": date(2026, 11, 6),
            "Сумма удовлетворения": 300,
        },
        {
            "Дата": date(2026, 11, 20),
            "№ заказа": "З-2026-0002",
            "Сумма": 200,
            "Причина": "Помятая упаковка",
            "Решение": "в работе",
        },
    ],
    "Макеты": [
        {
            "№ макета": "М-001",
            "№ заказа": "З-2026-0002",
            "Дизайнер": "Фомина Вера",
            "Дата задания": date(2026, 11, 6),
            "Срок": date(2026, 11, 12),
            "Дата готовности": date(2026, 11, 11),
            "Согласован клиентом": date(2026, 11, 12),
            "Файл": "m-001.ai",
        },
        {
            "№ макета": "М-002",
            "№ заказа": "З-2026-0003",
            "Дизайнер": "Фомина Вера",
            "Дата задания": date(2026, 11, 19),
            "Срок": date(2026, 11, 25),
        },
    ],
    "Документы": [
        {
            "№ заказа": "З-2026-0001",
            "Вид документа": "акт",
            "№ и дата документа": "№ 1 от 26.10.2026",
            "Оригинал получен": date(2026, 11, 5),
        },
        {
            "№ договора": "ДС-2026-01",
            "Вид документа": "договор",
            "№ и дата документа": "ДС-2026-01 от 05.10.2026",
            "Оригинал получен": date(2026, 10, 9),
            "Передан в": "финансовый департамент",
            "Дата передачи": date(2026, 10, 12),
        },
        {
            "№ заказа": "З-2026-0002",
            "№ договора": "ДС-2026-02",
            "Вид документа": "спецификация",
        },
    ],
    "Договоры": [
        {
            "№ договора": "ДС-2026-01",
            "Дата": date(2026, 10, 5),
            "Код клиента": "К-0001",
            **FIVE_ENTITIES,
            "Юрист": date(2026, 10, 5),
            "Финансовый департамент": date(2026, 10, 6),
            "Директор": date(2026, 10, 6),
            "Ввод в производство": date(2026, 10, 7),
            "Оригиналы переданы": date(2026, 10, 12),
        },
        {
            "№ договора": "ДС-2026-02",
            "Дата": date(2026, 11, 5),
            "Код клиента": "К-0002",
            **FIVE_ENTITIES,
            "Юрист": date(2026, 11, 6),
        },
    ],
    "Поручения": [
        {
            "Дата": date(2026, 11, 16),
            "От кого": "Орлов Сергей Николаевич",
            "Источник": "протокол совещания",
            "Поручение": "Собрать отзывы клиентов",
            "Срок": date(2026, 11, 27),
            "Исполнитель": SALES,
            "Код клиента": "К-0001",
            "Статус": "в работе",
        },
        {
            "Дата": date(2026, 11, 2),
            "От кого": "Орлов Сергей Николаевич",
            "Источник": "устное",
            "Поручение": "Обновить прайс подрядчика",
            "Срок": date(2026, 11, 9),
            "Исполнитель": CLERK,
            "Статус": "выполнено",
            "Дата исполнения": date(2026, 11, 9),
        },
    ],
    "Согласованные цены": [],
}
"""Sheet → its rows by column title: no problem in them on `TODAY`."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of one sheet of a written workspace."""

    sheet: str
    apply: Callable[[Worksheet], None]


# Places


def plain(title: object) -> str:
    """A column title without what the program must not mind: case, blanks, `*`, ё/е."""
    words = " ".join(str(title or "").split()).rstrip("*").rstrip()
    return words.casefold().replace("ё", "е")


def titles(sheet: str) -> tuple[str, ...]:
    """The column titles of a sheet without `*`."""
    return tuple(title.rstrip("*") for title in COLUMNS[BOOK_OF[sheet]][sheet])


def required(sheet: str) -> tuple[str, ...]:
    """The titles, without `*`, of the required columns of a sheet."""
    columns = COLUMNS[BOOK_OF[sheet]][sheet]
    return tuple(title.rstrip("*") for title in columns if title.endswith("*"))


def header_of(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    """The row that holds most of the sheet's known titles, and plain title → column number."""
    known = {plain(title) for title in titles(sheet.title)}
    best: tuple[int, dict[str, int]] = (0, {})
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_row=20), 1):
        places = {plain(value): at for at, value in enumerate(cells, 1) if value is not None}
        if len(known & places.keys()) > len(known & best[1].keys()):
            best = (number, places)
    if not best[0]:
        raise LookupError(f"no header on sheet {sheet.title}")
    return best


@cache
def _header_in_file(path: Path, sheet: str, _changed: int) -> tuple[int, dict[str, int]]:
    book = _load(path, read_only=True)
    try:
        return header_of(book[sheet])
    finally:
        book.close()


def cell_of(path: Path, sheet: str, column: str, index: int = 0) -> str:
    """The address, as `C12`, of a column in the row `index` (from 0) below the header."""
    header, places = _header_in_file(path, sheet, path.stat().st_mtime_ns)
    return f"{get_column_letter(places[plain(column)])}{header + 1 + index}"


# Writing


def fill(path: Path, sheet: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Append rows below the last filled row of a sheet, each value in its column."""
    book = _load(path)
    _append(book[sheet], rows)
    book.save(path)


def workspace_with(folder: Path, books: Mapping[str, Sequence[Mapping[str, object]]]) -> Path:
    """A fresh workspace in which each named sheet holds just the given rows."""
    shutil.copytree(_blank(), folder, dirs_exist_ok=True)
    _change(folder, (rewrite(sheet, rows) for sheet, rows in books.items()))
    return folder


def healthy(folder: Path, *changes: Change) -> Path:
    """The healthy workspace in a folder, with changes applied to its books in their order."""
    shutil.copytree(_healthy(), folder, dirs_exist_ok=True)
    _change(folder, changes)
    return folder


def extra_book(folder: Path, name: str, books: Mapping[str, Sequence[Row]]) -> Path:
    """One more order book of a workspace, empty but for the given rows."""
    path = folder / name
    shutil.copyfile(_blank() / ORDERS, path)
    for sheet, rows in books.items():
        fill(path, sheet, rows)
    return path


def rows_of(sheet: str) -> list[Row]:
    """A copy of the healthy rows of a sheet, free to be changed."""
    return deepcopy(HEALTHY[sheet])


def put(sheet: str, column: str, index: int, value: object) -> Change:
    """Change: type a value (None: empty) into a column of the row `index` below the header."""

    def apply(target: Worksheet) -> None:
        header, places = header_of(target)
        _set(target, header + 1 + index, places[plain(column)], value)

    return Change(sheet=sheet, apply=apply)


SHIPPING = put("Заказы", "Стадия", 1, "3.7")
"""Change: the second order comes to the stage from which on its act is made."""


def add(sheet: str, *rows: Mapping[str, object]) -> Change:
    """Change: append rows."""
    return Change(sheet=sheet, apply=lambda target: _append(target, rows))


def rewrite(sheet: str, rows: Sequence[Mapping[str, object]]) -> Change:
    """Change: replace every row."""

    def apply(target: Worksheet) -> None:
        header, _ = header_of(target)
        if target.max_row > header:
            target.delete_rows(header + 1, target.max_row - header)
        _append(target, rows)

    return Change(sheet=sheet, apply=apply)


def drop(sheet: str, index: int) -> Change:
    """Change: delete the row `index` below the header; those below move up."""

    def apply(target: Worksheet) -> None:
        target.delete_rows(header_of(target)[0] + 1 + index)

    return Change(sheet=sheet, apply=apply)


def rename_sheet(sheet: str, title: str) -> Change:
    """Change: another name for a sheet."""

    def apply(target: Worksheet) -> None:
        target.title = title

    return Change(sheet=sheet, apply=apply)


def merge(sheet: str, column: str, first: int, last: int) -> Change:
    """Change: merge the cells of a column in the rows `first` to `last`; -1 is the header."""

    def apply(target: Worksheet) -> None:
        header, places = header_of(target)
        at = get_column_letter(places[plain(column)])
        target.tables.clear()
        target.merge_cells(f"{at}{header + 1 + first}:{at}{header + 1 + last}")

    return Change(sheet=sheet, apply=apply)


def insert_blank(sheet: str, index: int, value: object = None) -> Change:
    """Change: a row before row `index`, each known cell holding `value`."""

    def apply(target: Worksheet) -> None:
        header, places = header_of(target)
        target.insert_rows(header + 1 + index)
        for at in places.values():
            _set(target, header + 1 + index, at, value)

    return Change(sheet=sheet, apply=apply)


def drop_columns(sheet: str, *columns: str) -> Change:
    """Change: delete columns."""

    def apply(target: Worksheet) -> None:
        target.tables.clear()
        for column in columns:
            target.delete_cols(header_of(target)[1][plain(column)])

    return Change(sheet=sheet, apply=apply)


def drop_sheet(sheet: str) -> Change:
    """Change: delete the sheet; a sheet of notes keeps the book a book."""

    def apply(target: Worksheet) -> None:
        book = target.parent
        assert isinstance(book, Workbook)
        book.remove(target)
        if not book.worksheets:
            book.create_sheet("Заметки")

    return Change(sheet=sheet, apply=apply)


def add_sheet(beside: str, title: str, rows: Sequence[Sequence[object]]) -> Change:
    """Change: a manager's own sheet in the book of a sheet."""

    def apply(target: Worksheet) -> None:
        book = target.parent
        assert isinstance(book, Workbook)
        own = book.create_sheet(title, 0)
        for row in rows:
            own.append(list(row))

    return Change(sheet=beside, apply=apply)


def insert_column(sheet: str, at: int, title: object, value: object) -> Change:
    """Change: a manager's own column before the column number `at`, one value in every row."""

    def apply(target: Worksheet) -> None:
        header, _ = header_of(target)
        target.tables.clear()
        last = target.max_row
        target.insert_cols(at)
        _set(target, header, at, title)
        for row in range(header + 1, last + 1):
            _set(target, row, at, value)

    return Change(sheet=sheet, apply=apply)


def insert_titles(sheet: str, *lines: Sequence[object]) -> Change:
    """Change: title rows above everything."""

    def apply(target: Worksheet) -> None:
        target.tables.clear()
        target.insert_rows(1, len(lines))
        for row, line in enumerate(lines, 1):
            for column, value in enumerate(line, 1):
                _set(target, row, column, value)

    return Change(sheet=sheet, apply=apply)


def retitle(sheet: str, spell: Callable[[str], str]) -> Change:
    """Change: spell every title of the header in another way."""

    def apply(target: Worksheet) -> None:
        target.tables.clear()
        header, places = header_of(target)
        for at in places.values():
            _set(target, header, at, spell(str(target.cell(header, at).value)))

    return Change(sheet=sheet, apply=apply)


def reverse_columns(sheet: str) -> Change:
    """Change: the columns in the opposite order."""

    def apply(target: Worksheet) -> None:
        target.tables.clear()
        header, _ = header_of(target)
        width = target.max_column
        for row in range(header, target.max_row + 1):
            cells = [target.cell(row, at) for at in range(1, width + 1)]
            held = [(cell.value, cell.number_format) for cell in cells]
            for at, (value, shown) in enumerate(reversed(held), 1):
                _set(target, row, at, value)
                target.cell(row, at).number_format = shown

    return Change(sheet=sheet, apply=apply)


def style(sheet: str, column: str, index: int, number_format: str) -> Change:
    """Change: the number format of one cell."""

    def apply(target: Worksheet) -> None:
        header, places = header_of(target)
        target.cell(header + 1 + index, places[plain(column)]).number_format = number_format

    return Change(sheet=sheet, apply=apply)


def _load(path: Path | BytesIO, *, read_only: bool = False) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on drop-downs that it does not keep
        return load_workbook(path, read_only=read_only)


def _set(sheet: Worksheet, row: int, column: int, value: object) -> None:
    cell: Any = sheet.cell(row, column)
    cell.value = value


def _append(sheet: Worksheet, rows: Iterable[Mapping[str, object]]) -> None:
    header, places = header_of(sheet)
    cells = (cell for line in sheet.iter_rows(min_row=header) for cell in line)
    row = max(cell.row for cell in cells if cell.value is not None)
    for values in rows:
        row += 1
        for column, value in values.items():
            _set(sheet, row, places[plain(column)], value)


def _change(folder: Path, changes: Iterable[Change]) -> None:
    """Apply changes, each book loaded and saved once."""
    books: dict[str, list[Change]] = {}
    for change in changes:
        books.setdefault(BOOK_OF[change.sheet], []).append(change)
    for name, group in books.items():
        book = pickle.loads(_pickled((folder / name).read_bytes()))
        for change in group:
            change.apply(book[change.sheet])
        book.save(folder / name)


def _tables_of(tables: Sequence[Table]) -> TableList:
    made = TableList()
    for table in tables:
        made.add(table)
    return made


copyreg.pickle(TableList, lambda tables: (_tables_of, ([*tables.values()],)))


@lru_cache(16)
def _pickled(content: bytes) -> bytes:
    """A book as openpyxl holds it, which takes a tenth of the time to be read again."""
    return pickle.dumps(_load(BytesIO(content)), pickle.HIGHEST_PROTOCOL)


@cache
def _shelf() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="workbench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _blank() -> Path:
    folder = _shelf() / "blank"
    init(folder)
    marker = folder / MARKER  # what is made does not depend on the hour of the test
    marker.write_text(marker.read_text("utf-8").replace(f'"{AGENDA_AT}"', '""'), "utf-8")
    return folder


@cache
def _healthy() -> Path:
    return workspace_with(_shelf() / "healthy", HEALTHY)
