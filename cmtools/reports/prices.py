"""The prices of a million positions: `pricing.price_lines`, in columns of whole numbers.

The price of a line is a quotient that is rounded to a whole number of steps. It is computed in
floating point first, whose error is known; where the quotient lies so near to a half, or an
order's base so near to a discount's threshold, that the error could decide, or a number is too
large for 64 bits, the order is priced by `price_lines` itself. So every price is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from cmtools.books.choices import Design
from cmtools.books.orders import POSITIONS, Position
from cmtools.books.settings import ANY_KIND, Discount, Markup
from cmtools.digests.digest import HUGE, NONE
from cmtools.pricing.price import EXACT, ZERO, price_lines
from cmtools.pricing.tariff import Tariff, Tiers
from cmtools.reports.categories import CATEGORIES
from cmtools.reports.linking import Hanging
from cmtools.reports.merging import Flags, Ints, Merged, each
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import Source

Floats = npt.NDArray[np.floating[Any]]

PARTS = 10_000  # of a rouble or a percent: both have up to four decimals
ERROR = 1e-14  # of a product of some ten factors, each of which floats keep to 1.1e-16
ERROR_OF_SUM = 1e-9  # of such products of all the lines that an order can have
MOST = 2.0**62
MOST_STEPS = 1e12
MOST_TAXED = 4e12  # kopecks: twice their product with a rate of 100 % has 63 bits


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """The rows of positions that have a price, their sums and profits in kopecks."""

    at: Ints
    amount: npt.NDArray[Any]
    profit: npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Deals:
    """What of each order makes prices: the day of shipment and the client's category."""

    shipped: Ints
    category: Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lines:
    """Positions with a cost, a markup and a VAT rate: `at` are their rows, `order` their orders'.

    Money is in `PARTS` of a rouble, the VAT rate in those of a percent; the markup is in percents,
    and so is the cost with it. A manual price is below 0 where there is none. What is `huge` has 0.
    """

    at: Ints
    order: Ints
    quantity: Ints
    cost: Ints
    raised: Floats
    manual: Floats
    rate: Ints
    huge: Flags


def price_positions(
    merged: Merged, positions: Hanging, at: Ints, deals: Deals, tariff: Tariff
) -> Prices:
    """Price some rows of positions, of each order all or none; `deals` are those of all orders."""
    lines = _lines(merged, positions, at, deals, tariff)
    amounts, profits, doubtful = _priced(lines, deals, tariff)
    for found in _by_order(np.flatnonzero(doubtful), lines.order[doubtful]):
        deal = int(lines.order[found[0]])
        exact = price_lines(
            date.fromordinal(int(deals.shipped[deal])),
            [_position(merged, positions, int(row)) for row in lines.at[found]],
            CATEGORIES[deals.category[deal]],
            tariff,
        )
        sums = [
            (_kopecks(line.amount), _kopecks(line.profit)) if line else (0, 0) for line in exact
        ]
        if max(abs(number) for pair in sums for number in pair) > MOST:
            amounts, profits = amounts.astype(object), profits.astype(object)
        amounts[found] = [amount for amount, _ in sums]
        profits[found] = [profit for _, profit in sums]
    priced = (amounts > 0).astype(bool)
    return Prices(at=lines.at[priced], amount=amounts[priced], profit=profits[priced])


def _lines(merged: Merged, positions: Hanging, at: Ints, deals: Deals, tariff: Tariff) -> _Lines:
    rows = positions.rows
    at = at[rows["unit_cost"][at] != NONE]
    markup = _markups(merged, rows["kind"][at], rows["quantity"][at], tariff)
    rate = each(deals.shipped[positions.order[at]], lambda day: _rate(day, tariff))
    known = ~np.isnan(markup) & (rate >= 0)
    at, markup, rate = at[known], markup[known], rate[known]
    quantity, unit = rows.wide("quantity", at), rows.wide("unit_cost", at)
    extra = np.maximum(rows.wide("extra_cost", at), 0)
    huge = (unit == HUGE) | (unit.astype(float) * quantity + extra * 100.0 > MOST)
    cost = np.where(huge, 0, unit) * quantity + np.where(huge, 0, extra) * 100
    return _Lines(
        at=at,
        order=positions.order[at],
        quantity=quantity,
        cost=cost,
        raised=cost * (100 + markup),
        manual=rows.wide("manual_price", at) * 100.0,
        rate=rate,
        huge=huge,
    )


