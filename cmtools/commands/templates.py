"""`cmtools templates check`: every template held against the fields that it may name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from cmtools.commands.results import Outcome
from cmtools.documents.catalog import FORMS, TemplateForm
from cmtools.documents.template import loader as loading
from cmtools.documents.template.filters import FILTERS
from cmtools.documents.template.messages import TEMPLATE_DAMAGED, TEMPLATE_UNUSED, BadTemplate
from cmtools.documents.template.schema import KINDS as KINDS_OF_FIELDS
from cmtools.documents.template.schema import declared, listed
from cmtools.errors import UsageError, explain_os_error
from cmtools.problems import Fault, Place, at, has_errors, in_order
from cmtools.tables.suggestions import nearest, perhaps
from cmtools.workspace import TEMPLATES, find_workspace

_ENDINGS = (".docx", ".docm", ".dotx", ".dotm", ".doc", ".rtf", ".odt")


def check(root: Path) -> Outcome:
    """Check all templates of the workspace at or above `root`, and name the files that are none.

    Raises:
        WorkspaceError: there is no workspace.
        OSError: the folder of templates cannot be read.
    """
    workspace = find_workspace(root)
    folder = workspace.path(TEMPLATES)
    found = [
        *((form.template, fault) for form in FORMS for fault in _faults_of(folder, form)),
        *_unused(folder),
    ]
    problems = in_order(
        at(Place(file=workspace.name(folder / name)), fault) for name, fault in found
    )
    return Outcome(
        problems=problems,
        data={
            "ok": not has_errors(problems),
            "problems": [problem.as_json() for problem in problems],
        },
        facts={"checked": len(FORMS)},
    )


def _faults_of(folder: Path, form: TemplateForm) -> Sequence[Fault]:
    try:
        return loading.load(folder / form.template, declared(form.record)).remarks
    except BadTemplate as bad:
        return bad.faults
    except OSError as error:
        return [TEMPLATE_DAMAGED(detail=explain_os_error(error))]


def _unused(folder: Path) -> Iterator[tuple[str, Fault]]:
    """Files that look like templates, but are none of ours; Word's own beside them are no files."""
    known = [form.template for form in FORMS]
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        is_text = name.lower().endswith(_ENDINGS) and not name.startswith("~$")
        if is_text and unicodedata.normalize("NFC", name) not in known:
            yield name, TEMPLATE_UNUSED(nearest=nearest(name, known))


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
    raise UsageError(f"нет документа «{document}»{perhaps(wanted, names)}")
