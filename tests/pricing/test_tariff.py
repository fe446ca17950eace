"""The category by which an order is priced."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cmtools.books.choices import Category
from cmtools.commands.validate import validate
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.pricing.session import open_books
from cmtools.pricing.tariff import Terms, read_terms
from support.priced import FIRST, ask, orders_of, told
from support.workbench import (
    HEALTHY,
    SETTINGS,
    TODAY,
    Change,
    add,
    cell_of,
    drop_columns,
    healthy,
    put,
)

DAY = date(2026, 11, 2)


def terms_of(folder: Path, *changes: Change) -> Terms:
    return read_terms(
        open_books(healthy(folder, *changes), (), TODAY, STANDARD_DOCUMENTS).loaded.dataset
    )


def test_a_tier_holds_from_its_threshold_on(tmp_path: Path) -> None:
    tiers = next(iter(terms_of(tmp_path).tariff.price_list(DAY).markups.values()))
    first = tiers.thresholds[0]
    assert tiers.at(first - 1) is None
    assert tiers.at(first) is tiers.rows[0]


def test_category_by_the_orders_before(tmp_path: Path) -> None:
    terms = terms_of(tmp_path)
    assert terms.category("К-0001", (), DAY) is Category.NEW
    assert terms.category("К-0001", (date(2026, 1, 1),), DAY) is Category.REPEAT


@pytest.mark.parametrize(
    ("change", "category"),
    [
        (put("Клиенты", "Особый статус", 0, "VIP"), Category.VIP),
        (put("Клиенты", "Особый статус", 0, "золотой"), None),
        (put("Правила", "Значение*", 0, "много"), None),
    ],
    ids=["VIP", "status in error", "rules in error"],
)
def test_category_of_a_special_client(
    change: Change, category: Category | None, tmp_path: Path
) -> None:
    assert terms_of(tmp_path, change).category("К-0001", (), DAY) is category


def dated(sheet: str, index: int, percent: str, value: int, day: date | None) -> Change:
    """A later row beside one of the healthy settings, with another percentage."""
    return add(sheet, HEALTHY[sheet][index] | {percent: value, "Действует с": day})


def test_new_prices_hold_from_their_day_on(tmp_path: Path) -> None:
    """Of one kind and tier the latest in force; other tiers go on as they were."""
    days = (date(2026, 10, 5), date(2026, 11, 1), date(2027, 1, 1))
    rows = [dated("Наценки", 1, "Наценка, %", 50 + n, day) for n, day in enumerate(days)]
    cut = dated("Скидки", 0, "Скидка, %", 4, days[1])
    tariff = terms_of(tmp_path, *rows[::-1], cut).tariff

    def at(day: date, run: int = 1000) -> tuple[object, object]:
        found = tariff.price_list(day)
        markup, discount = found.markup("визитки", run), found.discount(Category.REPEAT, Decimal(1))
        return markup and int(markup.percent), discount and int(discount.percent)

    before = days[0] - timedelta(days=1)
    assert [at(day) for day in (before, *days)] == [(45, 3), (50, 3), (51, 4), (52, 4)]
    assert at(days[1], run=499) == (60, 4)


def test_prices_follow_the_day_of_the_order(tmp_path: Path) -> None:
    """The day of shipment and today do not count; settings without the column go on as before."""
    changed = dated("Наценки", 1, "Наценка, %", 50, date(2026, 10, 6))
    old = [drop_columns(sheet, "Действует с") for sheet in ("Наценки", "Скидки")]
    healthy(tmp_path / "new", changed)
    healthy(tmp_path / "old", *old)
    for name in ("new", "old"):
        outcome = ask(tmp_path / name, order=FIRST)
        assert (orders_of(outcome), told(outcome)) == ([(FIRST, "5040.00")], [])


@pytest.mark.parametrize("day", [None, DAY])
def test_two_rows_of_one_day_are_an_error(tmp_path: Path, day: date | None) -> None:
    rows = [dated("Наценки", 1, "Наценка, %", value, day) for value in (50, 51)]
    root = healthy(tmp_path, *rows)
    last = len(HEALTHY["Наценки"]) + 1
    repeat = ("duplicate", SETTINGS, cell_of(root / SETTINGS, "Наценки", "Тираж от", last))
    assert repeat in told(validate(root, today=TODAY))
