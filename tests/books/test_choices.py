"""The choices of the books: rules compare members of enumerations, never their Russian texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import cmtools

ROOT = Path(cmtools.__file__).parent
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
OF_LETTERS = ROOT / "documents" / "declension"  # the letters of Russian words are its subject


def compared(tree: ast.Module) -> Iterator[ast.expr]:
    """Every expression that is compared with another, or matched."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.MatchValue):
            yield node.value


def russian(tree: ast.Module) -> list[tuple[int, str]]:
    """(line, text) of the Russian literals among what is compared."""
    return [
        (part.lineno, part.value)
        for expression in compared(tree)
        for part in ast.walk(expression)
        if isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and CYRILLIC.search(part.value)
    ]


def test_what_is_compared_is_found() -> None:
    code = "a == 'шт'\nif b in (None, 'да'): pass\nmatch c:\n case 'нет': pass\nd = 'шт' + e == f"
    assert sorted(russian(ast.parse(code))) == [(1, "шт"), (2, "да"), (4, "нет"), (5, "шт")]
    assert russian(ast.parse("a = 'шт'\nb == 'pcs'")) == []


def test_no_rule_compares_russian_literals() -> None:
    modules = [path for path in ROOT.rglob("*.py") if not path.is_relative_to(OF_LETTERS)]
    found = {
        f"{path.relative_to(ROOT)}, line {line}": text
        for path in modules
        for line, text in russian(ast.parse(path.read_text("utf-8")))
    }
    assert found == {}
