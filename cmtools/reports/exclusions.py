"""What a report leaves out, and why: books, sheets and rows with errors, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cmtools.books.plan import PLAN
from cmtools.books.register import CLIENTS
from cmtools.books.settings import DISCOUNTS, MARKUPS, RULES, VAT
from cmtools.digests.making import told
from cmtools.problems import Place, Problem
from cmtools.tables.table import Table

if TYPE_CHECKING:
    from cmtools.reports.linking import Linked

COUNTED: tuple[Table[Any], ...] = (CLIENTS, MARKUPS, DISCOUNTS, VAT, RULES)
COUNTED_SHEETS = frozenset(table.title for table in COUNTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Omission:
    """A row that counts nowhere; the whole sheet where there is no row, or the whole book."""

    place: Place
    reason: str


def omissions(
    linked: Linked, problems: Iterable[Problem], plan: str | None
) -> tuple[Omission, ...]:
    """All that is left out, by place.

    `problems` are those of the other books than of orders; `plan` is the file of the month's plan,
    if there is one.
    """
    reasons: dict[Place, list[tuple[int, str, str]]] = {}
    for problem in problems:
        if problem.is_error and _is_counted(problem.place, plan):
            reason = (problem.place.column or 0, problem.code, told(problem))
            reasons.setdefault(_row_of(problem.place), []).append(reason)
    for found in linked.reasons:
        place = Place(file=linked.merged.files[found.book], sheet=found.sheet, row=found.row)
        reasons.setdefault(place, []).append((found.column, found.code, found.text))
    return tuple(
        Omission(
            place=place,
            reason="; ".join(dict.fromkeys(text for *_, text in sorted(reasons[place]))),
        )
        for place in sorted(reasons, key=Place.order)
    )


def _is_counted(place: Place, plan: str | None) -> bool:
    if place.sheet is None or place.sheet in COUNTED_SHEETS:
        return True
    return place.sheet == PLAN.title and place.file == plan


def _row_of(place: Place) -> Place:
    return Place(file=place.file, sheet=place.sheet, row=place.row)
