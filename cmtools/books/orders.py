"""«Предварительные заказы»: requests, their lines, and all that happens to an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from cmtools.books import order_rules as rules
from cmtools.books.choices import (
    ClaimDecision,
    DeliveryKind,
    DeliveryMethod,
    Department,
    Design,
    PaperKind,
    PaymentKind,
    Quality,
    RequestKind,
)
from cmtools.books.register import CLIENTS
from cmtools.books.settings import CONTRACTORS, MARKUPS, STAGES
from cmtools.tables.columns import CODE, COST, MONEY, NUMBER, PERCENT, Column, SheetColumn
from cmtools.tables.table import Book, Row, Rule, Table

UNITS = tuple("шт компл набор упак пар рул лист экз м м² м³ кг т л ч".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract(Row):
    """A contract: its five entities in words, and its way to the signature."""

    number: Annotated[str, Column("№ договора", CODE, unique=True, width=16)]
    on: Annotated[date, Column("Дата")]
    client: Annotated[str, Column("Код клиента", CODE, refers=CLIENTS)]
    subject: Annotated[str, Column("Предмет договора", width=44, wrap=True)]
    payment: Annotated[str, Column("Цена и условия оплаты", width=44, wrap=True)]
    buyer_liability: Annotated[str, Column("Ответственность покупателя", width=44, wrap=True)]
    supply: Annotated[str, Column("Условия поставки", width=44, wrap=True)]
    seller_liability: Annotated[str, Column("Ответственность продавца", width=44, wrap=True)]
    lawyer: Annotated[date | None, Column("Юрист", hint="Когда согласовал")]
    finance: Annotated[date | None, Column("Финансовый департамент", width=15)]
    director: Annotated[date | None, Column("Директор", hint="Не раньше финансового департамента")]
    to_production: Annotated[date | None, Column("Ввод в производство", width=14)]
    originals: Annotated[date | None, Column("Оригиналы переданы", width=14)]


CONTRACTS = Table(
    Contract,
    "Договоры",
    purpose="Договоры и их пять сущностей для юриста, согласования и ввод в производство.",
    rules=(Rule("director", rules.director_after_finance),),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order(Row):
    """A request of a client, and the order that it becomes."""

    number: Annotated[str, Column("№ заказа", CODE, unique=True, width=15, hint="З-2026-0001")]
    on: Annotated[date, Column("Дата заказа", upto_today=True)]
    client: Annotated[str, Column("Код клиента", CODE, refers=CLIENTS)]
    manager: Annotated[str, Column("Менеджер", width=26, offers=SheetColumn(CLIENTS, "manager"))]
    request: Annotated[RequestKind, Column("Вид заявки", width=17)]
    stage: Annotated[str, Column("Стадия", CODE, refers=STAGES, width=30)]
    stage_since: Annotated[date | None, Column("Дата стадии", hint="С какого дня стоит на ней")]
    contractor: Annotated[str | None, Column("Подрядчик", refers=CONTRACTORS, width=28)]
    production_due: Annotated[
        date | None, Column("Срок изготовления", hint="Не раньше заказа, не позже поставки")
    ]
    delivery_due: Annotated[
        date | None, Column("Срок поставки", hint="Пока не отгружено, ставка НДС — по ней")
    ]
    delivery_method: Annotated[DeliveryMethod | None, Column("Способ доставки", width=24)]
    delivery_address: Annotated[str | None, Column("Адрес доставки", width=36, wrap=True)]
    delivery_cost: Annotated[
        Decimal | None,
        Column("Стоимость доставки", least=0, hint="С НДС, отдельной строкой клиенту"),
    ]
    prepayment: Annotated[
        Decimal | None,
        Column("Предоплата, %", PERCENT, least=0, most=100, fraction_warns=True, width=13),
    ]
    balance_days: Annotated[
        int | None,
        Column("Срок оплаты остатка, дней", least=0, width=14, hint="После последней отгрузки"),
    ]
    contract: Annotated[str | None, Column("№ договора", CODE, refers=CONTRACTS)]
    approved: Annotated[
        bool | None, Column("Согласовано директором", width=15, hint="Нужно при низкой марже")
    ]
    mark: Annotated[int | None, Column("Оценка клиента", least=1, most=5, hint="От 1 до 5")]
    dissatisfaction: Annotated[
        str | None,
        Column("Причина недовольства", width=30, wrap=True, hint="Нужна при оценке 3 и ниже"),
    ]
    closed: Annotated[date | None, Column("Дата закрытия", hint="На стадии 4.3 и дальше")]
    note: Annotated[str | None, Column("Примечание", width=40, wrap=True)]

    @property
    def is_final(self) -> bool:
        """Whether the client has agreed; until then the request is preliminary and no order."""
        return self.request is RequestKind.FINAL


ORDERS = Table(
    Order,
    "Заказы",
    purpose="Одна строка — одна заявка клиента: сроки, доставка, оплата, стадия. Серые столбцы "
    "заполняет cmtools price.",
    computed=(
        Column("Клиент", width=28),
        Column("Сумма", MONEY),
        Column("Оплачено", MONEY),
        Column("Долг", MONEY),
    ),
    computed_together=True,
    rules=(
        Rule("production_due", rules.production_not_before_order),
        Rule("production_due", rules.production_before_delivery),
        Rule("delivery_due", rules.delivery_not_before_order),
        Rule("delivery_address", rules.address_for_delivery),
        Rule("dissatisfaction", rules.reason_for_low_mark),
        Rule("closed", rules.closed_not_before_order),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Position(Row):
    """A line of a request: what to make, how much of it, and the contractor's cost."""

    order: Annotated[str, Column("№ заказа", CODE, refers=ORDERS, width=15)]
    number: Annotated[int, Column("№ п/п", least=1, width=7)]
    kind: Annotated[
        str,
        Column(
            "Вид продукции",
            width=20,
            hint="Как на листе «Наценки»",
            offers=SheetColumn(MARKUPS, "kind"),
        ),
    ]
    name: Annotated[str, Column("Наименование", width=38, wrap=True)]
    quantity: Annotated[int, Column("Тираж", least=1)]
    unit: Annotated[str, Column("Ед.", width=7, hint="шт, компл, м², т", offers=UNITS)]
    design: Annotated[Design, Column("Дизайн", width=16)]
    layout: Annotated[str | None, Column("Макет", width=22, hint="Имя файла или № макета")]
    materials: Annotated[str | None, Column("Материалы", width=30, wrap=True)]
    packing: Annotated[str | None, Column("Тип упаковки", width=20, wrap=True)]
    marking: Annotated[str | None, Column("Маркировка", width=20, wrap=True)]
    unit_cost: Annotated[
        Decimal | None,
        Column("Себестоимость за ед.", COST, above=0, width=15, hint="Подрядчика, без НДС"),
    ]
    extra_cost: Annotated[
        Decimal | None,
        Column("Доп. расходы", least=0, hint="На всю позицию, без НДС"),
    ]
    manual_price: Annotated[
        Decimal | None,
        Column("Цена вручную", above=0, hint="С НДС, за единицу: заменяет расчётную"),
    ]


