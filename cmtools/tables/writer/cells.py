"""Values as cells of a new workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from cmtools.tables.parsers import EXCEL_EPOCH

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in a row that is written, with the value that it has."""

    text: str
    value: float | str


def write_text(sheet: Worksheet, row: int, column: int, text: str, form: Format) -> None:
    """Write a text that a person typed.

    The library takes a text from `<r>` to `</r>` for its own markup and puts it into the book as it
    is; a space at the end makes it a text again.
    """
    is_markup = text.startswith("<r>") and text.endswith("</r>")
    sheet.write_string(row, column, f"{text} " if is_markup else text, form)


def write_cell(sheet: Worksheet, row: int, column: int, value: object, form: Format) -> None:
    """Write a value by its type; a text is a text even where it begins with `=`."""
    match value:
        case None:
            return
        case str():
            write_text(sheet, row, column, value, form)
        case bool():
            sheet.write_string(row, column, "да" if value else "нет", form)
        case int() | float() | Decimal():
            sheet.write_number(row, column, float(value), form)
        case date():
            sheet.write_number(row, column, value.toordinal() - EXCEL_EPOCH.toordinal(), form)
        case Formula():
            sheet.write_formula(row, column, value.text, form, value.value)
        case _:
            write_text(sheet, row, column, str(value), form)
