"""The category by which an order is priced."""

from datetime import date
from pathlib import Path

import pytest

from cmtools.books.choices import Category
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.pricing.session import open_books
from cmtools.pricing.tariff import Terms, read_terms
from support.workbench import TODAY, Change, healthy, put

DAY = date(2026, 11, 2)


def terms_of(folder: Path, *changes: Change) -> Terms:
    return read_terms(
        open_books(healthy(folder, *changes), (), TODAY, STANDARD_DOCUMENTS).loaded.dataset
    )


def test_a_tier_holds_from_its_threshold_on(tmp_path: Path) -> None:
    tiers = next(iter(terms_of(tmp_path).tariff.markups.values()))
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
