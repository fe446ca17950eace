"""From the contractor's cost to the client's price, exact to the kopeck; pure.

Every value up to the price is a product of given decimals over the run, so the whole is kept as a
product and divided once, at the rounding. 100 digits hold any such product exactly. A quotient that
is no exact half differs from one by more than 10^-30, as no number of a workbook has over 15
digits; so 60 digits of it round as the true quotient does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import NamedTuple

from cmtools.books.agreed import AgreedRow, AgreedRows, find_agreed, is_agreed_for, is_doubtful
from cmtools.books.choices import Category
from cmtools.books.orders import Delivery, Order, Position
from cmtools.books.settings import Discount, Markup, Vat
from cmtools.pricing.tariff import PriceList, Tariff
from cmtools.tables.table import InvalidRow

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
QUOTIENT = Context(prec=60, rounding=ROUND_HALF_UP)
KOPECK = Decimal("0.01")
TENTH = Decimal("0.1")
ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)


def round2(amount: Decimal) -> Decimal:
    """Round to the kopeck, half up."""
    return amount.quantize(KOPECK, context=EXACT)


class Line(NamedTuple):
    """A priced position. Money in roubles; `cost` is the whole line's, without VAT.

    markup: None where only the agreed price holds.
    usual_price: what the settings give; None without a markup.
    agreed: the row of the agreed price, where there is one for this kind and run.
    """

    position: Position
    cost: Decimal
    markup: Markup | None
    discount: Discount | None
    base: Decimal
    rate: Decimal
    vat_row: Vat
    usual_price: Decimal | None
    agreed: AgreedRow | None
    price: Decimal
    amount: Decimal
    vat: Decimal
    profit: Decimal

    @property
    def net_amount(self) -> Decimal:
        """The sum without VAT, roubles."""
        return self.amount - self.vat

    @property
    def margin(self) -> Decimal:
        """Profit to the sum without VAT, %, one decimal."""
        return percent_of(self.profit, self.net_amount)

    @property
    def markup_percent(self) -> Decimal | None:
        """The markup, %; None where the settings have none."""
        return self.markup.percent if self.markup else None

    @property
    def discount_percent(self) -> Decimal:
        """The discount, %; 0 where none is due."""
        return self.discount.percent if self.discount else ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """An order's sums over its priced positions; delivery is separate."""

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
    def whole_vat(self) -> Decimal:
        """The VAT in what the client pays: that of the lines and of the delivery."""
        return self.vat + self.delivery_vat

    @property
    def margin(self) -> Decimal:
        """Profit to the sum without VAT, %, one decimal."""
        return percent_of(self.profit, self.amount - self.vat)

    def is_below(self, limit: Decimal) -> bool:
        """Whether the unrounded margin is under the limit, %."""
        return HUNDRED * self.profit < limit * (self.amount - self.vat)


def price_lines(
    ordered: date,
    shipped: date,
    positions: Sequence[Position],
    category: Category,
    tariff: Tariff,
    agreed: AgreedRows,
) -> list[Line | None]:
    """Price the positions of one order, which share its discount.

    The markups and discounts in force on the day `ordered` hold, and the VAT rate of `shipped`.
    A price typed by hand comes before one that was agreed, and that before the settings. The line
    is None for a position without a cost, a VAT row, or a markup unless its price was agreed; for
    one whose price rounds to 0; and where an error hides what was agreed.
    """
    vat_row = tariff.vat_on(shipped)
    if vat_row is None:
        return [None] * len(positions)
    price_list = tariff.price_list(ordered)
    rate, step = vat_row.rate or ZERO, tariff.rules.price_step
    with localcontext(EXACT):
        costs = [_cost_with_markup(position, price_list) for position in positions]
        base = sum((cost.marked_up for cost in costs if cost), ZERO).scaleb(-2)
        discount = price_list.discount(category, base)
        factor = (HUNDRED - (discount.percent if discount else ZERO)) * (HUNDRED + rate)
        lines: list[Line | None] = []
        for position, cost in zip(positions, costs, strict=True):
            row = find_agreed(agreed, position.number) if agreed else None
            usual = None
            if cost and cost.markup:
                gross = (cost.marked_up * factor).scaleb(-6)  # of the run, with VAT, not rounded
                usual = QUOTIENT.divide(gross, position.quantity * step).quantize(ONE) * step
            price = _choose_price(position, row, usual)
            if cost is None or price is None:
                lines.append(None)
                continue
            amount = round2(price * position.quantity)
            vat = vat_inside(amount, rate)
            line = Line(
                position=position,
                cost=cost.cost,
                markup=cost.markup,
                discount=discount,
                base=base,
                rate=rate,
                vat_row=vat_row,
                usual_price=usual,
                agreed=_agreed_for(position, row),
                price=price,
                amount=amount,
                vat=vat,
                profit=amount - vat - round2(cost.cost),
            )
            lines.append(line if amount else None)
    return lines


