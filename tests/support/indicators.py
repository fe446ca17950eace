"""The indicators that tests count by themselves: the one list of their ids.

A new indicator of the program fails one test, `tests/reports/test_indicators.py`, until its id
stands here and the independent reckoning counts it too.
"""

from collections.abc import Mapping
from typing import Any

PLANNED = (
    "new_clients",
    "new_amount",
    "system_clients",
    "system_amount",
    "repeat_clients",
    "repeat_amount",
    "receipts",
    "profit",
)
"""Those that a plan sets goals for, in the order of the report."""

REPORTED = (
    *PLANNED,
    "lost_system",
    "lost_other",
    "clients_received",
    "claims_made",
    "claims_made_amount",
    "claims_met",
    "claims_met_amount",
    "paid_contractors",
    "received_amount",
    "received_orders",
)
"""All of a report, in its order."""


def facts_of(answer: Mapping[str, Any]) -> dict[str, object]:
    """Id → fact, from the JSON of `cmtools report`; only of the indicators listed here."""
    return {name: answer["indicators"][name]["fact"] for name in REPORTED}


def plans_of(answer: Mapping[str, Any]) -> dict[str, object]:
    """Id → plan, of the indicators listed here that have one."""
    plans = {name: answer["indicators"][name]["plan"] for name in REPORTED}
    return {name: plan for name, plan in plans.items() if plan is not None}
