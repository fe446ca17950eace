"""Check that conditions and loops leave the markup of a template whole for any data.

A block may be left out or repeated if behind it the same elements are open as before it: it closes
only what it opens, or opens again what it closes (from the middle of one paragraph to the next).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cmtools.documents.template.messages import TEMPLATE_CROSSED
from cmtools.problems import Fault

_TOKEN = re.compile(
    r"\{%\s*(?P<word>\w+).*?%\}|\{\{.*?\}\}|\{#.*?#\}|<(?P<end>/?)(?P<name>[\w:.-]+)[^>]*?(?P<own>/?)>",
    re.DOTALL,
)


@dataclass(kw_only=True, slots=True)
class _Block:
    """A condition or loop: how many elements were open before it, and which of them it closed."""

    tag: str
    depth: int
    closed: list[str] = field(default_factory=list)

    def leaves(self, stack: list[str]) -> bool:
        """Whether the same elements are open as before it, in the same cell of a table."""
        same_cell = not any(name.endswith(":tc") for name in self.closed)
        return (
            same_cell
            and len(stack) == self.depth
            and (stack[self.depth - len(self.closed) :] == self.closed[::-1])
        )


def faults_of(source: str) -> list[Fault]:
    """Find the first block of a template that would tear the markup; its tags are paired."""
    stack: list[str] = []
    blocks = [_Block(tag="", depth=0)]
    for token in _TOKEN.finditer(source):
        match token["word"], token["name"]:
            case "if" | "for", _:
                blocks.append(_Block(tag=token[0], depth=len(stack)))
            case str(word), _:
                if not blocks[-1].leaves(stack):
                    return [TEMPLATE_CROSSED(near=blocks[-1].tag)]
                blocks[-1].closed.clear()
                if word.startswith("end"):
                    blocks.pop()
            case _, str(name) if token["end"]:
                if not stack or stack.pop() != name:
                    return [TEMPLATE_CROSSED(near=blocks[-1].tag)]
                if len(stack) < blocks[-1].depth - len(blocks[-1].closed):
                    blocks[-1].closed.append(name)
            case _, str(name) if not token["own"]:
                stack.append(name)
    return []
