"""Run templates: they reach nothing but fields, within bounds of time and output."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from cmtools.documents.field_types import Inflected, Picture
from cmtools.documents.russian_text import NB_HYPHEN, clean_text, keep_together
from cmtools.documents.template import messages, pictures
from cmtools.documents.template.checker import TESTS
from cmtools.documents.template.filters import FILTERS, Filter
from cmtools.documents.template.messages import BadTemplate

Compiled: TypeAlias = Template

SIGNS = 50_000_000  # of one made part

_RUN, _WALKED = "_run", "_walked"
_ELEMENTS = {"\t": "tab", "\n": "br", NB_HYPHEN: "noBreakHyphen"}
_BETWEEN = '</w:t><w:{}/><w:t xml:space="preserve">'


class TemplateNotParsed(Exception):
    """A template that Jinja cannot read."""


@dataclass(kw_only=True, slots=True)
class RenderRun:
    """The rendering of one document, which may take so many seconds: what was printed so far.

    `pictures` are numbered from `next_picture` on. What `is_plain` is no markup of Word.
    """

    seconds: float
    next_picture: int = 1
    is_plain: bool = False
    deadline: float = field(init=False)  # by time.monotonic
    printed: list[str] = field(default_factory=list)
    unsure: dict[tuple[str, str], None] = field(default_factory=dict)
    pictures: dict[int, Picture] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.seconds

    def text(self, template: Compiled, values: Mapping[str, Any]) -> str:
        """Render a compiled template with the values.

        Raises:
            BadTemplate: the deadline has passed, the text is longer than `SIGNS`, or a value is
                not what the template takes it for.
        """
        pieces, signs = [], 0
        try:
            for piece in template.generate({**values, _RUN: self}):
                pieces.append(piece)
                signs += len(piece)
                if signs > SIGNS:
                    what = "документ вышел больше всякой меры"
                    raise BadTemplate([messages.TEMPLATE_TOO_LARGE(what=what)])
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise BadTemplate([messages.TEMPLATE_SYNTAX(near=str(error)[:100])]) from error
        self.check_deadline()
        return "".join(pieces)

    def check_deadline(self) -> None:
        """Raise BadTemplate once the deadline has passed."""
        if time.monotonic() > self.deadline:
            raise BadTemplate([messages.TEMPLATE_SLOW(seconds=f"{self.seconds:g}")])

    def take_pictures(self) -> dict[int, Picture]:
        """Return the pictures shown since the last call, by number."""
        taken, self.pictures = self.pictures, {}
        return taken

    def note(self, value: object) -> None:
        """Note a name whose case a person should check."""
        if isinstance(value, Inflected) and not value.sure:
            self.unsure[value.of, value.case] = None

    def show(self, value: object) -> Markup:
        """Write a value into the markup: a text escaped, a picture as its number."""
        if isinstance(value, Picture):
            number, self.next_picture = self.next_picture, self.next_picture + 1
            self.pictures[number] = value
            return Markup(pictures.picture_id(number))
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise TypeError(f"{value!r}"[:100])
        self.note(value)
        if self.is_plain:
            return Markup(clean_text(str(value)))
        text, markup = _in_word(str(value))
        self.printed.append(text)
        return markup


@lru_cache(maxsize=4096)  # papers of one order, client and month repeat most of their texts
def _in_word(text: str) -> tuple[str, Markup]:
    """Return a text as a document shows it, and its markup there."""
    text = keep_together(clean_text(text))
    markup = str(escape(text))
    for sign, element in _ELEMENTS.items():
        markup = markup.replace(sign, _BETWEEN.format(element))
    return text, Markup(markup)


@dataclass(frozen=True, slots=True)
class _Walked(Sequence[Any]):
    """A list that checks the deadline at each item."""

    items: Sequence[Any]
    run: RenderRun

    def __iter__(self) -> Iterator[Any]:
        for item in self.items:
            self.run.check_deadline()
            yield item

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        return self.items[index]


class Sandbox(SandboxedEnvironment):
    """Templates of fields, conditions and lists, with the filters of the catalogue."""

    def __init__(self) -> None:
        super().__init__(
            autoescape=True, undefined=StrictUndefined, finalize=_show, keep_trailing_newline=True
        )
        self.globals.clear()
        self.filters = {found.name: _guard(found) for found in FILTERS}
        self.filters[_WALKED] = _walk
        self.tests = {name: self.tests[name] for name in TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a record; anything else is left to Jinja's own sandbox."""
        if attribute in getattr(type(obj), "__dataclass_fields__", ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def parse_template(self, source: str) -> nodes.Template:
        """Parse a template.

        Raises:
            TemplateNotParsed: it cannot be read, or is nested too deep.
        """
        try:
            return self.parse(source)
        except (TemplateSyntaxError, RecursionError) as error:
            raise TemplateNotParsed(str(error)) from error

    def can_parse(self, source: str) -> bool:
        """Tell whether a template, or a tag alone, can be read."""
        try:
            self.parse_template(source)
        except TemplateNotParsed:
            return False
        return True

    def compile_tree(self, tree: nodes.Template) -> Compiled:
        """Compile a checked template; its loops look at the deadline."""
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _WALKED, [], [], None, None, lineno=loop.lineno)
        tree.set_environment(self)
        return self.from_string(tree)


@pass_context
def _show(context: Context, value: object) -> Markup:
    run: RenderRun = context[_RUN]
    return run.show(value)


@pass_context
def _walk(context: Context, items: Sequence[Any]) -> _Walked:
    return _Walked(items, context[_RUN])


def _guard(used: Filter) -> Callable[..., Any]:
    """Wrap a filter so that names of unsure case are noted."""

    @pass_context
    def apply(context: Context, value: Any, *arguments: str) -> Any:
        found = used(value, *arguments)
        context[_RUN].note(found)
        return found

    return apply
