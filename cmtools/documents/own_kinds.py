"""The kinds of documents that a company adds to the standard ones: rows of «Документы»."""

from __future__ import annotations

from dataclasses import replace

from cmtools.books.choices import PriceVisibility, SourceRow
from cmtools.books.own_documents import OWN_DOCUMENTS, OwnDocument
from cmtools.documents.catalog import (
    CLAIM_ACT,
    CLIENT_CARD,
    CLIENT_TRANSFER,
    CONTRACT,
    KINDS,
    OFFER,
    PRODUCTION_ENTRY,
    READINESS,
    REQUEST,
    DocumentKind,
)
from cmtools.documents.fields import clients
from cmtools.tables.dataset import Dataset

_LIKE: dict[tuple[SourceRow, PriceVisibility | None], DocumentKind] = {
    (SourceRow.ORDER, PriceVisibility.NO_PRICE): READINESS,
    (SourceRow.ORDER, PriceVisibility.FINAL_PRICE): REQUEST,
    (SourceRow.ORDER, PriceVisibility.PRICE): OFFER,
    (SourceRow.ORDER, PriceVisibility.ALL_FIGURES): PRODUCTION_ENTRY,
    (SourceRow.CONTRACT, None): CONTRACT,
    (SourceRow.CLAIM, None): CLAIM_ACT,
    (SourceRow.TRANSFER, None): CLIENT_TRANSFER,
    (SourceRow.CLIENT, PriceVisibility.ALL_FIGURES): CLIENT_CARD,
    (SourceRow.CLIENT, None): replace(
        CLIENT_CARD, record=clients.ClientFields, fill=clients.client
    ),
}
"""The kind whose fields show just what an own document may show; None is any other visibility."""


def kinds_of(dataset: Dataset) -> tuple[DocumentKind, ...]:
    """Return all kinds of documents that a company has: the standard ones, then its own."""
    return (*KINDS, *own_kinds(dataset))


def own_kinds(dataset: Dataset) -> tuple[DocumentKind, ...]:
    """Return the kinds of the sheet «Документы»."""
    return tuple(_own_kind(row) for row in dataset.records(OWN_DOCUMENTS))


def _own_kind(row: OwnDocument) -> DocumentKind:
    """Return a kind with the fields of the standard one that is most like it, and no conditions."""
    return replace(
        _LIKE.get((row.made_from, row.shows)) or _LIKE[row.made_from, None],
        id=row.name,
        name=row.name,
        folder=row.folder,
        shows=row.shows,
        file_title=None,
        needs_contract=False,
        rests_on_contract=False,
        refuse=None,
        agrees=None,
        kept_long=False,
    )
