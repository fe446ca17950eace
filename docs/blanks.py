"""The blank books, and what they come filled with: VAT, the stages, the plan's indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.books.catalog import BOOKS
from cmtools.books.choices import Unit
from cmtools.books.dropdown_lists import list_options, shown_fields
from cmtools.books.plan import FIRST_ROW, PLAN, plan_formula
from cmtools.books.settings import STAGES, VAT
from cmtools.tables.columns import SheetColumn
from cmtools.tables.table import Book, Table
from cmtools.tables.writer.cells import Formula
from cmtools.tables.writer.dropdowns import foreign_columns
from cmtools.tables.writer.heading import Heading
from cmtools.tables.writer.workbook import SheetRows, build_book

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

PLAN_HEADING = Heading(
    title="План на месяц",
    aside=("УТВЕРЖДАЮ", "Директор", "________________", "«____» ______________ 20____ г."),
)
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


def write_blanks(folder: Path, books: Sequence[Book] = BOOKS) -> list[Path]:
    """Write the blank of each book into a folder; what is shipped filled is filled."""
    rows, headings = shipped_rows(), {PLAN: PLAN_HEADING}
    return [write_filled(folder / book.file_name, book, rows, headings) for book in books]


def write_filled(
    path: Path,
    book: Book,
    rows: Mapping[Table[Any], SheetRows],
    headings: Mapping[Table[Any], Heading] | None = None,
) -> Path:
    """Write a book with rows; `rows` may hold other books' too, for the lists to copy from."""
    lists = {
        source: list_options(source, _shown_values(source, rows))
        for source in foreign_columns(book)
    }
    path.write_bytes(build_book(book, rows, lists, headings))
    return path


def _shown_values(source: SheetColumn, rows: Mapping[Table[Any], SheetRows]) -> list[list[object]]:
    titles = [source.table.fields[name].title for name in shown_fields(source)]
    return [[row.get(title) for title in titles] for row in rows.get(source.table, ())]
