"""A plan before it is written: its goals from history and from what was typed, its workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmtools.books.choices import Unit
from cmtools.books.plan import EVERYBODY, FIRST_ROW, MANAGER, MONTH, PLAN, PLAN_BOOK, plan_formula
from cmtools.books.settings import rules_of
from cmtools.months import ended_months, list_months, month_name, plan_due, short_month
from cmtools.reports import documents as papers
from cmtools.reports.file_names import plan_stem
from cmtools.reports.heading import LATE, count_omissions
from cmtools.reports.indicators import Indicator
from cmtools.reports.inputs import facts_of_manager, left_out_of
from cmtools.reports.load import ReportInputs
from cmtools.reports.plan_file import Existing
from cmtools.reports.plan_from_history import Goal, apply_growth, empty_months, histories, mean
from cmtools.tables.parsers import normalize_name
from cmtools.tables.writer.cells import Formula
from cmtools.tables.writer.heading import Heading
from cmtools.tables.writer.workbook import SheetRows, build_book


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanDraft:
    """A plan that is to be written; `months` are those of the base."""

    month: date
    manager: str | None
    goals: tuple[Goal, ...]
    months: tuple[date, ...]
    note: str
    late: bool
    director: papers.Director


def draft_of(
    inputs: ReportInputs, month: date, manager: str | None, today: date, old: Existing | None
) -> PlanDraft:
    """The plan of a month, with what a person typed into the old one."""
    rules = rules_of(inputs.loaded.dataset)
    months = ended_months(today, month, rules.plan_months)
    history = histories(facts_of_manager(inputs, manager), months)
    typed = old.typed if old else {}
    goals = []
    for indicator, facts in history.items():
        found = typed.get(normalize_name(indicator.title))
        growth = found.growth if found else rules.plan_growth
        own = found.plan if found else None
        goal = apply_growth(mean(facts), growth, indicator.unit) if own is None else own
        goals.append(
            Goal(
                indicator=indicator, history=facts, growth=growth, plan=goal, typed=own is not None
            )
        )
    return PlanDraft(
        month=month,
        manager=manager,
        goals=tuple(goals),
        months=months,
        note=_note(inputs, history, months),
        late=today > plan_due(month),
        director=papers.director(inputs.loaded.dataset),
    )


def _note(
    inputs: ReportInputs, history: Mapping[Indicator, Sequence[Decimal]], months: tuple[date, ...]
) -> str:
    """What the history lacks, in plain words."""
    empty, left_out = empty_months(history, months), left_out_of(inputs)
    words = []
    if len(empty) == len(months):
        words.append(
            f"Истории нет: за {list_months(months)} в книгах ни заказов, ни денег, "
            "поэтому база — нули. Впишите план сами."
        )
    elif empty:
        words.append(f"За {list_months(empty)} в книгах ничего нет: в базу вошли нули.")
    if left_out:
        words.append(
            f"Из-за ошибок в базу не вошло: {count_omissions(left_out)}; "
            "их называет cmtools validate."
        )
    return " ".join(words)


def workbook(draft: PlanDraft) -> bytes:
    """The plan's workbook: live formulas, their stored values the plans; the months beside."""
    months = [short_month(month) for month in draft.months]
    rows, heading = _rows(draft, months), _heading(draft)
    return build_book(PLAN_BOOK, {PLAN: rows}, {}, {PLAN: heading}, {PLAN: months})


def stem(draft: PlanDraft) -> str:
    """The name of the plan's files without their endings."""
    return plan_stem(draft.month, draft.manager)


def _rows(draft: PlanDraft, months: Sequence[str]) -> SheetRows:
    """The rows of the planned indicators."""
    rows: list[dict[str, object]] = []
    for row, goal in enumerate(draft.goals, start=FIRST_ROW):
        pieces = goal.indicator.unit is Unit.PIECES
        rows.append(
            {
                "Показатель": goal.indicator.title,
                "Ед.": goal.indicator.unit.value,
                "База": float(goal.base),
                "Прирост, %": goal.growth,
                "План": Formula(plan_formula(row, whole_pieces=pieces), int(goal.plan)),
                **dict(zip(months, goal.history, strict=True)),
            }
        )
    return rows


def _heading(draft: PlanDraft) -> Heading:
    who = draft.director
    return Heading(
        title=f"План на {month_name(draft.month)}",
        values={MONTH: f"{draft.month:%Y-%m}", MANAGER: draft.manager or EVERYBODY},
        aside=(
            "УТВЕРЖДАЮ",
            who.post,
            f"________________ {who.name}".strip(),
            "«____» ______________ 20____ г.",
        ),
        note=describe_draft(draft),
    )


def describe_draft(draft: PlanDraft) -> str:
    """The note, and before it that the plan is late."""
    late = f"{LATE}: срок — {plan_due(draft.month):%d.%m.%Y}." if draft.late else ""
    return " ".join(
        filter(None, (late, f"База — среднее за {list_months(draft.months)}", draft.note))
    )
