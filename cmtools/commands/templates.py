"""`cmtools templates`: every template held against the fields that it may name, or renewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmtools.commands.result import Result, problems_as_json
from cmtools.documents import shipped_templates
from cmtools.documents.catalog import FORMS, find_form
from cmtools.documents.template.filters import FILTERS
from cmtools.documents.template.schema import KINDS as KINDS_OF_FIELDS
from cmtools.documents.template.schema import declared_fields, walk_fields
from cmtools.letters import template_check
from cmtools.letters.catalog import KINDS as LETTERS
from cmtools.problems import has_errors
from cmtools.workspace import find_workspace

ALL_FORMS = (*FORMS, *LETTERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplatesResult(Result):
    """What is wrong with the templates, so many of which were checked."""

    checked: int

    def as_json(self) -> dict[str, Any]:
        return {"ok": not has_errors(self.problems), "problems": problems_as_json(self.problems)}


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldsResult(Result):
    """The fields and filters that a template may name, each in the shape of the answer."""

    template: str
    fields: tuple[dict[str, str], ...]
    filters: tuple[dict[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "template": self.template,
            "fields": list(self.fields),
            "filters": list(self.filters),
        }


def check_templates(root: Path) -> TemplatesResult:
    """Check all templates of the workspace at or above `root`, and name the files that are none.

    Raises:
        WorkspaceError: there is no workspace.
        OSError: the folder of templates cannot be read.
    """
    problems = template_check.check_templates(find_workspace(root))
    return TemplatesResult(problems=problems, checked=len(ALL_FORMS))


@dataclass(frozen=True, kw_only=True, slots=True)
class RenewResult(Result):
    """The templates that were renewed are its files; its problems are of those that are there."""

    def as_json(self) -> dict[str, Any]:
        return {"files": list(self.files), "problems": problems_as_json(self.problems)}


def renew_templates(root: Path) -> RenewResult:
    """Give the workspace the templates of this version in place of untouched and missing ones.

    Raises:
        WorkspaceError: there is no workspace.
        OSError: the templates cannot be read or written.
    """
    workspace = find_workspace(root)
    files = tuple(workspace.name(path) for path in shipped_templates.renew_templates(workspace))
    return RenewResult(files=files, problems=template_check.check_templates(workspace))


def list_fields(document: str) -> FieldsResult:
    """List what the template of a document, an id or a name, may name.

    Raises:
        UsageError: there is no such document.
    """
    form = find_form(ALL_FORMS, document)
    return FieldsResult(
        template=form.template,
        fields=tuple(
            {"field": name, "kind": KINDS_OF_FIELDS[field.sort].one, "meaning": field.meaning}
            for name, field in walk_fields(declared_fields(form.record))
        ),
        filters=tuple(
            {"filter": f.name, "for": f.taken, "meaning": f.meaning, "example": f.example}
            for f in FILTERS
        ),
    )