class _Cost(NamedTuple):
    """A line's cost, its markup, and a hundred times the cost with the markup on it, if any."""

    cost: Decimal
    markup: Markup | None
    marked_up: Decimal


def _cost_with_markup(position: Position, price_list: PriceList) -> _Cost | None:
    cost = cost_of(position)
    if cost is None:
        return None
    markup = price_list.markup(position.kind, position.quantity)
    return _Cost(cost, markup, cost * (HUNDRED + markup.percent) if markup else ZERO)


def _choose_price(
    position: Position, row: AgreedRow | None, usual: Decimal | None
) -> Decimal | None:
    """Return the price that holds; None where there is none, or an error hides it."""
    agreed = _agreed_for(position, row)
    if position.manual_price and (usual is not None or agreed):
        return position.manual_price
    if row is not None and is_doubtful(row):
        return None
    price: Decimal | None = agreed.get("price") if agreed else usual
    return price


def _agreed_for(position: Position, row: AgreedRow | None) -> AgreedRow | None:
    return row if row and is_agreed_for(row, position.kind, position.quantity) else None


def shipment_day(order: Order, shipments: Sequence[Delivery | InvalidRow]) -> date:
    """Return the day whose VAT rate holds: of the last shipment, else Срок поставки, else the day.

    `shipments` are those to the client, by day. Law 425-ФЗ: the rate follows the shipment.
    """
    last: date | None = shipments[-1].get("on") if shipments else None
    return last or order.delivery_due or order.on


def cost_of(position: Position) -> Decimal | None:
    """Return the exact cost of the whole line without VAT; None where it is not known."""
    if position.unit_cost is None:
        return None
    cost = position.unit_cost * position.quantity
    return cost + position.extra_cost if position.extra_cost else cost


def vat_inside(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the VAT contained in a sum, at a rate in %."""
    return round2(QUOTIENT.divide(EXACT.multiply(amount, rate), HUNDRED + rate)) if rate else ZERO


def prepayment_of(order: Order, total: Decimal) -> Decimal:
    """Return the prepayment agreed, of all that the client pays; 0 where there is none."""
    return round2(total * (order.prepayment or ZERO) / HUNDRED)


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """Return a part of a whole in %, one decimal, half up; 0 where the whole is 0."""
    if not whole:
        return ZERO
    return QUOTIENT.divide(EXACT.multiply(HUNDRED, part), whole).quantize(TENTH, context=EXACT)


def totals(order: Order, lines: Sequence[Line], rate: Decimal) -> Totals:
    """Sum up an order; delivery is one more line with VAT inside, neither cost nor profit."""
    delivery = order.delivery_cost or ZERO
    with localcontext(EXACT):
        return Totals(
            amount=sum((line.amount for line in lines), ZERO),
            vat=sum((line.vat for line in lines), ZERO),
            profit=sum((line.profit for line in lines), ZERO),
            delivery=delivery,
            delivery_vat=vat_inside(delivery, rate),
        )
