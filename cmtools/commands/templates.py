"""`cmtools templates check`: every template held against the fields that it may name."""

from __future__ import annotations

from pathlib import Path

from cmtools.commands.results import Outcome
from cmtools.documents.catalog import FORMS, TemplateForm
from cmtools.documents.template.filters import FILTERS
from cmtools.documents.template.schema import KINDS as KINDS_OF_FIELDS
from cmtools.documents.template.schema import declared, listed
from cmtools.documents.template_check import check_templates
from cmtools.errors import UsageError
from cmtools.problems import has_errors
from cmtools.tables.suggestions import suggest_after
from cmtools.workspace import find_workspace


def check(root: Path) -> Outcome:
    """Check all templates of the workspace at or above `root`, and name the files that are none.

    Raises:
        WorkspaceError: there is no workspace.
        OSError: the folder of templates cannot be read.
    """
    problems = check_templates(find_workspace(root), FORMS)
    return Outcome(
        problems=problems,
        data={
            "ok": not has_errors(problems),
            "problems": [problem.as_json() for problem in problems],
        },
        facts={"checked": len(FORMS)},
    )


def fields(document: str) -> Outcome:
    """What the template of a document may name, and the filters for it.

    `document` is an id or a name.

    Raises:
        Misuse: there is no such document.
    """
    form = _form(document)
    rows = [
        {"field": name, "kind": KINDS_OF_FIELDS[found.sort].one, "meaning": found.meaning}
        for name, found in listed(declared(form.record))
    ]
    filters = [
        {"filter": f.name, "for": f.taken, "meaning": f.meaning, "example": f.example}
        for f in FILTERS
    ]
    return Outcome(data={"template": form.template, "fields": rows, "filters": filters})


def _form(document: str) -> TemplateForm:
    names = {name.lower(): form for form in FORMS for name in (form.name, getattr(form, "id", ""))}
    wanted = document.strip().lower().removesuffix(".docx")
    if wanted and wanted in names:
        return names[wanted]
    raise UsageError(f"нет документа «{document}»{suggest_after(wanted, names)}")
