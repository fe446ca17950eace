"""From the contractor's cost to the client's price, exact to the kopeck; pure.

Every value up to the price is a product of given decimals over the run, so the whole is kept as a
product and divided once, at the rounding. 100 digits hold any such product exactly. A quotient that
is no exact half differs from one by more than 10^-30, as no number of a workbook has over 15
digits; so 60 digits of it round as the true quotient does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from cmtools.books.orders import Order, Position
from cmtools.books.settings import ANY_KIND, Category, Discount, Markup, Rules, Vat
from cmtools.tables.parsers import same
from cmtools.tables.table import Row

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
QUOTIENT = Context(prec=60, rounding=ROUND_HALF_UP)
KOPECK = Decimal("0.01")
TENTH = Decimal("0.1")
ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)


def round2(amount: Decimal) -> Decimal:
    """To the kopeck, half up."""
    return amount.quantize(KOPECK, context=EXACT)


Rate = TypeVar("Rate", Markup, Discount, Vat)


@dataclass(frozen=True, slots=True)
class Tiers(Generic[Rate]):
    """Rows by growing threshold: the one in force is the last whose threshold is reached."""

    thresholds: Sequence[Any]
    rows: Sequence[Rate]

    def at(self, value: object) -> Rate | None:
        """The row in force at a value."""
        reached = bisect_right(self.thresholds, value)
        return self.rows[reached - 1] if reached else None


def tiers(rows: Iterable[Rate], threshold: Callable[[Rate], Any]) -> Tiers[Rate]:
    """A ladder from rows in any order."""
    ordered = sorted(rows, key=threshold)
    return Tiers([threshold(row) for row in ordered], ordered)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """The director's prices: markups by run, discounts by sum, VAT by day, and the rules."""

    markups: Mapping[str, Tiers[Markup]]
    discounts: Mapping[Category, Tiers[Discount]]
    vat: Tiers[Vat]
    rules: Rules

    def markup(self, kind: str, quantity: int) -> Markup | None:
        """The row of the kind with the largest tier within the run; `*` where there is none."""
        for name in (same(kind), ANY_KIND):
            rows = self.markups.get(name)
            found = rows.at(quantity) if rows else None
            if found is not None:
                return found
        return None

    def discount(self, category: Category, base: Decimal) -> Discount | None:
        """The row of the category with the largest sum within the order's base."""
        rows = self.discounts.get(category)
        return rows.at(base) if rows else None

    def vat_on(self, day: date) -> Vat | None:
        """The row in force on the day of shipment (law 425-ФЗ: the rate follows it)."""
        return self.vat.at(day)


def tariff(
    markups: Iterable[Markup], discounts: Iterable[Discount], vat: Iterable[Vat], rules: Rules
) -> Tariff:
    """A tariff from rows in any order."""
    by_kind: dict[str, list[Markup]] = {}
    for markup in markups:
        by_kind.setdefault(same(markup.kind), []).append(markup)
    by_category: dict[Category, list[Discount]] = {}
    for discount in discounts:
        by_category.setdefault(discount.category, []).append(discount)
    return Tariff(
        markups={kind: tiers(rows, attrgetter("quantity_from")) for kind, rows in by_kind.items()},
        discounts={
            category: tiers(rows, attrgetter("amount_from"))
            for category, rows in by_category.items()
        },
        vat=tiers(vat, attrgetter("since")),
        rules=rules,
    )


class Line(NamedTuple):
    """A priced position. Money in roubles; `cost` is the whole line's, without VAT."""

    position: Position
    cost: Decimal
    markup: Markup
    discount: Discount | None
    base: Decimal
    rate: Decimal
    vat_row: Vat
    price: Decimal
    amount: Decimal
    vat: Decimal
    profit: Decimal

    @property
    def net_amount(self) -> Decimal:
        """The sum without VAT."""
        return self.amount - self.vat

    @property
    def margin(self) -> Decimal:
        """Profit to the sum without VAT, %, one decimal."""
        return percent_of(self.profit, self.net_amount)

    @property
    def discount_percent(self) -> Decimal:
        """The discount, %; 0 where none is due."""
        return self.discount.percent if self.discount else ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """An order's sums over its priced positions; delivery stands apart."""

    amount: Decimal
    vat: Decimal
    profit: Decimal
    delivery: Decimal
    delivery_vat: Decimal

    @property
    def total(self) -> Decimal:
        """What the client pays, delivery included."""
        return self.amount + self.delivery

    @property
    def margin(self) -> Decimal:
        """Profit to the sum without VAT, %, one decimal."""
        return percent_of(self.profit, self.amount - self.vat)

    def is_below(self, limit: Decimal) -> bool:
        """Whether the unrounded margin is under the limit, %."""
        return HUNDRED * self.profit < limit * (self.amount - self.vat)


