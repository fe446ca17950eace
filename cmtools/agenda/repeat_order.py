"""An order made once more: the rows of the new request, from those of the old one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cmtools.books.choices import Design, RequestKind
from cmtools.books.orders import Layout, Order, Position
from cmtools.books.settings import Stage
from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.cells import CellValue

REPEAT_STAGE = "5.1"
_KEPT = ("client", "manager", "contractor", "delivery_method", "delivery_address")
_TERMS = ("delivery_cost", "prepayment", "balance_days")
_OF_POSITION = ("number", "kind", "name", "unit", "materials", "packing", "marking")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_COUNTER = re.compile(r"\d+$")

FieldValues = Mapping[str, CellValue]
"""Name of a field → what its cell gets; fields that are left out stay empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepeatedOrder:
    """The rows of a request that repeats an order.

    missing_layouts: № п/п of the positions whose layout is not on file.
    """

    order: FieldValues
    positions: tuple[FieldValues, ...]
    missing_layouts: tuple[int, ...]


def repeat_order(
    order: Order,
    positions: Sequence[Position],
    *,
    number: str,
    today: date,
    stages: Sequence[Stage],
    layouts: Sequence[Layout],
    files: Collection[str],
    quantities: Mapping[int, int],
) -> RepeatedOrder:
    """Make the rows of a request that repeats an order, as of today.

    Cost, dates, a price typed by hand, the approval and all that happened since are left out.
    `layouts` are those of the order, `files` the names of the files in the client's folder;
    `quantities` replace the runs of some positions, by № п/п.
    """
    stage = next((stage for stage in stages if stage.code == REPEAT_STAGE), stages[0])
    new_order: dict[str, CellValue] = {name: getattr(order, name) for name in (*_KEPT, *_TERMS)}
    new_order |= {
        "number": number,
        "on": today,
        "request": RequestKind.PRELIMINARY,
        "stage": f"{stage.code} {stage.name}",
        "stage_since": today,
        "note": f"повтор заказа {order.number}",
    }
    rows: list[FieldValues] = []
    missing = []
    for position in positions:
        row: dict[str, CellValue] = {name: getattr(position, name) for name in _OF_POSITION}
        row |= {
            "order": number,
            "quantity": quantities.get(position.number, position.quantity),
            "design": position.design,
        }
        if position.design is not Design.NONE:
            row["design"] = Design.REPEAT
            row["layout"] = _find_layout(position, positions, layouts, files)
            if row["layout"] is None:
                missing.append(position.number)
        rows.append(row)
    return RepeatedOrder(order=new_order, positions=tuple(rows), missing_layouts=tuple(missing))


def _find_layout(
    position: Position,
    positions: Sequence[Position],
    layouts: Iterable[Layout],
    files: Collection[str],
) -> str | None:
    """Find a position's layout: the one that it names, else the only one of its order."""
    on_file = [layout for layout in layouts if layout.ready]
    if position.layout:
        name = normalize_name(position.layout)
        named = {normalize_name(known) for one in on_file for known in (one.number, one.file or "")}
        named |= {normalize_name(file) for file in files}
        return position.layout if name in named else None
    drawn = [one for one in positions if one.design is not Design.NONE and not one.layout]
    return on_file[0].number if len(on_file) == len(drawn) == 1 else None


def next_number(number: str, numbers: Iterable[str], today: date) -> str:
    """Return the next free number of an order's pattern: «З-2025-0007» → «З-2026-0001».

    The year of the pattern is today's, the counter one more than the largest of that year.
    """
    start = _YEAR.sub(f"{today.year}", number, count=1)
    counter = _COUNTER.search(start)
    if counter is None or _YEAR.fullmatch(counter[0]):
        start, width, first = f"{start}-", 1, 2
    else:
        start, width, first = start[: counter.start()], len(counter[0]), 1
    known = (normalize_name(known) for known in numbers)
    begin = normalize_name(start)
    endings = (name.removeprefix(begin) for name in known if name.startswith(begin))
    largest = max((int(ending) for ending in endings if ending.isdecimal()), default=first - 1)
    return f"{start}{largest + 1:0{width}d}"
