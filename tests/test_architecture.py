"""The arrows of the house, read off the imports: who may know whom, which library lives where."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import cmtools

# Each line knows the lines above it. Rooms of one line do not know each other.
HOUSE = (
    ("problems", "errors", "progress", "files", "locks", "months", "json_values", "workers"),
    ("tables",),
    ("books",),
    ("workspace", "buttons"),
    ("known_files",),
    ("forms",),
    ("merge",),
    ("changed_book",),
    ("pricing",),
    ("documents",),
    ("reports", "agenda"),  # its Word papers are rendered by documents.template
    ("letters",),
    ("inbox", "demo"),
    ("watch",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
HOMES = {
    "xlsxwriter": ("tables.writer", "reports.workbook"),
    "openpyxl": ("reports.plan_edit",),
    "lxml": (
        "tables",
        "documents.template.docx_parts",
        "documents.template.pictures",
        "documents.template.properties",
        "documents.template.forbidden_content",
        "documents.template.hyperlinks",
        "documents.template.jinja_tags",
    ),
    "docxtpl": ("documents.template.jinja_tags",),
    "jinja2": ("documents.template.checker", "documents.template.sandbox"),
    "markupsafe": ("documents.template.sandbox",),
    "holidays": ("agenda.workdays",),
    "icalendar": ("agenda.calendar_file",),
    "rapidfuzz": ("tables.suggestions",),
    "segno": ("documents.qr",),
    "num2words": ("documents.russian_text",),
    "pymorphy3": ("documents.declension.morphology",),
    "pytrovich": ("documents.declension.word_forms",),
    "numpy": ("tables.reader",),
    "pandas": ("reports",),
    "distributed": ("reports.cluster",),
    "typer": ("cli",),
    "rich": ("cli", "watch.live"),
    "watchdog": ("watch.scan_trigger",),
    "filelock": ("locks", "watch.lease"),
}
FACES = ("cli", "watch", "commands.watch")
THEIRS = ("print", "sys.exit", "os.chdir", "date.today", "datetime.today", "datetime.now")

NOUNS = ("pricing", "heading", "staging")
"""Words in -ing that are the standard terms for things."""
PARTICIPLES = frozenset(
    "built chosen done drawn found given gone held kept known left lost "
    "made met sent shown taken told written".split()
)
METAPHORS = set(
    "assistant bell bench clerk crew desk errand errands face faces filing guard judge ledger "
    "neighbours office reporters shelf shelves surroundings wake".split()
)
MODULE_LINES = 350

ROOT = Path(cmtools.__file__).parent
FLOORS = {room: floor for floor, rooms in enumerate(HOUSE) for room in rooms}
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.rglob("*.py"))
    if path.parent != ROOT or path.stem != "__init__"
}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text("utf-8"))


def imports(node: ast.AST, *, typing: bool = True) -> Iterator[str]:
    """Full names of all that is imported below a node, or all but what TYPE_CHECKING marks."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing:
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: imports are absolute"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from imports(child, typing=typing)


def known(module: str, *, typing: bool = True) -> set[str]:
    """The modules of the program that a module imports, wherever it does."""
    names = [name.partition("cmtools.")[2] for name in imports(tree(module), typing=typing)]
    found = {name if name in SOURCES else name.rpartition(".")[0] for name in names}
    return found - {"", module}


def room(module: str) -> str:
    """The part of the house that a module belongs to: the longest prefix that HOUSE names."""
    names = module.split(".")
    prefixes = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next(prefix for prefix in prefixes if prefix in FLOORS)


def lives_in(module: str, homes: tuple[str, ...]) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def test_arrows() -> None:
    assert {room(module) for module in SOURCES} == FLOORS.keys()
    wrong = [
        f"{module} → {other}"
        for module in SOURCES
        for other in sorted(known(module))
        if room(other) != room(module) and FLOORS[room(other)] >= FLOORS[room(module)]
    ]
    assert wrong == []