POSITIONS = Table(
    Position,
    "Позиции",
    purpose="Строки заявок. Серые столбцы заполняет cmtools price.",
    unique=(("order", "number"),),
    computed=(
        Column("Наценка, %", PERCENT),
        Column("Скидка, %", PERCENT),
        Column("Цена за ед.", MONEY),
        Column("Сумма", MONEY),
        Column("НДС", MONEY),
        Column("Прибыль", MONEY),
        Column("Маржа, %", PERCENT),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment(Row):
    """Money that came or went for an order."""

    on: Annotated[date, Column("Дата")]
    order: Annotated[str, Column("№ заказа", CODE, refers=ORDERS, width=15)]
    kind: Annotated[PaymentKind, Column("Вид", width=17)]
    amount: Annotated[Decimal, Column("Сумма", above=0, hint="Больше нуля и у возврата")]
    paper: Annotated[str | None, Column("Документ", width=30)]


PAYMENTS = Table(Payment, "Платежи", purpose="Деньги от клиентов, подрядчикам и возвраты.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery(Row):
    """Goods that came from a contractor or went to the client."""

    on: Annotated[date, Column("Дата")]
    order: Annotated[str, Column("№ заказа", CODE, refers=ORDERS, width=15)]
    kind: Annotated[DeliveryKind, Column("Вид", width=24)]
    quantity: Annotated[Decimal, Column("Количество", NUMBER, above=0)]
    amount: Annotated[Decimal, Column("Сумма", least=0)]
    quality: Annotated[Quality | None, Column("Качество", width=12)]
    sample: Annotated[bool | None, Column("Контрольный образец", width=14)]
    sample_place: Annotated[str | None, Column("Место хранения образца", width=28)]
    position: Annotated[
        int | None,
        Column("№ п/п", least=1, width=7, hint="Строка заказа; нужна, если отгружена часть"),
    ]


DELIVERIES = Table(
    Delivery, "Поставки", purpose="Приёмка от подрядчика, контрольные образцы, отгрузка клиенту."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim(Row):
    """A claim of a client and its decision."""

    on: Annotated[date, Column("Дата")]
    order: Annotated[str, Column("№ заказа", CODE, refers=ORDERS, width=15)]
    quantity: Annotated[Decimal | None, Column("Количество", NUMBER, above=0)]
    amount: Annotated[Decimal, Column("Сумма", above=0)]
    reason: Annotated[str, Column("Причина", width=44, wrap=True)]
    decision: Annotated[ClaimDecision, Column("Решение")]
    decided: Annotated[date | None, Column("Дата решения")]
    met_amount: Annotated[Decimal | None, Column("Сумма удовлетворения", least=0, width=17)]


CLAIMS = Table(
    Claim,
    "Претензии",
    purpose="Претензии клиентов и решения по ним.",
    rules=(
        Rule("decided", rules.decision_has_date),
        Rule("met_amount", rules.met_has_amount),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout(Row):
    """A design that a designer makes for an order."""

    number: Annotated[str, Column("№ макета", CODE, unique=True)]
    order: Annotated[str, Column("№ заказа", CODE, refers=ORDERS, width=15)]
    designer: Annotated[str, Column("Дизайнер", width=24)]
    given: Annotated[date, Column("Дата задания")]
    due: Annotated[date, Column("Срок")]
    ready: Annotated[date | None, Column("Дата готовности")]
    agreed: Annotated[date | None, Column("Согласован клиентом", width=14)]
    file: Annotated[str | None, Column("Файл", width=34)]


LAYOUTS = Table(
    Layout,
    "Макеты",
    purpose="Задания дизайнеру и готовые макеты.",
    rules=(Rule("agreed", rules.agreed_after_ready),),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper(Row):
    """The original of a paper, and where it went."""

    order: Annotated[str | None, Column("№ заказа", CODE, refers=ORDERS, width=15)]
    contract: Annotated[str | None, Column("№ договора", CODE, refers=CONTRACTS, width=16)]
    kind: Annotated[PaperKind, Column("Вид документа")]
    title: Annotated[str | None, Column("№ и дата документа", width=30)]
    received: Annotated[date | None, Column("Оригинал получен")]
    department: Annotated[Department | None, Column("Передан в", width=24)]
    handed: Annotated[date | None, Column("Дата передачи")]


PAPERS = Table(
    Paper,
    "Документы",
    purpose="Оригиналы документов: получены ли и кому переданы.",
    rules=(
        Rule("order", rules.order_or_contract),
        Rule("handed", rules.handed_after_received),
    ),
)

ORDER_BOOK = Book(
    name="Предварительные заказы",
    purpose="Заявки клиентов, их строки, деньги, поставки, претензии, макеты, документы, договоры.",
    tables=(ORDERS, POSITIONS, PAYMENTS, DELIVERIES, CLAIMS, LAYOUTS, PAPERS, CONTRACTS),
)
