"""«Настройки»: what a director decides — prices, discounts, VAT, rules, stages, holidays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from cmtools.books import counterparty as party
from cmtools.books import requisite_checks as requisites
from cmtools.books.choices import Category, LegalForm
from cmtools.books.own_documents import OWN_DOCUMENTS
from cmtools.problems import Fault, Message, Severity
from cmtools.tables.columns import CODE, DIGITS, NUMBER, PERCENT, Column
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Book, Row, Rule, Source, Table

ANY_KIND = "*"
IN_FORCE = Column("Действует с", hint="Для заказов с этой даты; пусто — всегда")

CONTRACTOR_INN = Message(
    "contractor-inn",
    "ИНН подрядчика не сходится",
    "проверьте номер в карточке организации",
    Severity.WARNING,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization(party.Requisites):
    """The seller."""

    finance_head: Annotated[str | None, Column("Финансовый директор", width=30, hint="ФИО")]
    lawyer: Annotated[str | None, Column("Юрист", width=30, hint="ФИО")]
    city: Annotated[str | None, Column("Город", hint="Место заключения договоров")]
    no_vat_ground: Annotated[
        str | None,
        Column("Без НДС на основании", hint="Если ставка НДС пуста: п. 1 ст. 145 НК РФ"),
    ]


def check_own_inn(inn: str | None, form: LegalForm | None) -> Fault | None:
    """Check as for a client; an empty one is reported with all that is still empty."""
    return party.check_inn(inn, form) if inn else None


def check_own_kpp(kpp: str | None, form: LegalForm | None) -> Fault | None:
    """Check as for a client; an empty one is reported with all that is still empty."""
    return party.check_kpp(kpp, form) if kpp else None


ORGANIZATION = Table(
    Organization,
    "Организация",
    purpose="Собственные реквизиты: они встанут во все документы. Впишите их первыми.",
    rules=(
        Rule("inn", check_own_inn),
        Rule("kpp", check_own_kpp),
        *party.NUMBER_RULES,
    ),
    card=("Поле", "Значение"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Markup(Row):
    """The markup of a kind of product from a run on, for orders from a day on."""

    kind: Annotated[str, Column("Вид продукции", width=30, hint="«*» — любой вид")]
    quantity_from: Annotated[int, Column("Тираж от", least=1, width=12)]
    percent: Annotated[
        Decimal,
        Column("Наценка, %", PERCENT, above=-100, fraction_warns=True, hint="На себестоимость: 45"),
    ]
    since: Annotated[date | None, IN_FORCE]


MARKUPS = Table(
    Markup,
    "Наценки",
    purpose="Наценка на себестоимость по виду продукции и тиражу; берётся самый большой "
    "«Тираж от», до которого тираж дотягивает. Новая наценка — новая строка с «Действует с».",
    unique=(("kind", "since", "quantity_from"),),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Discount(Row):
    """The discount of a client's category from a sum of the order on, for orders from a day on."""

    category: Annotated[Category, Column("Категория")]
    amount_from: Annotated[Decimal, Column("Сумма от", least=0, hint="Без НДС, до скидки")]
    percent: Annotated[Decimal, Column("Скидка, %", PERCENT, least=0, most=100)]
    since: Annotated[date | None, IN_FORCE]


