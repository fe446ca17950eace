"""Check a parsed template: it may have only declared fields, conditions and lists.

Every expression has a kind (`schema.KINDS`), so that a filter that does not fit its field is found
before any document is made. It is a static check: a trial rendering sees only the branches that its
sample takes, and cannot say which tag is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes

from cmtools.documents.field_types import Picture
from cmtools.documents.template import messages
from cmtools.documents.template.filters import BY_NAME, Filter
from cmtools.documents.template.schema import KINDS, PRINTED, TEXTS, Fields, FieldSpec, full_names
from cmtools.problems import Fault, Message
from cmtools.tables.suggestions import suggest_in_hint

TESTS = ("defined",)
DEPTH = 2  # of loops in loops: what a template costs stays in proportion to its lists
EMBEDDED = 'r:embed="'  # precedes a picture in the markup

_LOOP = FieldSpec(
    meaning="Место в списке",
    parts={
        "index": FieldSpec(meaning="Номер строки, с единицы", kind=int),
        "length": FieldSpec(meaning="Сколько всего строк", kind=int),
        "first": FieldSpec(meaning="Первая ли это строка", kind=bool),
        "last": FieldSpec(meaning="Последняя ли это строка", kind=bool),
    },
)


def faults_of(tree: nodes.Template, known: Fields) -> list[tuple[int, Fault]]:
    """Return all that a parsed template may not have, each with its line, counted from 1."""
    checker = _Checker()
    checker.check(tree.body, known, 0)
    return checker.found


class _Checker:
    """Walks a parsed template and notes all that a template may not have."""

    def __init__(self) -> None:
        self.found: list[tuple[int, Fault]] = []
        self._line = 1

    def check(self, body: Iterable[nodes.Node], scope: Fields, depth: int) -> None:
        for node in body:
            self._line = node.lineno
            match node:
                case nodes.Output():
                    self._check_printed(node, scope)
                case nodes.If():
                    self._kind(node.test, scope)
                    self.check([*node.body, *node.elif_, *node.else_], scope, depth)
                case nodes.For():
                    self._check_loop(node, scope, depth)
                case _:
                    self._forbid(_what(node))

    def _check_printed(self, output: nodes.Output, scope: Fields) -> None:
        before = ""
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                before = node.data
            elif before.endswith(EMBEDDED):
                kind, before = self._kind(node, scope), ""
                if kind not in (Picture, None):
                    self._note(
                        messages.TEMPLATE_PICTURE, name=_expression_text(node), what=_word(kind)
                    )
            else:
                self._expect_printed(node, scope)

    def _check_loop(self, loop: nodes.For, scope: Fields, depth: int) -> None:
        found = self._declaration_of(loop.iter, scope)
        if found is None:
            return
        if not found.many or not isinstance(loop.target, nodes.Name) or depth == DEPTH:
            self._forbid("цикл не по списку полей")
            return
        each = FieldSpec(meaning=found.meaning, kind=found.kind, parts=found.parts)
        inner = {**scope, loop.target.name: each, "loop": _LOOP}
        if loop.test is not None:
            self._kind(loop.test, inner)
        self.check([*loop.body, *loop.else_], inner, depth + 1)

    def _kind(self, node: nodes.Node | None, scope: Fields) -> type | None:
        """Return the kind of an expression's value; None where a fault was noted."""
        self._line = node.lineno if node else self._line
        match node:
            case nodes.Name() | nodes.Getattr():
                found = self._declaration_of(node, scope)
                return found.sort if found else None
            case nodes.Const(value=str() | bool() | int()):
                return type(node.value)
            case nodes.Filter():
                return self._type_after_filter(node, scope)
            case nodes.Concat():
                for child in node.nodes:
                    self._expect_printed(child, scope)
                return str
            case nodes.And() | nodes.Or():
                return _common(self._kind(node.left, scope), self._kind(node.right, scope))
            case nodes.CondExpr(expr2=nodes.Expr()):
                self._kind(node.test, scope)
                return _common(self._kind(node.expr1, scope), self._kind(node.expr2, scope))
            case nodes.Not():
                self._kind(node.node, scope)
                return bool
            case nodes.Test() if node.name in TESTS:
                self._kind(node.node, scope)
                return bool
            case nodes.Compare():
                self._check_compared(node, scope)
                return bool
        self._forbid(_what(node))
        return None

    def _check_compared(self, node: nodes.Compare, scope: Fields) -> None:
        """Allow texts only with texts: «0» is not 0, the condition would be false."""
        first = self._kind(node.expr, scope)
        for operand in node.ops:
            other = self._kind(operand.expr, scope)
            if first is None or other is None:
                continue
            texts = {first in TEXTS, other in TEXTS}
            fits = texts == {True} or (texts == {False} and first is other)
            if not fits or (operand.op in ("gt", "gteq", "lt", "lteq") and first is not int):
                self._forbid(
                    f"сравнение {_expression_text(node.expr)} ({_word(first)}) и {_word(other)}"
                )

    def _type_after_filter(self, node: nodes.Filter, scope: Fields) -> type | None:
        kind = self._kind(node.node, scope)
        used = BY_NAME.get(node.name)
        if used is None:
            nearest = suggest_in_hint(node.name, BY_NAME)
            self._note(
                messages.TEMPLATE_FILTER, name=node.name, nearest=nearest, known=", ".join(BY_NAME)
            )
            return None
        shown = {"name": used.name, "example": used.example}
        if not self._fits_arguments(node, used, scope):
            wanted = used.arguments or "нисколько"
            self._note(messages.TEMPLATE_ARGUMENTS, wanted=wanted, **shown)
        if kind is not None and kind not in used.takes:
            field, what = _expression_text(node.node), _word(kind)
            self._note(messages.TEMPLATE_MISFIT, takes=used.taken, field=field, what=what, **shown)
        return used.gives

    def _fits_arguments(self, node: nodes.Filter, used: Filter, scope: Fields) -> bool:
        if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
            return False
        kinds = [self._kind(argument, scope) for argument in node.args]
        return len(kinds) == used.arguments and all(kind in (*TEXTS, None) for kind in kinds)

    def _declaration_of(self, node: nodes.Node, scope: Fields) -> FieldSpec | None:
        """Return the field of a dotted name; None, and a fault, where there is none."""
        names = _path_names(node)
        found, known = None, scope
        for name in names:
            found = known.get(name)
            if found is None:
                known_names = [full for full in full_names(scope) if not full.startswith("loop.")]
                full = ".".join(names)
                nearest = suggest_in_hint(full, known_names)
                self._note(
                    messages.TEMPLATE_FIELD,
                    name=full,
                    nearest=nearest,
                    known=", ".join(known_names),
                )
                return None
            known = {} if found.many else found.parts or {}
        if found is None:
            self._forbid(_what(node))
        return found

    def _expect_printed(self, node: nodes.Node, scope: Fields) -> None:
        kind = self._kind(node, scope)
        if kind in (tuple, dict):
            found, name = self._declaration_of(node, scope), _expression_text(node)
            parts = (found.parts if found else None) or {}
            known = ", ".join(parts if kind is tuple else (f"{name}.{part}" for part in parts))
            self._note(messages.TEMPLATE_GROUP, name=name, what=_word(kind), known=known)
        elif kind is Picture:
            self._note(messages.TEMPLATE_PICTURE_AS_TEXT, name=_expression_text(node))
        elif kind not in (*PRINTED, None):
            self._forbid(f"{_word(kind)} вместо значения")

    def _forbid(self, what: str) -> None:
        self._note(messages.TEMPLATE_FORBIDDEN, what=what)

    def _note(self, message: Message, **values: object) -> None:
        self.found.append((self._line, message(**values)))


def _common(one: type | None, other: type | None) -> type | None:
    """Return the kind of a value that is either; texts of two kinds are plain texts."""
    if one is None or other is None:
        return None
    if one is other:
        return one
    return str if one in TEXTS and other in TEXTS else bool


def _path_names(node: nodes.Node | None) -> list[str]:
    """`order.number` as its names; empty for any other expression."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        names = _path_names(node.node)
        return [*names, node.attr] if names else []
    return []


def _expression_text(node: nodes.Node | None) -> str:
    """Write an expression as a person would."""
    if isinstance(node, nodes.Filter):
        return f"{_expression_text(node.node)} | {node.name}"
    if isinstance(node, nodes.Const):
        return f"«{node.value}»"
    return ".".join(_path_names(node)) or "выражение"


def _what(node: nodes.Node | None) -> str:
    """Name an expression that a template may not have."""
    match node:
        case nodes.Call():
            return "вызов"
        case nodes.CondExpr():
            return "условие без else"
    return "выражение сложнее имени поля"


def _word(kind: type | None) -> str:
    return KINDS[kind].one if kind else ""
