"""Whether the templates of a workspace are in order: one answer for all who ask."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from cmtools.books.document_rules import check_documents
from cmtools.books.loader import BookFile, BookLoader
from cmtools.books.own_documents import OWN_DOCUMENTS
from cmtools.books.settings import SETTINGS
from cmtools.documents.catalog import (
    FORMS,
    STANDARD_DOCUMENTS,
    DocumentKind,
    TemplateForm,
    own_kinds,
)
from cmtools.documents.template.loader import load
from cmtools.documents.template.messages import TEMPLATE_DAMAGED, TEMPLATE_UNUSED, BadTemplate
from cmtools.documents.template.schema import declared_fields
from cmtools.errors import explain_os_error
from cmtools.problems import Fault, Place, Problem, problem_at, sort_problems
from cmtools.tables.dataset import Dataset
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.suggestions import suggest_in_hint
from cmtools.workspace import TEMPLATES, Workspace

_ENDINGS = (".docx", ".docm", ".dotx", ".dotm", ".doc", ".rtf", ".odt")


def check_templates(workspace: Workspace) -> tuple[Problem, ...]:
    """Load the templates of all documents; a file of the folder that is none of them is a warning.

    Raises:
        OSError: the folder of templates cannot be read.
    """
    folder = workspace.path(TEMPLATES)
    forms = (*FORMS, *_own_kinds(workspace))
    faults = [(form.template, fault) for form in forms for fault in _faults_of(folder, form)]
    faults += _unused_files(folder, [form.template for form in forms])
    return sort_problems(
        problem_at(Place(file=workspace.name(folder / name)), fault) for name, fault in faults
    )


def _own_kinds(workspace: Workspace) -> Sequence[DocumentKind]:
    """Read the kinds that the company has added; none where «Настройки» cannot be read."""
    path = workspace.path(SETTINGS.file_name)
    if not path.is_file():
        return ()
    with Reader(workspace.limits()) as reader:
        reading = BookLoader(reader, {OWN_DOCUMENTS})
        reading.read(BookFile(path=path, name=path.name, book=SETTINGS))
    dataset = Dataset(reading.sheets)
    dataset.check(date.max)  # no column of the sheet is a date
    check_documents(dataset, STANDARD_DOCUMENTS)
    return own_kinds(dataset)


def _faults_of(folder: Path, form: TemplateForm) -> Sequence[Fault]:
    try:
        return load(folder / form.template, declared_fields(form.record)).remarks
    except BadTemplate as bad:
        return bad.faults
    except OSError as error:
        return [TEMPLATE_DAMAGED(detail=explain_os_error(error))]


def _unused_files(folder: Path, known: Sequence[str]) -> Iterator[tuple[str, Fault]]:
    """Yield a warning for each text of the folder that no form uses; Word's `~$` files are none."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        is_text = name.lower().endswith(_ENDINGS) and not name.startswith("~$")
        if is_text and unicodedata.normalize("NFC", name) not in known:
            yield name, TEMPLATE_UNUSED(nearest=suggest_in_hint(name, known))