DISCOUNTS = Table(
    Discount,
    "Скидки",
    purpose="Скидка по категории клиента и сумме заказа. Новая скидка — новая строка с «Действует "
    "с».",
    unique=(("category", "since", "amount_from"),),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vat(Row):
    """The VAT rate from a day on; without a rate the company works без НДС."""

    since: Annotated[date, Column("Действует с", unique=True)]
    rate: Annotated[
        Decimal | None, Column("Ставка, %", PERCENT, least=0, most=100, hint="Пусто — без НДС")
    ]


VAT = Table(Vat, "НДС", purpose="Ставка по дате отгрузки. Пустая ставка — без НДС.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contractor(Row):
    """A maker of the goods."""

    name: Annotated[str, Column("Подрядчик", unique=True, width=30)]
    inn: Annotated[str | None, Column("ИНН", DIGITS)]
    contact: Annotated[str | None, Column("Контакт", width=30)]
    email: party.Email
    days: Annotated[int | None, Column("Срок по умолчанию, дней", least=0, width=14)]


def check_contractor_inn(inn: str | None) -> Fault | None:
    """Warn of a wrong ИНН: a contractor's is for the papers only."""
    return CONTRACTOR_INN() if inn and not requisites.inn_is_valid(inn) else None


CONTRACTORS = Table(
    Contractor,
    "Подрядчики",
    purpose="Кто изготавливает продукцию.",
    rules=(Rule("inn", check_contractor_inn),),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage(Row):
    """A stage of an order, its norm and the documents it asks for; the order of rows counts."""

    code: Annotated[str, Column("Код", CODE, unique=True, width=8, hint="3.1")]
    name: Annotated[str, Column("Название", width=66, wrap=True)]
    norm: Annotated[
        int | None, Column("Норматив, раб. дней", least=0, width=12, hint="Пусто — без норматива")
    ]
    documents: Annotated[
        str | None, Column("Документы", width=46, hint="Названия через запятую: contract, invoice")
    ]


STAGES = Table(
    Stage,
    "Стадии",
    purpose="Стадии заказа по порядку, нормативы и документы.",
    label="name",
)


def _rule(title: str, kind: type, shipped: str, hint: str, least: int = 0) -> Column:
    percent = PERCENT if title.endswith("%") else NUMBER if kind is Decimal else None
    return Column(title, percent, least=least, shipped=shipped, hint=hint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules(Row):
    """The company's rules; one that is missing from the sheet has its shipped value."""

    min_margin: Annotated[
        Decimal, _rule("Минимальная маржа, %", Decimal, "15", "Ниже — только с согласия директора")
    ]
    price_step: Annotated[
        Decimal,
        Column(
            "Шаг округления цены",
            NUMBER,
            above=0,
            shipped="0.01",
            hint="Цена за единицу кратна ему: 0,01 — до копейки, 1 — до рубля",
        ),
    ]
    system_orders: Annotated[
        int, _rule("Системный: заказов не менее", int, "3", "Столько заказов делают системным", 1)
    ]
    system_months: Annotated[
        int, _rule("Системный: за месяцев", int, "12", "…за столько последних месяцев", 1)
    ]
    lost_system_days: Annotated[
        int, _rule("Потеря системного, дней", int, "90", "Без заказов дольше — потерян", 1)
    ]
    lost_other_days: Annotated[
        int, _rule("Потеря несистемного, дней", int, "365", "Без заказов дольше — потерян", 1)
    ]
    touch_vip: Annotated[
        int, _rule("Касания VIP, дней", int, "14", "Как часто напоминать о себе", 1)
    ]
    touch_system: Annotated[
        int, _rule("Касания системных, дней", int, "30", "Как часто напоминать о себе", 1)
    ]
    touch_repeat: Annotated[
        int, _rule("Касания повторных, дней", int, "60", "Как часто напоминать о себе", 1)
    ]
    touch_new: Annotated[
        int, _rule("Касания новых, дней", int, "30", "Как часто напоминать о себе", 1)
    ]
    plan_growth: Annotated[
        Decimal, _rule("Прирост плана, %", Decimal, "10", "К среднему за базу плана", -100)
    ]
    plan_months: Annotated[
        int, _rule("База плана, месяцев", int, "3", "По скольким прошедшим месяцам", 1)
    ]
    warn_days: Annotated[
        int, _rule("Предупреждать о сроке за, раб. дней", int, "2", "В ежедневной сводке")
    ]


RULES = Table(
    Rules,
    "Правила",
    purpose="Правила компании; чего здесь нет, действует в исходном значении.",
    card=("Правило", "Значение"),
    card_is_closed=True,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Holiday(Row):
    """A day of the company, or a greeting to all clients."""

    on: Annotated[date, Column("Дата")]
    name: Annotated[str, Column("Название", width=50)]


_OWN_DAY = re.compile(r"\b(?:компани|фирм|наш)", re.IGNORECASE)


def is_own_day(holiday: str) -> bool:
    """Tell by its name whether a holiday is the company's own, no occasion of its clients."""
    return _OWN_DAY.search(holiday) is not None


HOLIDAYS = Table(Holiday, "Праздники", purpose="Дни компании и поздравления всем клиентам.")

SETTINGS = Book(
    name="Настройки",
    purpose="Всё, что решает директор: цены, скидки, НДС, правила, стадии, праздники.",
    tables=(
        ORGANIZATION,
        MARKUPS,
        DISCOUNTS,
        VAT,
        CONTRACTORS,
        STAGES,
        OWN_DOCUMENTS,
        RULES,
        HOLIDAYS,
    ),
)

PRICING_RULES = (
    "min_margin",
    "price_step",
    "system_orders",
    "system_months",
)


def rules_of(dataset: Dataset) -> Rules:
    """Return the company's rules; one that is absent, empty or in error has its shipped value."""
    sheets = dataset.sheets(RULES)
    source = sheets[0].source if sheets else Source(file="", sheet=RULES.title, columns={})
    values = {}
    for name, field in RULES.fields.items():
        given = sheets[0].values[name] if sheets else []
        value = given[0] if given else None
        values[name] = field.parse(field.column.shipped) if value is None else value
    return Rules(source=source, row=1, **values)
