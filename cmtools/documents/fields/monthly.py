"""Fields of a month's report and plan: texts, as they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Plan and fact beside each other."""

    plan: Annotated[str, "План; прочерк, если его нет"]
    fact: Annotated[str, "Факт"]
    deviation: Annotated[str, "Отклонение от плана"]
    percent: Annotated[str, "Выполнение плана, %"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRow:
    """An indicator of the report."""

    number: Annotated[str, "Номер по порядку"]
    title: Annotated[str, "Показатель"]
    month: Annotated[Figures, "За месяц"]
    year: Annotated[Figures, "С начала года"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    """A row, a sheet or a book, and what is wrong with it."""

    place: Annotated[str, "Книга, лист, строка; у заказа без цены — заказ и клиент"]
    reason: Annotated[str, "Что с ней не так"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signers:
    """The author of the report or plan and the person who approves it."""

    post: Annotated[str, "Должность директора"]
    director: Annotated[str, "Инициалы и фамилия директора; пусто, если он не вписан"]
    author: Annotated[str, "Менеджер, чей это документ; пусто, если все"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFields:
    """The report of a month."""

    month: Annotated[str, "Месяц: ноябрь 2026 г."]
    year: Annotated[str, "Год: 2026"]
    manager: Annotated[str, "Менеджер или «все менеджеры»"]
    signers: Annotated[Signers, "Кто составил и кто утверждает"]
    due: Annotated[str, "Срок сдачи: 05.12.2026"]
    late: Annotated[str, "«Сдан позже срока», если это так; иначе пусто"]
    rows: Annotated[tuple[ReportRow, ...], "Показатели"]
    preliminary: Annotated[str, "Сколько предварительных заявок за месяц"]
    preliminary_amount: Annotated[str, "Их сумма там, где есть цена"]
    unpriced: Annotated[str, "Сколько заказов с позициями без цены"]
    orders: Annotated[tuple[NamedPlace, ...], "Заказы с позициями без цены"]
    left_out: Annotated[str, "Сколько всего не вошло: книг: 1, строк: 12; пусто, если вошло всё"]
    omissions: Annotated[tuple[NamedPlace, ...], "Что не вошло в отчёт из-за ошибок"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRow:
    """An indicator of the plan."""

    number: Annotated[str, "Номер по порядку"]
    title: Annotated[str, "Показатель"]
    base: Annotated[str, "База: среднее за прошедшие месяцы"]
    growth: Annotated[str, "Прирост, %"]
    plan: Annotated[str, "План"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanFields:
    """The plan of a month."""

    month: Annotated[str, "Месяц: декабрь 2026 г."]
    manager: Annotated[str, "Менеджер или «все менеджеры»"]
    signers: Annotated[Signers, "Кто составил и кто утверждает"]
    due: Annotated[str, "Последний день, когда план сдан в срок: 30.11.2026"]
    late: Annotated[str, "«Сдан позже срока», если это так; иначе пусто"]
    base_months: Annotated[str, "Месяцы базы: август, сентябрь, октябрь 2026 г."]
    note: Annotated[str, "Чего нет в истории; пусто, если есть всё"]
    rows: Annotated[tuple[PlanRow, ...], "Показатели"]
