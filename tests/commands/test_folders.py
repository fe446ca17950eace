"""`cmtools folders`: the folders of clients, made and looked through; nothing is moved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cmtools.commands.docs import docs
from cmtools.commands.folders import folders
from cmtools.commands.result import ExitCode
from cmtools.documents.selection import Selection
from support.priced import SECOND
from support.program import run
from support.watching import Here, context, drop, work_off
from support.workbench import ORDERS, REGISTRY, TODAY, add, healthy, put, rewrite, rows_of

SUBFOLDERS = (
    "Договор",
    "Заявки",
    "Счета и акты",
    "Письма",
    "Техдокументация",
    "Электронные материалы",
)
NAMES = {"К-0001": "Ромашка", "К-0002": "Кузнецов В. А", "К-0003": "Лебедева Ольга"}
HOMES = {code: f"Клиенты/{code} {name}" for code, name in NAMES.items()}
CONTRACT = ("no-contract", "К-0001", f"{HOMES['К-0001']}/Договор")
OTHER_CONTRACT = ("no-contract", "К-0002", f"{HOMES['К-0002']}/Договор")
ORIGINAL = ("original", "К-0002", HOMES["К-0002"])
USUAL = [CONTRACT, OTHER_CONTRACT, ORIGINAL]
"""What the healthy books lack once all folders are there."""

Finding = tuple[str, str | None, str]


def listed(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in (root / "Клиенты").rglob("*")}


def found(root: Path, *, make: bool = False) -> list[Finding]:
    items = folders(root, make=make, today=TODAY).as_json()["items"]
    return [(item["kind"], item["client"], item["path"]) for item in items]


def test_folders_are_made_when_asked(tmp_path: Path) -> None:
    """A look makes nothing; what was made is unchanged the next time."""
    root = healthy(tmp_path)
    before = listed(root)
    assert found(root) == [*(("no-folder", code, HOMES[code]) for code in NAMES), *USUAL]
    assert folders(root, today=TODAY).as_json()["files"] == []
    assert listed(root) == before
    states = [
        [(file["client"], file["path"], file["state"]) for file in answer.as_json()["files"]]
        for answer in (folders(root, make=True, today=TODAY) for _ in range(2))
    ]
    assert states == [
        [(code, HOMES[code], state) for code in NAMES] for state in ("made", "unchanged")
    ]
    inside = {f"{home}/{name}" for home in HOMES.values() for name in SUBFOLDERS}
    assert listed(root) - before == {*HOMES.values(), *inside}
    assert found(root) == USUAL


def test_a_client_with_an_error_in_another_cell_has_a_folder(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Клиенты", "ИНН", 0, "1"))
    assert ("no-folder", "К-0001", HOMES["К-0001"]) in found(root)
    assert found(root, make=True) == USUAL


@pytest.mark.parametrize(
    ("name", "is_copy"),
    [
        ("ДС-2026-01 Договор.docx", True),
        ("ДС-2026-01 Договор (2).docx", True),
        ("Скан дс-2026-01 подписан.PDF", True),
        ("Подписанные/ДС-2026-01.pdf", True),
        ("ДС-2026-01 Пять сущностей договора.docx", False),
        ("ДС-2026-01 Лист согласования.docx", False),
        ("ДС-2026-011 Договор.docx", False),
        ("ДС-2026-01-Б Договор.docx", False),
        ("Договор.docx", False),
    ],
)
def test_the_copy_of_a_contract_bears_its_number(name: str, is_copy: bool, tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = root / HOMES["К-0001"] / "Договор" / name
    path.parent.mkdir(parents=True)
    path.touch()
    assert (CONTRACT not in found(root, make=True)) == is_copy


def test_papers_of_the_stage(tmp_path: Path) -> None:
    """Each paper is told once, until it is made."""
    root = healthy(tmp_path, put("Заказы", "Стадия", 1, "2.5"))
    lacking = [
        ("no-paper", "К-0002", f"{HOMES['К-0002']}/Договор/{name}.docx")
        for name in (
            "ДС-2026-02 Лист согласования",
            "ДС-2026-02 Пять сущностей договора",
            f"{SECOND} Спецификация",
        )
    ]
    assert found(root, make=True) == [CONTRACT, OTHER_CONTRACT, *lacking, ORIGINAL]
    docs(root, Selection(orders=(SECOND,)), today=TODAY)
    assert found(root) == [CONTRACT, ORIGINAL]


def test_an_original_is_told_from_the_day_after_its_own(tmp_path: Path) -> None:
    paper = {"№ заказа": SECOND, "Вид документа": "акт", "№ и дата документа": ""}
    days = ("20.11.2026", "21.11.2026")
    rows = [{**paper, "№ и дата документа": f"№ {day[:2]} от {day}"} for day in days]
    root = healthy(tmp_path, rewrite("Документы", rows))
    texts = [
        item["text"]
        for item in folders(root, today=TODAY).as_json()["items"]
        if item["kind"] == "original"
    ]
    assert texts == [
        f"Получить оригинал: акт № 20 от 20.11.2026, {SECOND}: ждём с 20.11.2026, дней: 1"
    ]


def test_what_lies_outside(tmp_path: Path) -> None:
    """The card, the folder of a handover and what the system puts there belong."""
    root = healthy(tmp_path)
    folders(root, make=True, today=TODAY)
    home = root / HOMES["К-0001"]
    for name in (
        "К-0001 Карточка клиента.docx",
        "К-0001 Карточка клиента (2).pdf",
        ".DS_Store",
        "Thumbs.db",
        "~$К-0001 Карточка клиента.docx",
        "Передача 2026-11-21/К-0001 Передача.xlsx",
        "Договор/Старые/2019.pdf",
        "скан.pdf",
        "Разное/a.txt",
        "Разное/б/в.txt",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()
    (home / "Пустая").mkdir()
    (root / "Клиенты/список.xlsx").touch()
    (root / "Клиенты/К-0099 Чужой").mkdir()
    before = listed(root)
    assert found(root) == [
        ("no-client", None, "Клиенты/К-0099 Чужой"),
        *USUAL,
        ("stray", None, "Клиенты/список.xlsx"),
        ("stray", "К-0001", f"{HOMES['К-0001']}/Разное"),
        ("stray", "К-0001", f"{HOMES['К-0001']}/скан.pdf"),
    ]
    assert listed(root) == before


def test_a_renamed_client_keeps_the_folder(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    folders(root, make=True, today=TODAY)
    new = rows_of("Клиенты")
    new[0]["Краткое наименование"] = "ООО «Лютик»"
    other = healthy(tmp_path / "other", rewrite("Клиенты", new))
    (root / REGISTRY).write_bytes((other / REGISTRY).read_bytes())
    assert found(root, make=True) == [("renamed", "К-0001", HOMES["К-0001"]), *USUAL]
    (item, *_) = folders(root, today=TODAY).as_json()["items"]
    assert item["text"] == "клиент теперь ООО «Лютик»: папку можно назвать «К-0001 Лютик»"
    (root / "Клиенты/К-0001 Лютик").mkdir()
    (root / "Клиенты/К-0001 Лютик/x.pdf").touch()
    assert ("second-folder", "К-0001", HOMES["К-0001"]) in found(root)


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    """One client's folder that cannot be made stops no other one."""
    root = healthy(tmp_path)
    (root / HOMES["К-0001"]).touch()
    (root / HOMES["К-0002"]).symlink_to(tmp_path.parent, target_is_directory=True)
    made = folders(root, make=True, today=TODAY)
    assert [file["client"] for file in made.as_json()["files"]] == ["К-0003"]
    blocked = [(i.kind, i.client) for i in made.items if i.kind == "blocked"]
    assert blocked == [("blocked", "К-0001"), ("blocked", "К-0002")]
    assert (root / HOMES["К-0003"] / "Договор").is_dir()