def price_lines(
    shipped: date, positions: Sequence[Position], category: Category, prices: Tariff
) -> list[Line | None]:
    """A line for each position; None without a cost, a markup, a VAT row or a price above 0."""
    vat_row = prices.vat_on(shipped)
    if vat_row is None:
        return [None] * len(positions)
    rate, step = vat_row.rate or ZERO, prices.rules.price_step
    with localcontext(EXACT):
        marked = [_marked_up(found, prices) for found in positions]
        base = sum((found[2] for found in marked if found), ZERO).scaleb(-2)
        discount = prices.discount(category, base)
        kept = (HUNDRED - (discount.percent if discount else ZERO)) * (HUNDRED + rate)
        lines: list[Line | None] = []
        for position, found in zip(positions, marked, strict=True):
            if found is None:
                lines.append(None)
                continue
            cost, markup, raised = found
            quantity, price = position.quantity, position.manual_price
            if price is None:
                gross = (raised * kept).scaleb(-6)  # of the whole run, with VAT, not yet rounded
                price = QUOTIENT.divide(gross, quantity * step).quantize(ONE) * step
            amount = round2(price * quantity)
            vat = vat_inside(amount, rate)
            profit = amount - vat - round2(cost)
            line = Line(
                position, cost, markup, discount, base, rate, vat_row, price, amount, vat, profit
            )
            lines.append(line if amount else None)
    return lines


def _marked_up(position: Position, prices: Tariff) -> tuple[Decimal, Markup, Decimal] | None:
    """A line's cost, its markup, and a hundred times the cost with the markup on it."""
    cost = cost_of(position)
    markup = None if cost is None else prices.markup(position.kind, position.quantity)
    if cost is None or markup is None:
        return None
    return cost, markup, cost * (HUNDRED + markup.percent)


def shipment_day(order: Order) -> date:
    """The day whose VAT rate holds."""
    return order.delivery_due or order.on


def cost_of(position: Position) -> Decimal | None:
    """The cost of the whole line without VAT, exact; None where the contractor's is unknown."""
    if position.unit_cost is None:
        return None
    cost = position.unit_cost * position.quantity
    return cost + position.extra_cost if position.extra_cost else cost


def vat_inside(amount: Decimal, rate: Decimal) -> Decimal:
    """The VAT contained in a sum, at a rate in %."""
    return round2(QUOTIENT.divide(EXACT.multiply(amount, rate), HUNDRED + rate)) if rate else ZERO


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """A part of a whole in %, one decimal, half up; 0 of nothing."""
    if not whole:
        return ZERO
    return QUOTIENT.divide(EXACT.multiply(HUNDRED, part), whole).quantize(TENTH, context=EXACT)


def totals(order: Order, lines: Sequence[Line], rate: Decimal) -> Totals:
    """The sums of an order; delivery is one more line with VAT inside, neither cost nor profit."""
    amount = vat = profit = ZERO
    with localcontext(EXACT):
        for line in lines:
            amount += line.amount
            vat += line.vat
            profit += line.profit
    delivery = order.delivery_cost or ZERO
    return Totals(
        amount=amount,
        vat=vat,
        profit=profit,
        delivery=delivery,
        delivery_vat=vat_inside(delivery, rate),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A named step on the way to a price, and the settings cell that it came from, if any."""

    name: str
    title: str
    value: Decimal | None
    cell: str | None = None


def explain(line: Line, rules: Rules) -> tuple[Step, ...]:
    """Every step of a line's price, in order, with its value exact to 6 decimals."""
    with localcontext(EXACT):
        run = line.position.quantity
        unit_cost = line.cost / run
        list_net = unit_cost * (HUNDRED + line.markup.percent) / HUNDRED
        net = list_net * (HUNDRED - line.discount_percent) / HUNDRED
        found = (
            Step(name="cost", title="Себестоимость строки", value=line.cost),
            Step(name="unit_cost", title="Себестоимость за ед. с доп. расходами", value=unit_cost),
            Step(
                name="markup",
                title="Наценка, %",
                value=line.markup.percent,
                cell=_cell(line.markup, "percent"),
            ),
            Step(name="list_net", title="Цена с наценкой, без НДС", value=list_net),
            Step(name="base", title="Заказ с наценкой, без НДС", value=line.base),
            Step(
                name="discount",
                title="Скидка, %",
                value=line.discount_percent,
                cell=_cell(line.discount, "percent") if line.discount else None,
            ),
            Step(name="net", title="Цена со скидкой, без НДС", value=net),
            Step(
                name="rate",
                title="НДС, %",
                value=line.vat_row.rate,
                cell=_cell(line.vat_row, "rate"),
            ),
            Step(
                name="price",
                title="Цена за ед. с НДС" + (" (вручную)" if line.position.manual_price else ""),
                value=line.price,
                cell=None if line.position.manual_price else _cell(rules, "price_step"),
            ),
            Step(name="amount", title="Сумма", value=line.amount),
            Step(name="vat", title="НДС", value=line.vat),
            Step(name="profit", title="Прибыль", value=line.profit),
            Step(name="margin", title="Маржа, %", value=line.margin),
        )
        limit = Decimal("0.000001")
        return tuple(
            Step(
                name=item.name,
                title=item.title,
                value=None if item.value is None else _short(item.value, limit),
                cell=item.cell,
            )
            for item in found
        )


def _short(value: Decimal, limit: Decimal) -> Decimal:
    return value.quantize(limit).normalize() if value.as_tuple().exponent < -6 else value  # type: ignore[operator]


def _cell(row: Row, name: str) -> str | None:
    place = row.place(name)
    return place.cell and f"{place.sheet}!{place.cell}"
