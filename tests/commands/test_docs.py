"""The command line around the papers: PDF with and without LibreOffice, and templates check."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.office import office
from support.papers import NAMES
from support.program import run
from support.workbench import SHIPPING, TODAY, healthy

SECOND = "З-2026-0002"
BODY = "word/document.xml"


def ask(root: Path, *words: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of the program."""
    answer = run(*words, "--json", folder=root, **environment)
    return answer.code, answer.json()


DOCS = ("docs", "--order", SECOND, "--kind", "act", "--kind", "readiness", "--pdf")
DATED = ("--today", f"{TODAY}")


def test_pdf_stands_beside_each_document(tmp_path: Path) -> None:
    office()
    root = healthy(tmp_path, SHIPPING)
    code, answer = ask(root, *DOCS, *DATED)
    assert code == 0
    documents = [root / f["path"] for f in answer["files"] if f["path"].endswith(".docx")]
    assert len(documents) == 2
    for document in documents:
        pdf = document.with_suffix(".pdf")
        assert pdf.read_bytes().startswith(b"%PDF-")
    assert len(list((root / "Клиенты").rglob("*.pdf"))) == 2
    left = [path.name for path in root.rglob("*") if path.name.startswith((".", "~"))]
    assert left == [".cmtools"]


def test_without_libreoffice_the_documents_are_made(tmp_path: Path) -> None:
    """Issue 3: LibreOffice missing for `--pdf`: exit 3 and how to get it; the .docx are made."""
    root = healthy(tmp_path / "work", SHIPPING)
    empty = tmp_path / "empty"
    empty.mkdir()
    code, answer = ask(root, *DOCS, *DATED, PATH=str(empty))
    assert code == 3
    assert answer["ok"] is False
    assert "LibreOffice" in answer["error"]
    assert len(list((root / "Клиенты").rglob("*.docx"))) == 2
    assert list((root / "Клиенты").rglob("*.pdf")) == []


# templates check


def test_shipped_templates_are_sound(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    names = {path.name for path in (root / "Шаблоны").glob("*.docx")}
    assert names == {f"{name}.docx" for name in (*NAMES.values(), "План", "Отчёт")}
    code, answer = ask(root, "templates", "check")
    assert (code, answer["ok"], answer["problems"]) == (0, True, [])


def edit(root: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change the body of a template."""
    path = root / "Шаблоны" / f"{name}.docx"
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    changed = change(parts[BODY])
    assert changed != parts[BODY]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in (parts | {BODY: changed}).items():
            archive.writestr(entry, content)


def paragraph(text: str) -> Callable[[bytes], bytes]:
    """Change: one more paragraph at the start of the body."""
    made = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()
    return lambda body: re.sub(rb"(<w:body>)", lambda match: match[0] + made, body, count=1)


EDITS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "unknown field": ("Спецификация", paragraph("{{ order.numbr }}"), "order.numbr"),
    "broken tag": ("Счёт на оплату", paragraph("{{ order.number"), ""),
    "unclosed loop": ("Акт выполненных работ", paragraph("{% for x in order.lines %}{{ x }}"), ""),
    "unknown filter": ("Договор", paragraph("{{ contract.number | gentive }}"), "gentive"),
    "reaching out": ("Карточка клиента", paragraph("{{ client.__class__.__mro__ }}"), ""),
}


def test_five_bad_edits_are_five_clear_errors(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    for name, change, _ in EDITS.values():
        edit(root, name, change)
    code, answer = ask(root, "templates", "check")
    assert (code, answer["ok"]) == (1, False)
    wrong = {f"Шаблоны/{name}.docx" for name, *_ in EDITS.values()}
    assert {problem["file"] for problem in answer["problems"]} == wrong
    for name, _, part in EDITS.values():
        said = [p for p in answer["problems"] if p["file"] == f"Шаблоны/{name}.docx"]
        assert {p["severity"] for p in said} == {"error"}
        assert part in " ".join(f"{p['message']} {p['hint']} {p['value']}" for p in said), name
        keys = "code severity file sheet cell row column value message hint".split()
        assert all(list(problem) == keys for problem in said)


def test_the_nearest_field_is_named(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    edit(root, "Спецификация", paragraph("{{ order.numbr }}"))
    _, answer = ask(root, "templates", "check")
    (problem,) = answer["problems"]
    assert "order.number" in f"{problem['message']} {problem['hint']}"


@pytest.mark.parametrize("name", ["unknown field", "broken tag", "unclosed loop"])
def test_a_wrong_template_makes_no_document(tmp_path: Path, name: str) -> None:
    """Issue 3: «A template that is wrong: exit 1, template and field»; the others are not hurt."""
    template, change, part = EDITS[name]
    root = healthy(tmp_path, SHIPPING)
    edit(root, template, change)
    kinds = {title: kind for kind, title in NAMES.items()}
    code, answer = ask(root, "docs", "--order", SECOND, "--kind", kinds[template], *DATED)
    assert (code, answer["files"]) == (1, [])
    assert {problem["file"] for problem in answer["problems"]} == {f"Шаблоны/{template}.docx"}
    assert part in str(answer["problems"])


@pytest.mark.parametrize("gone", ["Договор", "Карточка клиента"])
def test_missing_template_is_told(tmp_path: Path, gone: str) -> None:
    root = healthy(tmp_path)
    (root / "Шаблоны" / f"{gone}.docx").unlink()
    code, answer = ask(root, "templates", "check")
    assert code == 1
    assert {problem["file"] for problem in answer["problems"]} == {f"Шаблоны/{gone}.docx"}


def test_own_file_among_the_templates_is_no_error(tmp_path: Path) -> None:
    """Word's owner file, and a template that a manager keeps for himself."""
    root = healthy(tmp_path)
    (root / "Шаблоны" / "~$Договор.docx").write_bytes(b"\x00" * 162)
    code, answer = ask(root, "templates", "check")
    assert (code, [p for p in answer["problems"] if p["severity"] == "error"]) == (0, [])
