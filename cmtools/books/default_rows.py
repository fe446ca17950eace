"""What the blanks come filled with: VAT, the stages of the source texts, the plan's indicators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cmtools.books.choices import Unit
from cmtools.books.plan import BLANK_HEADING, FIRST_ROW, PLAN, plan_formula
from cmtools.books.settings import STAGES, VAT
from cmtools.tables.table import Table
from cmtools.tables.writer.cells import Formula
from cmtools.tables.writer.heading import Heading
from cmtools.tables.writer.workbook import SheetRows

_STAGES = """
2.1 | Заполнить заявку на заказ с клиентом | 1 | request
2.2 | Согласовать предварительную заявку с клиентом | 2 | request, contractor-request
2.3 | Получить от подрядчика сроки и себестоимость | 3 |
2.4 | Рассчитать и согласовать цену | 1 | offer
2.5 | Заключить договор, подписать заявку и спецификацию | 5 | \
essentials, approval, contract, specification
2.6 | Выставить счёт на предоплату | 1 | invoice
3.1 | Проверить постановку заказа в очередь и определение сроков производства | 1 | production-entry
3.2 | Согласовать сроки с заказчиком | 1 |
3.3 | Контролировать прохождение заказа по стадиям | |
3.4 | Принять продукцию по качеству | 1 |
3.5 | Отложить контрольный образец | 1 |
3.6 | Уведомить клиента о готовности | 1 | readiness
3.7 | Доставить заказ на склад | 2 |
4.1 | Доставить заказ клиенту | 2 | act
4.2 | Оценить удовлетворённость клиента | 3 |
4.3 | Закрыть сделку | 5 |
5.1 | Предоставить клиенту специальные условия за повторный заказ | 2 | offer
5.2 | Актуализировать заявку | 1 | request
5.3 | Проверить наличие дизайн-макета | 1 |
5.4 | Разработать дизайн-макет за новый (повторный) заказ | 3 | design-brief
"""

_PLANNED = (
    ("Новые клиенты с заказами, шт", Unit.PIECES),
    ("Сумма заказов новых клиентов, руб.", Unit.ROUBLES),
    ("Постоянные (системные) клиенты с заказами, шт", Unit.PIECES),
    ("Сумма заказов постоянных (системных) клиентов, руб.", Unit.ROUBLES),
    ("Повторные (не системные) клиенты с заказами, шт", Unit.PIECES),
    ("Сумма заказов повторных (не системных) клиентов, руб.", Unit.ROUBLES),
    ("Сумма поступлений денег, руб.", Unit.ROUBLES),
    ("Прибыль, руб.", Unit.ROUBLES),
)


def _stage(line: str) -> dict[str, object]:
    code, name, norm, documents = (part.strip() for part in line.split("|"))
    return {
        "Код": code,
        "Название": name,
        "Норматив, раб. дней": int(norm) if norm else None,
        "Документы": documents or None,
    }


def _plan_row(row: int, name: str, unit: Unit) -> dict[str, object]:
    formula = plan_formula(row, whole_pieces=unit is Unit.PIECES)
    return {"Показатель": name, "Ед.": unit, "Прирост, %": 10, "План": Formula(formula, 0)}


def shipped_rows() -> Mapping[Table[Any], SheetRows]:
    """Table → the rows that it is shipped with; the rules have theirs in their columns."""
    return {
        STAGES: [_stage(line) for line in _STAGES.strip().splitlines()],
        VAT: [
            {"Действует с": date(2019, 1, 1), "Ставка, %": 20},
            {"Действует с": date(2026, 1, 1), "Ставка, %": 22},
        ],
        PLAN: [_plan_row(FIRST_ROW + n, name, unit) for n, (name, unit) in enumerate(_PLANNED)],
    }


def shipped_headings() -> Mapping[Table[Any], Heading]:
    """Return table → the heading above it in the blank."""
    return {PLAN: BLANK_HEADING}
