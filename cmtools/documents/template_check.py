"""Whether the templates of a workspace are in order: one answer for all who ask."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from cmtools.documents.catalog import TemplateForm
from cmtools.documents.template.loader import load
from cmtools.documents.template.messages import TEMPLATE_DAMAGED, TEMPLATE_UNUSED, BadTemplate
from cmtools.documents.template.schema import declared
from cmtools.errors import explain_os_error
from cmtools.problems import Fault, Place, Problem, problem_at, sort_problems
from cmtools.tables.suggestions import suggest_in_hint
from cmtools.workspace import TEMPLATES, Workspace

_ENDINGS = (".docx", ".docm", ".dotx", ".dotm", ".doc", ".rtf", ".odt")


def check_templates(workspace: Workspace, forms: Sequence[TemplateForm]) -> tuple[Problem, ...]:
    """Load the template of each form; files of the folder that are no template are a warning.

    Raises:
        OSError: the folder of templates cannot be read.
    """
    folder = workspace.path(TEMPLATES)
    faults = [(form.template, fault) for form in forms for fault in _faults_of(folder, form)]
    faults += _unused_files(folder, [form.template for form in forms])
    return sort_problems(
        problem_at(Place(file=workspace.name(folder / name)), fault) for name, fault in faults
    )


def _faults_of(folder: Path, form: TemplateForm) -> Sequence[Fault]:
    try:
        return load(folder / form.template, declared(form.record)).remarks
    except BadTemplate as bad:
        return bad.faults
    except OSError as error:
        return [TEMPLATE_DAMAGED(detail=explain_os_error(error))]


def _unused_files(folder: Path, known: Sequence[str]) -> Iterator[tuple[str, Fault]]:
    """The texts of the folder that no form uses, without the owner files that Word leaves."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        is_text = name.lower().endswith(_ENDINGS) and not name.startswith("~$")
        if is_text and unicodedata.normalize("NFC", name) not in known:
            yield name, TEMPLATE_UNUSED(nearest=suggest_in_hint(name, known))
