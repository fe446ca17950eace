"""The catalogue of indicators: its ids, their order, and what the plan shares with the report."""

from cmtools.books.plan import PLAN
from cmtools.reports.indicators import INDICATORS
from docs.blanks import shipped_rows
from support.indicators import PLANNED, REPORTED


def test_each_indicator_is_known_to_the_tests() -> None:
    assert tuple(indicator.id for indicator in INDICATORS) == REPORTED


def test_the_plan_asks_for_the_planned_ones() -> None:
    planned = [indicator for indicator in INDICATORS if indicator.planned]
    assert tuple(indicator.id for indicator in planned) == PLANNED
    rows = shipped_rows()[PLAN]
    assert [found.title for found in planned] == [row["Показатель"] for row in rows]
    assert [found.unit for found in planned] == [row["Ед."] for row in rows]


def test_each_indicator_says_what_it_counts() -> None:
    definitions = [indicator.definition for indicator in INDICATORS]
    assert all(text.endswith(".") and len(text) > 20 for text in definitions)
