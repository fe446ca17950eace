"""Drops that do not stand on the book of the workspace: merged, asked, answered."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import openpyxl
import pytest

from cmtools.commands.init import init
from cmtools.commands.plan import plan
from cmtools.errors import BookBusy
from cmtools.inbox.drop import DropStage
from cmtools.merge.versions import Versions
from cmtools.tables.patch.book_edit import SheetEdit, write_edits
from cmtools.tables.patch.cells import CellValue
from support import hostile
from support.drops import copy_with, edited, once, record, typed
from support.foreign import packed, parts_of
from support.priced import loaded
from support.program import run, start
from support.watching import Here, context, drop, ends, work_off
from support.workbench import (
    COLUMNS,
    HEALTHY,
    ORDERS,
    REGISTRY,
    SETTINGS,
    TASKS,
    TODAY,
    cell_of,
    healthy,
)

QUESTIONS = f"Слияние — {ORDERS}"
NOTE = ("Заказы", "Примечание")
TITLES = [title.rstrip("*") for title in COLUMNS[ORDERS]["Заказы"]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return healthy(tmp_path / "w")


@pytest.fixture
def here() -> Iterator[Here]:
    worker = Here()
    yield worker
    worker.stop()


def test_two_copies_of_one_version_both_come_in(root: Path, here: Here, tmp_path: Path) -> None:
    first = copy_with(root, tmp_path, (*NOTE, 0, "от А"))
    second = copy_with(root, tmp_path, (*NOTE, 1, "от Б"))
    results = once(root, here, ("А.xlsx", first), ("Б.xlsx", second))
    assert typed(root, *NOTE, 2) == ["от А", "от Б"]
    assert {name.split("/")[0] for name, _ in results} == {"Обработано"}
    assert "«Заказы», З-2026-0002, Примечание: пусто → «от Б»" in record(results[1][1])
    assert results[1][1]["Б.xlsx"] == second
    before = (root / ORDERS).read_bytes()
    for name, content in (("А снова.xlsx", first), ("Б снова.xlsx", second)):
        ((_, files),) = once(root, here, (name, content))
        assert "ПОВТОР" in record(files)
    assert (root / ORDERS).read_bytes() == before


def test_a_book_that_is_changed_meanwhile_is_merged_anew(
    root: Path, here: Here, tmp_path: Path
) -> None:
    by_hand = copy_with(root, tmp_path, (*NOTE, 0, "руками"))
    dropped = copy_with(root, tmp_path, (*NOTE, 1, "из копии"))
    stages: list[DropStage] = []

    def change(stage: DropStage) -> None:
        stages.append(stage)
        if stage is DropStage.PRICE and stages.count(stage) == 1:
            (root / ORDERS).write_bytes(by_hand)

    meddling = Here(change)
    once(root, meddling, ("копия.xlsx", dropped))
    meddling.stop()
    assert typed(root, *NOTE, 2) == ["руками", "из копии"]


def test_a_copy_from_before_an_edit_in_the_book_takes_nothing_back(
    root: Path, here: Here, tmp_path: Path
) -> None:
    """The book was filled in where it stands: no version of it is known but the blank."""
    dropped = copy_with(root, tmp_path, (*NOTE, 1, "из копии"))
    (root / ORDERS).write_bytes(copy_with(root, tmp_path, (*NOTE, 2, "руками")))
    ((_, files),) = once(root, here, ("копия.xlsx", dropped))
    assert typed(root, *NOTE, 3)[1:] == ["из копии", "руками"]
    assert "ждут вашего решения: 1" in record(files)


def test_edits_in_the_book_itself_are_noticed(root: Path, here: Here, tmp_path: Path) -> None:
    """A copy that was made between two of them does not take the second one back."""
    book = root / ORDERS
    book.write_bytes(copy_with(root, tmp_path, (*NOTE, 2, "руками")))
    here.sync_index(root, TODAY)
    dropped = copy_with(root, tmp_path, (*NOTE, 1, "из копии"))
    book.write_bytes(copy_with(root, tmp_path, (*NOTE, 2, "руками ещё раз")))
    here.sync_index(root, TODAY)
    ((_, files),) = once(root, here, ("копия.xlsx", dropped))
    assert typed(root, *NOTE, 3)[1:] == ["из копии", "руками ещё раз"]
    assert "ждут вашего решения" not in record(files)


@pytest.mark.parametrize("lock", [f"~${ORDERS}", f".~lock.{ORDERS}#"])
def test_a_book_that_somebody_has_open_is_not_replaced(
    lock: str, root: Path, here: Here, tmp_path: Path
) -> None:
    """Whoever has it open would save over what came in; what he saves is merged."""
    dropped = copy_with(root, tmp_path, (*NOTE, 1, "из копии"))
    saved = copy_with(root, tmp_path, (*NOTE, 2, "в открытой книге"))
    here.sync_index(root, TODAY)
    (root / lock).touch()
    before = (root / ORDERS).read_bytes()
    with pytest.raises(BookBusy, match=rf"^книга рабочей папки «{ORDERS}» открыта .*закройте её$"):
        once(root, here, ("копия.xlsx", dropped))
    assert (root / ORDERS).read_bytes() == before
    (root / ORDERS).write_bytes(saved)
    (root / lock).unlink()
    shared = context(root)
    shared.lease.open()
    shared.lease.close()
    work_off(context(root, lease=0.0), here)
    assert typed(root, *NOTE, 3)[1:] == ["из копии", "в открытой книге"]


def test_a_conflict_comes_again_until_it_is_answered(
    root: Path, here: Here, tmp_path: Path
) -> None:
    """Both sides stay whole till then; a drop goes in for the rest, and answers count once."""
    first = copy_with(root, tmp_path, (*NOTE, 0, "от А"))
    second = copy_with(root, tmp_path, (*NOTE, 0, "от Б"), (*NOTE, 2, "ещё от Б"))
    once(root, here, ("А.xlsx", first))
    for name in ("Б.xlsx", "Б снова.xlsx"):
        ((_, files),) = once(root, here, (name, second))
        assert "ждут вашего решения: 1" in record(files)
        assert QUESTIONS in files
        assert typed(root, *NOTE, 3) == ["от А", None, "ещё от Б"]
    answered = answer(root / QUESTIONS, tmp_path, "в копии")
    ((_, files),) = once(root, here, ("ответ.xlsx", answered))
    assert "решения внесены" in record(files)
    assert typed(root, *NOTE, 3) == ["от Б", None, "ещё от Б"]
    assert not (root / QUESTIONS).exists()
    before = (root / ORDERS).read_bytes()
    once(root, here, ("ответ снова.xlsx", answered))
    assert (root / ORDERS).read_bytes() == before


def answer(path: Path, tmp_path: Path, side: str) -> bytes:
    """A conflict book in which one side is taken in every row."""
    book = openpyxl.load_workbook(path)
    rows = [*book.worksheets[0].iter_rows()]
    header = next(row for row in rows if "Взять" in [cell.value for cell in row])
    column = [cell.value for cell in header].index("Взять")
    for row in rows[rows.index(header) + 1 :]:
        row[column].value = side
    book.save(tmp_path / "answer.xlsx")
    return (tmp_path / "answer.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("book", "sheet", "column"),
    [(REGISTRY, "Клиенты", "Явные потребности"), (TASKS, "Поручения", "От кого")],
)
def test_other_books_are_merged_too(
    book: str, sheet: str, column: str, root: Path, here: Here, tmp_path: Path
) -> None:
    first = copy_with(root, tmp_path, (sheet, column, 0, "от А"), book=book)
    second = copy_with(root, tmp_path, (sheet, column, 1, "от Б"), book=book)
    once(root, here, ("А.xlsx", first))
    once(root, here, ("Б.xlsx", second))
    assert typed(root, sheet, column, 2, book) == ["от А", "от Б"]


LOCKS = {
    "xl/vbaProject.bin": "есть макросы",
    "_xmlsignatures/sig1.xml": "есть электронная подпись, она пропадёт",
    "xl/revisions/log1.xml": "включён общий доступ с журналом изменений",
}


def with_part(content: bytes, part: str) -> bytes:
    return packed(parts_of(content) | {part: b"<own/>"})


@pytest.mark.parametrize("part", LOCKS)
def test_a_book_that_must_not_be_changed_gets_a_merged_copy_beside(
    part: str, root: Path, here: Here, tmp_path: Path
) -> None:
    """The book stays; its copy with the edits, dropped in its turn, takes its place."""
    first = copy_with(root, tmp_path, (*NOTE, 0, "от А"))
    second = copy_with(root, tmp_path, (*NOTE, 1, "от Б"))
    once(root, here, ("А.xlsx", first))
    before = with_part((root / ORDERS).read_bytes(), part)
    (root / ORDERS).write_bytes(before)
    ((name, files),) = once(root, here, ("Б.xlsx", second))
    assert name.startswith("Ошибки/")
    assert {*files} == {"Б.xlsx", "Б — слияние.xlsx", "Протокол.txt"}
    assert files["Б.xlsx"] == second
    assert (
        record(files).split("\n\n")[0].endswith("Итог: НЕ ПРИНЯТО: сведённая копия сделана рядом")
    )
    assert lines_of(record(files)) == {
        "Что сделано": ["сведённая копия: Б — слияние.xlsx (в этой папке)"],
        "Что изменилось в книге": ["«Заказы», З-2026-0002, Примечание: пусто → «от Б» (Б.xlsx)"],
        "Что не сделано и почему": [
            f"книгу рабочей папки «{ORDERS}» не изменить без потерь: {LOCKS[part]}",
            "проверьте сведённую копию, в ней нет макросов, подписи и журнала изменений, "
            f"и положите её во «Входящие»: она займёт место книги «{ORDERS}»",
        ],
    }
    assert (root / ORDERS).read_bytes() == before
    copy = files["Б — слияние.xlsx"]
    assert part not in parts_of(copy)
    ((name, _),) = once(root, here, ("Б — слияние.xlsx", copy))
    assert name.startswith("Обработано/")
    assert typed(root, *NOTE, 2) == ["от А", "от Б"]
    assert {path.name for path in root.glob("*заказы*")} == {ORDERS}


def lines_of(text: str) -> dict[str, list[str]]:
    """Title of a section of a protocol → its lines."""
    sections = [part.splitlines() for part in text.split("\n\n")[1:-1]]
    return {
        title.rstrip(":"): [line.removeprefix("— ") for line in rest] for title, *rest in sections
    }


@pytest.mark.parametrize("is_stale", [False, True])
def test_a_dropped_book_with_macros_gets_a_merged_copy_beside(
    is_stale: bool, root: Path, here: Here, tmp_path: Path
) -> None:
    """Its bytes under a name in .xlsx would be a book that Excel does not open."""
    dropped = copy_with(root, tmp_path, (*NOTE, 0, "от А"), (*NOTE, 2, "и здесь"))
    content = with_part(dropped, "xl/vbaProject.bin")
    if is_stale:
        once(root, here, ("Б.xlsx", copy_with(root, tmp_path, (*NOTE, 0, "от Б"))))
    before = (root / ORDERS).read_bytes()
    ((name, files),) = once(root, here, ("А.xlsm", content))
    assert name.startswith("Ошибки/")
    assert files["А.xlsm"] == content
    told = lines_of(record(files))
    assert told["Что сделано"] == ["сведённая копия: А — слияние.xlsx (в этой папке)"]
    assert "сохраните книгу как «Книга Excel (.xlsx)» без макросов" in record(files)
    assert told.get("Что решить вам", [])[:1] == (
        ["этих значений в сведённой копии нет: впишите в неё верные сами"] if is_stale else []
    )
    assert (root / ORDERS).read_bytes() == before
    copy = files["А — слияние.xlsx"]
    assert "xl/vbaProject.bin" not in parts_of(copy)
    once(root, here, ("А — слияние.xlsx", copy))
    assert typed(root, *NOTE, 3) == ["от Б" if is_stale else "от А", None, "и здесь"]


def test_decisions_for_a_book_that_must_not_be_changed(
    root: Path, here: Here, tmp_path: Path
) -> None:
    first = copy_with(root, tmp_path, (*NOTE, 0, "от А"))
    second = copy_with(root, tmp_path, (*NOTE, 0, "от Б"))
    once(root, here, ("А.xlsx", first), ("Б.xlsx", second))
    answered = answer(root / QUESTIONS, tmp_path, "в копии")
    before = with_part((root / ORDERS).read_bytes(), "_xmlsignatures/sig1.xml")
    (root / ORDERS).write_bytes(before)
    ((name, files),) = once(root, here, ("ответ.xlsx", answered))
    assert name.startswith("Ошибки/")
    assert (root / ORDERS).read_bytes() == before
    once(root, here, ("ответ — слияние.xlsx", files["ответ — слияние.xlsx"]))
    assert typed(root, *NOTE, 1) == ["от Б"]
    assert "ждут вашего решения" not in record(once(root, here, ("Ещё.xlsx", first))[0][1])


def with_orders(book: Path, tmp_path: Path, *numbers: str) -> bytes:
    """A copy of a book with new orders below the others."""
    order: dict[int, Any] = {
        TITLES.index(title) + 1: v for title, v in HEALTHY["Заказы"][2].items()
    }
    rows = [{**order, 1: number} for number in numbers]
    edit = SheetEdit(appended=rows, header=1)
    write_edits(book, {"Заказы": edit}, tmp_path / "copy.xlsx")
    return (tmp_path / "copy.xlsx").read_bytes()


def numbers_in(path: Path) -> list[object]:
    return [row[0] for row in loaded(path)["Заказы"].iter_rows(min_row=2, values_only=True)]


def test_a_copy_goes_to_the_book_whose_version_it_bears(
    root: Path, here: Here, tmp_path: Path
) -> None:
    """Whatever it is called, and though most of its orders are new ones."""
    once(root, here, ("А.xlsx", copy_with(root, tmp_path, (*NOTE, 0, "от А"))))
    new = [f"З-2026-00{number}" for number in range(11, 19)]
    dropped = with_orders(root / ORDERS, tmp_path, *new)
    ((name, _),) = once(root, here, ("Копия (3) заказы Анны.xlsx", dropped))
    assert name.startswith("Обработано/")
    assert numbers_in(root / ORDERS) == [*(o["№ заказа"] for o in HEALTHY["Заказы"]), *new]
    assert {path.name for path in root.glob("*заказы*")} == {ORDERS}


def test_a_copy_of_an_empty_book_begins_a_book_of_its_own(
    tmp_path: Path, root: Path, here: Here
) -> None:
    work = init(tmp_path / "new").workspace
    for book in (SETTINGS, REGISTRY):
        shutil.copyfile(root / book, work / book)
    filled = with_orders(work / ORDERS, tmp_path, "З-2026-0011")
    ((name, _),) = once(work, here, ("Анна.xlsx", filled))
    assert name.startswith("Обработано/")
    assert {path.name for path in work.glob("*заказы*")} == {ORDERS, f"{ORDERS[:-5]} — Анна.xlsx"}


def test_a_book_with_a_password_is_returned(root: Path, here: Here, tmp_path: Path) -> None:
    """So is a copy of one of the workspace, which is not known by its orders then."""
    once(root, here, ("А.xlsx", copy_with(root, tmp_path, (*NOTE, 0, "от А"))))
    dropped = copy_with(root, tmp_path, (*NOTE, 1, "от Б"))
    hostile.encrypted(root / ORDERS)
    before = (root / ORDERS).read_bytes()
    results = once(root, here, ("А.xlsx", before), ("Б.xlsx", dropped))
    for name, files in results:
        assert name.startswith("Ошибки/")
        assert "книга защищена паролем — откройте её в Excel" in record(files)
    assert {path.name for path in root.glob("*заказы*")} == {ORDERS}
    assert (root / ORDERS).read_bytes() == before


def test_a_corrected_painted_copy_becomes_the_book(root: Path, here: Here, tmp_path: Path) -> None:
    bad = copy_with(root, tmp_path, ("Заказы", "Код клиента", 0, "К-0999"))
    ((_, files),) = once(root, here, ("плохая.xlsx", bad))
    (tmp_path / "painted.xlsx").write_bytes(files["плохая — ошибки.xlsx"])
    cell = ("Заказы", "Код клиента", 0, "К-0001")
    mended = edited(tmp_path / "painted.xlsx", tmp_path, cell)
    ((name, files),) = once(root, here, ("плохая — ошибки.xlsx", mended))
    assert name.startswith("Обработано/")
    book = loaded(root / ORDERS)
    assert "Ошибки" not in book.sheetnames
    place = book["Заказы"][cell_of(root / ORDERS, "Заказы", "Код клиента", 0)]
    assert (place.value, place.comment) == ("К-0001", None)
    assert place.fill.start_color.rgb != "FFFFC7CE"


def test_versions_and_drops_are_remembered_once(root: Path, here: Here, tmp_path: Path) -> None:
    first = copy_with(root, tmp_path, (*NOTE, 0, "от А"))
    second = copy_with(root, tmp_path, (*NOTE, 1, "от Б"))
    once(root, here, ("А.xlsx", first))
    once(root, here, ("Б.xlsx", second))
    with Versions(root) as versions:
        assert len(versions.drops(ORDERS)) == 2
        assert versions.conflicts(ORDERS) == []


def plan_place(path: Path, title: str, line: int) -> tuple[int, int]:
    """The row and column of a plan's cell: the title of the column, the line from 0."""
    rows = loaded(path)["План"].iter_rows()
    (head,) = [cell for row in rows for cell in row if cell.value == title]
    return head.row + 1 + line, head.column


