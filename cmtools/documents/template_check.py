"""Whether the templates of a workspace are in order: one answer for all who ask."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from cmtools.books.document_rules import check_documents
from cmtools.books.loader import BookFile, BookLoader
from cmtools.books.own_documents import OWN_DOCUMENTS
from cmtools.books.register import CLIENTS, REGISTER
from cmtools.books.settings import ORGANIZATION, SETTINGS
from cmtools.documents.catalog import FORMS, STANDARD_DOCUMENTS, TemplateForm
from cmtools.documents.own_kinds import own_kinds
from cmtools.documents.shipped_templates import give_new_templates, is_older
from cmtools.documents.template.loader import load
from cmtools.documents.template.messages import (
    TEMPLATE_DAMAGED,
    TEMPLATE_NO_FIELDS,
    TEMPLATE_NO_NUMBER,
    TEMPLATE_OLDER,
    TEMPLATE_UNUSED,
    BadTemplate,
)
from cmtools.documents.template.schema import declared_fields, full_names
from cmtools.documents.template.typed_data import find_typed_data
from cmtools.errors import explain_os_error
from cmtools.problems import Fault, Place, Problem, problem_at, sort_problems
from cmtools.tables.dataset import Dataset
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.suggestions import suggest_in_hint
from cmtools.workspace import TEMPLATES, Workspace, bundled_folder

_ENDINGS = (".docx", ".docm", ".dotx", ".dotm", ".doc", ".rtf", ".odt")


NUMBER = "number"
"""The field that tells the papers about the parts of an order from each other."""

_NAMED = ("name", "full_name", "head_name", "inn", "account")


def check_templates(workspace: Workspace) -> tuple[Problem, ...]:
    """Check the templates of all documents; warn of other files in their folder.

    A finished paper saved as a template is an error: it has data of a client outside of fields.

    Raises:
        OSError: the folder of templates cannot be read.
    """
    with suppress(OSError):  # rights are reported elsewhere; a missing template is, below
        give_new_templates(workspace)
    folder = workspace.path(TEMPLATES)
    dataset = _read_books(workspace)
    forms = (*FORMS, *own_kinds(dataset))
    names = _client_names(dataset)
    faults = [(form.template, fault) for form in forms for fault in _faults_of(folder, form, names)]
    faults += _unused_files(folder, [form.template for form in forms])
    return sort_problems(
        problem_at(Place(file=workspace.name(folder / name)), fault) for name, fault in faults
    )


def _read_books(workspace: Workspace) -> Dataset:
    """Read the kinds that the company has added, and its clients; none where a book is missing."""
    books = [(workspace.path(book.file_name), book) for book in (SETTINGS, REGISTER)]
    with Reader(workspace.limits()) as reader:
        reading = BookLoader(reader, {OWN_DOCUMENTS, ORGANIZATION, CLIENTS})
        for path, book in books:
            if path.is_file():
                reading.read(BookFile(path=path, name=path.name, book=book))
    dataset = Dataset(reading.sheets)
    dataset.check(date.max)
    check_documents(dataset, STANDARD_DOCUMENTS)
    return dataset


def _client_names(dataset: Dataset) -> Sequence[str]:
    """Return names and numbers of clients, but those that are the company's own."""
    own = {row.get(name) for row in dataset.entries(ORGANIZATION) for name in _NAMED}
    names = {row.get(name) for row in dataset.entries(CLIENTS) for name in _NAMED}
    return sorted(filter(None, names - own))


def _faults_of(folder: Path, form: TemplateForm, names: Sequence[str]) -> Sequence[Fault]:
    path, known = folder / form.template, declared_fields(form.record)
    try:
        is_old = is_older(path, form.template)
        template = load(path, known)
    except BadTemplate as bad:
        return [*bad.faults, *([TEMPLATE_OLDER(lacks="")] if is_old else ())]
    except OSError as error:
        return [TEMPLATE_DAMAGED(detail=explain_os_error(error))]
    faults = [*template.remarks, *find_typed_data(template.typed, names)]
    if not template.compiled:
        faults.append(TEMPLATE_NO_FIELDS())
    elif is_old:
        shipped = load(bundled_folder("templates") / form.template, known)
        new = [n for n in full_names(known) if n in shipped.named and n not in template.named]
        faults.append(TEMPLATE_OLDER(lacks=f": в нём нет полей {', '.join(new)}" if new else ""))
    elif NUMBER in known and NUMBER not in template.named:
        faults.append(TEMPLATE_NO_NUMBER())
    return faults


def _unused_files(folder: Path, known: Sequence[str]) -> Iterator[tuple[str, Fault]]:
    """Yield a warning for each text of the folder that no form uses; Word's `~$` files are none."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        is_text = name.lower().endswith(_ENDINGS) and not name.startswith("~$")
        if is_text and unicodedata.normalize("NFC", name) not in known:
            yield name, TEMPLATE_UNUSED(nearest=suggest_in_hint(name, known))
