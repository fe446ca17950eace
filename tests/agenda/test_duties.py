"""Each kind of duty on the day on which it begins, and just not the day before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from cmtools.agenda.duties import find_duties
from cmtools.agenda.rows import read_rows
from cmtools.agenda.workdays import add_workdays, is_workday, knows_transfers, workdays_between
from cmtools.commands.session import open_session
from support.workbench import CLERK, CONTRACTOR, SALES, TODAY, Change, add, healthy, put

DAY = "%d.%m.%Y"


def november(day: int) -> date:
    return date(2026, 11, day)


def duties(root: Path, today: date) -> list[tuple[str, str, str | None]]:
    """(kind, day, order or client) of every duty of a workspace."""
    session = open_session(root, today)
    found = find_duties(read_rows(session, today))
    return [(duty.kind, f"{duty.date:{DAY}}", duty.order or duty.client) for duty in found]


def test_the_whole_morning_of_a_small_company(tmp_path: Path) -> None:
    """Overdue first, by money then by day; what is not due yet is not there."""
    assert duties(healthy(tmp_path), TODAY) == [
        ("original", "05.11.2026", "З-2026-0002"),
        ("contract", "16.11.2026", "З-2026-0002"),
        ("handover", "05.11.2026", "З-2026-0001"),
        ("prepayment", "16.11.2026", "З-2026-0002"),
        ("plan", "31.10.2026", None),
        ("report", "05.11.2026", None),
        ("claim", "27.11.2026", "З-2026-0002"),
    ]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kind of duty: the changes that bring it about, and the days with and without it."""

    kind: str
    day: str
    of: str | None
    first: date
    never: date | None = None
    changes: tuple[Change, ...] = field(default=())


