"""Texts that people typed, written into a new workbook as just that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


def write_text(sheet: Worksheet, row: int, column: int, text: str, form: Format) -> None:
    """Write a text that a person typed.

    The library takes a text from `<r>` to `</r>` for its own markup and puts it into the book as it
    is; a space at the end makes it a text again.
    """
    is_markup = text.startswith("<r>") and text.endswith("</r>")
    sheet.write_string(row, column, f"{text} " if is_markup else text, form)
