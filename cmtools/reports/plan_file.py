"""A plan that is there already: whether it is approved, and what a person typed into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path

from cmtools.books.loader import BookFile
from cmtools.books.plan import (
    APPROVAL_INCOMPLETE,
    APPROVED_BY,
    PLAN,
    PlanLine,
    approval,
    plan_sheet,
)
from cmtools.documents.fingerprint import read_stamp
from cmtools.problems import Message, Place, Problem, problem_at
from cmtools.reports.file_names import plan_stem, version_of_plan
from cmtools.reports.load import ReportInputs
from cmtools.tables import messages
from cmtools.tables.headers import HeadCell
from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.row_order import order_rows
from cmtools.tables.reader.formulas import find_formulas
from cmtools.tables.sheet import Sheet
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

    `sheet` is that of a plan that a person touched, `typed` are its lines by what counts of their
    title.
    """

    path: Path
    name: str
    refusals: tuple[Problem, ...] = ()
    lines: tuple[PlanLine | InvalidRow, ...] = ()
    sheet: Sheet[PlanLine] | None = None
    typed: Mapping[str, ManualEdit] = field(default_factory=dict)


def find_plan(inputs: ReportInputs, month: date, manager: str | None) -> BookFile | None:
    """Find the plan of a month, for one manager or for all.

    Of several versions it is the approved one, else the newest that a person touched, else the
    newest.
    """
    stem = plan_stem(month, manager)
    found = {file: version_of_plan(file.name, stem) for file in inputs.plans}
    versions = sorted((f for f in found if found[f]), key=lambda f: found[f] or 0, reverse=True)
    if len(versions) < 2:
        return versions[0] if versions else None
    approved = (f for f in versions if _approval(plan_sheet(inputs.loaded.dataset, f.name)))
    touched = (file for file in versions if not read_stamp(file.path)[1])
    return next(chain(approved, touched, versions))


def existing_plan(inputs: ReportInputs, month: date, manager: str | None) -> Existing | None:
    """The plan of a month, for one manager or for all, if there is one.

    Raises:
        OSError: it cannot be read.
    """
    file = find_plan(inputs, month, manager)
    if file is None:
        return None
    sheet = plan_sheet(inputs.loaded.dataset, file.name)
    refusals = tuple(_refusals(inputs, file.name, sheet))
    lines = sheet.entries() if sheet is not None else []
    found = Existing(path=file.path, name=file.name, refusals=refusals, lines=tuple(lines))
    if sheet is None or refusals or read_stamp(file.path)[1]:
        return found
    return replace(found, sheet=sheet, typed=_typed_edits(file.path, sheet, lines))


def _approval(sheet: Sheet[PlanLine] | None) -> HeadCell | None:
    return approval(sheet) if sheet is not None else None


def _refusals(inputs: ReportInputs, file: str, sheet: Sheet[PlanLine] | None) -> list[Problem]:
    """Errors, since what was typed there is not understood; or that the plan is approved.

    A formula without a stored value is no obstacle: a fresh one takes its place; half an approval
    is none, as it is kept.
    """
    approved = _approval(sheet)
    if approved is not None:
        place = Place(file=file, sheet=PLAN.title, row=approved.row, column=approved.column)
        return [problem_at(place, PLAN_APPROVED(), column=APPROVED_BY, value=approved.value)]
    errors = [p for p in inputs.loaded.problems if p.is_error and p.place.file == file]
    no_obstacles = (messages.FORMULA_UNSAVED.code, APPROVAL_INCOMPLETE.code)
    return [problem for problem in errors if problem.code not in no_obstacles]


def _typed_edits(
    path: Path, sheet: Sheet[PlanLine], lines: Sequence[PlanLine | InvalidRow]
) -> dict[str, ManualEdit]:
    package = Package(path)
    formulas = find_formulas(order_rows(package[package.sheet_part(PLAN.title)]))
    column = sheet.source.columns["plan"]
    return {
        normalize_name(line.get("indicator")): ManualEdit(
            growth=line.get("growth") or Decimal(0),
            plan=None if (line.row, column) in formulas else line.get("plan"),
        )
        for line in lines
    }
