"""What Excel lets a person type into a column: its input message, its list, its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmtools.tables.columns import COST, GOAL, MEAN, MONEY, NUMBER, PERCENT, WHOLE, Field
from cmtools.tables.writer.dropdowns import dropdown_source

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

LARGEST = 1_000_000_000_000
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
    rule: dict[str, Any] = {
        "input_title": field.title[:32],
        "input_message": field.column.hint,
        "error_title": field.title[:32],
    }
    source = dropdown_source(field)
    if source is not None:
        # A list of another sheet may lag behind it, so what it lacks is only warned of.
        rule |= {
            "validate": "list",
            "source": source,
            "error_type": "warning" if field.column.refers is not None else "stop",
            "error_message": "Такого значения нет в списке.",
        }
    elif field.kind in WANTED:
        rule |= {
            "validate": "integer" if field.kind is WHOLE else "decimal",
            **_excel_bounds(field),
            "error_message": f"Введите {WANTED[field.kind]} {field.bounds}".strip() + ".",
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
