"""The Word papers of a month: their fields from the figures, and their templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cmtools.books.choices import Unit
from cmtools.books.settings import ORGANIZATION, Organization
from cmtools.documents import russian_text as wording
from cmtools.documents.catalog import TemplateForm
from cmtools.documents.declension import initials
from cmtools.documents.fields.monthly import (
    Figures,
    NamedPlace,
    PlanFields,
    PlanRow,
    ReportFields,
    ReportRow,
    Signers,
)
from cmtools.documents.shipped_templates import give_new_templates
from cmtools.documents.template import loader as loading
from cmtools.documents.template import renderer as rendering
from cmtools.documents.template.loader import Template
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.schema import declared_fields
from cmtools.months import list_months, month_name, plan_due
from cmtools.problems import Problem
from cmtools.reports.heading import LATE, ReportHeading, count_omissions, place_in_words
from cmtools.reports.indicators import Indicator
from cmtools.reports.month import Preliminary
from cmtools.reports.plan_from_history import Goal
from cmtools.reports.report_data import Review, Series
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import format_roubles, group_digits
from cmtools.workspace import TEMPLATES, Workspace

DASH = "—"
MOST_NAMED = 300  # rows on paper; the workbook names them all
WORKBOOK, PAPER = ".xlsx", ".docx"


@dataclass(frozen=True, slots=True)
class Director:
    """Who approves: the post and the short name, as the settings have them."""

    post: str
    name: str


def director(dataset: Dataset) -> Director:
    """The head of the company; only a post where no name is given."""
    found = dataset.records(ORGANIZATION)
    own: Organization | None = found[0] if found else None
    post = (own and own.head_post) or "Директор"
    return Director(post, initials((own and own.head_name) or ""))


def template_of(workspace: Workspace, form: TemplateForm) -> tuple[Template | None, list[Problem]]:
    """The workspace's template, or what is wrong with it."""
    give_new_templates(workspace)
    path = workspace.path(TEMPLATES, form.template)
    try:
        return loading.load(path, declared_fields(form.record)), []
    except BadTemplate as bad:
        return None, bad.problems(workspace.name(path))


def render_document(
    workspace: Workspace, form: TemplateForm, template: Template, record: Any
) -> tuple[bytes | None, list[Problem]]:
    """A paper, or what is wrong with its template."""
    try:
        return rendering.render(template, record).content, []
    except BadTemplate as bad:
        return None, bad.problems(workspace.name(workspace.path(TEMPLATES, form.template)))


def report_fields(found: Review, preliminary: Preliminary, cover: ReportHeading) -> ReportFields:
    """The report's fields; of very many rows left out the first are named."""
    left_out = cover.left_out
    omissions = [
        NamedPlace(place=place_in_words(omission), reason=omission.reason)
        for omission in left_out[:MOST_NAMED]
    ]
    if len(left_out) > MOST_NAMED:
        rest = f"и ещё {len(left_out) - MOST_NAMED}"
        omissions.append(NamedPlace(place=rest, reason="все названы в книге отчёта"))
    return ReportFields(
        month=cover.period,
        year=str(cover.month.year),
        manager=cover.whose,
        signers=Signers(
            post=cover.director_post, director=cover.director, author=cover.manager or ""
        ),
        due=cover.due,
        late=LATE if cover.late else "",
        rows=tuple(
            _report_row(number, course, cover.month.month)
            for number, course in enumerate(found.courses, start=1)
        ),
        preliminary=group_digits(preliminary.orders),
        preliminary_amount=format_roubles(preliminary.amount),
        unpriced=group_digits(len(found.unpriced)),
        orders=tuple(_orders_without_price(found, cover)),
        left_out=count_omissions(left_out),
        omissions=tuple(omissions),
    )


def _report_row(number: int, course: Series, months: int) -> ReportRow:
    return ReportRow(
        number=str(number),
        title=course.indicator.title,
        month=_figures(course.indicator, course.plan, course.fact),
        year=_figures(course.indicator, course.plan_of_last(months), course.fact_of_last(months)),
    )


def _figures(indicator: Indicator, plan: Decimal | None, fact: Decimal) -> Figures:
    shown = figure_in_words(fact, indicator.unit)
    if plan is None:
        return Figures(plan=DASH, fact=shown, deviation=DASH, percent=DASH)
    return Figures(
        plan=figure_in_words(plan, indicator.unit),
        fact=shown,
        deviation=figure_in_words(fact - plan, indicator.unit),
        percent=_number(f"{100 * fact / plan:.1f}") if plan else DASH,
    )


def _orders_without_price(found: Review, cover: ReportHeading) -> list[NamedPlace]:
    rows = found.unpriced.head(MOST_NAMED)
    return [
        NamedPlace(
            place=f"{order}, {cover.client(client)}", reason=f"{file}, «{sheet}», строка {row}"
        )
        for order, client, file, sheet, row in zip(
            *(rows[name] for name in ("order", "client", "file", "sheet", "row")), strict=True
        )
    ]


def plan_fields(
    month: date,
    manager: str | None,
    goals: Sequence[Goal],
    *,
    who: Director,
    months: tuple[date, ...],
    note: str,
    late: bool,
) -> PlanFields:
    """The plan's fields."""
    return PlanFields(
        month=month_name(month),
        manager=manager or "все менеджеры",
        signers=Signers(post=who.post, director=who.name, author=manager or ""),
        due=f"{plan_due(month):%d.%m.%Y}",
        late=LATE if late else "",
        base_months=list_months(months),
        note=note,
        rows=tuple(
            PlanRow(
                number=str(number),
                title=goal.indicator.title,
                base=_number(f"{float(goal.base):,.2f}"),
                growth=_number(f"{goal.growth.normalize():f}"),
                plan=figure_in_words(goal.plan, goal.indicator.unit),
            )
            for number, goal in enumerate(goals, start=1)
        ),
    )


def figure_in_words(value: Decimal, unit: Unit) -> str:
    """A figure as papers have it: roubles with kopecks, pieces whole where they are."""
    if unit is Unit.ROUBLES:
        return _number(f"{value:,.2f}")
    return _number(f"{value:,f}" if value != value.to_integral_value() else f"{int(value):,}")


def _number(english: str) -> str:
    """Digits in groups, a comma, a true minus."""
    groups = english.replace(",", wording.NBSP).replace(".", ",")
    return groups.replace("-", "−")
