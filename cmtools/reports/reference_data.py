"""What the workspace's other books say of an order book's rows: settings, clients, terms."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

from cmtools.books.cross_rules import early_stages, kinds_with_markup
from cmtools.books.register import CLIENTS, Client
from cmtools.books.settings import CONTRACTORS, STAGES
from cmtools.pricing.tariff import Terms, read_terms
from cmtools.tables.dataset import Dataset, resolve_key
from cmtools.tables.table import InvalidRow, Table

Resolve = Callable[[str], str | None]
"""A reference as it was typed → the key that it names; None where there is no such row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The clients and all that rows of orders are held against.

    targets: how a reference is understood, by field of «Заказы».
    early_stages: on which no order is closed; `kinds` are those with a markup, None for any.
    """

    terms: Terms
    clients: tuple[Client | InvalidRow, ...]
    targets: dict[str, Resolve]
    early_stages: Set[str]
    kinds: Set[str] | None

    @property
    def sound_clients(self) -> list[Client]:
        """The clients whose rows have no error."""
        return [row for row in self.clients if isinstance(row, Client)]


def facts_of(dataset: Dataset) -> Facts:
    """The facts that the books state, checked before."""
    return Facts(
        terms=read_terms(dataset),
        clients=tuple(dataset.entries(CLIENTS)),
        targets={
            "client": resolver(dataset, CLIENTS),
            "stage": resolver(dataset, STAGES),
            "contractor": resolver(dataset, CONTRACTORS),
        },
        early_stages=early_stages(dataset),
        kinds=kinds_with_markup(dataset),
    )


def resolver(dataset: Dataset, table: Table[Any]) -> Resolve:
    """How references to a table are understood; as typed, where there is no table to judge by."""
    if not dataset.can_be_referred_to(table):
        return lambda typed: typed
    keys = dataset.keys(table)
    return lambda typed: resolve_key(typed, table, keys)
