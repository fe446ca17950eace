"""Render a template with a record of fields, and check that every value is in the document.

docxtpl's own `render` evaluates footnotes once a section and rewrites `{_{` in data, so each part
is rendered once, by itself. A document is what docxtpl would have made of plain data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from cmtools.documents.template import docx_parts, jinja_tags, messages, pictures
from cmtools.documents.template.loader import Template
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.properties import CORE, core_properties
from cmtools.documents.template.sandbox import RenderRun
from cmtools.documents.template.schema import field_values

SECONDS = 20.0  # for one document

_FIRST_DRAWING = 1001  # as docxtpl numbers them
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A document; `unsure` are the names and posts to check, each with the case it was put into."""

    content: bytes
    unsure: tuple[tuple[str, str], ...]


def render(
    template: Template, record: Any, day: date | None = None, *, seconds: float = SECONDS
) -> Rendered:
    """Make a document of a day from a template and a record of fields.

    The same template, record and day give the same bytes.

    Raises:
        BadTemplate: the template cannot be filled, takes longer than `seconds`, or a value is
            lost on the way.
    """
    run = RenderRun(seconds=seconds, next_picture=template.first_picture)
    drawings = count(_FIRST_DRAWING)
    changed = {CORE: core_properties(template.title, day)}
    for name, part in template.compiled.items():
        xml = run.text(part.compiled, field_values(record))
        if part.has_cells:
            xml = jinja_tags.fit_columns(xml)
        if part.has_drawings:
            xml = pictures.renumber_drawings(xml, drawings)
        changed[name] = (_DECLARATION + xml).encode()
        if part.relations is not None:
            changed |= pictures.picture_parts(part.relations, name, run.take_pictures())
    _read_back([changed[name] for name in template.compiled], run.printed)
    content = docx_parts.pack(changed, beside=template.kept)
    return Rendered(content=content, unsure=tuple(run.unsure))


def _read_back(filled: Iterable[bytes], printed: Iterable[str]) -> None:
    """Check that every printed text shows in the filled parts.

    Raises:
        BadTemplate: some do not.
    """
    shown = "".join(map(docx_parts.text_of, filled))
    lost = [value for value in dict.fromkeys(printed) if value not in shown]
    if lost:
        raise BadTemplate([messages.VALUE_LOST(value=value[:60]) for value in lost])
