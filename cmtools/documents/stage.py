"""The documents that the stage of an order asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cmtools.books.document_rules import split_documents
from cmtools.books.own_documents import OWN_DOCUMENTS
from cmtools.books.settings import SETTINGS, STAGES
from cmtools.documents.catalog import DocumentKind, by_names
from cmtools.documents.context import RowIndex
from cmtools.pricing.orders import PricedOrder
from cmtools.problems import Problem
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Entry, InvalidRow


def kinds_of_stage(
    order: PricedOrder, rows: RowIndex
) -> tuple[list[DocumentKind], Sequence[Problem]]:
    """Return the documents that the order's stage asks for; problems where that is unknown."""
    stage = rows.first(STAGES, order.entry.get("stage"))
    if stage is None or isinstance(stage, InvalidRow):
        entries = [row for row in (order.entry, stage) if row is not None]
        return [], [problem for problem in _errors(rows) if _hides_stage(problem, entries)]
    known = by_names(rows.kinds)
    kinds = [known.get(normalize_name(name)) for name in split_documents(stage.documents)]
    errors: list[Problem] = []
    if None in kinds:  # a row of «Документы» is in error
        sheet = (SETTINGS.file_name, OWN_DOCUMENTS.title)
        errors = [p for p in _errors(rows) if (p.place.file, p.place.sheet) == sheet]
    return [kind for kind in kinds if kind is not None], errors


def _errors(rows: RowIndex) -> Iterator[Problem]:
    return (problem for problem in rows.session.problems if problem.is_error)


def _hides_stage(problem: Problem, entries: Sequence[Entry]) -> bool:
    place = problem.place
    if place.file == SETTINGS.file_name and place.row is None:
        return place.sheet in (None, STAGES.title)
    return any(
        (row.source.file, row.source.sheet) == (place.file, place.sheet)
        and place.row in (None, row.row)
        for row in entries
    )
