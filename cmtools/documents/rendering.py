"""A Word template made into a document: compiled once, rendered in a sandbox, read back.

docxtpl's own `render` evaluates footnotes once a section and rewrites `{_{` in data, so only its
repair of what Word does to tags is used, and each part is rendered once, by itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docxtpl.template import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2 import Template as Compiled
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from cmtools.documents import faults, parts
from cmtools.documents.declaring import Declared, Fields, full_names, values
from cmtools.documents.faults import BadTemplate
from cmtools.problems import Fault

FILTERS = ("capitalize", "default", "length", "lower", "trim", "upper")
TESTS = ("defined",)
DEPTH = 2  # of loops in loops: what a template costs stays in proportion to its lists

_PRINTED = "_printed"
_PLAIN = (
    nodes.Template, nodes.TemplateData, nodes.Output, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat,
    nodes.Filter, nodes.Test,
)  # fmt: skip
_WORDS = {
    "Call": "вызов",
    "Assign": "присваивание (set)",
    "Macro": "макрос",
    **dict.fromkeys(("Include", "Import", "FromImport", "Extends"), "вставка другого шаблона"),
}
_LOOP = Declared(
    meaning="Место в списке",
    parts={name: Declared(meaning="") for name in ("index", "first", "last", "length")},
)
_WHOLE = re.compile(r"\{\{(?:(?!\{[{%]).)*?\}\}|\{%(?:(?!\{[{%]).)*?%\}|\{#.*?#\}", re.DOTALL)
_STRAY = re.compile(r"\{\s*[{%#]|[}%#]\s*\}")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BETWEEN = '</w:t><w:{}/><w:t xml:space="preserve">'
_TAG = re.compile(r"<[^>]*>")
_TAGGED = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_TYPED_QUOTES = str.maketrans("«»„“”", '"' * 5)  # Word corrects the plain ones into these


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A template that was read, checked against the declared fields and compiled."""

    parts: Mapping[str, bytes]
    compiled: Mapping[str, Compiled]


def load(path: Path, known: Fields) -> Template:
    """Read a template; all that is wrong with its tags is told at once.

    Raises:
        BadTemplate: see `faults`.
        OSError: the file cannot be read.
    """
    if not path.exists():
        raise BadTemplate([faults.TEMPLATE_MISSING()])
    content = parts.load(path)
    environment = _environment()
    compiled: dict[str, Compiled] = {}
    wrong: list[Fault] = []
    for name in parts.written_parts(content):
        wrong += _broken_tags(content[name])
        source = _source(content[name])
        try:
            tree = environment.parse(source)
            wrong += _Checker(known).faults_of(tree)
            if not wrong:
                compiled[name] = environment.from_string(tree)
        except TemplateSyntaxError as error:
            wrong.append(faults.TEMPLATE_SYNTAX(near=_near(source, error)))
    if wrong:
        raise BadTemplate(list(dict.fromkeys(wrong)))
    return Template(parts=content, compiled=compiled)


def render(template: Template, record: Any) -> bytes:
    """A document from a template and a record of fields; every text that it names is in it.

    The same template and record give the same bytes.

    Raises:
        BadTemplate: the template cannot be filled, or a value is lost on the way.
    """
    printed: list[str] = []
    made = dict(template.parts)
    for name, compiled in template.compiled.items():
        try:
            xml = compiled.render({**values(record), _PRINTED: printed})
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise BadTemplate([faults.TEMPLATE_SYNTAX(near=str(error)[:100])]) from error
        made[name] = (_DECLARATION + xml.replace("\n<w:p", "<w:p")).encode()
    document = parts.pack(made)
    _read_back(document, template, printed)
    return document


def _read_back(document: bytes, template: Template, printed: list[str]) -> None:
    again = parts.unpack(document)
    shown = "".join(parts.text_of(again[name]) for name in template.compiled)
    lost = [value for value in dict.fromkeys(printed) if value not in shown]
    if lost:
        raise BadTemplate([faults.VALUE_LOST(value=value[:60]) for value in lost])


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, finalize=_print, keep_trailing_newline=True
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


