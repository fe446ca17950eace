"""On which terms clients buy: the director's prices, whether they are sound, who is VIP."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from cmtools.books.register import CLIENTS, Status
from cmtools.books.settings import DISCOUNTS, MARKUPS, PRICING_RULES, RULES, VAT, rules_of
from cmtools.pricing.price import Tariff, tariff
from cmtools.tables.dataset import Dataset
from cmtools.tables.table import Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What of settings and clients prices depend on.

    `sound` is false while the settings that make prices have errors: then nothing is priced.
    Clients whose status is in error are `doubtful`: whether they are VIP is not known.
    """

    tariff: Tariff
    sound: bool
    vip: Set[str]
    doubtful: Set[str]


def terms_of(dataset: Dataset) -> Terms:
    """The terms that the books state."""
    return Terms(
        tariff=tariff(
            dataset.records(MARKUPS),
            dataset.records(DISCOUNTS),
            dataset.records(VAT),
            rules_of(dataset),
        ),
        sound=_settings_are_sound(dataset),
        vip={c.get("code") for c in dataset.entries(CLIENTS) if c.get("status") is Status.VIP},
        doubtful={
            sheet.values["code"][index]
            for sheet in dataset.sheets(CLIENTS)
            for index in sheet.bad["status"]
        },
    )


def _settings_are_sound(dataset: Dataset) -> bool:
    tables: tuple[Table[Any], ...] = (MARKUPS, DISCOUNTS, VAT)
    for table in tables:
        if table not in dataset or any(any(s.bad.values()) for s in dataset.sheets(table)):
            return False
    return not any(s.bad[name] for s in dataset.sheets(RULES) for name in PRICING_RULES)
