"""`cmtools report`: the indicators of a month, plan and fact, as an answer and as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cmtools.commands.consolidating import Consolidated, consolidate
from cmtools.commands.figures import (
    first_day,
    frames_of_manager,
    goals_of,
    known_manager,
    left_out_of,
    money,
    plan_file,
    shown,
)
from cmtools.commands.outcome import Outcome, Progress, silent
from cmtools.commands.reporting import Material, make_report
from cmtools.indicators.monthly import Monthly, monthly
from cmtools.indicators.omissions import Omission
from cmtools.indicators.periods import YEAR, months_up_to
from cmtools.indicators.review import Goals


def report(
    root: Path,
    month: str,
    *,
    manager: str | None = None,
    books: str | None = None,
    strict: bool = False,
    scheduler: str | None = None,
    today: date,
    progress: Progress = silent,
) -> Outcome:
    """The indicators of a month, for one manager or for all, and the report's two files.

    `books` is a pattern of the books of orders to take instead of the workspace's. Errors in a
    book never stop a report: it tells what it left out; `strict` makes that a failure. Problems
    are those of the template of its Word paper.

    Raises:
        Misuse: the month is none, or no book names the manager.
        WorkspaceError, Unavailable: see `consolidate`.
        OSError: the files cannot be written.
    """
    first = first_day(month)
    read = consolidate(root, today, books=books, scheduler=scheduler, progress=progress)
    who = known_manager(read, manager)
    frames = frames_of_manager(read, who)
    plan = plan_file(read, first, who)
    found = monthly(frames, first, goals_of(read, plan))
    left_out = left_out_of(read, plan)
    material = Material(
        dataset=read.loaded.dataset,
        books=frames,
        found=found,
        goals=_goals_by_month(read, first, who),
        left_out=left_out,
    )
    files, problems = make_report(read.workspace, first, who, material, today)
    answer = _answer(month, who, found, left_out) | {"files": files}
    if problems:
        answer["problems"] = [problem.as_json() for problem in problems]
    return Outcome(
        problems=tuple(problems),
        data=answer,
        facts=_facts(found) | {"unremembered": read.note},
        files=tuple(files),
        is_failure=strict and bool(left_out),
    )


def _goals_by_month(read: Consolidated, month: date, manager: str | None) -> dict[date, Goals]:
    """The plans of the report's twelve months, of those that have one."""
    files = {past: plan_file(read, past, manager) for past in months_up_to(month, YEAR)}
    return {past: goals_of(read, file) for past, file in files.items() if file is not None}


def _answer(
    month: str, manager: str | None, found: Monthly, left_out: Sequence[Omission]
) -> dict[str, object]:
    return {
        "month": month,
        "manager": manager,
        "indicators": {
            figure.indicator.id: {
                "plan": shown(figure.plan, figure.indicator.unit),
                "fact": shown(figure.fact, figure.indicator.unit),
            }
            for figure in found.figures
        },
        "unpriced_orders": found.unpriced_orders,
        "left_out": [
            {
                "file": omission.place.file,
                "sheet": omission.place.sheet,
                "row": omission.place.row,
                "reason": omission.reason,
            }
            for omission in left_out
        ],
    }


def _facts(found: Monthly) -> dict[str, object]:
    return {
        "titles": {figure.indicator.id: figure.indicator.title for figure in found.figures},
        "figures": found.figures,
        "preliminary": {
            "orders": found.preliminary.orders,
            "amount": money(found.preliminary.amount),
        },
    }