def _priced(lines: _Lines, deals: Deals, tariff: Tariff) -> tuple[Ints, Ints, Flags]:
    """Sums and profits in kopecks; and the lines of which neither is certain, by whole orders."""
    order, quantity, rate = lines.order, lines.quantity, lines.rate
    base = np.bincount(order, lines.raised / (100 * PARTS), minlength=len(deals.category))
    discount, doubtful_orders = _discounts(base, deals.category, tariff)
    step = int(tariff.rules.price_step.scaleb(4))
    kept = (100 - discount[order]) * (100 * PARTS + rate) / (10_000 * PARTS)
    quotient = lines.raised / 100 * kept / (quantity * float(step))
    whole = np.floor(quotient + 0.5)
    by_hand = lines.manual >= 0
    near_half = np.abs(quotient - np.floor(quotient) - 0.5) <= quotient * ERROR + 1e-9
    price = np.where(by_hand, lines.manual, whole * step)
    doubtful = lines.huge | (~by_hand & (near_half | (quotient > MOST_STEPS)))
    doubtful |= price * quantity / 100 > MOST_TAXED
    doubtful_orders[order[doubtful]] = True
    certain = ~doubtful_orders[order]
    exact_price = np.where(certain, price, 0).astype(np.int64)
    amount = (exact_price * quantity + 50) // 100
    full = 100 * PARTS + rate
    vat = (2 * amount * rate + full) // (2 * full)
    profit = amount - vat - (lines.cost + 50) // 100
    return np.where(certain, amount, 0), np.where(certain, profit, 0), ~certain


def _markups(merged: Merged, kinds: Ints, quantity: Ints, tariff: Tariff) -> Floats:
    """The markup of each position in percents, NaN where there is none; see `Tariff.markup`."""
    found = _at(tariff.markups.get(ANY_KIND), quantity)
    names = {name: number for number, name in enumerate(tariff.markups)}
    name = each(kinds, lambda kind: names.get(normalize_name(merged.texts[kind]), -1))
    for of_kind, number in names.items():
        if of_kind != ANY_KIND:
            rows = np.flatnonzero(name == number)
            own = _at(tariff.markups[of_kind], quantity[rows])
            found[rows] = np.where(np.isnan(own), found[rows], own)
    return found


def _discounts(base: npt.NDArray[Any], category: Ints, tariff: Tariff) -> tuple[Floats, Flags]:
    """The discount of each order in percents; and where a threshold is too near to be certain."""
    found = np.zeros(len(base))
    doubtful = np.zeros(len(base), bool)
    for number, name in enumerate(CATEGORIES):
        steps = tariff.discounts.get(name)
        rows = np.flatnonzero(category == number)
        if steps is None:
            continue
        found[rows] = np.nan_to_num(_at(steps, base[rows]))
        for threshold in steps.thresholds:
            gap = np.abs(base[rows] - float(threshold))
            doubtful[rows] |= (gap <= base[rows] * ERROR_OF_SUM) & (base[rows] > 0)
    return found, doubtful


def _rate(day: int, tariff: Tariff) -> int:
    """The VAT rate on a day, in `PARTS` of a percent; 0 without VAT, -1 without a row."""
    row = tariff.vat_on(date.fromordinal(day))
    return -1 if row is None else int((row.rate or ZERO) * PARTS)


def _at(steps: Tiers[Markup] | Tiers[Discount] | None, values: npt.NDArray[Any]) -> Floats:
    """The percents of the rows in force at the values; NaN below the first one."""
    if steps is None:
        return np.full(len(values), np.nan)
    thresholds = np.array([float(threshold) for threshold in steps.thresholds])
    percents = np.array([np.nan, *(float(row.percent) for row in steps.rows)])
    return percents[np.searchsorted(thresholds, values, side="right")]


def _by_order(rows: Ints, orders: Ints) -> Iterator[Ints]:
    """The rows of each order."""
    sort = np.argsort(orders, kind="stable")
    ends = np.flatnonzero(np.diff(orders[sort])) + 1
    return (found for found in np.split(rows[sort], ends) if len(found))


def _position(merged: Merged, positions: Hanging, row: int) -> Position:
    """A position of which only what makes its price is known."""
    rows = positions.rows

    def money(name: str, scale: int) -> Decimal | None:
        number = int(rows[name][row])
        if number == HUGE:
            return Decimal(merged.huge[POSITIONS, name, row])
        return None if number < 0 else EXACT.scaleb(Decimal(number), -scale)

    return Position(
        source=Source(file="", sheet=POSITIONS.title, columns={}),
        row=row,
        order="",
        number=0,
        kind=merged.texts[rows["kind"][row]],
        name="",
        quantity=int(rows["quantity"][row]),
        unit="",
        design=Design.NONE,
        layout=None,
        materials=None,
        packing=None,
        marking=None,
        unit_cost=money("unit_cost", 4),
        extra_cost=money("extra_cost", 2),
        manual_price=money("manual_price", 2),
    )


def _kopecks(amount: Decimal) -> int:
    return int(EXACT.scaleb(amount, 2))
