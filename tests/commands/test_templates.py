"""`cmtools templates check`: every template of a workspace at once, and what one may name."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cmtools.cli.console.render import print_result
from cmtools.commands.docs import docs
from cmtools.commands.doctor import doctor
from cmtools.commands.templates import check_templates, list_fields, renew_templates
from cmtools.documents.catalog import FORMS
from cmtools.documents.selection import Selection
from cmtools.documents.shipped_templates import shipped_versions
from cmtools.documents.template.filters import FILTERS
from cmtools.documents.template.typed_data import find_typed_data
from cmtools.errors import UsageError
from cmtools.files import checksum
from cmtools.letters.catalog import KINDS as LETTERS
from cmtools.workspace import WorkspaceError, bundled_folder
from support.paper_figures import SECOND
from support.program import run
from support.workbench import TODAY, healthy

FOLDER = "Шаблоны"
TEMPLATE = "Спецификация.docx"


def found(root: Path) -> list[tuple[str, str, str]]:
    """Code, severity and file of all that is told of a workspace's templates."""
    return [(p.code, p.severity.value, p.place.file) for p in check_templates(root).problems]


def with_text(path: Path, text: str) -> None:
    """Put a text where the town stands."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert parts["word/document.xml"].count(b"{{ city }}") == 1
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"{{ city }}", text.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_shipped_templates_are_right(tmp_path: Path) -> None:
    outcome = check_templates(healthy(tmp_path))
    assert (outcome.as_json(), outcome.exit_code) == ({"ok": True, "problems": []}, 0)
    assert outcome.checked == len([*FORMS, *LETTERS])


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    folder = root / FOLDER
    with_text(folder / TEMPLATE, "{{ gorod }} {{ order.nubmer }}")
    (folder / "Специфкация.docx").write_bytes(b"")
    (folder / "~$ецификация.docx").write_bytes(b"")
    (folder / "Читать.txt").write_bytes(b"")
    place = f"{FOLDER}/{TEMPLATE}"
    assert found(root) == [
        ("template-field", "error", place),
        ("template-field", "error", place),
        ("template-unused", "warning", f"{FOLDER}/Специфкация.docx"),
    ]
    outcome = check_templates(root)
    assert outcome.exit_code == 1
    assert outcome.as_json()["ok"] is False
    assert [(p["file"], p["sheet"], p["cell"]) for p in outcome.as_json()["problems"]] == [
        (place, None, None),
        (place, None, None),
        (f"{FOLDER}/Специфкация.docx", None, None),
    ]
    assert f"«{TEMPLATE}»" in outcome.problems[2].hint


@pytest.mark.parametrize("whole_folder", [False, True])
def test_missing_template(tmp_path: Path, whole_folder: bool) -> None:
    root = healthy(tmp_path)
    if whole_folder:
        shutil.rmtree(root / FOLDER)
    else:
        (root / FOLDER / TEMPLATE).unlink()
    missing = {file for code, _, file in found(root) if code == "template-missing"}
    all_of_them = {f.template for f in FORMS} | {f"Письма/{kind.template}" for kind in LETTERS}
    forms = all_of_them if whole_folder else {TEMPLATE}
    assert missing == {f"{FOLDER}/{name}" for name in forms}


def test_damaged_template(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / FOLDER / TEMPLATE).write_bytes(b"no document")
    assert found(root) == [("template-damaged", "error", f"{FOLDER}/{TEMPLATE}")]


@pytest.mark.parametrize("text", ["{{ city }}", "{{ gorod }}"])
def test_doctor_says_what_the_check_says(tmp_path: Path, text: str) -> None:
    root = healthy(tmp_path)
    with_text(root / FOLDER / TEMPLATE, text)
    checks: Any = doctor(root, today=TODAY).as_json()["checks"]
    answer = next(one for one in checks if one["id"] == "templates")
    assert answer["ok"] == check_templates(root).as_json()["ok"]
    assert (TEMPLATE in answer["text"]) == (text == "{{ gorod }}")


def test_doctor_names_a_template_that_was_deleted(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / FOLDER / TEMPLATE).unlink()
    checks: Any = doctor(root, today=TODAY).as_json()["checks"]
    answer = next(one for one in checks if one["id"] == "templates")
    assert (answer["ok"], answer["text"]) == (False, f"нет шаблонов: {TEMPLATE}")


@pytest.mark.parametrize("text", ["1 " * 20_000, "111 " * 10_000, "1" * 30_000])
def test_long_texts_are_searched_at_once(text: str) -> None:
    """The patterns do not grow with the square of a text: pytest would hang."""
    assert list(find_typed_data([text], ["ООО Ромашка"])) == []


# A finished paper in the place of a template


def test_a_finished_paper_is_no_template(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    paper = docs(root, Selection(orders=[SECOND]), kinds=["offer"], today=TODAY).files[0]
    name = f"{FOLDER}/Коммерческое предложение.docx"
    (root / name).write_bytes((root / paper).read_bytes())
    problems = {problem.code: problem for problem in check_templates(root).problems}
    assert {(code, one.place.file, one.is_error) for code, one in problems.items()} == {
        (code, name, True) for code in ("template-no-fields", "template-names", "template-sums")
    }
    assert "Кузнецов Виктор Андреевич" in problems["template-names"].message
    assert "152,70; " in problems["template-sums"].message


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("{{ city }}, для ООО «ромашка»", ["template-names"]),
        ("{{ city }}, ИНН 7707083893", ["template-names"]),
        ("{{ city }}, от Лебедевой Ольги Петровны", ["template-names"]),
        ("{{ city }}, 4 890,00", ["template-sums"]),
        ("{{ city }}, штраф 5 000 руб.", ["template-sums"]),
        ("{{ city }}, 3,5 тыс. ₽", ["template-sums"]),
        ("{{ city }}, ООО «Печатный двор», ИНН 5504036333", []),
        ("{{ city }}, ромашка", []),
        ("{{ total.amount }} руб. и 0,05 % за день, 21,05 см, 01.03.2026", []),
        ("{% if total.amount == '0,00' %}{{ city }}{% endif %}", []),
    ],
)
def test_data_typed_into_a_template(tmp_path: Path, text: str, codes: list[str]) -> None:
    root = healthy(tmp_path)
    with_text(root / FOLDER / TEMPLATE, text)
    assert [code for code, _, _ in found(root)] == codes


def test_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        check_templates(tmp_path)


@pytest.mark.parametrize("name", ["specification", "Спецификация", "спецификация.docx"])
def test_what_a_template_may_name(name: str) -> None:
    data: Any = list_fields(name).as_json()
    assert data["template"] == TEMPLATE
    rows = {row["field"]: (row["kind"], row["meaning"]) for row in data["fields"]}
    assert rows["lines"] == ("список", "Строки заказа")
    assert {"city", "client.inn", "line.name", "total.amount"} < rows.keys()
    assert [row["filter"] for row in data["filters"]] == [used.name for used in FILTERS]


def test_unknown_document_names_the_nearest() -> None:
    with pytest.raises(
        UsageError, match=r"нет документа «спецефикация»; может быть, «Спецификация»\?"
    ):
        list_fields("спецефикация")


def test_console(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    with_text(root / FOLDER / TEMPLATE, "{{ gorod }}")
    told = io.StringIO()
    print_result(check_templates(root), Console(file=told, width=100))
    assert "поля «gorod» нет" in told.getvalue()
    assert (
        f"Проверено шаблонов: {len([*FORMS, *LETTERS])}. Ошибок: 1, предупреждений: 0."
        in told.getvalue()
    )
    print_result(list_fields("specification"), Console(file=told, width=100))
    assert "order.number" in told.getvalue()
    assert "genitive" in told.getvalue()


@pytest.mark.parametrize(("text", "code"), [("{{ city }}", 0), ("{{ gorod }}", 1)])
def test_command_line(tmp_path: Path, text: str, code: int) -> None:
    root = healthy(tmp_path)
    with_text(root / FOLDER / TEMPLATE, text)
    done = run("templates", "check", "--json", folder=root)
    answer = done.json()
    assert (done.code, answer["ok"], done.err) == (code, code == 0, "")
    assert {problem["file"] for problem in answer["problems"]} <= {f"{FOLDER}/{TEMPLATE}"}


INVOICE = "Счёт на оплату.docx"
OLD_INVOICE = Path(__file__).parents[1] / "data" / "Счёт на оплату прежней версии.docx"
"""As it was shipped before there were two invoices; no person has changed it."""


def with_old_invoice(root: Path) -> Path:
    """Put the template of an older version in place of today's."""
    shutil.copyfile(OLD_INVOICE, root / FOLDER / INVOICE)
    return root / FOLDER / INVOICE


