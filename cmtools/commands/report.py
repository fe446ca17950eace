"""`cmtools report`: the indicators of a month, plan and fact, as an answer and as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cmtools.commands.results import Outcome
from cmtools.json_values import money
from cmtools.progress import Progress, silent
from cmtools.reports.exclusions import Omission
from cmtools.reports.inputs import shown
from cmtools.reports.month import Monthly
from cmtools.reports.report import make_month_report


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
    made = make_month_report(
        root,
        month,
        manager=manager,
        books=books,
        scheduler=scheduler,
        today=today,
        progress=progress,
    )
    answer = _answer(month, made.manager, made.figures, made.left_out) | {"files": made.files}
    if made.problems:
        answer["problems"] = [problem.as_json() for problem in made.problems]
    return Outcome(
        problems=tuple(made.problems),
        data=answer,
        facts=_facts(made.figures) | {"unremembered": made.unremembered},
        files=tuple(made.files),
        is_failure=strict and bool(made.left_out),
    )


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
