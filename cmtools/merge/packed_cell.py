"""A cell as JSON can hold it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from cmtools.merge.conflict import RowCells
from cmtools.tables.parsers import Cell, Percent, format_value
from cmtools.tables.reader.formulas import CellFormula

_PLAIN = frozenset((str, int, float, bool, type(None)))


def pack_row(cells: RowCells) -> dict[str, Any]:
    """Write the cells of a row as JSON can hold them."""
    return {t: c if type(c) in _PLAIN else pack_cell(c) for t, c in cells.items()}


def unpack_row(packed: Mapping[str, Any]) -> RowCells:
    """Restore the cells of a row."""
    return {t: unpack_cell(c) if type(c) is dict else c for t, c in packed.items()}


def pack_cell(cell: Cell) -> Any:
    """Write a cell as JSON can hold it; what JSON lacks is an object."""
    match cell:
        case CellFormula():
            return {"formula": str(cell)}
        case Percent():
            return {"percent": float(cell)}
        case datetime() | date():
            return {"date": cell.isoformat()}
        case time() | timedelta():
            return format_value(cell)
        case _:
            return cell


def unpack_cell(packed: Any) -> Cell:
    """Restore a cell."""
    match packed:
        case {"formula": str(text)}:
            return CellFormula(text)
        case {"percent": float(share)}:
            return Percent(share)
        case {"date": str(day)}:
            return date.fromisoformat(day[:10])
        case _:
            return packed  # type: ignore[no-any-return]
