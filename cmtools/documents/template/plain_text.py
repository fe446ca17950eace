"""Templates of plain text: the first line is the subject, the rest the letter."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from cmtools.documents.template import checker, messages
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.sandbox import Compiled, RenderRun, Sandbox, TemplateNotParsed
from cmtools.documents.template.schema import Fields, field_values
from cmtools.problems import Fault

MOST_BYTES = 1 << 20
SECONDS = 20.0

_FIELD = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_PAIRED = re.compile(r"\{%-?\s*(?P<end>end)?(?P<word>if|for)\b.*?%\}", re.DOTALL)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TextTemplate:
    """A checked template: its first line, and what follows."""

    subject: Compiled
    body: Compiled


class RenderedText(NamedTuple):
    """A subject of one line, and the text of a letter."""

    subject: str
    body: str


def load_text(path: Path, known: Fields) -> TextTemplate:
    """Read, check and compile a template; all faults of its tags are reported at once.

    Raises:
        BadTemplate: see `faults`.
        OSError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            text = _decode(file.read(MOST_BYTES + 1))
    except FileNotFoundError as error:
        raise BadTemplate([messages.TEMPLATE_MISSING()]) from error
    written = text.lstrip("\n")
    subject, _, body = written.partition("\n")
    first = len(text) - len(written) + 1  # the line of the subject
    if not subject.strip() or not body.strip():
        raise BadTemplate([messages.TEMPLATE_NO_SUBJECT()])
    sandbox = Sandbox()
    parts = []
    faults: list[Fault] = []
    for source, above in ((subject, first - 1), (body, first)):
        try:
            tree = sandbox.parse_template(source)
        except TemplateNotParsed:
            found = [*_find_torn_tags(sandbox, source)]
        else:
            found = checker.faults_of(tree, known)
            parts.append(tree)
        faults += (
            replace(fault, message=f"строка {above + line}: {fault.message}")
            for line, fault in found
        )
    if faults:
        raise BadTemplate(list(dict.fromkeys(faults)))
    return TextTemplate(subject=sandbox.compile_tree(parts[0]), body=sandbox.compile_tree(parts[1]))


def render_text(template: TextTemplate, record: Any, *, seconds: float = SECONDS) -> RenderedText:
    """Fill a template; the same template and record give the same text.

    A condition on a line of its own leaves no second blank line.

    Raises:
        BadTemplate: the template cannot be filled, or takes longer than `seconds`.
    """
    run = RenderRun(seconds=seconds, is_plain=True)
    values = field_values(record)
    subject = " ".join(run.text(template.subject, values).split())
    body = _BLANK_LINES.sub("\n\n", run.text(template.body, values)).strip()
    return RenderedText(subject, "\n".join(line.rstrip() for line in body.splitlines()))


def _decode(content: bytes) -> str:
    """Read what Notepad saves: UTF-8, UTF-16, or the old Russian encoding of Windows.

    Raises:
        BadTemplate: it is no text, or longer than any letter.
    """
    if len(content) > MOST_BYTES:
        raise BadTemplate([messages.TEMPLATE_TOO_LARGE(what="шаблон больше всякой меры")])
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise BadTemplate([messages.TEMPLATE_NO_TEXT()])


def _find_torn_tags(sandbox: Sandbox, source: str) -> Iterator[tuple[int, Fault]]:
    """Yield each field that is wrong by itself, else the tag without a pair, with their lines."""
    wrong = [field for field in _FIELD.finditer(source) if not sandbox.can_parse(field[0])]
    for found in wrong or _find_unpaired(source):
        line = source.count("\n", 0, found.start()) + 1
        yield line, messages.TEMPLATE_SYNTAX(near=found[0].strip()[:100])


def _find_unpaired(source: str) -> list[re.Match[str]]:
    """Return the innermost condition or loop that is not closed, else the whole text."""
    opened: list[re.Match[str]] = []
    for tag in _PAIRED.finditer(source):
        if not tag["end"]:
            opened.append(tag)
        elif not opened or opened[-1]["word"] != tag["word"]:
            return [tag]
        else:
            opened.pop()
    return opened[-1:] or [*re.finditer(r"[\s\S]+", source)]
