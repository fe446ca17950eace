"""Whether the templates of letters and of documents are in order: one answer for all who ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from unicodedata import normalize

from cmtools.documents.shipped_templates import is_older
from cmtools.documents.template.messages import (
    TEMPLATE_DAMAGED,
    TEMPLATE_OLDER,
    TEMPLATE_UNUSED,
    BadTemplate,
)
from cmtools.documents.template.plain_text import load_text
from cmtools.documents.template.schema import declared_fields
from cmtools.documents.template_check import check_templates as check_documents
from cmtools.errors import explain_os_error
from cmtools.letters.catalog import KINDS, LetterKind
from cmtools.problems import Fault, Place, Problem, problem_at, sort_problems
from cmtools.tables.suggestions import suggest_in_hint
from cmtools.workspace import LETTER_TEMPLATES, TEMPLATES, Workspace


def check_templates(workspace: Workspace) -> tuple[Problem, ...]:
    """Check the templates of all documents and letters.

    Raises:
        OSError: the folder of templates cannot be read.
    """
    of_documents = check_documents(workspace)
    folder = workspace.path(TEMPLATES, LETTER_TEMPLATES)
    faults = _check_letters(folder)
    of_letters = (
        problem_at(Place(file=workspace.name(folder / name)), fault) for name, fault in faults
    )
    return sort_problems([*of_documents, *of_letters])


def _check_letters(folder: Path) -> Iterator[tuple[str, Fault]]:
    for kind in KINDS:
        for fault in _faults_of(folder, kind):
            yield kind.template, fault
    known = [kind.template for kind in KINDS]
    for path in sorted(folder.glob("*.txt")):
        if normalize("NFC", path.name) not in known:
            yield path.name, TEMPLATE_UNUSED(nearest=suggest_in_hint(path.name, known))


def _faults_of(folder: Path, kind: LetterKind) -> Sequence[Fault]:
    path = folder / kind.template
    try:
        is_old = is_older(path, f"{LETTER_TEMPLATES}/{kind.template}")
        load_text(path, declared_fields(kind.record))
    except BadTemplate as bad:
        return bad.faults
    except OSError as error:
        return [TEMPLATE_DAMAGED(detail=explain_os_error(error))]
    return [TEMPLATE_OLDER(lacks="")] if is_old else []
