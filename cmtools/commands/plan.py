"""`cmtools plan`: the goals of a month from history, as a workbook and a Word paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from cmtools.books.plan import (
    EVERYBODY,
    FIRST_ROW,
    MANAGER,
    MONTH,
    PLAN,
    PLAN_BOOK,
    PlanLine,
    plan_formula,
)
from cmtools.books.settings import rules_of
from cmtools.commands import papers
from cmtools.commands.existing import Existing, existing_plan
from cmtools.commands.figures import (
    first_day,
    frames_of_books,
    known_manager,
    left_out_of,
    money,
    shown,
)
from cmtools.commands.opening import Opened, open_books
from cmtools.commands.outcome import Outcome
from cmtools.documents import monthly
from cmtools.editions import keep, write
from cmtools.indicators.catalog import Unit
from cmtools.indicators.cover import LATE, counted
from cmtools.indicators.frames import Frames
from cmtools.indicators.periods import ended_months, listed, named, plan_due
from cmtools.indicators.plan import plan_title
from cmtools.indicators.planning import PLANNED, Goal, bases, empty_months, grown
from cmtools.placing import copy
from cmtools.pricing import QUOTIENT
from cmtools.problems import Problem
from cmtools.stamping import fingerprint
from cmtools.tables.heading import Heading
from cmtools.tables.table import Partial
from cmtools.tables.values import same
from cmtools.tables.writing import Formula, Rows, made_book
from cmtools.workspace import PLANS, backup_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A plan that is to be written; `months` are those of the base, `old` what it replaces."""

    month: date
    manager: str | None
    goals: tuple[Goal, ...]
    months: tuple[date, ...]
    note: str
    late: bool
    director: papers.Director
    old: Existing | None


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
        WorkspaceError, Unavailable: see `open_books`.
        OSError: the files cannot be read or written.
    """
    first = first_day(month)
    opened = open_books(root, (), today)
    who = known_manager(opened, manager)
    return make_plan(opened, first, who, today, now or datetime.combine(today, time()))


def make_plan(
    opened: Opened, month: date, manager: str | None, today: date, now: datetime
) -> Outcome:
    """Make the plan of a month from books that are open; see `plan`."""
    old = existing_plan(opened, month, manager)
    if old is not None and old.refusals:
        return _outcome(month, manager, old.name, _lines_as_json(old.lines), old.refusals)
    draft = _draft(opened, month, manager, today, old)
    path, files = _write_workbook(opened, draft, now)
    paper, problems = _write_paper(opened, draft)
    indicators = {goal.indicator.id: _goal_as_json(goal) for goal in draft.goals}
    note = _told(draft)
    return _outcome(month, manager, path, indicators, problems, (*files, *paper), note)


def _draft(
    opened: Opened, month: date, manager: str | None, today: date, old: Existing | None
) -> Draft:
    rules = rules_of(opened.loaded.dataset)
    months = ended_months(today, month, rules.plan_months)
    books = frames_of_books(opened, manager, today)
    typed = old.typed if old else {}
    goals = []
    for indicator, base in bases(books, months).items():
        found = typed.get(same(indicator.title))
        growth = found.growth if found else rules.plan_growth
        own = found.plan if found else None
        goal = grown(base, growth, indicator.unit) if own is None else own
        goals.append(
            Goal(indicator=indicator, base=base, growth=growth, plan=goal, typed=own is not None)
        )
    return Draft(
        month=month,
        manager=manager,
        goals=tuple(goals),
        months=months,
        note=_note(opened, books, months),
        late=today > plan_due(month),
        director=papers.director(opened.loaded.dataset),
        old=old,
    )


def _note(opened: Opened, books: Frames, months: tuple[date, ...]) -> str:
    """What the history lacks, in plain words."""
    empty, left_out = empty_months(books, months), left_out_of(opened, None)
    words = []
    if len(empty) == len(months):
        words.append(
            f"Истории нет: за {listed(months)} в книгах ни заказов, ни денег, поэтому база — нули. "
            "Впишите план сами."
        )
    elif empty:
        words.append(f"За {listed(empty)} в книгах ничего нет: в базу вошли нули.")
    if left_out:
        words.append(
            f"Из-за ошибок в базу не вошло: {counted(left_out)}; их называет cmtools validate."
        )
    return " ".join(words)


def _write_workbook(opened: Opened, draft: Draft, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Write the workbook unless it says so already; its name, and those of all files made."""
    workspace, old = opened.workspace, draft.old
    content = made_book(PLAN_BOOK, {PLAN: _rows(draft)}, {}, {PLAN: _heading(draft)})
    if old is None:
        path = workspace.path(PLANS, f"{_stem(draft)}{papers.WORKBOOK}")
        write(path, content)
        return workspace.name(path), (workspace.name(path),)
    if old.made_with == fingerprint(content):
        return old.name, (old.name,)
    backups: tuple[str, ...] = ()
    if not old.untouched:
        backup = backup_of(old.path, now)
        copy(old.path, backup)
        backups = (workspace.name(backup),)
    write(old.path, content)
    return old.name, (*backups, old.name)


