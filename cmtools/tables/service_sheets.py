"""The sheets of a book that the program writes for itself: they hold no data of a person."""

from __future__ import annotations

from cmtools.tables.parsers import normalize_name

INSTRUCTION = "Инструкция"
LISTS_SHEET = "Списки"
COSTING_SHEET = "Калькуляция"
ERRORS_SHEET = "Ошибки"

_NAMES = {*map(normalize_name, (INSTRUCTION, LISTS_SHEET, COSTING_SHEET, ERRORS_SHEET))}


def is_service_sheet(name: str) -> bool:
    """Tell whether a sheet of that name is one of them."""
    return normalize_name(name) in _NAMES