def planned(path: Path, tmp_path: Path, *cells: tuple[str, int, CellValue]) -> bytes:
    """A copy of a plan in which cells were typed; its formulas keep the values of Excel."""
    typed = {plan_place(path, title, line): value for title, line, value in cells}
    write_edits(path, {"План": SheetEdit(cells=typed)}, tmp_path / "plan.xlsx")
    return (tmp_path / "plan.xlsx").read_bytes()


def plan_values(path: Path, title: str, count: int) -> list[object]:
    page = loaded(path)["План"]
    return [page.cell(*plan_place(path, title, line)).value for line in range(count)]


def test_two_copies_of_a_plan_both_come_in(root: Path, here: Here, tmp_path: Path) -> None:
    """Growth by one, a plan over its formula by another; the second version where it is meant."""
    growth, goal = "Прирост, %", "План"
    file = root / plan(root, "2026-12", today=TODAY).files[0]
    first = planned(file, tmp_path, (growth, 0, 33))
    second = planned(file, tmp_path, (goal, 1, 77), (growth, 2, 5))
    results = once(root, here, ("от А.xlsx", first), ("от Б.xlsx", second))
    assert {name.split("/")[0] for name, _ in results} == {"Обработано"}
    assert "Прирост, %: " in record(results[1][1])
    assert plan_values(file, growth, 3) == [33, 10, 5]
    assert plan_values(file, goal, 2)[1] == 77
    newer = file.with_stem(f"{file.stem} (2)")
    newer.write_bytes(file.read_bytes())
    once(root, here, (newer.name, planned(newer, tmp_path, (growth, 0, 44))))
    assert plan_values(file, growth, 1) + plan_values(newer, growth, 1) == [33, 44]
    once(root, here, ("План от А.xlsx", planned(newer, tmp_path, (growth, 0, 55))))
    assert plan_values(file, growth, 1) + plan_values(newer, growth, 1) == [33, 55]