def test_today_s_templates_are_the_last_of_their_versions() -> None:
    folder = bundled_folder("templates")
    paths = [*folder.glob("*.docx"), *folder.glob("*/*.txt")]
    today = {path.relative_to(folder).as_posix(): checksum(path) for path in paths}
    assert {name: versions[-1] for name, versions in shipped_versions().items()} == today


def test_an_untouched_template_of_an_older_version_is_told_and_renewed(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = with_old_invoice(root)
    (problem,) = check_templates(root).problems
    assert (problem.code, problem.is_error) == ("template-older", False)
    assert problem.message == "шаблон прежней версии: в нём нет полей number, date, items"
    assert "cmtools templates renew" in problem.hint
    checks: Any = doctor(root, today=TODAY).as_json()["checks"]
    answer = next(one for one in checks if one["id"] == "templates")
    assert (answer["ok"], answer["text"]) == (True, f"шаблоны прежней версии: {INVOICE}")
    (root / FOLDER / TEMPLATE).unlink()
    made = renew_templates(root)
    assert set(made.as_json()["files"]) == {f"{FOLDER}/{INVOICE}", f"{FOLDER}/{TEMPLATE}"}
    assert made.problems == ()
    assert path.read_bytes() == (bundled_folder("templates") / INVOICE).read_bytes()
    assert (root / FOLDER / "Прежние" / INVOICE).read_bytes() == OLD_INVOICE.read_bytes()
    assert renew_templates(root).files == ()


def test_a_template_that_a_person_has_changed_is_never_renewed(tmp_path: Path) -> None:
    """What it cannot do without the field of today is told."""
    root = healthy(tmp_path)
    path = with_old_invoice(root)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    touched = path.read_bytes()
    assert found(root) == [("template-no-number", "warning", f"{FOLDER}/{INVOICE}")]
    assert renew_templates(root).files == ()
    assert path.read_bytes() == touched


def test_a_workspace_is_given_the_templates_of_new_kinds_once(tmp_path: Path) -> None:
    """One of an older version has no note of what it was given; one that is deleted stays so."""
    root = healthy(tmp_path)
    path = root / FOLDER / TEMPLATE
    note = root / ".cmtools" / "templates"
    names = note.read_text("utf-8").splitlines()
    note.write_text("\n".join(name for name in names if name != TEMPLATE), "utf-8")
    path.unlink()
    made = docs(root, Selection(orders=[SECOND]), kinds=["specification"], today=TODAY)
    assert [problem.code for problem in made.problems if problem.is_error] == []
    assert path.exists()
    path.unlink()
    assert found(root) == [("template-missing", "error", f"{FOLDER}/{TEMPLATE}")]
