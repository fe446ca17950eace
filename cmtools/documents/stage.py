"""The documents that the stage of an order asks for."""

from __future__ import annotations

from collections.abc import Sequence

from cmtools.books.settings import SETTINGS, STAGES, document_ids
from cmtools.documents.catalog import BY_ID, DocumentKind
from cmtools.documents.context import RowIndex
from cmtools.pricing.orders import PricedOrder
from cmtools.pricing.session import Session
from cmtools.problems import Problem
from cmtools.tables.table import InvalidRow, Row


def kinds_of_stage(
    opened: Session, quote: PricedOrder, rows: RowIndex
) -> tuple[list[DocumentKind], list[Problem]]:
    """The documents that the order's stage asks for; problems where that cannot be known."""
    stage = rows.one(STAGES, quote.entry.get("stage"))
    if stage is None or isinstance(stage, InvalidRow):
        hiding = [row for row in (quote.entry, stage) if row is not None]
        return [], [p for p in opened.problems if p.is_error and _hides_stage(p, hiding)]
    return [BY_ID[name] for name in document_ids(stage.documents)], []


def _hides_stage(problem: Problem, rows: Sequence[Row | InvalidRow]) -> bool:
    place = problem.place
    if place.file == SETTINGS.file_name and place.row is None:
        return place.sheet in (None, STAGES.title)
    return any(
        (row.source.file, row.source.sheet) == (place.file, place.sheet)
        and place.row in (None, row.row)
        for row in rows
    )
