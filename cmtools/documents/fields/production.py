"""Fields of the entry into production: an order with all its figures, for the company itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cmtools.documents import russian_text
from cmtools.documents.data import OrderData
from cmtools.documents.field_types import Sum
from cmtools.documents.fields.from_row import from_row
from cmtools.documents.fields.lines import CostLineFields, cost_lines
from cmtools.documents.fields.parts import ContractorFields, fill
from cmtools.documents.fields.terms import (
    YES,
    ContractFields,
    OrderFields,
    TotalFields,
    order_fields,
)
from cmtools.documents.parties import Party


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureFields:
    """An order's figures for the company itself, roubles without VAT where not said otherwise."""

    cost: Annotated[Sum, "Себестоимость заказа"]
    net_amount: Annotated[Sum, "Сумма заказа без НДС и доставки"]
    profit: Annotated[Sum, "Прибыль"]
    margin: Annotated[str, "Маржа: 28,9 %"]
    delivery: Annotated[Sum, "Стоимость доставки с НДС; пусто, если её нет"]
    paid: Annotated[Sum, "Оплачено клиентом"]
    unpaid: Annotated[Sum, "Остаток долга клиента"]
    approved: Annotated[str, "«да», если маржа согласована директором; иначе пусто"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductionEntryFields:
    """The entry into production: an order with all its figures, for the economic department."""

    order: Annotated[OrderFields, "Заказ"]
    stage: Annotated[str, "Стадия: 3.1 Проверить постановку …"]
    contract: Annotated[ContractFields, "Договор"]
    contractor: Annotated[ContractorFields, "Подрядчик"]
    seller: Annotated[Party, "Наша организация"]
    client: Annotated[Party, "Клиент"]
    lines: Annotated[tuple[CostLineFields, ...], "Строки заказа со всеми цифрами"]
    total: Annotated[TotalFields, "Итоги для клиента"]
    figures: Annotated[FigureFields, "Итоги для компании"]
    note: Annotated[str, "Примечание"]


def production_entry(data: OrderData) -> ProductionEntryFields:
    """Fill «Ввод в производство» (source text 9.04, duty 5)."""
    order, totals = data.order, data.totals
    assert totals is not None
    return fill(
        ProductionEntryFields,
        data,
        order=order_fields(data, totals),
        stage=data.stage,
        lines=cost_lines(data.lines),
        figures=from_row(
            FigureFields,
            cost=totals.amount - totals.vat - totals.profit,
            net_amount=totals.amount - totals.vat,
            profit=totals.profit,
            margin=russian_text.percent(totals.margin),
            delivery=totals.delivery or None,
            paid=data.paid,
            unpaid=totals.total - data.paid,
            approved=YES if order.approved else "",
        ),
        note=order.note,
    )
