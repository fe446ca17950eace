"""Hostile and broken files through the installed program: each is named, none does any harm."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast
from zipfile import ZipFile

import pytest
from python_calamine import load_workbook

from support import hostile
from support.program import run

if sys.platform != "win32":
    pass

Builder = Callable[[Path], Path]
Codes = Set[str]

BOOK = "Реестр клиентов.xlsx"
COPY = "Реестр клиентов — ошибки.xlsx"

DAMAGED = frozenset({"file-damaged"})
FOREIGN = frozenset({"file-foreign"})
UNSOUND = DAMAGED | {"file-unreadable"}
TOO_MUCH = UNSOUND | {"file-too-large"}
NO_VALUE = frozenset({"out-of-range", "not-a-number", "not-a-date"})


class Problem(TypedDict):
    """One problem of the answer."""

    code: str
    severity: str
    file: str
    sheet: str | None
    cell: str | None
    row: int | None
    column: str | None
    value: str | None
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one run of the program has answered."""

    exit_code: int
    ok: bool
    problems: list[Problem]
    output: str

    def of(self, book: Path) -> list[Problem]:
        """The problems of one book, in the order of the answer."""
        return [problem for problem in self.problems if Path(problem["file"]).name == book.name]

    def summary(self, book: Path) -> list[tuple[str, str, str | None, str | None]]:
        """Code, severity, sheet and cell of every problem of one book."""
        return [(p["code"], p["severity"], p["sheet"], p["cell"]) for p in self.of(book)]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace, made by the program; no test changes it."""
    folder = tmp_path_factory.mktemp("hostile") / "workspace"
    made = run("init", folder.name, folder=folder.parent)
    assert made.code == 0, made.err
    return folder


# Files that are refused


REFUSED: dict[Builder, Codes] = {
    hostile.far_cells: TOO_MUCH,
    hostile.far_cells_prefixed: TOO_MUCH,
    hostile.far_cells_utf16: TOO_MUCH,
    hostile.far_cells_quoted: TOO_MUCH,
    hostile.far_row: TOO_MUCH,
    hostile.many_strings: TOO_MUCH,
    hostile.spaces_in_string: TOO_MUCH,
    hostile.spaces_between_rows: TOO_MUCH,
    hostile.spaces_unannounced: TOO_MUCH,
    hostile.entry_twice: DAMAGED,
    hostile.size_understated: DAMAGED,
    hostile.size_overstated: DAMAGED,
    hostile.checksum_wrong: DAMAGED,
    hostile.checksum_wrong_elsewhere: DAMAGED,
    hostile.truncated: DAMAGED,
    hostile.xml_broken: UNSOUND,
    hostile.string_beyond: UNSOUND,
    hostile.entity_bomb_in_sheet: DAMAGED,
    hostile.entity_bomb_in_strings: DAMAGED,
    hostile.entity_behind_comment: DAMAGED,
    hostile.entity_in_utf16: UNSOUND,
    hostile.entity_from_file: DAMAGED,
    hostile.entity_harmless: DAMAGED,
    hostile.encrypted: {"file-encrypted"},
    hostile.legacy_xls: {"file-xls"},
    hostile.legacy_doc: FOREIGN,
    hostile.ods: {"file-ods"},
    hostile.xlsb: {"file-xlsb"},
    hostile.docx: FOREIGN,
    hostile.plain_zip: FOREIGN,
    hostile.csv_utf8: {"file-csv"},
    hostile.csv_cp1251: {"file-csv"},
    hostile.csv_of_one_column: {"file-csv"},
    hostile.csv_cut_in_a_letter: {"file-csv"},
    hostile.unicode_text: {"file-csv"},
    hostile.html: {"file-html"},
    hostile.xhtml: {"file-html"},
    hostile.xml_2003: {"file-xml"},
    hostile.mht: {"file-mht"},
    hostile.mht_of_a_browser: {"file-mht"},
    hostile.mxl: {"file-mxl"},
    hostile.fods: {"file-fods"},
    hostile.numbers: {"file-numbers"},
    hostile.excel_2: {"file-xls-old"},
    hostile.excel_4: {"file-xls-old"},
    hostile.empty: {"file-empty"},
    hostile.zeros: FOREIGN | DAMAGED,
    hostile.noise: FOREIGN,
}


@pytest.mark.parametrize("build", REFUSED)
def test_refused(workspace: Path, tmp_path: Path, build: Builder) -> None:
    """A file that cannot be read gets one problem of its own; the book after it is still read."""
    book, healthy = build(tmp_path / BOOK), hostile.tasks(tmp_path / "Поручения.xlsx")
    before = folder_of(book)

    answer = validate(workspace, book, healthy)

    assert (answer.exit_code, answer.ok) == (1, False)
    (problem,) = answer.of(book)
    assert problem["code"] in REFUSED[build]
    assert problem["severity"] == "error"
    assert [problem[key] for key in ("sheet", "cell", "row", "column")] == [None] * 4
    assert answer.of(healthy) == []
    assert folder_of(book) == before


def test_a_sheet_without_its_part_is_missing(workspace: Path, tmp_path: Path) -> None:
    """The book is read as far as it has parts."""
    book = hostile.part_missing(tmp_path / BOOK)
    answer = validate(workspace, book)
    assert ("sheet-missing", "Клиенты") in [(p["code"], p["sheet"]) for p in answer.of(book)]


def test_content_of_other_files_stays_secret(workspace: Path, tmp_path: Path) -> None:
    """An external entity is never replaced by the file it names."""
    (tmp_path / "secret.txt").write_text("confidential-7319", encoding="utf-8")
    book = hostile.entity_from_file(tmp_path / BOOK)
    answer = validate(workspace, book)
    assert answer.exit_code == 1
    assert "confidential-7319" not in answer.output


def test_refused_file_has_no_painted_copy(workspace: Path, tmp_path: Path) -> None:
    """Nothing is made beside a book that could not be read."""
    book = hostile.truncated(tmp_path / BOOK)
    before = folder_of(book)
    answer = validate(workspace, book, "--annotate")
    assert answer.summary(book) == [("file-damaged", "error", None, None)]
    assert folder_of(book) == before


def test_refused_registry_of_workspace(workspace: Path, tmp_path: Path) -> None:
    """A broken book of the workspace is the only error, and no other book is blamed for it."""
    own = tmp_path / "workspace"
    shutil.copytree(workspace, own)
    book = hostile.far_cells(own / BOOK)
    shutil.copy(hostile.tasks(tmp_path / "tasks.xlsx"), own / "Поручения.xlsx")

    answer = validate(own)

    assert answer.exit_code == 1
    errors = [p for p in answer.problems if p["severity"] == "error"]
    assert errors == answer.of(book)
    (problem,) = errors
    assert problem["file"] == BOOK
    assert problem["code"] in TOO_MUCH


# Files that are read


@pytest.mark.parametrize(
    "build",
    [
        hostile.registry,
        hostile.prefixed,
        hostile.error_cell_of_own,
        hostile.formulas_saved,
    ],
)
def test_clean(workspace: Path, tmp_path: Path, build: Builder) -> None:
    """What only looks unusual is read without a word."""
    book = build(tmp_path / BOOK)
    answer = validate(workspace, book)
    assert (answer.exit_code, answer.ok, answer.of(book)) == (0, True, [])


@pytest.mark.parametrize(
    ("build", "code"), [(hostile.macros, "macros"), (hostile.external_link, "external-links")]
)
def test_warned(workspace: Path, tmp_path: Path, build: Builder, code: str) -> None:
    """Macros and external links are a warning and no more."""
    book = build(tmp_path / BOOK)
    answer = validate(workspace, book)
    assert (answer.exit_code, answer.ok) == (0, True)
    assert answer.summary(book) == [(code, "warning", None, None)]


@pytest.mark.parametrize(
    ("build", "code", "cells"),
    [
        (hostile.error_cells, "error-cell", ["B2", "G3", "H4"]),
        (hostile.error_cell_prefixed, "error-cell", ["H3"]),
        (hostile.error_cell_unplaced, "error-cell", ["H3"]),
        (hostile.formula_unsaved, "formula-unsaved", ["H2", "F3"]),
    ],
)
def test_cells_without_value(
    workspace: Path, tmp_path: Path, build: Builder, code: str, cells: list[str]
) -> None:
    """An error of Excel or a formula without a value is one problem, exactly where it stands."""
    book = build(tmp_path / BOOK)
    answer = validate(workspace, book)
    assert answer.exit_code == 1
    assert answer.summary(book) == [(code, "error", "Клиенты", cell) for cell in cells]


@pytest.mark.parametrize(
    ("build", "cells"),
    [
        (hostile.strange_numbers, ["G2", "H2", "G3", "H3", "G4", "H4"]),
        (hostile.dates_beyond, ["G2", "G3", "G4"]),
    ],
)
def test_numbers_that_are_none(
    workspace: Path, tmp_path: Path, build: Builder, cells: list[str]
) -> None:
    """No number, an infinite one or one out of range is a problem at its cell."""
    book = build(tmp_path / BOOK)
    answer = validate(workspace, book)
    assert answer.exit_code == 1
    assert [(p["sheet"], p["cell"]) for p in answer.of(book)] == [("Клиенты", c) for c in cells]
    assert {p["severity"] for p in answer.of(book)} == {"error"}
    assert {p["code"] for p in answer.of(book)} <= NO_VALUE


def test_sheet_in_utf16(workspace: Path, tmp_path: Path) -> None:
    """A sheet in UTF-16 is read; it never passes for an empty one."""
    book = hostile.error_cell_utf16(tmp_path / BOOK)
    answer = validate(workspace, book)
    assert answer.summary(book) == [("error-cell", "error", "Клиенты", "H3")]


def test_dates_of_1904(workspace: Path, tmp_path: Path) -> None:
    """Dates counted from 1904 are not read four years too early.

    Both tasks were given on 02.03.2026; read by the system of 1900, on 01.03.2022, before either
    of the two dates that are typed as text.
    """
    after = hostile.tasks_1904(tmp_path / "after.xlsx", due="03.03.2026")
    before = hostile.tasks_1904(tmp_path / "before.xlsx", due="01.03.2026")
    answer_after, answer_before = validate(workspace, after), validate(workspace, before)
    assert (answer_after.exit_code, answer_after.of(after)) == (0, [])
    assert answer_before.exit_code == 1
    (problem,) = answer_before.of(before)
    assert (problem["severity"], problem["cell"]) == ("error", "E2")


# Results that are safe

DANGEROUS = (
    "=1+1",
    '=HYPERLINK("http://example.org","открыть")',
    "+7 999",
    "-2+3",
    "@SUM(1)",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{# скрыто #}",
    "Рога & копыта <b>",
    "[bold]жирно[/bold] [/]",
    "'апостроф",
)
CONTROLS = ("До\x07После", "До\x1b[31mПосле", "До\u202eПосле", "До\nПосле")


@pytest.fixture
def dangerous(tmp_path: Path) -> Path:
    """Clients named by attacks, each with a legal form that is one too, and therefore wrong."""
    texts = (*DANGEROUS, *CONTROLS)
    rows = [hostile.client(f"К-{n:04}", text, form=text) for n, text in enumerate(texts, start=1)]
    return hostile.registry(tmp_path / BOOK, rows)


def test_attacks_in_data_are_answered_as_typed(workspace: Path, dangerous: Path) -> None:
    """Each wrong legal form is one problem, and its value is the very text."""
    answer = validate(workspace, dangerous)
    rows = range(2, 2 + len(DANGEROUS) + len(CONTROLS))
    assert [p["cell"] for p in answer.of(dangerous)] == [f"C{row}" for row in rows]
    values = [p["value"] for p in answer.of(dangerous)]
    assert values[: len(DANGEROUS)] == list(DANGEROUS)
    assert all("До" in str(v) and "После" in str(v) for v in values[len(DANGEROUS) :])


def test_attacks_in_data_stay_text_in_painted_copy(workspace: Path, dangerous: Path) -> None:
    """The painted copy holds every text as text, on its first sheet and on the manager's own."""
    before = dangerous.read_bytes()

    answer = validate(workspace, dangerous, "--annotate")

    assert answer.exit_code == 1
    assert dangerous.read_bytes() == before
    copy = dangerous.with_name(COPY)
    with ZipFile(copy) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert [name for name in sheets if re.search(rb"<f[\s>/]", archive.read(name))] == []
    texts = texts_of(copy)
    assert next(iter(texts)) == "Ошибки"
    listed = "\n".join(texts["Ошибки"])
    assert [text for text in DANGEROUS if text not in listed] == []
    assert listed.count("После") >= len(CONTROLS)
    assert [text for text in (*DANGEROUS, *CONTROLS) if texts["Клиенты"].count(text) != 2] == []


