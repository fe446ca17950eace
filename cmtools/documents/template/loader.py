"""Load a Word template: read it, check its tags, compile it once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmtools.documents.template import (
    checker,
    docx_parts,
    forbidden_content,
    jinja_tags,
    markup,
    messages,
    pictures,
)
from cmtools.documents.template.hyperlinks import unwrap_links
from cmtools.documents.template.jinja_tags import TemplateTag
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.properties import CORE, prepare_parts
from cmtools.documents.template.sandbox import Compiled, Sandbox, TemplateNotParsed
from cmtools.documents.template.schema import Fields
from cmtools.problems import Fault
from cmtools.tables.part_names import relations_part

_NAME = re.compile(r"[a-z]\w*(?:\.\w+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplatePart:
    """A part of a template that has tags; `relations` where some of its drawings are fields."""

    compiled: Compiled
    has_drawings: bool
    has_cells: bool  # that are looped over
    relations: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A template of the declared fields: the parts to fill by name, and a zip of the others.

    Documents are called `title`, pictures in them are numbered from `first_picture` on; `typed` are
    the texts of its paragraphs without tags, `named` what its tags name, fields among it, `remarks`
    are faults that stop nothing.
    """

    compiled: Mapping[str, TemplatePart]
    kept: bytes
    title: str
    first_picture: int
    typed: Sequence[str]
    named: frozenset[str]
    remarks: Sequence[Fault]


def load(path: Path, known: Fields) -> Template:
    """Read, check and compile a template; all faults of its tags are reported at once.

    Raises:
        BadTemplate: see `faults`.
        OSError: the file cannot be read.
    """
    content = docx_parts.read_template(path)
    forbidden_content.refuse_forbidden(content)
    content = unwrap_links(prepare_parts(content))
    first_picture = pictures.first_free_number(content)
    sandbox = Sandbox()
    compiled: dict[str, TemplatePart] = {}
    typed: list[str] = []
    named: set[str] = set()
    wrong: list[Fault] = []
    for name in docx_parts.text_parts(content):
        tree = docx_parts.parse_xml(content[name])
        placeholders = pictures.find_placeholders(tree, known)
        found, faulty = jinja_tags.find_tags(tree)
        typed += jinja_tags.texts_between_tags(tree)
        named.update(name for tag in found for name in _NAME.findall(tag.text))
        wrong += faulty
        if faulty or not (found or placeholders):
            continue
        if placeholders:
            for placeholder in placeholders:
                placeholder.place()
            content = pictures.drop_replaced(content, name, tree)
        try:
            compiled[name] = TemplatePart(
                compiled=_compile(sandbox, jinja_tags.jinja_source(tree), found, known),
                has_drawings=next(tree.iter("{*}docPr"), None) is not None,
                has_cells=any(tag.text.startswith("{%tc ") for tag in found),
                relations=content[relations_part(name)] if placeholders else None,
            )
        except BadTemplate as bad:
            wrong += bad.faults
    if wrong:
        raise BadTemplate(list(dict.fromkeys(wrong)))
    changing = {
        CORE,
        *compiled,
        *(relations_part(n) for n, part in compiled.items() if part.relations),
    }
    return Template(
        compiled=compiled,
        kept=docx_parts.pack({n: content[n] for n in sorted(content) if n not in changing}),
        title=path.stem,
        first_picture=first_picture,
        typed=typed,
        named=frozenset(named),
        remarks=list(forbidden_content.find_review_marks(content)),
    )


def _compile(
    sandbox: Sandbox, source: str, found: Sequence[TemplateTag], known: Fields
) -> Compiled:
    """Check and compile the source of a part.

    Raises:
        BadTemplate: a tag cannot be understood, names what is not known, tears the markup.
    """
    try:
        tree = sandbox.parse_template(source)
    except TemplateNotParsed as error:
        places = [tag.text for tag in found if not sandbox.can_parse(tag.alone)] or [str(error)]
        raise BadTemplate([messages.TEMPLATE_SYNTAX(near=p[:100]) for p in places]) from error
    faults = [fault for _, fault in checker.faults_of(tree, known)]
    if wrong := [*faults, *markup.faults_of(source)]:
        raise BadTemplate(wrong)
    return sandbox.compile_tree(tree)
