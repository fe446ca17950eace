"""What the installed watcher does with books: accepted, returned, in conflict, answered."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from subprocess import PIPE

import openpyxl
import pytest

from cmtools.workers.process import IN_PROCESS
from cmtools.workspace import CLIENT_FOLDERS, INBOX, MARKER
from support import hostile
from support.drops import copy_with
from support.priced import loaded
from support.program import run, start
from support.watching import ends, unstamped
from support.workbench import ORDERS, REGISTRY, SETTINGS, TASKS, healthy, put

DAY = "2026-11-21"
QUICK = """[watch]
settle_seconds = 0.1
scan_seconds = 0.3
patience_seconds = 60
agenda_at = ""
"""
BLANK = Path(__file__).parents[2] / "workbooks"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books of a healthy workspace, to be dropped."""
    return healthy(tmp_path_factory.mktemp("pattern") / "w")


@pytest.fixture
def root(pattern: Path, tmp_path: Path) -> Path:
    """A workspace with the settings and the register filled in, its other books still blank."""
    root = tmp_path / "w"
    run("init", str(root), folder=tmp_path)
    (root / MARKER).write_text(QUICK, "utf-8")
    for name in (SETTINGS, REGISTRY):
        (root / name).write_bytes((pattern / name).read_bytes())
    return root


