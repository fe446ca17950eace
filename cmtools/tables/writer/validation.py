"""What Excel lets a person type into a column: its input message, its list, its bounds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from cmtools.tables.columns import COST, DATE, GOAL, MEAN, MONEY, NUMBER, PERCENT, WHOLE, Field
from cmtools.tables.writer.dropdowns import dropdown_source

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

LARGEST = 1_000_000_000_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
WANTED = {
    WHOLE: "целое число",
    NUMBER: "число",
    MEAN: "число",
    GOAL: "число",
    MONEY: "сумму",
    COST: "сумму",
    PERCENT: "число процентов",
}
"""A kind of numbers → what a person is asked to type."""


def add_validation(sheet: Worksheet, field: Field, first: int, column: int, last: int) -> None:
    """Add a field's validation to the rows from `first` to `last`, counted from 0.

    Raises:
        ValueError: a declaration that Excel would not take.
    """
    rule = _validation(field)
    if rule is not None and sheet.data_validation(first, column, last, column, rule):
        raise ValueError(f"«{field.title}»: Excel takes no such validation")


def _validation(field: Field) -> dict[str, Any] | None:
    """Return what Excel checks.

    Only a choice is refused, since there are no others. Numbers and days are but warned of:
    cmtools understands more of them than Excel, and a list may lag behind what it was copied from.
    """
    rule: dict[str, Any] = {
        "input_title": field.title[:32],
        "input_message": field.column.hint,
        "error_title": field.title[:32],
        "error_type": "stop" if field.choices else "warning",
    }
    source = dropdown_source(field)
    if source is not None:
        rule |= {
            "validate": "list",
            "source": source,
            "show_error": bool(field.choices or field.list_source),
            "error_message": "Такого значения нет в списке.",
        }
    elif field.kind in WANTED:
        rule |= {
            "validate": "integer" if field.kind is WHOLE else "decimal",
            **_excel_bounds(field),
            "error_message": f"Введите {WANTED[field.kind]} {field.bounds}".strip() + ".",
        }
    elif field.kind is DATE:
        rule |= {
            "validate": "date",
            "criteria": "between",
            "minimum": FIRST_DAY,
            "maximum": LAST_DAY,
            "error_message": "Введите дату, например 28.11.2026.",
        }
    elif not field.column.hint:
        return None
    else:
        rule["validate"] = "any"
    return rule


def _excel_bounds(field: Field) -> dict[str, Any]:
    column = field.column
    if column.above is not None:
        return {"criteria": ">", "value": column.above}
    return {
        "criteria": "between",
        "minimum": -LARGEST if column.least is None else column.least,
        "maximum": LARGEST if column.most is None else column.most,
    }
