"""The managers whom the books name, each in one spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cmtools.books.orders import ORDERS
from cmtools.books.register import Client
from cmtools.reports.merging import Ints, Merged, each
from cmtools.tables.parsers import normalize_name, squeeze
from cmtools.tables.table import InvalidRow


@dataclass(frozen=True, slots=True)
class Managers:
    """What counts of a manager's name → how the books spell it where it comes first."""

    spellings: Mapping[str, str]

    def spelled(self, name: str) -> str:
        """The one spelling of a manager whom the books name."""
        return self.spellings[normalize_name(name)]

    def find(self, name: str) -> str | None:
        """The one spelling of a manager as a person typed it; None where nobody is called so."""
        return self.spellings.get(normalize_name(name))

    def of_orders(self, merged: Merged) -> Ints:
        """Each order's manager as the place of the one spelling in `spellings`, -1 for none."""
        places = {key: place for place, key in enumerate(self.spellings)}
        return each(
            merged.rows[ORDERS]["manager"],
            lambda number: places[normalize_name(merged.texts[number])],
        )


def managers_of(merged: Merged, clients: Iterable[Client | InvalidRow]) -> Managers:
    """Those of the orders, then those of the clients, rows with errors among them."""
    spellings: dict[str, str] = {}
    named = merged.rows[ORDERS]["manager"]
    numbers, first = np.unique(named[named >= 0], return_index=True)
    names = [*merged.texts[numbers[np.argsort(first)]], *(row.get("manager") for row in clients)]
    for name in names:
        if name is not None:
            spellings.setdefault(normalize_name(name), squeeze(name))
    return Managers(spellings)
