"""The files of a report: its workbook and its Word paper, in the folder «Отчёты»."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cmtools.books.register import CLIENTS
from cmtools.documents.catalog import REPORT
from cmtools.documents.versions import Papers, save_papers
from cmtools.months import report_due, unfinished_on
from cmtools.problems import Problem
from cmtools.reports import documents as papers
from cmtools.reports.exclusions import Omission
from cmtools.reports.facts import Facts
from cmtools.reports.file_names import report_stem
from cmtools.reports.heading import ReportHeading
from cmtools.reports.month import Monthly
from cmtools.reports.report_data import Goals, review
from cmtools.reports.workbook.book import draw_report
from cmtools.tables.dataset import Dataset
from cmtools.workspace import REPORTS, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """What a report is made of: `facts` are the rows of its manager, or of all.

    `goals` are the plans by month, `manager_goals` those of the managers in this month, where the
    report is of all; `added_plans` are how many of these its plan adds up. `dataset` tells of
    clients and of the director.
    """

    dataset: Dataset
    facts: Facts
    found: Monthly
    goals: Mapping[date, Goals]
    manager_goals: Mapping[str, Goals] | None
    added_plans: int
    left_out: Sequence[Omission]


def make_report(
    workspace: Workspace, month: date, manager: str | None, material: Material, today: date
) -> tuple[list[str], list[Problem]]:
    """Make both files; the names of what is there now, and what is wrong with the template.

    An untouched file is made anew; one that a person edited or signed stays, and a new version is
    made beside it (see `save_papers`).

    Raises:
        OSError: no rights, no room.
    """
    found = review(material.facts, material.found, month, material.goals, material.manager_goals)
    cover = _cover(material, month, manager, today)
    template, problems = papers.template_of(workspace, REPORT)

    def draw(cover: ReportHeading) -> Papers:
        preliminary = material.found.preliminary
        made = {papers.WORKBOOK: draw_report(found, preliminary, cover)}
        if template is not None:
            record = papers.report_fields(found, preliminary, cover)
            paper, faults = papers.render_document(workspace, REPORT, template, record)
            problems.extend(faults)
            if paper is not None:
                made[papers.PAPER] = paper
        return made

    stem = report_stem(month, manager)
    in_time = (lambda: draw(replace(cover, late=False))) if cover.late else None
    paths, _ = save_papers(workspace.path(REPORTS), stem, draw(cover), in_time)
    return [workspace.name(path) for path in paths], list(dict.fromkeys(problems))


def _cover(material: Material, month: date, manager: str | None, today: date) -> ReportHeading:
    clients = material.dataset.entries(CLIENTS)
    who = papers.director(material.dataset)
    return ReportHeading(
        month=month,
        manager=manager,
        director_post=who.post,
        director=who.name,
        late=today > report_due(month),
        unfinished_on=unfinished_on(month, today),
        added_plans=material.added_plans,
        left_out=material.left_out,
        clients={client.get("code"): client.get("name") or "" for client in clients},
    )