def test_hidden_rows_and_own_sheets_are_merged_and_kept(
    root: Path, here: Here, tmp_path: Path
) -> None:
    """A filter hides rows in one copy; both managers have a sheet of their own."""
    path = tmp_path / "own.xlsx"
    copies = []
    for number, (name, who) in enumerate((("Звонки А", "Анна"), ("Звонки Б", "Борис"))):
        path.write_bytes(copy_with(root, tmp_path, (*NOTE, number, f"от {who}")))
        workbook = openpyxl.load_workbook(path)
        page = workbook["Заказы"]
        for row in (2, 3, 4):
            page.row_dimensions[row].hidden = number == 0
        for line in (["Кому", "Когда"], [who, "утром"], [f"{who} ещё", "днём"]):
            workbook.create_sheet(name).append(line) if name not in workbook.sheetnames else (
                workbook[name].append(line)
            )
        workbook.save(path)
        copies.append((f"{who}.xlsx", path.read_bytes()))
    once(root, here, *copies)
    assert typed(root, *NOTE, 2) == ["от Анна", "от Борис"]
    book = loaded(root / ORDERS)
    sheets = {name: [*book[name].values] for name in ("Звонки А", "Звонки Б")}
    assert sheets == {
        "Звонки А": [("Кому", "Когда"), ("Анна", "утром"), ("Анна ещё", "днём")],
        "Звонки Б": [("Кому", "Когда"), ("Борис", "утром"), ("Борис ещё", "днём")],
    }
    assert len([*book["Заказы"].values]) == len(HEALTHY["Заказы"]) + 1


