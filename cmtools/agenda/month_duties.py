"""Duties of the month: tasks of the director, the plan, the report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from cmtools.agenda.duty import Duty, is_near
from cmtools.agenda.rows import AgendaRows
from cmtools.books.choices import TaskStatus
from cmtools.months import months_before, next_month, plan_due, report_due
from cmtools.problems import Place

PLAN_DAYS = timedelta(days=5)
NO_PLACE = Place(file="")


def task(rows: AgendaRows) -> Iterator[Duty]:
    """Find tasks of the director that are near or past their term."""
    for found in rows.tasks:
        if found.status is TaskStatus.OPEN and is_near(rows, found.due):
            yield Duty(
                kind="task",
                date=found.due,
                text=f"{found.text} (поручил {found.giver})",
                key=f"{found.on:%Y-%m-%d} {found.text} {found.doer}",
                source=found.place("due"),
                client=found.client,
                manager=found.doer,
            )


def plan(rows: AgendaRows) -> Iterator[Duty]:
    """Find months, begun or beginning within five days, without an approved plan."""
    this_month = rows.today.replace(day=1)
    for month in (this_month, next_month(this_month)):
        if month - PLAN_DAYS <= rows.today and rows.plans.get(month, NO_PLACE):
            what = "Утвердить" if month in rows.plans else "Составить и утвердить"
            text = f"{what} план на {month:%m.%Y}"
            yield _of_month("plan", month, plan_due(month), text, rows.plans.get(month))


def report(rows: AgendaRows) -> Iterator[Duty]:
    """Find the last month if its report has not been made."""
    month = months_before(rows.today.replace(day=1), 1)
    if month not in rows.reports:
        text = f"Сдать отчёт за {month:%m.%Y}"
        yield _of_month("report", month, report_due(month), text)


def _of_month(kind: str, month: date, due: date, text: str, source: Place | None = None) -> Duty:
    return Duty(kind=kind, date=due, text=text, key=f"{month:%Y-%m}", source=source or NO_PLACE)
