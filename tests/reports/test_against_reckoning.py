"""The program against the independent reckoning: the same books, whole answers compared."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from cmtools.commands.client import client
from cmtools.commands.plan import plan
from cmtools.commands.price import price
from cmtools.commands.report import report
from support import reckoning
from support.indicators import facts_of as indicator_facts
from support.reckoning import Books, indicators, price_orders
from support.reckoning_examples import EXAMPLES
from support.strategies import MANAGERS, TODAY, cases
from support.workbench import workspace_with


def prices_of(workspace: Path) -> object:
    """The "orders" of the program's prices, as `--json` prints them."""
    return json.loads(json.dumps(price(workspace, today=TODAY).as_json()))["orders"]


def facts_of(workspace: Path, month: date, manager: str | None) -> dict[str, object]:
    """The facts of the program's report and the number of its unpriced orders."""
    made = report(workspace, month=f"{month:%Y-%m}", manager=manager, today=TODAY).as_json()
    answer = json.loads(json.dumps(made))
    return indicator_facts(answer) | {"unpriced_orders": answer["unpriced_orders"]}


def plan_of(workspace: Path, month: date, manager: str | None) -> dict[str, object]:
    """The goals of the program's plan."""
    made = plan(workspace, f"{month:%Y-%m}", manager=manager, today=TODAY).as_json()
    goals: dict[str, object] = json.loads(json.dumps(made))["indicators"]
    return goals


def standing_of(workspace: Path, code: str, day: date) -> tuple[object, ...]:
    """What the program says of a client."""
    made = client(workspace, code, as_of=day, today=TODAY).as_json()
    last, lost_on = (
        made[key] and date.fromisoformat(made[key]) for key in ("last_order", "lost_on")
    )
    return made["category"], last, lost_on, made["lost"]


def agree(workspace: Path, books: Books, questions: list[tuple[date, str | None]]) -> None:
    """Compare all prices and the figures of those months."""
    assert prices_of(workspace) == price_orders(books)
    for month, manager in questions:
        facts = facts_of(workspace, month, manager)
        assert facts == indicators(books, month, manager), (month, manager)
    month, manager = questions[0]
    goals = reckoning.plan(books, month, TODAY, manager)
    planned = plan_of(workspace, month, manager)
    assert {name: planned[name] for name in goals} == goals, (month, manager)
    code = str(books["Клиенты"][0]["Код"])
    assert standing_of(workspace, code, month) == reckoning.standing(books, code, month)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_made_by_hand(tmp_path: Path, name: str) -> None:
    """The edges whose values test_reckoning.py states."""
    months = [date(2025, 3, 1), *(date(2026, month, 1) for month in (3, 4, 5))]
    questions = [(month, manager) for month in months for manager in (None, MANAGERS[0])]
    agree(workspace_with(tmp_path / name, EXAMPLES[name]), EXAMPLES[name], questions)


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
def test_random_books(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[Books, list[tuple[date, str | None]]]
) -> None:
    """Every price, and the figures of up to four months, for one manager or all."""
    books, questions = case
    agree(workspace_with(tmp_path_factory.mktemp("random") / "work", books), books, questions)
