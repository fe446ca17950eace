"""Prices in columns against the prices of pricing.py, order by order."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from cmtools.books.choices import Category, Design
from cmtools.books.orders import POSITIONS, Position
from cmtools.books.settings import RULES, Discount, Markup, Rules, Vat
from cmtools.digests.digest import HUGE, NONE
from cmtools.pricing.price import EXACT, price_lines
from cmtools.pricing.tariff import Tariff, build_tariff
from cmtools.reports.categories import CATEGORIES
from cmtools.reports.linking import Hanging
from cmtools.reports.merging import Merged, Rows, objects
from cmtools.reports.prices import Deals, price_positions
from cmtools.tables.table import Source

KINDS = ("визитки", "Буклеты", "плакаты")
DAYS = (date(2018, 5, 5), date(2025, 12, 31), date(2026, 1, 1))
NOWHERE = Source(file="", sheet="", columns={})

Order = tuple[date, Category, list[Position]]


def position(
    cost: str | None, run: int, extra: str | None = None, manual: str | None = None, kind: int = 0
) -> Position:
    """A position by what makes its price."""
    unit_cost, extra_cost, manual_price = (
        None if text is None else Decimal(text) for text in (cost, extra, manual)
    )
    empty = dict.fromkeys(("layout", "materials", "packing", "marking"))
    return Position(
        source=NOWHERE,
        row=1,
        order="З-1",
        number=1,
        kind=KINDS[kind],
        name="",
        quantity=run,
        unit="шт",
        design=Design.NONE,
        unit_cost=unit_cost,
        extra_cost=extra_cost,
        manual_price=manual_price,
        **empty,
    )


def prices(step: str = "0.01", rate: str | None = "22", discount: str = "5") -> Tariff:
    """Two kinds with tiers and one with none, a discount from 1000 on, VAT since 2019."""
    markups = [("визитки", 1, "60"), ("визитки", 500, "45"), ("буклеты", 10, "33.3333")]
    markups += [("*", 100, "-99.9999")]
    rules = {name: found.parse(found.column.shipped) for name, found in RULES.fields.items()}
    return build_tariff(
        [
            Markup(source=NOWHERE, row=1, kind=kind, quantity_from=tier, percent=Decimal(percent))
            for kind, tier, percent in markups
        ],
        [
            Discount(
                source=NOWHERE,
                row=1,
                category=category,
                amount_from=Decimal(base),
                percent=Decimal(percent),
            )
            for category, base, percent in (
                (Category.REPEAT, 0, "3"),
                (Category.REPEAT, 1000, discount),
                (Category.VIP, "99.99", "100"),
            )
        ],
        [
            Vat(source=NOWHERE, row=1, since=date(2019, 1, 1), rate=Decimal(20)),
            Vat(
                source=NOWHERE,
                row=2,
                since=date(2026, 1, 1),
                rate=None if rate is None else Decimal(rate),
            ),
        ],
        Rules(source=NOWHERE, row=1, **(rules | {"price_step": Decimal(step)})),
    )


def by_lines(orders: Sequence[Order], terms: Tariff) -> list[tuple[int, int] | None]:
    """Sum and profit of every position in kopecks by `price_lines`."""
    found = [line for on, category, own in orders for line in price_lines(on, own, category, terms)]
    return [
        line and (int(EXACT.scaleb(line.amount, 2)), int(EXACT.scaleb(line.profit, 2)))
        for line in found
    ]


def by_columns(orders: Sequence[Order], terms: Tariff) -> list[tuple[int, int] | None]:
    """The same by columns."""
    lines = [(number, found) for number, (_, _, own) in enumerate(orders) for found in own]
    huge = {
        (POSITIONS, "unit_cost", row): str(found.unit_cost)
        for row, (_, found) in enumerate(lines)
        if found.unit_cost is not None and found.unit_cost.scaleb(4) >= 2**63
    }

    def money(name: str, scale: int) -> list[int]:
        values = [getattr(found, name) for _, found in lines]
        return [
            HUGE if (POSITIONS, name, row) in huge else NONE if v is None else int(v.scaleb(scale))
            for row, v in enumerate(values)
        ]

    columns = {
        "kind": [KINDS.index(found.kind) for _, found in lines],
        "quantity": [found.quantity for _, found in lines],
        "unit_cost": money("unit_cost", 4),
        "extra_cost": money("extra_cost", 2),
        "manual_price": money("manual_price", 2),
    }
    all_of_them = np.ones(len(lines), bool)
    rows = Rows(
        table=POSITIONS,
        book=np.zeros(len(lines), np.int64),
        row=np.arange(len(lines)),
        unsound=~all_of_them,
        columns={name: np.array(column, np.int64) for name, column in columns.items()},
    )
    made = price_positions(
        Merged(
            files=["Заказы.xlsx"],
            parts=[],
            texts=objects(KINDS),
            numbers=objects([]),
            marks=np.array([], np.int64),
            key_of=np.array([], np.int64),
            rows={POSITIONS: rows},
            starts={},
            huge=huge,
        ),
        Hanging(
            rows=rows,
            order=np.array([number for number, _ in lines], np.int64),
            counted=all_of_them,
            attached=all_of_them,
        ),
        np.arange(len(lines)),
        Deals(
            shipped=np.array([on.toordinal() for on, _, _ in orders]),
            category=np.array([CATEGORIES.index(category) for _, category, _ in orders]),
        ),
        terms,
    )
    sums = zip(made.amount.tolist(), made.profit.tolist(), strict=True)
    found = dict(zip(made.at.tolist(), sums, strict=True))
    return [found.get(row) for row in range(len(lines))]


def decimals(most: int, places: int) -> st.SearchStrategy[str]:
    """Numbers above 0 of so many places; round ones among them, at which prices are halves."""
    units = st.integers(1, most) | st.sampled_from([10**n * k for n in range(9) for k in (1, 5)])
    return units.map(lambda value: str(Decimal(value).scaleb(-places)))


runs = st.sampled_from((1, 3, 8, 10, 99, 100, 499, 500, 1000)) | st.integers(1, 10**15 - 1)
positions = st.builds(
    position,
    st.none() | decimals(10**8, 4) | decimals(10**19 - 1, 4),
    runs,
    st.none() | decimals(10**6, 2) | decimals(10**17 - 1, 2),
    st.none() | st.none() | decimals(10**6, 2) | decimals(10**17 - 1, 2),
    st.integers(0, 2),
)
orders = st.tuples(
    st.sampled_from(DAYS), st.sampled_from(Category), st.lists(positions, max_size=4)
)
tariffs = st.builds(
    prices,
    st.sampled_from(("0.01", "0.05", "0.0001", "1", "12.5", "999999999999999")),
    st.sampled_from((None, "0", "7", "22", "100", "0.0001")),
    st.sampled_from(("0", "5", "33.3333", "100")),
)


@given(st.lists(orders, min_size=1, max_size=5), tariffs)
@example([(DAYS[2], Category.REPEAT, [position("2.35", 1000, "500")])], prices())
@example([(DAYS[2], Category.REPEAT, [position("6.25", 100), position(None, 9)])], prices())
@example([(DAYS[2], Category.NEW, [position("0.1", 500)])], prices(rate=None))
@example([(DAYS[1], Category.NEW, [position("900000000000000", 10**14)])], prices())
def test_columns_price_as_lines_do(made: list[Order], terms: Tariff) -> None:
    """Halves, thresholds that are met exactly, numbers beyond 64 bits, no price at all."""
    assert by_columns(made, terms) == by_lines(made, terms)