def test_text_like_an_escape_stays_in_painted_copy(workspace: Path, tmp_path: Path) -> None:
    """A text that looks like an escaped character of the format is not turned into one."""
    looks = "_x0041_"
    book = hostile.registry(tmp_path / BOOK, [hostile.client("К-0001", looks, form=looks)])
    answer = validate(workspace, book, "--annotate")
    assert [p["value"] for p in answer.of(book)] == [looks]
    texts = texts_of(book.with_name(COPY))
    assert looks in "\n".join(texts["Ошибки"])
    assert texts["Клиенты"].count(looks) == 2


def test_attacks_in_data_do_not_reach_the_screen(workspace: Path, dangerous: Path) -> None:
    """On the screen markup is shown as typed, and no escape code is passed on."""
    done = run("validate", str(dangerous), folder=workspace)
    assert done.code == 1
    assert_no_trace(done.err)
    for text in ("=1+1", "{{ 7*7 }}", "[/bold]"):
        assert text in done.out
    assert "\x1b" not in done.out
    assert "\x07" not in done.out


def test_painted_copy_has_no_macros_and_no_links(workspace: Path, tmp_path: Path) -> None:
    """Neither macros nor external links are copied into a result."""
    book = hostile.macros_and_link_and_mistake(tmp_path / BOOK)
    answer = validate(workspace, book, "--annotate")
    assert sorted(answer.summary(book), key=str) == [
        ("external-links", "warning", None, None),
        ("macros", "warning", None, None),
        ("not-a-choice", "error", "Клиенты", "C2"),
    ]
    with ZipFile(book.with_name(COPY)) as archive:
        names = [name for name in archive.namelist() if re.search("(?i)vba|externalLink", name)]
        types = archive.read("[Content_Types].xml")
    assert names == []
    assert re.findall(rb"(?i)macroEnabled|vbaProject|externalLink", types) == []


