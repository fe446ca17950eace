"""The director's tariff from the settings: markups, discounts, VAT; which clients are VIP."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, Generic, TypeVar

from cmtools.books.agreed import AGREED_PRICES, AgreedRows, agreed_rows
from cmtools.books.choices import Category, ClientStatus, RequestKind
from cmtools.books.orders import Order
from cmtools.books.register import CLIENTS
from cmtools.books.settings import (
    ANY_KIND,
    DISCOUNTS,
    MARKUPS,
    PRICING_RULES,
    RULES,
    VAT,
    Discount,
    Markup,
    Rules,
    Vat,
    rules_of,
)
from cmtools.pricing.category import OrderDays, category_at
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import InvalidRow, Table

T = TypeVar("T")
Dated = TypeVar("Dated", Markup, Discount)


@dataclass(frozen=True, slots=True)
class Tiers(Generic[T]):
    """Rows by growing threshold: the one in force is the last whose threshold is reached."""

    thresholds: Sequence[Any]
    rows: Sequence[T]

    def at(self, value: object) -> T | None:
        """Return the row in force at a value."""
        reached = bisect_right(self.thresholds, value)
        return self.rows[reached - 1] if reached else None


def build_tiers(rows: Iterable[T], threshold: Callable[[T], Any]) -> Tiers[T]:
    """Sort rows by their threshold."""
    ordered = sorted(rows, key=threshold)
    return Tiers([threshold(row) for row in ordered], ordered)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceList:
    """What is in force on a day: markups by run, discounts by sum."""

    markups: Mapping[str, Tiers[Markup]]
    discounts: Mapping[Category, Tiers[Discount]]

    def markup(self, kind: str, quantity: int) -> Markup | None:
        """Return the kind's row with the largest tier within the run; the row of `*` else."""
        for name in (normalize_name(kind), ANY_KIND):
            tiers = self.markups.get(name)
            row = tiers.at(quantity) if tiers else None
            if row is not None:
                return row
        return None

    def discount(self, category: Category, base: Decimal) -> Discount | None:
        """Return the category's row with the largest sum within the order's base."""
        tiers = self.discounts.get(category)
        return tiers.at(base) if tiers else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """The director's prices: price lists by day of the order, VAT by day of shipment, the rules."""

    price_lists: Tiers[PriceList]
    vat: Tiers[Vat]
    rules: Rules

    def price_list(self, day: date) -> PriceList:
        """Return the markups and discounts in force for orders of a day."""
        price_list = self.price_lists.at(day)
        assert price_list is not None  # the first one is in force from the first day there is
        return price_list

    def vat_on(self, day: date) -> Vat | None:
        """Return the row in force on the day of shipment (law 425-ФЗ: the rate follows it)."""
        return self.vat.at(day)


def build_tariff(
    markups: Iterable[Markup], discounts: Iterable[Discount], vat: Iterable[Vat], rules: Rules
) -> Tariff:
    """Build a tariff from rows in any order."""
    markups, discounts = list(markups), list(discounts)
    days = {
        date.min,
        *(markup.since or date.min for markup in markups),
        *(discount.since or date.min for discount in discounts),
    }
    since = sorted(days)
    return Tariff(
        price_lists=Tiers(since, [_price_list(markups, discounts, day) for day in since]),
        vat=build_tiers(vat, attrgetter("since")),
        rules=rules,
    )


def _price_list(markups: Iterable[Markup], discounts: Iterable[Discount], day: date) -> PriceList:
    by_kind: dict[str, list[Markup]] = {}
    for markup in _in_force(
        markups, day, lambda row: (normalize_name(row.kind), row.quantity_from)
    ):
        by_kind.setdefault(normalize_name(markup.kind), []).append(markup)
    by_category: dict[Category, list[Discount]] = {}
    for discount in _in_force(discounts, day, attrgetter("category", "amount_from")):
        by_category.setdefault(discount.category, []).append(discount)
    return PriceList(
        markups={
            kind: build_tiers(rows, attrgetter("quantity_from")) for kind, rows in by_kind.items()
        },
        discounts={
            category: build_tiers(rows, attrgetter("amount_from"))
            for category, rows in by_category.items()
        },
    )


def _in_force(rows: Iterable[Dated], day: date, key: Callable[[Dated], object]) -> Iterable[Dated]:
    """Return the rows in force on a day, of those with one key the latest."""
    in_force = [row for row in rows if row.since is None or row.since <= day]
    in_force.sort(key=lambda row: row.since or date.min)
    return {key(row): row for row in in_force}.values()


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The tariff and the clients' statuses: all that a price depends on beside the order.

    sound: false while the settings that make prices have errors; then nothing is priced.
    vip: the codes of VIP clients.
    doubtful: the codes of clients whose status is in error, so that it is unknown whether they
        are VIP; their orders are not priced.
    agreed: the agreed prices by order number; None where their book cannot be read.
    """

    tariff: Tariff
    sound: bool
    vip: Set[str]
    doubtful: Set[str]
    agreed: Mapping[str, AgreedRows] | None

    def category(self, client: str, days: OrderDays, day: date) -> Category | None:
        """Return the category that sets the discount of a client's order of a day.

        `days` are those of the client's orders, sorted. None where the order cannot be priced.
        """
        if not self.sound or client in self.doubtful:
            return None
        return Category.VIP if client in self.vip else category_at(days, day, self.tariff.rules)

    def agreed_for(self, order: Order | InvalidRow) -> AgreedRows | None:
        """Return the agreed prices of an order; None where they are not known.

        They count while its request is окончательная.
        """
        if order.get("request") is not RequestKind.FINAL:
            return {}
        if self.agreed is None:
            return None
        return self.agreed.get(normalize_name(order.get("number")), {})


def read_terms(dataset: Dataset) -> Terms:
    """Read the terms out of «Настройки» and «Клиенты»."""
    return Terms(
        tariff=build_tariff(
            dataset.records(MARKUPS),
            dataset.records(DISCOUNTS),
            dataset.records(VAT),
            rules_of(dataset),
        ),
        sound=_settings_are_sound(dataset),
        vip={
            c.get("code") for c in dataset.entries(CLIENTS) if c.get("status") is ClientStatus.VIP
        },
        doubtful={
            sheet.values["code"][index]
            for sheet in dataset.sheets(CLIENTS)
            for index in sheet.bad["status"]
        },
        agreed=None if AGREED_PRICES in dataset.lost else agreed_rows(dataset),
    )


def _settings_are_sound(dataset: Dataset) -> bool:
    tables: tuple[Table[Any], ...] = (MARKUPS, DISCOUNTS, VAT)
    for table in tables:
        if table not in dataset or any(any(s.bad.values()) for s in dataset.sheets(table)):
            return False
    return not any(s.bad[name] for s in dataset.sheets(RULES) for name in PRICING_RULES)
