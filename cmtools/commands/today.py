"""`cmtools today`: what is due today and near, what is overdue, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.agenda.duty import Duty
from cmtools.agenda.managers import duties_of, find_manager, list_managers
from cmtools.agenda.rows import AgendaRows, count_rows_in_error, find_unread_sheets
from cmtools.agenda.workbook import read_agenda, write_agenda
from cmtools.agenda.workdays import knows_transfers
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.errors import UsageError
from cmtools.files import atomic_write
from cmtools.problems import Message, Place, Problem, Severity, problem_at
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import MARKER

CALENDAR_UNKNOWN = Message(
    "calendar-unknown",
    "переносы выходных {year} года ещё не известны: рабочие дни посчитаны без них",
    "обновите cmtools, когда выйдет постановление о переносе выходных",
    Severity.WARNING,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TodayResult(Result):
    """The duties of a day.

    names: client code → its short name.
    left_out: how many orders are left out since their rows have errors.
    """

    day: date
    duties: tuple[Duty, ...]
    names: dict[str, str]
    left_out: int

    def as_json(self) -> dict[str, Any]:
        answer = {
            "date": f"{self.day}",
            "duties": [duty.as_json() for duty in self.duties],
            "left_out": self.left_out,
            "files": list(self.files),
        }
        if self.problems:
            answer["problems"] = problems_as_json(self.problems)
        return answer


def today(
    root: Path, *, manager: str | None = None, ics: Path | None = None, today: date
) -> TodayResult:
    """Find the duties of a day, of one manager or of all; write the agenda, perhaps a calendar.

    Raises:
        UsageError: nobody is called so; the file for the calendar is something else.
        WorkspaceError, Unavailable: see `open_books`.
        OSError: the agenda or the calendar cannot be written.
    """
    session = open_session(root, today)
    agenda = read_agenda(session, today)
    rows = agenda.rows
    if manager is not None:
        manager = find_manager(manager, list_managers(rows))
    duties = duties_of(rows, agenda.duties, manager)
    with Reader(session.workspace.limits()) as reader:
        files = [write_agenda(agenda, manager, reader)]
    if ics is not None:
        _write_calendar(ics, rows, duties)
        files.append(ics)
    return TodayResult(
        problems=(*find_unread_sheets(session), *_calendar_problems(duties, today)),
        files=tuple(map(session.workspace.name, files)),
        day=today,
        duties=tuple(duties),
        names={client.code: client.name for client in rows.clients.values()},
        left_out=count_rows_in_error(session),
    )


def _write_calendar(path: Path, rows: AgendaRows, duties: Iterable[Duty]) -> None:
    """Write the calendar anew; what is no calendar of ours stays.

    Raises:
        UsageError: the file is something else.
        OSError: no rights, no room.
    """
    from cmtools.agenda.calendar_file import is_our_calendar, make_calendar

    before = path.read_bytes() if path.is_file() else None
    if before and not is_our_calendar(before):
        raise UsageError(f"«{path.name}» — не календарь дел: назовите другой файл .ics")
    with atomic_write(path) as aside:
        aside.write_bytes(make_calendar(duties, rows, before))


def _calendar_problems(duties: Iterable[Duty], today: date) -> Iterator[Problem]:
    """Warn of the years for which working days were counted without transfers."""
    years = {today.year, *(duty.date.year for duty in duties if duty.date > today)}
    for year in sorted(years):
        if not knows_transfers(year):
            yield problem_at(Place(file=MARKER), CALENDAR_UNKNOWN(year=year))