# The program and its answers


def validate(workspace: Path, *arguments: str | Path) -> Answer:
    """Validate books, and check of the answer what must hold of every answer."""
    done = run("validate", *map(str, arguments), "--json", folder=workspace)
    assert_no_trace(done.err)
    assert done.code in (0, 1), done.err
    content = json.loads(done.out)
    assert content.keys() == {"ok", "problems"}
    problems = cast("list[Problem]", content["problems"])
    for problem in problems:
        assert_clear(problem)
    assert content["ok"] == (not any(p["severity"] == "error" for p in problems))
    assert done.code == (0 if content["ok"] else 1)
    return Answer(
        exit_code=done.code,
        ok=content["ok"],
        problems=problems,
        output=done.out + done.err,
    )


def assert_no_trace(errors: str) -> None:
    """No insides of the program or its libraries are shown to a user."""
    for trace in ("Traceback", "panicked", "memory allocation", "stack backtrace"):
        assert trace not in errors


def assert_clear(problem: Problem) -> None:
    """A problem has the keys of the contract, one place, and says in Russian what to do."""
    assert problem.keys() == Problem.__annotations__.keys()
    assert problem["severity"] in ("error", "warning")
    assert re.search("[а-яё]", problem["message"])
    assert re.search("[а-яё]", problem["hint"]) or "—" in problem["message"]
    if problem["cell"]:
        assert problem["sheet"]
        assert problem["column"]
        assert re.fullmatch(f"[A-Z]+{problem['row']}", problem["cell"])


def folder_of(book: Path) -> dict[str, bytes]:
    """Everything that lies beside a book."""
    return {path.name: path.read_bytes() for path in sorted(book.parent.iterdir())}


def texts_of(book: Path) -> dict[str, list[str]]:
    """All texts of a book by sheet, in the order of its sheets."""
    with load_workbook(str(book)) as source:
        sheets = {name: source.get_sheet_by_name(name).to_python() for name in source.sheet_names}
    return {
        name: [value for row in rows for value in row if isinstance(value, str)]
        for name, rows in sheets.items()
    }
