"""Tests of the independent reckoning: worked examples by hand and properties of random books."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.reckoning import (
    CENT,
    Books,
    category,
    discount_of,
    half_up,
    in_force,
    indicators,
    largest_reached,
    losses,
    markup_row,
    months_before,
    number,
    price_orders,
)
from support.reckoning_examples import EXAMPLES, histories
from support.strategies import KINDS, MANAGERS, TODAY, all_books, cases, settings_sheets

slow = [HealthCheck.too_slow]
random_books = settings(max_examples=60, deadline=None, suppress_health_check=slow)


def answers(name: str, *keys: str) -> list[tuple[object, ...]]:
    """Those values of every order of an example."""
    return [tuple(order[key] for key in keys) for order in price_orders(EXAMPLES[name])]


def first_position(order: dict[str, object]) -> dict[str, object]:
    """The first position of an answer."""
    positions = order["positions"]
    assert isinstance(positions, list)
    made: dict[str, object] = positions[0]
    return made


def kopecks(values: Iterable[object]) -> Decimal:
    """The sum of money texts; None counts as nothing."""
    return sum((Decimal(str(value)) for value in values if value is not None), Decimal(0))


def test_worked_example_shipped_in_november_2026() -> None:
    """Cost 2.85, markup 45 %, discount 3 %, VAT 22 %: 4.89 a piece."""
    order = price_orders(EXAMPLES["worked_example"])[2]
    money = {"amount": "4890.00", "vat": "881.80", "profit": "1158.20", "margin": 28.9}
    steps = {"unit_cost": "2.8500", "markup": 45, "discount": 3, "vat_rate": 22, "price": "4.89"}
    apart = {"delivery": "0.00", "delivery_vat": "0.00", "total": "4890.00"}
    assert order == {
        "order": "З-0003",
        "client": "К-0001",
        "category": "повторный",
        **money,
        **apart,
        "approval_needed": False,
        "unpriced": [],
        "positions": [{"position": 1, **steps, **money}],
    }


def test_worked_example_shipped_in_december_2025() -> None:
    """The same order under VAT of 20 % costs 4.81 a piece."""
    line = first_position(price_orders(EXAMPLES["worked_example"])[1])
    assert (line["price"], line["vat_rate"], line["discount"]) == ("4.81", 20, 3)
    assert (line["amount"], line["vat"], line["profit"]) == ("4810.00", "801.67", "1158.33")


def test_nothing_is_rounded_before_the_price() -> None:
    """Thirds add up again, a half of a kopeck goes up."""
    lines = [first_position(order) for order in price_orders(EXAMPLES["roundings"])]
    keys = ("unit_cost", "discount", "price", "amount", "vat", "profit")
    assert [tuple(line[key] for key in keys) for line in lines] == [
        ("33.3333", 10, "30.00", "900.00", "0.00", "-100.00"),
        ("33.3332", 0, "33.33", "999.90", "0.00", "-0.10"),
        ("1.0050", 0, "1.01", "1.01", "0.00", "0.00"),
        ("0.0050", 0, "0.03", "0.03", "0.01", "0.01"),
        ("1.0050", 0, "1.00", "7.00", "0.00", "-0.03"),
    ]
    assert answers("roundings", "delivery", "delivery_vat", "total")[3] == ("0.03", "0.01", "0.06")


def test_the_unrounded_margin_decides_on_approval() -> None:
    """The unrounded margin decides: shown as 15, it may still ask for approval."""
    assert answers("margin_limits", "margin", "approval_needed") == [
        (15, False),
        (15, True),
        (15, False),
        (12.7, True),
    ]


def test_category_at_the_date_of_the_order() -> None:
    """A category is that of a date: each bound by itself, on the day and the day after."""
    categories = [value for (value,) in answers("category_edges", "category")]
    assert categories[:2] == ["новый", "новый"]
    assert categories[5] == "системный"
    assert categories[9:] == ["повторный", "новый", "новый", "VIP"]
    assert category(EXAMPLES["category_edges"], "К-0005", date(2026, 4, 1)) == "повторный"


def test_a_day_that_the_month_lacks_becomes_its_last() -> None:
    """The day N months before the date still counts for «системный»."""
    assert months_before(date(2025, 3, 31), 1) == date(2025, 2, 28)
    categories = [value for (value,) in answers("short_month", "category")]
    assert categories == ["новый", "системный", "новый", "повторный"]


def test_a_client_is_new_for_the_whole_month_of_the_first_order() -> None:
    """Only final requests count."""
    days = [date(2026, 5, 1), date(2026, 5, 31)]
    facts = indicators(histories((*days, date(2026, 6, 1))), date(2026, 5, 1), None)
    assert (facts["new_clients"], facts["new_amount"]) == (1, "200.00")
    assert (facts["repeat_clients"], facts["system_clients"], facts["profit"]) == (0, 0, "40.00")
    march = indicators(EXAMPLES["category_edges"], date(2025, 3, 1), None)
    assert (march["new_clients"], march["new_amount"]) == (2, "600.00")


def test_the_history_with_another_manager_counts() -> None:
    """All the client's orders count, of every manager; VIP is no category."""
    facts = indicators(EXAMPLES["category_edges"], date(2026, 3, 1), MANAGERS[0])
    assert (facts["new_clients"], facts["repeat_clients"], facts["system_clients"]) == (3, 0, 2)


