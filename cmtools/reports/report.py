"""The report of a month: read the books, make the figures, write the two files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.months import YEAR, months_up_to, unfinished_on
from cmtools.problems import Problem
from cmtools.progress import Progress, silent
from cmtools.reports.exclusions import Omission
from cmtools.reports.files import Material, make_report
from cmtools.reports.inputs import (
    facts_of_manager,
    first_day,
    goals_by_manager,
    known_manager,
    left_out_of,
    month_goals,
)
from cmtools.reports.load import load_inputs
from cmtools.reports.month import Monthly, monthly


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthReport:
    """A month's figures, what they leave out, and the files made.

    `problems` are copies of books, and those of the template of the Word paper; `unremembered` says
    why nothing of what was read could be kept for the next report, if so. See `ReportHeading` for
    the others.
    """

    manager: str | None
    unfinished_on: date | None
    added_plans: int
    figures: Monthly
    left_out: Sequence[Omission]
    files: Sequence[str]
    problems: Sequence[Problem]
    unremembered: str | None


def make_month_report(
    root: Path,
    month: str,
    *,
    manager: str | None = None,
    books: str | None = None,
    scheduler: str | None = None,
    today: date,
    progress: Progress = silent,
) -> MonthReport:
    """Read the books, reckon the month, write its workbook and its Word paper.

    Raises:
        UsageError: the month is none, or no book names the manager.
        WorkspaceError, Unavailable: see `load_inputs`.
        OSError: the files cannot be written.
    """
    first = first_day(month)
    inputs = load_inputs(root, today, books=books, scheduler=scheduler, progress=progress)
    who = known_manager(inputs, manager)
    facts = facts_of_manager(inputs, who)
    goals, added_plans = month_goals(inputs, first, who)
    figures = monthly(facts, first, goals)
    left_out = left_out_of(inputs, first, who)
    material = Material(
        dataset=inputs.loaded.dataset,
        facts=facts,
        found=figures,
        goals={past: month_goals(inputs, past, who)[0] for past in months_up_to(first, YEAR)},
        manager_goals=goals_by_manager(inputs, first) if who is None else None,
        added_plans=added_plans,
        left_out=left_out,
    )
    files, problems = make_report(inputs.workspace, first, who, material, today)
    return MonthReport(
        manager=who,
        unfinished_on=unfinished_on(first, today),
        added_plans=added_plans,
        figures=figures,
        left_out=left_out,
        files=files,
        problems=[*inputs.copies, *problems],
        unremembered=inputs.note,
    )
