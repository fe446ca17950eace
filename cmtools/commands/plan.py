"""`cmtools plan`: the goals of a month from history, as a workbook and a Word paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from cmtools.books.plan import PlanLine
from cmtools.commands.results import Outcome
from cmtools.documents.catalog import PLAN as FORM
from cmtools.documents.fingerprint import fingerprint
from cmtools.documents.versions import keep, write
from cmtools.files import copy
from cmtools.json_values import money
from cmtools.pricing.price import QUOTIENT
from cmtools.problems import Problem
from cmtools.reports import documents as papers
from cmtools.reports.indicators import Unit
from cmtools.reports.inputs import first_day, known_manager, shown
from cmtools.reports.load import Consolidated, consolidate
from cmtools.reports.plan_draft import Draft, draft_of, stem, told, workbook
from cmtools.reports.plan_file import Existing, existing_plan
from cmtools.reports.plan_from_history import PLANNED, Goal
from cmtools.tables.parsers import normalize_name
from cmtools.tables.table import InvalidRow
from cmtools.workspace import PLANS, backup_of


def plan(
    root: Path,
    month: str,
    *,
    manager: str | None = None,
    today: date,
    now: datetime | None = None,
) -> Outcome:
    """Make the plan of a month, for one manager or for all.

    An approved plan is never written to. Of one that a person edited, the growth and the plans
    typed are kept, and its bytes go into a backup named by `now`.

    Raises:
        Misuse: the month is none, or no book names the manager.
        WorkspaceError, Unavailable: see `consolidate`.
        OSError: the files cannot be read or written.
    """
    first = first_day(month)
    read = consolidate(root, today)
    who = known_manager(read, manager)
    return make_plan(read, first, who, today, now or datetime.combine(today, time()))


def make_plan(
    read: Consolidated, month: date, manager: str | None, today: date, now: datetime
) -> Outcome:
    """Make the plan of a month from books that are open; see `plan`."""
    old = existing_plan(read, month, manager)
    if old is not None and old.refusals:
        return _outcome(month, manager, old.name, _lines_as_json(old.lines), old.refusals)
    draft = draft_of(read, month, manager, today, old)
    if old is None or old.untouched:
        path, files = _write_workbook(read, draft)
    else:
        path, files = _write_by_hand(read, draft, old, today, now)
    paper, problems = _write_paper(read, draft)
    indicators = {goal.indicator.id: _goal_as_json(goal) for goal in draft.goals}
    note = told(draft)
    return _outcome(month, manager, path, indicators, problems, (*files, *paper), note)


def _write_workbook(read: Consolidated, draft: Draft) -> tuple[str, tuple[str, ...]]:
    """Write a plan that nobody touched unless it says so already; its name, and the files made."""
    content = workbook(draft)
    path = read.workspace.path(PLANS, f"{stem(draft)}{papers.WORKBOOK}")
    path = draft.old.path if draft.old else path
    if draft.old is None or draft.old.made_with != fingerprint(content):
        write(path, content)
    name = read.workspace.name(path)
    return name, (name,)


def _write_by_hand(
    read: Consolidated, draft: Draft, old: Existing, today: date, now: datetime
) -> tuple[str, tuple[str, ...]]:
    """Write a plan that a person touched, what was typed kept, the file as it was in a backup.

    Its stamp is that of the plan that nobody would have touched, so that it counts as touched as
    long as it holds something typed.
    """
    content = workbook(draft)
    if fingerprint(content) in (old.made_with, fingerprint(old.path)):
        return old.name, (old.name,)
    backup = backup_of(old.path, now)
    copy(old.path, backup)
    untouched = draft_of(read, draft.month, draft.manager, today, None)
    write(old.path, content, fingerprint(workbook(untouched)))
    return old.name, (read.workspace.name(backup), old.name)


def _write_paper(read: Consolidated, draft: Draft) -> tuple[tuple[str, ...], list[Problem]]:
    """Make the Word paper; its name, and what is wrong with the template."""
    workspace = read.workspace
    template, problems = papers.template_of(workspace, FORM)
    if template is None:
        return (), problems
    record = papers.plan_fields(
        draft.month,
        draft.manager,
        draft.goals,
        who=draft.director,
        months=draft.months,
        note=draft.note,
        late=draft.late,
    )
    paper, problems = papers.rendered(workspace, FORM, template, record)
    if paper is None:
        return (), problems
    paths, _ = keep(workspace.path(PLANS), stem(draft), {papers.PAPER: paper})
    return tuple(workspace.name(path) for path in paths), []


def _outcome(
    month: date,
    manager: str | None,
    path: str,
    indicators: Mapping[str, object],
    problems: Sequence[Problem],
    files: tuple[str, ...] = (),
    note: str = "",
) -> Outcome:
    answer: dict[str, object] = {
        "month": f"{month:%Y-%m}",
        "manager": manager,
        "path": path,
        "indicators": indicators,
    }
    if problems:
        answer["problems"] = [problem.as_json() for problem in problems]
    titles = {indicator.id: indicator.title for indicator in PLANNED}
    return Outcome(
        problems=tuple(problems),
        data=answer,
        facts={"titles": titles, "note": note},
        files=files,
    )


def _goal_as_json(goal: Goal) -> dict[str, object]:
    unit = goal.indicator.unit
    return {
        "base": _base_as_json(goal),
        "growth": shown(goal.growth, Unit.PIECES),
        "plan": shown(goal.plan, unit),
    }


def _base_as_json(goal: Goal) -> str | int | float:
    """The mean: money to the kopeck, a count as exact as a number of JSON can be."""
    if goal.indicator.unit is Unit.ROUBLES:
        return money(QUOTIENT.divide(Decimal(goal.base.numerator), goal.base.denominator))
    return int(goal.base) if goal.base.denominator == 1 else float(goal.base)


def _lines_as_json(lines: Sequence[PlanLine | InvalidRow]) -> dict[str, object]:
    """What a plan that stays says of the planned indicators."""
    by_title = {normalize_name(str(line.get("indicator"))): line for line in lines}
    return {
        indicator.id: {
            "base": shown(line.get("base"), indicator.unit),
            "growth": shown(line.get("growth"), Unit.PIECES),
            "plan": shown(line.get("plan"), indicator.unit),
        }
        for indicator in PLANNED
        if (line := by_title.get(normalize_name(indicator.title))) is not None
    }
