"""Fields of an order's documents, from the request to the notice of readiness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Count
from cmtools.documents.fields.from_row import F
from cmtools.documents.fields.lines import (
    DeliveryLine,
    LineFields,
    PositionFields,
    delivery_line,
    line_fields,
    unpriced_lines,
)
from cmtools.documents.fields.parts import (
    ContractorFields,
    LayoutFields,
    PaperFields,
    count_received,
    fill,
    paper_fields,
)
from cmtools.documents.fields.terms import (
    ContractFields,
    OrderFields,
    TotalFields,
    order_fields,
    total_fields,
)
from cmtools.documents.parties import Party


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
    """Fill an order with the client's prices."""
    return fill_deal(DealFields, data)


def request(data: OrderData) -> DealFields:
    """Fill a request; while it is preliminary, it shows no price."""
    if data.order.is_final:
        return deal(data)
    return fill(
        DealFields,
        data,
        lines=unpriced_lines(data.positions),
        delivery=delivery_line(data.positions, None),
        total=total_fields(data, None),
    )


def fill_deal(record: type[F], data: OrderData, **given: Any) -> F:
    """Fill what an offer, a specification, an invoice and an act have in common, and more."""
    priced = {"order": order_fields(data, data.totals), "lines": line_fields(data.lines)}
    return fill(record, data, **priced | given)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnpricedFields:
    """An order without sums, and its two parties."""

    order: Annotated[OrderFields, "Заказ; суммы пусты"]
    seller: Annotated[Party, "Продавец: наша организация"]
    client: Annotated[Party, "Покупатель"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractorRequestFields:
    """What to make, without the client's price."""

    order: Annotated[OrderFields, "Заказ; суммы пусты"]
    contractor: Annotated[ContractorFields, "Подрядчик"]
    seller: Annotated[Party, "Наша организация"]
    lines: Annotated[tuple[PositionFields, ...], "Что изготовить"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DesignBriefFields(UnpricedFields):
    """A brief for a designer."""

    lines: Annotated[tuple[PositionFields, ...], "Строки заказа"]
    layouts: Annotated[tuple[LayoutFields, ...], "Макеты этого заказа с листа «Макеты»"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeFields(UnpricedFields):
    """A letter to the client about an order, without a price."""

    city: Annotated[str, "Место составления: г. Омск"]
    contract: Annotated[ContractFields, "Договор; его поля пусты, если заказ без договора"]
    lines: Annotated[tuple[PositionFields, ...], "Строки заказа"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TechnicalHandoverFields(UnpricedFields):
    """Technical documents to be handed to the technical department."""

    papers: Annotated[tuple[PaperFields, ...], "Паспорта, схемы, чертежи, проекты, геология"]
    received: Annotated[Count, "Сколько их получено в подлинниках; пусто, если ни одного"]


def handover_technical(data: OrderData) -> TechnicalHandoverFields:
    """Fill a register of technical papers."""
    return fill(
        TechnicalHandoverFields,
        data,
        papers=paper_fields(data.papers),
        received=count_received(data.papers),
    )