def test_without_a_register_no_folder_is_said_to_have_no_client(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    folders(root, make=True, today=TODAY)
    (root / REGISTRY).write_bytes(b"no book")
    answer = folders(root, make=True, today=TODAY)
    assert [item.kind for item in answer.items] == ["original"]
    assert answer.exit_code is ExitCode.PROBLEMS


def test_the_program_answers(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    answer = run("folders", "--make", "--json", f"--today={TODAY}", folder=root)
    assert (answer.code, json.loads(answer.out).keys()) == (
        0,
        {"files", "items", "left_out", "problems"},
    )
    shown = run("folders", f"--today={TODAY}", folder=root, COLUMNS="80")
    assert "Нет копии договора в папке «Договор»: 2" in shown.out
    assert "Папок клиентов: 3, замечаний: 3." in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80


def test_the_watcher_makes_the_folders_of_an_accepted_register(tmp_path: Path) -> None:
    root, here = healthy(tmp_path / "w"), Here()
    row = rows_of("Клиенты")[2] | {"Код": "К-0004", "Краткое наименование": "Новый клиент"}
    other = healthy(tmp_path / "other", add("Клиенты", row))
    drop(root, REGISTRY, (other / REGISTRY).read_bytes())
    work_off(context(root), here)
    here.stop()
    fresh = "Клиенты/К-0004 Новый клиент"
    assert {f"{fresh}/{name}" for name in SUBFOLDERS} <= listed(root)
    (protocol,) = (root / "Обработано").glob("*/Протокол.txt")
    assert f"— папка клиента: {fresh}\n" in protocol.read_text("utf-8")
    assert found(root) == USUAL


def test_an_order_book_makes_no_folders(tmp_path: Path) -> None:
    root, here = healthy(tmp_path), Here()
    drop(root, ORDERS, (root / ORDERS).read_bytes())
    work_off(context(root), here)
    here.stop()
    assert listed(root) == set()