def once(root: Path, *drops: tuple[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Drop files and have them processed; the new result folders by the name of the drop."""
    before = ends(root)
    for name, content in drops:
        (root / INBOX / name).write_bytes(content)
    done = run("watch", "--once", "--today", DAY, folder=root)
    assert (done.code, done.err) == (0, "")
    return {
        name.split("/")[0] + "/" + name.split(" ", 2)[2]: files
        for name, files in ends(root).items()
        if name not in before
    }


def record_of(files: dict[str, bytes]) -> str:
    return files["Протокол.txt"].decode("utf-8")


def test_a_clean_book_is_accepted_priced_and_its_papers_are_made(root: Path, pattern: Path) -> None:
    content = (pattern / ORDERS).read_bytes()
    blank = (root / ORDERS).read_bytes()
    ((name, files),) = once(root, (ORDERS, content)).items()
    assert name == "Обработано/Предварительные заказы"
    stem = ORDERS.removesuffix(".xlsx")
    kept, priced = f"{stem} — прежняя версия.xlsx", f"{stem} — с ценами.xlsx"
    assert files.keys() == {ORDERS, "Протокол.txt", kept, priced}
    assert files[ORDERS] == content
    assert unstamped(root / ORDERS) == unstamped(content)
    assert files[kept] == blank
    text = record_of(files)
    assert "ПРИНЯТО" in text
    made = [p.relative_to(root).as_posix() for p in (root / CLIENT_FOLDERS).rglob("*.docx")]
    assert [path for path in made if path not in text] == []
    (again,) = once(root, ("другое имя.xlsx", content)).values()
    assert again.keys() == {"другое имя.xlsx", "Протокол.txt"}
    assert "Обработано/" in record_of(again)


def test_an_order_book_of_another_name_stands_beside(root: Path, pattern: Path) -> None:
    content = (pattern / ORDERS).read_bytes()
    once(root, ("Иванова — ошибки.xlsx", content))
    assert unstamped(root / "Предварительные заказы — Иванова.xlsx") == unstamped(content)


def test_a_watcher_learns_at_its_start_what_was_done_by_hand(root: Path, pattern: Path) -> None:
    content = (pattern / ORDERS).read_bytes()
    once(root, (TASKS, (pattern / TASKS).read_bytes()))  # from now on there is a memory
    (root / ORDERS).write_bytes(content)
    (files,) = once(root, ("Иванова.xlsx", content)).values()
    assert ORDERS in record_of(files)  # it has the orders of that book: its next version
    assert not (root / "Предварительные заказы — Иванова.xlsx").exists()


def test_a_bad_book_comes_back_painted(root: Path, pattern: Path, tmp_path: Path) -> None:
    bad = healthy(tmp_path / "bad", put("Заказы", "Код клиента", 0, "К-0999")) / ORDERS
    before = (root / ORDERS).read_bytes()
    ((name, files),) = once(root, (ORDERS, bad.read_bytes())).items()
    assert name == "Ошибки/Предварительные заказы"
    painted = ORDERS.removesuffix(".xlsx") + " — ошибки.xlsx"
    assert files.keys() == {ORDERS, "Протокол.txt", painted}
    assert "К-0999" in record_of(files)
    assert (root / ORDERS).read_bytes() == before
    (root / "check.xlsx").write_bytes(files[painted])
    assert openpyxl.load_workbook(root / "check.xlsx").sheetnames[0] == "Ошибки"


def test_a_copy_is_merged_into_a_book_that_was_changed_by_hand(
    root: Path, pattern: Path, tmp_path: Path
) -> None:
    """What both changed differently is asked; the answer comes back through the inbox."""
    once(root, (ORDERS, (pattern / ORDERS).read_bytes()))
    note = ("Заказы", "Примечание")
    by_hand = copy_with(root, tmp_path, (*note, 0, "позвонить"), (*note, 2, "своё"))
    other = put("Заказы", "Примечание", 0, "написать")
    dropped = healthy(tmp_path / "drop", other, put("Заказы", "Адрес доставки", 1, "Тула")) / ORDERS
    (root / ORDERS).write_bytes(by_hand)
    ((name, files),) = once(root, (ORDERS, dropped.read_bytes())).items()
    assert name == "Обработано/Предварительные заказы"
    form = f"Слияние — {ORDERS}"
    assert {ORDERS, "Протокол.txt", form} < files.keys()
    assert (root / form).read_bytes() == files[form]
    text = record_of(files)
    assert "ждут вашего решения: 1" in text
    assert "«Заказы», З-2026-0002, Адрес доставки" in text
    assert notes(root) == ["позвонить", None, "своё"]
    answered = answer(files[form], "в копии", tmp_path)
    assert [*once(root, ("ответ.xlsx", answered))] == ["Обработано/ответ"]
    assert notes(root) == ["написать", None, "своё"]
    assert not (root / form).exists()


def notes(root: Path) -> list[object]:
    rows = loaded(root / ORDERS)["Заказы"].iter_rows(min_row=2, max_row=4, values_only=True)
    return [row[20] for row in rows]


def answer(form: bytes, side: str, tmp_path: Path) -> bytes:
    """A conflict book in which one side is taken in every row."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(form)
    book = openpyxl.load_workbook(path)
    header, *rows = book.worksheets[0].iter_rows()
    while "Взять" not in [cell.value for cell in header]:
        header, *rows = rows
    column = [cell.value for cell in header].index("Взять")
    for row in rows:
        row[column].value = side
    book.save(path)
    return path.read_bytes()


def test_the_register_and_the_tasks_are_accepted_the_settings_never(
    root: Path, pattern: Path, tmp_path: Path
) -> None:
    """A register that was dropped with the orders of its new client is accepted first."""
    run("init", "fresh", folder=tmp_path)
    fresh = tmp_path / "fresh"
    (fresh / MARKER).write_text(QUICK, "utf-8")
    (fresh / SETTINGS).write_bytes((pattern / SETTINGS).read_bytes())
    books = [(name, (pattern / name).read_bytes()) for name in (ORDERS, REGISTRY, TASKS)]
    other = healthy(tmp_path / "other", put("Правила", "Значение", 0, 16)) / SETTINGS
    settings = (fresh / SETTINGS).read_bytes()
    found = once(fresh, *books, ("Цены.xlsx", other.read_bytes()))
    assert sorted(found) == [
        "Обработано/Поручения",
        "Обработано/Предварительные заказы",
        "Обработано/Реестр клиентов",
        "Обработано/Цены",
    ]
    assert [unstamped(fresh / name) for name, _ in books] == [unstamped(c) for _, c in books]
    assert (fresh / SETTINGS).read_bytes() == settings
    assert "не приняты" in record_of(found["Обработано/Цены"])


def test_foreign_and_hostile_files_come_back_unchanged(root: Path, tmp_path: Path) -> None:
    """Each with its reason; none holds the others up."""
    makers = (hostile.csv_utf8, hostile.encrypted, hostile.far_cells, hostile.noise, hostile.docx)
    drops = [
        (f"{make.__name__}.xlsx", make(tmp_path / make.__name__).read_bytes()) for make in makers
    ]
    drops.append(("фото.jpg", b"\xff\xd8\xff\xe0 picture"))
    found = once(root, *drops)
    assert sorted(found) == sorted(f"Ошибки/{name.removesuffix('.xlsx')}" for name, _ in drops)
    for name, content in drops:
        files = found[f"Ошибки/{name.removesuffix('.xlsx')}"]
        assert files[name] == content
        assert "Что не сделано и почему:" in record_of(files)


def test_all_in_one_process_for_a_debugger(
    root: Path, pattern: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IN_PROCESS, "1")
    assert [*once(root, (TASKS, (pattern / TASKS).read_bytes()))] == ["Обработано/Поручения"]


def test_books_with_an_owner_file_stay(root: Path, pattern: Path) -> None:
    (root / INBOX / f"~${ORDERS}").write_bytes(b"owner")
    assert once(root, (ORDERS, (pattern / ORDERS).read_bytes())) == {}
    (root / INBOX / "torn.xlsx").write_bytes((pattern / TASKS).read_bytes()[:-30])
    (root / INBOX / "папка.xlsx").mkdir()
    done = run("watch", "--once", "--today", DAY, folder=root)
    assert (root / INBOX / ORDERS).exists()
    assert f"Ждёт: {ORDERS} — открыт: рядом файл владельца" in done.out
    assert "Ждёт: torn.xlsx — пришёл не целиком" in done.out
    assert "Ждёт: папка.xlsx — папка, а не файл" in done.out
    log = (root / ".cmtools" / "logs" / "watch-1.log").read_text("utf-8")
    assert f"{ORDERS} остаётся во входящих: открыт" in log


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_3_a_signal_ends_it_cleanly(sign: signal.Signals, root: Path, pattern: Path) -> None:
    with start("watch", "--today", DAY, folder=root, stdout=PIPE, stderr=PIPE) as watcher:
        assert watcher.stdout is not None
        assert "Слежу" in watcher.stdout.readline().decode()
        (root / INBOX / ORDERS).write_bytes((pattern / ORDERS).read_bytes())
        while (root / INBOX / ORDERS).exists():
            time.sleep(0.01)
        watcher.send_signal(sign)
        _, errors = watcher.communicate()
    assert (watcher.returncode, errors) == (0, b"")
    assert bool(ends(root)) != (root / INBOX / ORDERS).exists()
    once(root)
    assert unstamped(root / ORDERS) == unstamped(pattern / ORDERS)


def test_the_watcher_needs_a_workspace(tmp_path: Path) -> None:
    done = run("watch", "--once", folder=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert "рабочая папка не найдена" in done.err
