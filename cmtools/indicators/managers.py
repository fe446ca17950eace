"""The managers whom the books name, each in one spelling."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from cmtools.books.orders import ORDERS
from cmtools.books.register import CLIENTS
from cmtools.tables.dataset import Dataset
from cmtools.tables.values import same, squeeze


@dataclass(frozen=True, slots=True)
class Managers:
    """What counts of a manager's name → how the books spell it where it comes first."""

    spellings: Mapping[str, str]

    def spelled(self, name: str) -> str:
        """The one spelling of a manager whom the books name."""
        return self.spellings[same(name)]

    def find(self, name: str) -> str | None:
        """The one spelling of a manager as a person typed it; None where nobody is called so."""
        return self.spellings.get(same(name))

    def nearest(self, name: str) -> str | None:
        """Whose name, or a word of it, is most alike; None where the books name nobody."""
        typed = same(name)

        def likeness(known: str) -> float:
            parts = (known, *known.split())
            return max(difflib.SequenceMatcher(None, typed, part).ratio() for part in parts)

        near = max(self.spellings, key=likeness, default=None)
        return None if near is None else self.spellings[near]


def managers_of(dataset: Dataset) -> Managers:
    """Those of the orders, then those of the clients, rows with errors among them."""
    spellings: dict[str, str] = {}
    for entries in (dataset.entries(ORDERS), dataset.entries(CLIENTS)):
        for entry in entries:
            name = entry.get("manager")
            if name is not None:
                spellings.setdefault(same(name), squeeze(name))
    return Managers(spellings)
