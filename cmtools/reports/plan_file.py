"""A plan that is there already: whether it is approved, and what a person typed into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from cmtools.books.plan import (
    APPROVAL_INCOMPLETE,
    APPROVED_BY,
    APPROVED_ON,
    PLAN,
    PLAN_BOOK,
    PlanLine,
    approval,
    plan_sheet,
)
from cmtools.documents.fingerprint import read_stamp
from cmtools.problems import Message, Place, Problem, problem_at
from cmtools.reports.documents import file_stem
from cmtools.reports.load import ReportInputs
from cmtools.reports.plan import is_called, plan_title
from cmtools.reports.plan_from_history import PLANNED
from cmtools.tables import messages
from cmtools.tables.parsers import format_value, normalize_name
from cmtools.tables.patch.package import Package
from cmtools.tables.sheet import Sheet
from cmtools.tables.sheet_xml import find_formula_cells, normalize_tags
from cmtools.tables.table import InvalidRow

PLAN_APPROVED = Message(
    "plan-approved",
    "план уже утверждён: утверждённый не меняется",
    "чтобы составить его заново, очистите «Утвердил» и «Дата утверждения»",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ManualEdit:
    """What a person left of a line: the growth, and the plan where it is no formula."""

    growth: Decimal
    plan: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Existing:
    """The plan's file, how the workspace names it, and what keeps it from being made anew.

    `made_with` and `untouched` are its stamp. `typed` are the lines by what counts of their title,
    `own` the lines that name no planned indicator, `head` the head's values; all of them empty
    while nobody touched the file.
    """

    path: Path
    name: str
    refusals: tuple[Problem, ...]
    lines: tuple[PlanLine | InvalidRow, ...] = ()
    made_with: str | None = None
    untouched: bool = False
    typed: Mapping[str, ManualEdit] = field(default_factory=dict)
    own: tuple[PlanLine | InvalidRow, ...] = ()
    head: Mapping[str, str] = field(default_factory=dict)
    sheet: Sheet[PlanLine] | None = None


def existing_plan(inputs: ReportInputs, month: date, manager: str | None) -> Existing | None:
    """The plan of a month, for one manager or for all, if there is one.

    Raises:
        OSError: it cannot be read.
    """
    stem = file_stem(plan_title(month, manager))
    files = (f for f in inputs.workspace.books() if f.book is PLAN_BOOK and f.path.is_file())
    file = next((file for file in files if is_called(file.name, stem)), None)
    if file is None:
        return None
    sheet = plan_sheet(inputs.loaded.dataset, file.name)
    refusals = tuple(_refusals(inputs, file.name, sheet))
    lines = sheet.entries() if sheet is not None else []
    if sheet is None or refusals:
        return Existing(path=file.path, name=file.name, refusals=refusals, lines=tuple(lines))
    made_with, untouched = read_stamp(file.path)
    if untouched:
        return Existing(
            path=file.path, name=file.name, refusals=(), made_with=made_with, untouched=True
        )
    planned = {normalize_name(indicator.title) for indicator in PLANNED}
    return Existing(
        path=file.path,
        name=file.name,
        refusals=(),
        made_with=made_with,
        sheet=sheet,
        typed=_typed(file.path, sheet, lines),
        own=tuple(line for line in lines if normalize_name(line.get("indicator")) not in planned),
        head={
            label: format_value(found.value)
            for label, found in sheet.head.items()
            if label in (APPROVED_BY, APPROVED_ON) and found.value is not None
        },
    )


def _refusals(inputs: ReportInputs, file: str, sheet: Sheet[PlanLine] | None) -> list[Problem]:
    """Errors, since what was typed there is not understood; or that the plan is approved.

    A formula without a stored value is no obstacle: a fresh one takes its place; half an approval
    is none, as it is kept.
    """
    approved = approval(sheet) if sheet is not None else None
    if sheet is not None and approved is not None:
        place = Place(file=file, sheet=PLAN.title, row=approved.row, column=approved.column)
        return [problem_at(place, PLAN_APPROVED(), column=APPROVED_BY, value=approved.value)]
    errors = [p for p in inputs.loaded.problems if p.is_error and p.place.file == file]
    no_obstacles = (messages.FORMULA_UNSAVED.code, APPROVAL_INCOMPLETE.code)
    return [problem for problem in errors if problem.code not in no_obstacles]


def _typed(
    path: Path, sheet: Sheet[PlanLine], lines: Sequence[PlanLine | InvalidRow]
) -> dict[str, ManualEdit]:
    package = Package(path)
    part = next(
        part
        for name, part in package.sheets().items()
        if normalize_name(name) == normalize_name(PLAN.title)
    )
    formulas = find_formula_cells(normalize_tags(package[part]))
    column = sheet.source.columns["plan"]
    return {
        normalize_name(line.get("indicator")): ManualEdit(
            growth=line.get("growth") or Decimal(0),
            plan=None if (line.row, column) in formulas else line.get("plan"),
        )
        for line in lines
    }
