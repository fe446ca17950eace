"""The plan of a month made: its workbook, never over what a person typed, and its Word paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from shutil import copyfile

from cmtools.books.loader import BookFile
from cmtools.books.plan import PlanLine
from cmtools.documents.catalog import PLAN as FORM
from cmtools.documents.storage import DocumentState
from cmtools.documents.versions import save_papers
from cmtools.files import atomic_write
from cmtools.merge.in_place import stamp_version
from cmtools.merge.newest import keep_newest
from cmtools.problems import Problem
from cmtools.reports import documents
from cmtools.reports.indicators import Indicator
from cmtools.reports.load import ReportInputs
from cmtools.reports.plan_draft import PlanDraft, describe_draft, draft_of, stem, workbook
from cmtools.reports.plan_edit import edit_plan
from cmtools.reports.plan_file import Existing, existing_plan
from cmtools.reports.plan_from_history import PLANNED
from cmtools.tables.parsers import normalize_name
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.table import InvalidRow
from cmtools.workspace import PLANS

_BESIDE = "Прежний план правили вручную: новый — рядом с ним, вписанное в нём сохранено."


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedIndicator:
    """An indicator's base, the mean of the months before; its growth, %; its plan."""

    indicator: Indicator
    base: Fraction | None
    growth: Decimal | None
    plan: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPlan:
    """The plan of a month, the name of its workbook, and the names of the files made.

    `note` says what the history lacks; `problems` keep the plan or its paper from being made.
    """

    month: date
    manager: str | None
    path: str
    indicators: Sequence[PlannedIndicator]
    files: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    note: str = ""


def make_month_plan(
    inputs: ReportInputs, month: date, manager: str | None, today: date
) -> MonthPlan:
    """Make the plan of a month, given by its first day, for one manager or for all.

    An approved plan is never followed by another. One that a person edited stays as it is, and the
    new one beside it holds all that was added and typed there.

    Raises:
        OSError: the files cannot be read or written.
    """
    old = existing_plan(inputs, month, manager)
    if old is not None and old.refusals:
        return MonthPlan(
            month=month,
            manager=manager,
            path=old.name,
            indicators=_existing_indicators(old.lines),
            problems=old.refusals,
        )
    draft = draft_of(inputs, month, manager, today, old)
    path = _write_workbook(inputs, draft, old)
    paper, problems = _write_paper(inputs, draft)
    beside = old is not None and path != old.name
    return MonthPlan(
        month=month,
        manager=manager,
        path=path,
        indicators=[
            PlannedIndicator(
                indicator=goal.indicator, base=goal.base, growth=goal.growth, plan=goal.plan
            )
            for goal in draft.goals
        ],
        files=(path, *paper),
        problems=problems,
        note=f"{describe_draft(draft)} {_BESIDE if beside else ''}".rstrip(),
    )


def _write_workbook(inputs: ReportInputs, draft: PlanDraft, old: Existing | None) -> str:
    """Write the workbook beside one that a person touched, else in its place; return its name."""
    content: bytes | None
    if old is None or old.sheet is None:
        content = workbook(draft)
    else:
        content = edit_plan(old.path, old.sheet, draft.goals, draft.months)
        if content is None:
            return old.name
    papers = {documents.WORKBOOK: content}
    workspace = inputs.workspace
    (path,), state = save_papers(workspace.path(PLANS), stem(draft), papers)
    name = workspace.name(path)
    if state is not DocumentState.UNCHANGED:
        with Reader(workspace.limits()) as reader, atomic_write(path) as aside:
            copyfile(path, aside)
            stamp_version(workspace, name, aside, reader)
        keep_newest(workspace.root, BookFile(path=path, name=name))
    return name


def _write_paper(inputs: ReportInputs, draft: PlanDraft) -> tuple[tuple[str, ...], list[Problem]]:
    """Make the Word paper; return its name, and what is wrong with the template."""
    workspace = inputs.workspace
    template, problems = documents.template_of(workspace, FORM)
    if template is None:
        return (), problems
    record = documents.plan_fields(
        draft.month,
        draft.manager,
        draft.goals,
        who=draft.director,
        months=draft.months,
        note=draft.note,
        late=draft.late,
    )
    paper, problems = documents.render_document(workspace, FORM, template, record)
    if paper is None:
        return (), problems
    paths, _ = save_papers(workspace.path(PLANS), stem(draft), {documents.PAPER: paper})
    return tuple(workspace.name(path) for path in paths), []


def _existing_indicators(lines: Sequence[PlanLine | InvalidRow]) -> list[PlannedIndicator]:
    """Return what a plan that stays as it is says of the planned indicators."""
    by_title = {normalize_name(str(line.get("indicator"))): line for line in lines}
    return [
        PlannedIndicator(
            indicator=indicator,
            base=None if line.get("base") is None else Fraction(line.get("base")),
            growth=line.get("growth"),
            plan=line.get("plan"),
        )
        for indicator in PLANNED
        if (line := by_title.get(normalize_name(indicator.title))) is not None
    ]