def test_the_sample_is_known_to_the_demo_command_alone() -> None:
    users = {module for module in SOURCES if any(room(m) == "demo" for m in known(module))}
    assert {user for user in users if room(user) != "demo"} <= {"commands.demo"}


def test_no_circles() -> None:
    """Imports inside functions count; those for the type checker alone are marked and do not."""
    TopologicalSorter({module: known(module, typing=False) for module in SOURCES}).prepare()


def test_each_library_has_one_home() -> None:
    inside = sys.stdlib_module_names | {"cmtools"}
    wrong = [
        f"{module}: {name}"
        for module in SOURCES
        for name in sorted({name.partition(".")[0] for name in imports(tree(module))} - inside)
        if not lives_in(module, HOMES.get(name, ()))
    ]
    assert wrong == []


def test_only_the_faces_print_exit_and_look_at_the_clock() -> None:
    wrong = [
        f"{module}, line {node.lineno}: {name}"
        for module in SOURCES
        if not lives_in(module, FACES)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Name | ast.Attribute)
        for name in [ast.unparse(node)]
        if name in THEIRS or name.removeprefix("datetime.") in THEIRS
    ]
    assert wrong == []


def test_modules_are_named_by_what_they_are() -> None:
    """Nouns of the field: no gerunds, no metaphors."""
    names = {name for module in SOURCES for name in module.split(".")}
    gerunds = {name for name in names if name.endswith("ing")}.difference(NOUNS)
    assert gerunds | names & METAPHORS == set()


def test_functions_are_named_by_verbs_or_nouns() -> None:
    """No function is named by what was done alone (`told`, `placed`); a property may be."""
    wrong = {
        f"{module}.{node.name}"
        for module in SOURCES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef)
        and (node.name.strip("_").isalpha() and node.name.endswith("ed"))
        | (node.name.strip("_") in PARTICIPLES)
        and not any(ast.unparse(found).endswith("property") for found in node.decorator_list)
    }
    assert wrong == set()


def test_a_type_name_has_one_meaning() -> None:
    """Classes, and what else is named as a class: aliases, type variables of long names."""
    homes: dict[str, set[str]] = {}
    for module in SOURCES:
        for node in tree(module).body:
            named = [node.name] if isinstance(node, ast.ClassDef) else []
            if isinstance(node, ast.Assign):
                named = [name.id for name in node.targets if isinstance(name, ast.Name)]
            for name in named:
                if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name):
                    homes.setdefault(name, set()).add(module)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_modules_are_short() -> None:
    lengths = {
        module: len(path.read_text("utf-8").splitlines()) for module, path in SOURCES.items()
    }
    assert {module: n for module, n in lengths.items() if n > MODULE_LINES} == {}


def test_tests_import_public_names_alone() -> None:
    wrong = [
        f"{path.name}: {name}"
        for path in Path(__file__).parent.rglob("*.py")
        for name in imports(ast.parse(path.read_text("utf-8")))
        if name.startswith("cmtools") and re.search(r"\._[a-z]", name)
    ]
    assert wrong == []


def test_pages_name_what_exists() -> None:
    """The map of the README, and each path in CONTRIBUTING.md and docs/decisions."""
    project = Path(__file__).parents[1]
    readme = (project / "README.md").read_text("utf-8")
    rooms = re.findall(r"^  ([a-z_]+(?:/|\.py)) ", readme, re.MULTILINE)
    assert {f"{path.stem}/" for path in ROOT.iterdir() if (path / "__init__.py").exists()} <= {
        *rooms
    }
    pages = [project / "CONTRIBUTING.md", *(project / "docs" / "decisions").glob("*.md")]
    named = {
        path
        for page in pages
        for path in re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py|/))", page.read_text("utf-8"))
    }
    missing = [
        path
        for path in {*named, *rooms}
        if not any((base / path).exists() for base in (ROOT, project))
    ]
    assert missing == []
