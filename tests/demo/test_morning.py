"""The morning of the sample: every kind of duty, on whatever day the demo is made."""

from collections import Counter
from dataclasses import fields, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cmtools.agenda.duties import KINDS, find_duties
from cmtools.agenda.rows import AgendaRows, OrderRows, read_rows
from cmtools.books.settings import Holiday
from cmtools.commands.init import init
from cmtools.commands.session import open_session
from cmtools.demo import move_day, move_holiday, write_sample
from cmtools.tables.table import Row

NEWEST = date(2026, 11, 20)  # the day of the newest order in the books that are shipped
ALL_KINDS = {*KINDS, "director"}


def sample_rows(root: Path, today: date) -> AgendaRows:
    """The rows of the sample as the demo writes it for a day; nothing is reported or planned."""
    init(root)
    write_sample(root, today)
    return read_rows(open_session(root, today), today)


@pytest.fixture(scope="module")
def newest_rows(tmp_path_factory: pytest.TempPathFactory) -> AgendaRows:
    return sample_rows(tmp_path_factory.mktemp("newest") / "пример", NEWEST)


def moved_rows(rows: AgendaRows, today: date) -> AgendaRows:
    """The same rows with their days moved as the demo moves them, without writing books."""

    @cache
    def moved_day(day: date) -> date:
        return move_day(day, NEWEST, today)

    def moved(value: Any) -> Any:
        match value:
            case date():
                return moved_day(value)
            case Holiday():
                return replace(value, on=move_holiday(value.on, NEWEST, today))
            case Row() | OrderRows():
                names = [name.name for name in fields(value) if name.name not in UNMOVED]
                return replace(value, **{name: moved(getattr(value, name)) for name in names})
            case list():
                return [moved(entry) for entry in value]
            case dict():
                return {key: moved(entry) for key, entry in value.items()}
        return value

    return replace(rows, today=today, **{name: moved(getattr(rows, name)) for name in MOVED})


UNMOVED = {"source", "priced"}
MOVED = ("orders", "clients", "contacts", "touches", "contracts", "papers", "holidays", "tasks")


def test_every_kind_of_duty_on_each_day_of_a_year(newest_rows: AgendaRows) -> None:
    """Weekends, the new year's holidays, May, the first and the last day of each month."""
    named = {duty.order for duty in find_duties(newest_rows)}
    orders = [found for found in newest_rows.orders if found.order.number in named]
    rows = replace(newest_rows, orders=orders)
    missing = {}
    for offset in range(366):
        today = NEWEST + timedelta(days=offset)
        kinds = {duty.kind for duty in find_duties(moved_rows(rows, today))}
        if kinds != ALL_KINDS:
            missing[today] = ALL_KINDS - kinds
    assert missing == {}


@pytest.mark.parametrize(
    "today",
    [date(2026, 12, 31), date(2027, 1, 10), date(2027, 5, 2), date(2028, 2, 29)],
    ids=str,
)
def test_the_books_have_the_same_duties(
    today: date, newest_rows: AgendaRows, tmp_path: Path
) -> None:
    """What is moved above without books, and the sample that is written for that day."""
    written, moved = (
        Counter(duty.kind for duty in find_duties(rows))
        for rows in (sample_rows(tmp_path / "пример", today), moved_rows(newest_rows, today))
    )
    assert written == moved
    assert written.keys() == ALL_KINDS


def test_the_morning_of_the_readme(tmp_path: Path) -> None:
    """The number that its tour shows, and the first duty."""
    today = date(2026, 11, 28)
    duties = find_duties(sample_rows(tmp_path / "пример", today))
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"Повестка на {today:%d.%m.%Y}\n\n" in readme
    assert f"\nПросрочено: {sum(duty.date < today for duty in duties)}\n" in readme
    assert f"\n{duties[0].date:%d.%m.%y}   Согласовать договор" in readme
    assert duties[0].text.startswith("Согласовать договор")
