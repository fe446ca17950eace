"""`cmtools losses`: who will be lost when, and who orders later than usual."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cmtools.commands.losses import losses
from support.workbench import HEALTHY, add, healthy, put

FIRST = HEALTHY["Заказы"][0]


def order(number: int, day: date) -> dict[str, object]:
    return {
        **{title: FIRST[title] for title in ("Код клиента", "Менеджер", "Вид заявки", "Стадия")},
        "№ заказа": f"З-2026-01{number:02}",
        "Дата заказа": day,
    }


def test_who_will_be_lost_and_when(tmp_path: Path) -> None:
    """К-0002 has one order, of 05.11.2026: as no системный client it is lost after 365 days.

    К-0001, whose last order was of 05.10.2026, is lost already by then.
    """
    root = healthy(tmp_path)
    assert losses(root, days=60, today=date(2026, 11, 21)).as_json()["clients"] == []
    (client,) = losses(root, days=14, today=date(2027, 10, 23)).as_json()["clients"]
    assert client == {
        "client": "К-0002",
        "name": "ИП Кузнецов В. А.",
        "manager": "Петрова Анна Сергеевна",
        "last": "2026-11-05",
        "lost_on": "2027-11-05",
        "interval": None,
        "exceeded": False,
        "amount": "50050.00",  # 152.70 × 300 + 5.48 × 500 + 1500 of delivery
    }


def test_the_own_interval_is_exceeded_by_half(tmp_path: Path) -> None:
    """Orders of 01.08, 11.08, 21.08 and 05.10: the median of 10, 10, 45 is 10 days."""
    days = (date(2026, 8, 1), date(2026, 8, 11), date(2026, 8, 21))
    root = healthy(tmp_path, add("Заказы", *(order(n, day) for n, day in enumerate(days))))
    (late,) = losses(root, days=0, today=date(2026, 10, 21)).as_json()["clients"]
    assert (late["client"], late["last"], late["interval"], late["exceeded"]) == (
        *("К-0001", "2026-10-05", 10, True),
    )
    assert late["amount"] == "5290.00"  # системный by then: 7 % off
    assert losses(root, days=0, today=date(2026, 10, 20)).clients == ()


def test_a_client_who_is_lost_already_is_not_named(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Правила", "Значение", 5, 10))
    found = losses(root, days=60, today=date(2026, 11, 21)).as_json()["clients"]
    assert [client["client"] for client in found] == []


def test_the_median_is_of_the_last_five_intervals(tmp_path: Path) -> None:
    """The last five are 1, 30, 30, 40, 40 days; the median of all nine would be 1."""
    gaps = (0, 1, 1, 1, 1, 1, 30, 30, 40, 40)
    days = [date(2026, 1, 1) + timedelta(days=sum(gaps[: n + 1])) for n in range(len(gaps))]
    rows = [{**order(n, day), "Код клиента": "К-0003"} for n, day in enumerate(days)]
    root = healthy(tmp_path, add("Заказы", *rows))
    late, early = (
        losses(root, days=0, today=days[-1] + timedelta(days=number)).as_json()["clients"]
        for number in (46, 45)
    )
    assert [(one["client"], one["interval"], one["exceeded"]) for one in late] == [
        ("К-0003", 30, True)
    ]
    assert early == []


@pytest.mark.parametrize(("days", "found"), [(16, 1), (15, 0)])
def test_days_reach_the_last_day_that_saves(days: int, found: int, tmp_path: Path) -> None:
    """К-0002 is lost after 05.11.2027."""
    clients = losses(healthy(tmp_path), days=days, today=date(2027, 10, 20)).clients
    assert len(clients) == found