@pass_context
def _print(context: Context, value: object) -> Markup:
    """Put a value into the running text: noted for the reading back, escaped, breaks kept."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{value!r}"[:100])
    text = parts.clean(str(value))
    context[_PRINTED].append(text)
    escaped = str(escape(text)).replace("\t", _BETWEEN.format("tab"))
    return Markup(escaped.replace("\n", _BETWEEN.format("br")))


def _source(part: bytes) -> str:
    """A part as a template: tags split by Word are whole again, each paragraph on its line."""
    xml = etree.tostring(parts.element(part), encoding="unicode")
    mended = DocxTemplate("").patch_xml(xml)  # type: ignore[no-untyped-call]
    mended = _TAGGED.sub(lambda tag: tag[0].translate(_TYPED_QUOTES), mended)
    return re.sub(r"<w:p(?=[ >])", "\n<w:p", mended)


def _broken_tags(part: bytes) -> list[Fault]:
    """Tags that do not end in their paragraph: left alone, they would swallow the next ones."""
    found = []
    for text in parts.paragraphs(part):
        stray = _STRAY.search(_WHOLE.sub("", text))
        if stray:
            found.append(faults.TEMPLATE_SYNTAX(near=text.strip()[:100]))
    return found


def _near(source: str, error: TemplateSyntaxError) -> str:
    """The text of the paragraph in which a tag is broken."""
    if "nexpected end of template" in str(error):
        return "нет парной метки {% endif %} или {% endfor %}"
    paragraphs = source.splitlines()
    return _TAG.sub("", paragraphs[min(error.lineno, len(paragraphs)) - 1]).strip()[:100]


class _Checker:
    """Walks a parsed template and notes whatever is more than fields, conditions and lists."""

    def __init__(self, known: Fields) -> None:
        self._known = known
        self._faults: list[Fault] = []

    def faults_of(self, tree: nodes.Template) -> list[Fault]:
        self._visit(tree, self._known, 0)
        return self._faults

    def _visit(self, node: nodes.Node, scope: Fields, depth: int) -> None:
        match node:
            case nodes.For():
                self._loop(node, scope, depth)
            case nodes.Name() | nodes.Getattr():
                self._find(node, scope)
            case nodes.Filter() | nodes.Test() if node.name not in (*FILTERS, *TESTS):
                self._faults.append(faults.TEMPLATE_FORBIDDEN(what=node.name))
            case _ if isinstance(node, _PLAIN):
                for child in node.iter_child_nodes():
                    self._visit(child, scope, depth)
                    if isinstance(node, nodes.Output):
                        self._refuse_group(child, scope)
            case _:
                self._forbid(node)

    def _forbid(self, node: nodes.Node) -> None:
        what = _WORDS.get(type(node).__name__, "выражение сложнее имени поля")
        self._faults.append(faults.TEMPLATE_FORBIDDEN(what=what))

    def _loop(self, node: nodes.For, scope: Fields, depth: int) -> None:
        found = self._find(node.iter, scope)
        if found is None:
            return
        if not found.many or not isinstance(node.target, nodes.Name) or depth == DEPTH:
            self._faults.append(faults.TEMPLATE_FORBIDDEN(what="цикл не по списку полей"))
            return
        each = Declared(meaning=found.meaning, parts=found.parts)
        inner = {**scope, node.target.name: each, "loop": _LOOP}
        for child in filter(None, (node.test, *node.body, *node.else_)):
            self._visit(child, inner, depth + 1)

    def _find(self, node: nodes.Node, scope: Fields) -> Declared | None:
        """What a dotted name stands for; None, and a fault, where nothing is called so."""
        names = _dotted(node)
        found, known = None, scope
        for name in names:
            found = known.get(name)
            if found is None:
                self._faults.append(_unknown(".".join(names), scope))
                return None
            known = {} if found.many else found.parts or {}
        if found is None:
            self._forbid(node)
        return found

    def _refuse_group(self, node: nodes.Node, scope: Fields) -> None:
        found = self._find(node, scope) if _dotted(node) else None
        if found is not None and found.parts is not None:
            name, what = ".".join(_dotted(node)), "список" if found.many else "группа полей"
            known = ", ".join(found.parts if found.many else (f"{name}.{p}" for p in found.parts))
            self._faults.append(faults.TEMPLATE_GROUP(name=name, what=what, known=known))


def _dotted(node: nodes.Node) -> list[str]:
    """`order.number` as its names; empty for any other expression."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        names = _dotted(node.node)
        return [*names, node.attr] if names else []
    return []


def _unknown(name: str, scope: Fields) -> Fault:
    known = [full for full in full_names(scope) if not full.startswith("loop.")]
    near = difflib.get_close_matches(name, known, n=1)
    nearest = f"может быть, «{near[0]}»? " if near else ""
    return faults.TEMPLATE_FIELD(name=name, nearest=nearest, known=", ".join(known))