PLACES = (
    ("Заказы", "Примечание", 0),
    ("Заказы", "Примечание", 1),
    ("Заказы", "Примечание", 2),
    ("Позиции", "Материалы", 1),
    ("Позиции", "Тип упаковки", 1),
    ("Позиции", "Маркировка", 2),
)


@pytest.mark.long
def test_copies_that_come_together_take_turns(root: Path, tmp_path: Path) -> None:
    """Twelve edits of one version and three watchers: no drop is held up by the others."""
    command = ("watch", "--once", "--today", f"{TODAY}")
    for number, place in enumerate(2 * PLACES):
        edit = (*place, f"правка {number}")
        drop(root, f"Копия {number}.xlsx", copy_with(root, tmp_path, edit))
    watchers = [start(*command, folder=root, stdout=PIPE, stderr=PIPE) for _ in range(3)]
    screens = [watcher.communicate() for watcher in watchers]
    assert [watcher.returncode for watcher in watchers] == [0, 0, 0]
    assert [(out, err) for out, err in screens if "Задержка" in out.decode() or err] == []
    assert len(ends(root)) == 2 * len(PLACES)


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("seed", range(2))
def test_two_watchers_killed_at_random_lose_no_edit(root: Path, tmp_path: Path, seed: int) -> None:
    """Six copies of one version, each with an edit of its own, while watchers die and come back."""
    chance = random.Random(seed)
    command = ("watch", "--today", f"{TODAY}")
    copies = [copy_with(root, tmp_path, (*place, f"правка {n}")) for n, place in enumerate(PLACES)]
    watchers = [start(*command, folder=root) for _ in range(2)]
    for number, content in enumerate(copies):
        drop(root, f"Копия {number}.xlsx", content)
    for _ in range(5):
        time.sleep(chance.uniform(0.5, 3))
        victim = chance.randrange(2)
        watchers[victim].kill()
        watchers[victim].wait()
        watchers[victim] = start(*command, folder=root)
    for watcher in watchers:
        watcher.kill()
        watcher.wait()
    assert run("watch", "--once", "--today", f"{TODAY}", folder=root).code == 0
    assert [typed(root, sheet, column, row + 1)[row] for sheet, column, row in PLACES] == [
        f"правка {number}" for number in range(len(PLACES))
    ]
    results = [name.rpartition(" ")[2] for name in ends(root) if name.startswith("Обработано/")]
    assert sorted(results) == [f"{number}" for number in range(len(PLACES))]
    assert len(ends(root)) == len(PLACES)