def test_losses_on_the_limit_day() -> None:
    """An order on the limit day saves, later orders do not undo a loss."""
    books = EXAMPLES["loss_edges"]
    other, system = (date(2026, 3, 1), False), (date(2026, 5, 1), True)
    found = [losses(books, f"К-000{place}") for place in range(1, 7)]
    assert [[day for day in lost if day[0] <= date(2026, 6, 1)] for lost in found] == [
        [other],
        [],
        [other],
        [system],
        [],
        [system],
    ]
    march, may = (indicators(books, date(2026, month, 1), None) for month in (3, 5))
    assert (march["lost_system"], march["lost_other"]) == (0, 2)
    assert (may["lost_system"], may["lost_other"]) == (2, 0)


@given(st.decimals(-1000, 1000, places=3))
def test_half_up_agrees_with_decimal(value: Decimal) -> None:
    """Half a kopeck goes away from zero, to two places."""
    expected = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert half_up(Fraction(value), CENT) == Fraction(expected)


@pytest.mark.long
@random_books
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(
    case: tuple[Books, list[tuple[date, str | None]]], random: Random
) -> None:
    """Every sheet may be sorted by its user as he likes."""
    books, questions = case
    mixed = {sheet: random.sample(rows, len(rows)) for sheet, rows in books.items()}
    assert in_order(price_orders(mixed)) == in_order(price_orders(books))
    for month, manager in questions:
        assert indicators(mixed, month, manager) == indicators(books, month, manager)


def in_order(orders: list[dict[str, object]]) -> list[tuple[object, list[str]]]:
    """Orders and their positions sorted."""
    return sorted(
        ([*order.items()][:-1], sorted(map(str, positions)))
        for order in orders
        if isinstance(positions := order["positions"], list)
    )


@random_books
@given(settings_sheets(), st.sampled_from(KINDS), st.integers(1, 2000), st.integers(0, 2000))
def test_a_larger_run_never_picks_a_smaller_tier(
    books: Books, kind: str, run: int, more: int
) -> None:
    """The tier that is picked is reached and comes from the kind or `*`."""
    small, large = (markup_row(books, kind, n, TODAY) for n in (run, run + more))
    if small is not None:
        assert large is not None
        assert number(small, "Тираж от") <= number(large, "Тираж от") <= run + more
        assert {small["Вид продукции"], large["Вид продукции"]} <= {kind, "*"}
        valid = in_force(books["Наценки"], TODAY, "Вид продукции", "Тираж от")
        own = [row for row in valid if row["Вид продукции"] == kind]
        reached = largest_reached(own, "Тираж от", Fraction(run))
        assert small == (reached or small)


@random_books
@given(settings_sheets(), st.sampled_from(("новый", "VIP")), st.decimals(0, 20_000, places=3))
def test_the_discount_is_the_last_threshold_reached(
    books: Books, wanted: str, base: Decimal
) -> None:
    """Of the discounts of a category the one with the highest reached sum."""
    expected = Fraction(0)
    valid = in_force(books["Скидки"], TODAY, "Категория", "Сумма от")
    for row in sorted(valid, key=lambda row: number(row, "Сумма от")):
        if row["Категория"] == wanted and number(row, "Сумма от") <= Fraction(base):
            expected = number(row, "Скидка, %")
    assert discount_of(books, wanted, Fraction(base), TODAY) == expected


@pytest.mark.long
@random_books
@given(all_books())
def test_the_parts_of_an_order_add_up(books: Books) -> None:
    """Amount = vat + profit + cost to the kopeck; totals are sums."""
    costs = {}
    for row in books["Позиции"]:
        unit, extra = number(row, "Себестоимость за ед."), number(row, "Доп. расходы")
        cost = half_up(unit * number(row, "Тираж") + extra, CENT)
        costs[row["№ заказа"], row["№ п/п"]] = cost
    for order in price_orders(books):
        positions = order["positions"]
        assert isinstance(positions, list)
        for line in (line for line in positions if line["price"]):
            rest = kopecks([line["amount"]]) - kopecks([line["vat"], line["profit"]])
            assert Fraction(rest) == costs[order["order"], line["position"]]
        for key in ("amount", "vat", "profit"):
            assert kopecks([order[key]]) == kopecks(line[key] for line in positions)
        if order["amount"] is not None:
            assert kopecks([order["total"]]) == kopecks([order["amount"], order["delivery"]])


@pytest.mark.long
@random_books
@given(cases())
def test_the_managers_add_up_to_all(case: tuple[Books, list[tuple[date, str | None]]]) -> None:
    """Facts of managers add up to those of all; clients with orders may be of both."""
    books, questions = case
    for month in {month for month, _ in questions}:
        everyone = indicators(books, month, None)
        parts = [indicators(books, month, manager) for manager in MANAGERS]
        for key, value in everyone.items():
            if not key.endswith("_clients"):
                assert kopecks(part[key] for part in parts) == kopecks([value]), key
