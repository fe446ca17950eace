"""`cmtools report`: the indicators of a month, plan and fact, as an answer and as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from cmtools.books.choices import Unit
from cmtools.commands.result import ExitCode, Result, problems_as_json
from cmtools.json_values import money, number
from cmtools.months import months_before
from cmtools.problems import has_errors
from cmtools.progress import Progress, silent
from cmtools.reports.exclusions import Omission
from cmtools.reports.report import MonthReport, make_month_report

LAST = "last"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportResult(Result):
    """The report of a month; problems are those of copies of books and of its template.

    strict: whether rows that were left out make the command a failure.
    """

    month: str
    report: MonthReport
    strict: bool

    @property
    def exit_code(self) -> ExitCode:
        """PROBLEMS where the template is wrong; when strict, also where rows were left out."""
        is_failure = has_errors(self.problems) or (self.strict and bool(self.report.left_out))
        return ExitCode.PROBLEMS if is_failure else ExitCode.DONE

    def as_json(self) -> dict[str, Any]:
        figures = self.report.figures
        answer: dict[str, Any] = {
            "month": self.month,
            "manager": self.report.manager,
            "indicators": {
                figure.indicator.id: {
                    "plan": figure_as_json(figure.plan, figure.indicator.unit),
                    "fact": figure_as_json(figure.fact, figure.indicator.unit),
                }
                for figure in figures.figures
            },
            "unpriced_orders": figures.unpriced_orders,
            "left_out": [_omission_as_json(omission) for omission in self.report.left_out],
            "files": list(self.files),
        }
        if self.problems:
            answer["problems"] = problems_as_json(self.problems)
        return answer


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
) -> ReportResult:
    """Compute the indicators of a month, for one manager or for all; write the report's two files.

    `month` is written as 2026-10; `last` is the one before today's.
    `books` is a pattern of the books of orders to take instead of the workspace's. Errors in a
    book never stop a report: it names what it left out; `strict` makes that a failure.

    Raises:
        UsageError: the month is none, or no book names the manager.
        WorkspaceError, Unavailable: see `load_inputs`.
        OSError: the files cannot be written.
    """
    if month == LAST:
        month = f"{months_before(today, 1):%Y-%m}"
    made = make_month_report(
        root,
        month,
        manager=manager,
        books=books,
        scheduler=scheduler,
        today=today,
        progress=progress,
    )
    reason = made.unremembered
    return ReportResult(
        month=month,
        report=made,
        strict=strict,
        problems=tuple(made.problems),
        files=tuple(made.files),
        warning=f"прочитанное не запоминается: {reason}" if reason else "",
    )


def _omission_as_json(omission: Omission) -> dict[str, object]:
    place = omission.place
    return {
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "reason": omission.reason,
    }


def figure_as_json(value: Decimal | None, unit: Unit) -> str | int | float | None:
    """Return a figure in its shape in JSON: money is a text, a count a number."""
    if value is None:
        return None
    return money(value) if unit is Unit.ROUBLES else number(value)