def _stem(draft: Draft) -> str:
    return papers.file_stem(plan_title(draft.month, draft.manager))


def _rows(draft: Draft) -> Rows:
    """The rows of the planned indicators, then those that a person added."""
    rows: list[dict[str, object]] = []
    for row, goal in enumerate(draft.goals, start=FIRST_ROW):
        pieces = goal.indicator.unit is Unit.PIECES
        formula = Formula(plan_formula(row, whole_pieces=pieces), int(goal.plan))
        rows.append(
            {
                "Показатель": goal.indicator.title,
                "Ед.": goal.indicator.unit.value,
                "База": float(goal.base),
                "Прирост, %": goal.growth,
                "План": goal.plan if goal.typed else formula,
            }
        )
    own = draft.old.own if draft.old else ()
    titles = {name: found.title for name, found in PLAN.fields.items()}
    rows += [{title: line.get(name) for name, title in titles.items()} for line in own]
    return rows


def _heading(draft: Draft) -> Heading:
    who = draft.director
    return Heading(
        title=f"План на {named(draft.month)}",
        values={
            MONTH: f"{draft.month:%Y-%m}",
            MANAGER: draft.manager or EVERYBODY,
            **(draft.old.head if draft.old else {}),
        },
        aside=(
            "УТВЕРЖДАЮ",
            who.post,
            f"________________ {who.name}".strip(),
            "«____» ______________ 20____ г.",
        ),
        note=_told(draft),
    )


def _write_paper(opened: Opened, draft: Draft) -> tuple[tuple[str, ...], list[Problem]]:
    """Make the Word paper; its name, and what is wrong with the template."""
    workspace = opened.workspace
    template, problems = papers.template_of(workspace, monthly.PLAN)
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
    paper, problems = papers.rendered(workspace, monthly.PLAN, template, record)
    if paper is None:
        return (), problems
    paths, _ = keep(workspace.path(PLANS), _stem(draft), {papers.PAPER: paper})
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


def _told(draft: Draft) -> str:
    """The note, and before it that the plan is late."""
    late = f"{LATE}: срок — {plan_due(draft.month):%d.%m.%Y}." if draft.late else ""
    return " ".join(filter(None, (late, f"База — среднее за {listed(draft.months)}", draft.note)))


def _lines_as_json(lines: Sequence[PlanLine | Partial]) -> dict[str, object]:
    """What a plan that stays says of the planned indicators."""
    by_title = {same(str(line.get("indicator"))): line for line in lines}
    return {
        indicator.id: {
            "base": shown(line.get("base"), indicator.unit),
            "growth": shown(line.get("growth"), Unit.PIECES),
            "plan": shown(line.get("plan"), indicator.unit),
        }
        for indicator in PLANNED
        if (line := by_title.get(same(indicator.title))) is not None
    }