ORDER = "З-2026-0002"
SHIPPED = {"№ заказа": ORDER, "Вид": "отгружено клиенту", "Сумма": 1}
CASES = (
    Case(kind="production", day="27.11.2026", of=ORDER, first=november(25), never=november(24)),
    Case(kind="delivery", day="30.11.2026", of=ORDER, first=november(26), never=november(25)),
    Case(
        kind="stage",  # at 2.3 from Thursday 19.11, the norm is three days
        day="24.11.2026",
        of="З-2026-0003",
        first=november(25),
        never=november(24),
    ),
    Case(
        kind="contractor",
        day="24.11.2026",
        of="З-2026-0003",
        first=november(19),
        changes=(put("Заказы", "Подрядчик", 2, CONTRACTOR),),
    ),
    Case(
        kind="approval",
        day="05.11.2026",
        of=ORDER,
        first=november(21),
        changes=(put("Позиции", "Цена вручную", 1, 105),),
    ),
    Case(kind="contract", day="16.11.2026", of=ORDER, first=november(21)),
    Case(
        kind="prepayment",  # at 2.6 from Monday 16.11: due on Monday 23.11
        day="23.11.2026",
        of=ORDER,
        first=november(19),
        never=november(18),
        changes=(put("Заказы", "Стадия", 1, "2.6"),),
    ),
    Case(
        kind="balance",
        day="10.12.2026",
        of=ORDER,
        first=date(2026, 12, 8),
        never=date(2026, 12, 7),
    ),
    Case(
        kind="quality",
        day="20.11.2026",
        of=ORDER,
        first=november(21),
        changes=(put("Поставки", "Качество", 2, None),),
    ),
    Case(
        kind="sample",
        day="20.11.2026",
        of=ORDER,
        first=november(21),
        changes=(put("Поставки", "Контрольный образец", 2, None),),
    ),
    Case(
        kind="readiness",
        day="17.11.2026",
        of=ORDER,
        first=november(16),
        changes=(put("Заказы", "Стадия", 1, "3.6"),),
    ),
    Case(
        kind="act",
        day="20.11.2026",
        of=ORDER,
        first=november(21),
        changes=(add("Поставки", {**SHIPPED, "Дата": november(20), "Количество": 1}),),
    ),
    Case(kind="original", day="05.11.2026", of=ORDER, first=november(21)),
    Case(kind="handover", day="05.11.2026", of="З-2026-0001", first=november(21)),
    Case(
        kind="closing",
        day="08.11.2026",
        of="З-2026-0001",
        first=november(21),
        changes=(put("Заказы", "Дата закрытия", 0, None),),
    ),
    Case(
        kind="mark",  # shipped on Friday 20.11, three working days are the norm of 4.2
        day="25.11.2026",
        of=ORDER,
        first=november(21),
        changes=(add("Поставки", {**SHIPPED, "Дата": november(20), "Количество": 800}),),
    ),
    Case(kind="claim", day="27.11.2026", of=ORDER, first=november(21)),
    Case(
        kind="repeat",
        day="10.12.2026",
        of="З-2026-0001",
        first=date(2026, 12, 10),
        never=date(2026, 12, 9),
        changes=(put("Заказы", "Код клиента", 2, "К-0003"),),
    ),
    Case(kind="touch", day="01.12.2026", of="К-0001", first=date(2026, 12, 1), never=november(30)),
    Case(
        kind="touch",  # повторный since 05.11: sixty days after the last contact
        day="11.01.2027",
        of="К-0002",
        first=date(2027, 1, 11),
        never=date(2027, 1, 10),
    ),
    Case(
        kind="touch",
        day="16.11.2026",
        of="К-0003",
        first=november(16),
        never=november(15),
        changes=(put("Клиенты", "Особый статус", 2, "VIP"),),
    ),
    Case(
        kind="birthday",  # 29 February is the 28th in other years
        day="28.02.2027",
        of="К-0002",
        first=date(2027, 2, 25),
        never=date(2027, 2, 24),
        changes=(put("Клиенты", "День рождения руководителя", 1, date(1980, 2, 29)),),
    ),
    Case(
        kind="birthday",  # over the turn of the year
        day="01.01.2027",
        of="К-0002",
        first=date(2026, 12, 29),
        never=date(2026, 12, 28),
        changes=(put("Контактные лица", "День рождения", 1, date(1980, 1, 1)),),
    ),
    Case(
        kind="company-day",
        day="01.06.2027",
        of="К-0001",
        first=date(2027, 5, 29),
        never=date(2027, 5, 28),
    ),
    Case(
        kind="holiday",
        day="15.12.2026",
        of=None,
        first=date(2026, 12, 12),
        never=date(2026, 12, 11),
    ),
    Case(kind="design", day="25.11.2026", of="З-2026-0003", first=november(23), never=november(20)),
    Case(kind="task", day="27.11.2026", of="К-0001", first=november(25), never=november(24)),
    Case(kind="plan", day="30.11.2026", of=None, first=november(26), never=november(25)),
    Case(kind="report", day="05.12.2026", of=None, first=date(2026, 12, 1), never=november(30)),
    Case(
        kind="director",
        day="05.11.2026",
        of="К-0002",
        first=november(21),
        changes=(put("Клиенты", "Особый статус", 1, "проблемный"),),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.of or ''}")
def test_a_duty_begins_on_its_day(case: Case, tmp_path: Path) -> None:
    root = healthy(tmp_path, *case.changes)
    duty = (case.kind, case.day, case.of)
    assert duty in duties(root, case.first)
    if case.never is not None:
        assert duty not in duties(root, case.never)


def paid(amount: float) -> Change:
    row = {"Дата": november(20), "№ заказа": ORDER, "Вид": "от клиента", "Сумма": amount}
    return add("Платежи", row)


@pytest.mark.parametrize(
    ("kind", "today", "change"),
    [
        ("approval", TODAY, put("Заказы", "Согласовано директором", 1, "да")),
        ("contract", TODAY, put("Договоры", "Юрист", 1, None)),
        ("original", TODAY, put("Документы", "Оригинал получен", 2, november(20))),
        ("handover", TODAY, put("Документы", "Дата передачи", 0, november(20))),
        ("claim", TODAY, put("Претензии", "Решение", 1, "отклонена")),
        ("task", november(27), put("Поручения", "Статус", 0, "снято")),
        ("design", november(24), put("Макеты", "Дата готовности", 1, november(20))),
        ("production", november(27), put("Поставки", "Количество", 2, 800)),
    ],
)
def test_a_duty_that_is_done_is_gone(
    kind: str, today: date, change: Change, tmp_path: Path
) -> None:
    made = {
        "approval": (put("Позиции", "Цена вручную", 1, 105),),
    }.get(kind, ())
    before = duties(healthy(tmp_path / "before", *made), today)
    after = duties(healthy(tmp_path / "after", *made, change), today)
    gone = [duty for duty in before if duty not in after]
    assert kind in {duty[0] for duty in before}
    if kind == "contract":  # the lawyer is asked first: the same day, another text
        assert gone == []
    else:
        assert kind in {duty[0] for duty in gone}


def test_the_prepayment_is_due_until_its_last_kopeck(tmp_path: Path) -> None:
    session = open_session(healthy(tmp_path / "first"), TODAY)
    (missing,) = [
        duty.amount for duty in find_duties(read_rows(session, TODAY)) if duty.kind == "prepayment"
    ]
    assert missing is not None
    nearly = healthy(tmp_path / "nearly", paid(float(missing) - 0.01))
    wholly = healthy(tmp_path / "wholly", paid(float(missing)))
    assert "prepayment" in {kind for kind, _, _ in duties(nearly, TODAY)}
    assert "prepayment" not in {kind for kind, _, _ in duties(wholly, TODAY)}


def test_a_greeting_in_the_journal_is_done(tmp_path: Path) -> None:
    greeted = {
        "Дата": date(2027, 5, 30),
        "Код клиента": "К-0001",
        "Вид": "поздравление",
        "Кто от компании": SALES,
        "Содержание": "Поздравили",
    }
    today = date(2027, 5, 31)
    assert ("company-day", "01.06.2027", "К-0001") in duties(healthy(tmp_path / "before"), today)
    root = healthy(tmp_path / "after", add("Журнал контактов", greeted))
    assert ("company-day", "01.06.2027", "К-0001") not in duties(root, today)


def test_an_order_that_is_closed_has_only_money_duties(tmp_path: Path) -> None:
    """All that could be due of it, long after it was closed."""
    root = healthy(
        tmp_path,
        put("Заказы", "Оценка клиента", 0, None),
        put("Поставки", "Качество", 0, None),
        put("Платежи", "Сумма", 1, 2819.99),
        put("Претензии", "Решение", 0, "в работе"),
    )
    kinds = {kind for kind, _, of in duties(root, TODAY) if of == "З-2026-0001"}
    assert kinds == {"balance", "claim", "handover"}


def test_a_task_is_its_executors(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Поручения", "Исполнитель", 0, CLERK))
    session = open_session(root, november(27))
    found = [duty for duty in find_duties(read_rows(session, november(27))) if duty.kind == "task"]
    assert [(duty.manager, duty.source.cell) for duty in found] == [(CLERK, "E2")]


# Working days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-11-01", True),  # a Saturday that was transferred
        ("2026-01-09", False),
        ("2026-05-11", False),
        ("2027-02-20", True),
        ("2026-11-21", False),
        ("2026-11-23", True),
    ],
)
def test_the_production_calendar(day: str, works: bool) -> None:
    assert is_workday(date.fromisoformat(day)) is works


def test_working_days_are_counted_after_the_start_up_to_the_end() -> None:
    friday, monday = november(20), november(23)
    assert workdays_between(friday, monday) == 1
    assert workdays_between(monday, friday) == 0
    assert add_workdays(friday, 1) == monday
    assert add_workdays(friday, 0) == friday
    assert workdays_between(date(2025, 10, 31), date(2025, 11, 1)) == 1


def test_years_whose_transfers_are_not_decided() -> None:
    assert knows_transfers(2026)
    assert not knows_transfers(2100)
