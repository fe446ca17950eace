"""Fields of an order's documents, from the request to the notice of readiness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cmtools.books.choices import RequestKind
from cmtools.books.orders import Layout, Paper
from cmtools.books.settings import Contractor
from cmtools.documents import russian_text
from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Count, Day, Name
from cmtools.documents.fields.from_row import F, from_row
from cmtools.documents.fields.lines import (
    DeliveryLine,
    LineFields,
    PositionFields,
    delivery_line,
    line_fields,
    position_fields,
    unpriced_lines,
)
from cmtools.documents.fields.terms import (
    ContractFields,
    OrderFields,
    TotalFields,
    contract_fields,
    order_fields,
    total_fields,
)
from cmtools.documents.parties import Party, party
from cmtools.pricing.price import Totals
from cmtools.tables.parsers import group_digits


@dataclass(frozen=True, kw_only=True, slots=True)
class DealFields:
    """An order between its two parties, with the client's prices."""

    city: Annotated[str, "Место составления: г. Омск"]
    order: Annotated[OrderFields, "Заказ"]
    contract: Annotated[ContractFields, "Договор; его поля пусты, если заказ без договора"]
    seller: Annotated[Party, "Продавец"]
    client: Annotated[Party, "Покупатель"]
    lines: Annotated[tuple[LineFields, ...], "Строки заказа"]
    delivery: Annotated[DeliveryLine, "Строка доставки"]
    total: Annotated[TotalFields, "Итоги"]


def deal(data: OrderData) -> DealFields:
    """Fill what an offer, a specification, an invoice and an act have in common."""
    return _deal(data, line_fields(data.lines), data.totals)


def request(data: OrderData) -> DealFields:
    """Fill a request; while it is preliminary, it shows no price."""
    if data.order.request is RequestKind.FINAL:
        return deal(data)
    return _deal(data, unpriced_lines(data.positions), None)


def _deal(
    data: OrderData,
    lines: tuple[LineFields, ...],
    totals: Totals | None,
) -> DealFields:
    return DealFields(
        city=russian_text.town(data.seller.city or ""),
        order=order_fields(data, totals),
        contract=contract_fields(data.contract),
        seller=party(data.seller),
        client=party(data.client),
        lines=lines,
        delivery=delivery_line(data.positions, totals),
        total=total_fields(data, totals),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class UnpricedFields:
    """An order without sums, and its two parties."""

    order: Annotated[OrderFields, "Заказ; суммы пусты"]
    seller: Annotated[Party, "Продавец: наша организация"]
    client: Annotated[Party, "Покупатель"]


def fill_unpriced(record: type[F], data: OrderData, **more: Any) -> F:
    """Fill the fields that all documents without a price have, and more."""
    return from_row(
        record,
        order=order_fields(data, None),
        seller=party(data.seller),
        client=party(data.client),
        **more,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractorFields:
    """The contractor of the goods; all empty while none is chosen."""

    name: Annotated[str, "Подрядчик"]
    inn: Annotated[str, "ИНН подрядчика"]
    contact: Annotated[Name, "Контакт"]
    email: Annotated[str, "Электронная почта"]


def contractor_fields(contractor: Contractor | None) -> ContractorFields:
    """Fill the contractor's fields from its row of the settings."""
    if contractor is None:
        return ContractorFields(name="", inn="", contact=Name(None), email="")
    return from_row(ContractorFields, contractor)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractorRequestFields:
    """What to make, without the client's price."""

    order: Annotated[OrderFields, "Заказ; суммы пусты"]
    contractor: Annotated[ContractorFields, "Подрядчик"]
    seller: Annotated[Party, "Наша организация"]
    lines: Annotated[tuple[PositionFields, ...], "Что изготовить"]


def contractor_request(data: OrderData) -> ContractorRequestFields:
    """Fill a request to the contractor for the cost and the term."""
    return ContractorRequestFields(
        order=order_fields(data, None),
        contractor=contractor_fields(data.contractor),
        seller=party(data.seller),
        lines=position_fields(data.positions),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LayoutFields:
    """A design ordered from a designer."""

    number: Annotated[str, "№ макета"]
    designer: Annotated[Name, "Дизайнер"]
    given: Annotated[Day, "Дата задания"]
    due: Annotated[Day, "Срок"]
    ready: Annotated[Day, "Дата готовности"]
    agreed: Annotated[Day, "Согласован клиентом"]
    file: Annotated[str, "Файл"]


def layout_fields(layouts: Sequence[Layout]) -> tuple[LayoutFields, ...]:
    """Fill rows of «Макеты» in their order."""
    return tuple(from_row(LayoutFields, layout) for layout in layouts)


@dataclass(frozen=True, kw_only=True, slots=True)
class DesignBriefFields(UnpricedFields):
    """A brief for a designer."""

    lines: Annotated[tuple[PositionFields, ...], "Строки заказа"]
    layouts: Annotated[tuple[LayoutFields, ...], "Макеты этого заказа с листа «Макеты»"]


def design_brief(data: OrderData) -> DesignBriefFields:
    """Fill a brief for the designer."""
    return fill_unpriced(
        DesignBriefFields,
        data,
        lines=position_fields(data.positions),
        layouts=layout_fields(data.layouts),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeFields(UnpricedFields):
    """A letter to the client about an order, without a price."""

    city: Annotated[str, "Место составления: г. Омск"]
    contract: Annotated[ContractFields, "Договор; его поля пусты, если заказ без договора"]
    lines: Annotated[tuple[PositionFields, ...], "Строки заказа"]


def notice(data: OrderData) -> NoticeFields:
    """Fill the fields of a letter to the client."""
    return fill_unpriced(
        NoticeFields,
        data,
        city=russian_text.town(data.seller.city or ""),
        contract=contract_fields(data.contract),
        lines=position_fields(data.positions),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperFields:
    """A row of the register of originals."""

    number: Annotated[str, "Номер строки реестра"]
    kind: Annotated[str, "Вид документа"]
    title: Annotated[str, "№ и дата документа"]
    order: Annotated[str, "№ заказа"]
    received: Annotated[Day, "Оригинал получен"]
    handed: Annotated[Day, "Дата передачи"]


def paper_fields(papers: Sequence[Paper]) -> tuple[PaperFields, ...]:
    """Fill rows of «Документы» in their order, numbered from 1."""
    return tuple(
        from_row(PaperFields, paper, number=group_digits(number))
        for number, paper in enumerate(papers, start=1)
    )


def count_received(papers: Sequence[Paper]) -> int | None:
    """Count the originals that are there to be handed over; None where there is none."""
    return sum(paper.received is not None for paper in papers) or None


@dataclass(frozen=True, kw_only=True, slots=True)
class TechnicalHandoverFields(UnpricedFields):
    """Technical documents to be handed to the technical department."""

    papers: Annotated[tuple[PaperFields, ...], "Паспорта, схемы, чертежи, проекты, геология"]
    received: Annotated[Count, "Сколько их получено в подлинниках; пусто, если ни одного"]


def handover_technical(data: OrderData) -> TechnicalHandoverFields:
    """Fill a register of technical papers."""
    return fill_unpriced(
        TechnicalHandoverFields,
        data,
        papers=paper_fields(data.papers),
        received=count_received(data.papers),
    )
