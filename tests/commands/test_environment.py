"""The commands from outside: new workspaces, a hostile environment, what the screen gets."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import cmtools
from cmtools import known_files
from cmtools.agenda.duties import KINDS
from cmtools.buttons import button_files
from cmtools.commands.init import init
from cmtools.commands.result import ExitCode
from cmtools.commands.validate import validate
from cmtools.errors import Unavailable, UsageError
from support import hostile
from support.indicators import REPORTED
from support.priced import COPY, DRAFT, FIRST, SECOND, ask, orders_of, split, told
from support.program import run
from support.workbench import (
    AGREED,
    HEALTHY,
    ORDERS,
    REGISTRY,
    SETTINGS,
    TASKS,
    TODAY,
    extra_book,
    healthy,
    put,
)

DAY = ("--today", f"{TODAY}")
BOOKS = (SETTINGS, REGISTRY, ORDERS, TASKS, AGREED)
PAINTED = "Предварительные заказы — ошибки.xlsx"


def held(folder: Path) -> dict[str, bytes | None]:
    """All that lies in a folder and below; None is a folder."""
    found = sorted(folder.rglob("*"))
    return {f"{p.relative_to(folder)}": None if p.is_dir() else p.read_bytes() for p in found}


def refuse(folder: Path, *arguments: str) -> str:
    """What a command says that cannot do its work: one line, with exit code 3; nothing is left."""
    before = held(folder)
    plain, told = run(*arguments, folder=folder), run(*arguments, "--json", folder=folder)
    assert re.fullmatch("cmtools: .+\n", plain.err), plain.err
    said = plain.err.removeprefix("cmtools: ").rstrip("\n")
    assert (plain.code, plain.out, told.code, told.err) == (3, "", 3, plain.err)
    assert json.loads(told.out) == {"ok": False, "error": said, "problems": []}
    foreign = (*map(os.strerror, errno.errorcode), "внутренняя", ".~")
    assert [word for word in foreign if word in said] == []
    assert held(folder) == before
    return said


@pytest.mark.parametrize("name", [*BOOKS, "cmtools.toml"])
def test_init_refuses_a_folder_that_holds_a_book_or_a_workspace(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(Unavailable, match="уже есть"):
        init(tmp_path)
    assert held(tmp_path) == {name: b"mine"}


@pytest.mark.parametrize("name", BOOKS)
def test_blanks_are_known_to_later_versions_of_the_program(name: str, tmp_path: Path) -> None:
    """They are no longer compared with the blanks of the program, which may differ by then."""
    init(tmp_path)
    blank = (tmp_path / name).rename(tmp_path / "бланк прежней версии.xlsx")
    assert known_files.is_known(tmp_path, blank)
    blank.write_bytes(blank.read_bytes() + b" ")
    assert not known_files.is_known(tmp_path, blank)


def test_init_never_writes_over_a_template(tmp_path: Path) -> None:
    """The manager may have edited it; whether init refuses or goes on."""
    mine = tmp_path / "Шаблоны" / "Спецификация.docx"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    with contextlib.suppress(Unavailable):
        init(tmp_path)
    assert mine.read_bytes() == b"mine"


@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_broken_init_is_no_workspace_and_can_be_repeated(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, copied = tmp_path / "work", list[Path]()

    def copy(source: Path, target: Path) -> None:
        copied.append(target)
        if len(copied) == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        shutil.copyfile(source, target)

    with monkeypatch.context() as patched:
        patched.setattr("cmtools.commands.init.copy", copy)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            init(folder)
    assert not (folder / "cmtools.toml").exists()
    assert init(folder).as_json()["files"] == ["cmtools.toml", *BOOKS]


def test_buttons_run_their_commands(tmp_path: Path) -> None:
    """Each in its workspace, whatever the current folder; a person presses Enter in the end."""
    init(tmp_path)
    names = ("Проверить", "Цены", "Повестка", "Обзор", "Отчёт прошлого месяца")
    scripts = sorted((tmp_path / "Кнопки").glob("*.sh"))
    assert sorted(path.stem for path in scripts) == sorted(names)
    answers = {
        path.stem: subprocess.run([path], cwd="/", input=b"\n", capture_output=True).stdout.decode()
        for path in scripts
    }
    assert "Проверено книг" in answers["Проверить"]
    assert "Предварительные заказы — с ценами.xlsx" in answers["Цены"]
    assert "Повестка на" in answers["Повестка"]
    assert "Пустые стадии" in answers["Обзор"]
    assert len([*(tmp_path / "Отчёты").iterdir()]) == 2
    assert all(text.endswith("чтобы закрыть окно. ") for text in answers.values())


@pytest.mark.parametrize("platform", ["win32", "linux", "darwin"])
def test_buttons_of_other_systems(platform: str) -> None:
    """Batch files are always there: a folder on a server may be opened from Windows."""
    files = button_files(platform, "/opt/my tools/python")
    endings = {"win32": [".cmd"], "linux": [".cmd", ".sh"], "darwin": [".cmd", ".command"]}
    assert sorted({Path(name).suffix for name in files}) == endings[platform]
    lines = files["Проверить.cmd"].decode().split("\r\n")
    program = '"/opt/my tools/python"' if platform == "win32" else "py"
    assert lines[2:4] == ['cd /d "%~dp0.."', f"{program} -m cmtools validate"]
    assert b"\n" not in files["Проверить.cmd"].replace(b"\r\n", b"")


def test_init_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "занято").write_bytes(b"mine")
    assert "занято" in refuse(tmp_path, "init", "занято")


MONTHS = ("2026-09", "2026-10", "2026-11", "2026-12")
MONTHLY = (*(f"Планы/{month} План" for month in MONTHS), "Отчёты/2026-09 Отчёт")


def test_demo(tmp_path: Path) -> None:
    """The whole chain: every file named is there, every planted mistake is found; only once."""
    answer = run("demo", "пример", "--json", *DAY, folder=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    made, root = json.loads(answer.out), tmp_path / "пример"
    assert (made["ok"], made["workspace"], made["month"]) == (True, str(root), "2026-09")
    painted = "Примеры/Книга с ошибками — ошибки.xlsx"
    months = [f"{stem}.{end}" for stem in MONTHLY for end in ("xlsx", "docx")]
    agendas = {f"Повестка/{path.name}" for path in (root / "Повестка").iterdir()}
    assert {*made["files"]} == {COPY, painted, *months, *agendas}
    papers = [paper["path"] for paper in made["documents"]]
    assert papers
    assert [name for name in (*BOOKS, *made["files"], *papers) if not (root / name).is_file()] == []
    summary = openpyxl.load_workbook(root / painted)["Ошибки"]["A1"].value
    assert str(summary).startswith("Ошибок: 13, ")
    assert {*REPORTED} <= {*made["indicators"]}
    morning = run("today", "--json", *DAY, "--workspace", "пример", folder=tmp_path)
    kinds = {duty["kind"] for duty in json.loads(morning.out)["duties"]}
    assert kinds == {*KINDS, "director"}
    (dropped,) = (root / "Ошибки").iterdir()
    assert [*(root / "Входящие").iterdir()] == []
    names = {"Книга с ошибками.xlsx", "Книга с ошибками — ошибки.xlsx", "Протокол.txt"}
    assert {path.name for path in dropped.iterdir()} == names
    amiss = json.loads(run("folders", "--json", *DAY, folder=root).out)["items"]
    assert "no-folder" not in {item["kind"] for item in amiss}
    assert refuse(tmp_path, "demo", "пример") == f"здесь уже есть рабочая папка: {root}"


# The environment


FAULTS: dict[str, tuple[str, str | None, str, str]] = {
    # where, what (None: a folder; nothing: it is gone), what is asked, what is named
    "no workspace": ("cmtools.toml", "", "price", "cmtools init"),
    "no TOML": ("cmtools.toml", "[read\n", "validate", "cmtools.toml"),
    "no section": ("cmtools.toml", "read = 5", "validate", "cmtools.toml"),
    "no number": ("cmtools.toml", "[read]\nseconds = 'x'", "validate", "cmtools.toml"),
    "no bound": ("cmtools.toml", "[read]\nmemory_mb = inf", "validate", "cmtools.toml"),
    "no file": (TASKS, "", f"price {TASKS}", f"нет такого файла: {TASKS}"),
    "a folder given": (TASKS, None, f"validate {TASKS}", "это папка, а не книга"),
    "a folder for the copy": (COPY, None, "price", COPY),
    "a folder for the paint": (PAINTED, None, "validate --annotate", PAINTED),
}


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has pipes in folders")
def test_what_is_no_file_is_named_as_what_it_is(tmp_path: Path) -> None:
    root = healthy(tmp_path / "w")
    os.mkfifo(tmp_path / "труба.xlsx")
    (tmp_path / "нуль.xlsx").symlink_to(os.devnull)
    (tmp_path / "ссылка.xlsx").symlink_to("пусто.xlsx")
    (tmp_path / "книга.xlsx").symlink_to(root / TASKS)
    for name, said in (
        ("труба.xlsx", "это канал, а не файл"),
        ("нуль.xlsx", "это устройство, а не файл"),
        ("ссылка.xlsx", "это ссылка, а файла, на который она указывает, нет"),
        ("пусто.xlsx", "нет такого файла"),
    ):
        with pytest.raises(Unavailable, match=f"^{said}: "):
            validate(root, [tmp_path / name], today=TODAY)
    assert validate(root, [tmp_path / "книга.xlsx"], today=TODAY).problems == ()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_environment(
    fault: tuple[str, str | None, str, str], tmp_path: Path
) -> None:
    """It names what a person knows: the file that was asked for, not one that was made aside."""
    name, content, command, named = fault
    path = healthy(tmp_path, put("Заказы", "Вид заявки", 0, "устная")) / name
    path.unlink(missing_ok=True)
    if content is None:
        path.mkdir()
    elif content:
        path.write_text(content, "utf-8")
    assert named in refuse(tmp_path, *command.split(" ", 1), *DAY)


def test_a_name_too_long_for_a_copy(tmp_path: Path) -> None:
    """Of 247 bytes: the book may be called so, its copy has as much of the name as fits."""
    name = "Заказы " + "я" * 115
    (healthy(tmp_path) / ORDERS).rename(tmp_path / f"{name}.xlsx")
    assert run("price", f"{name}.xlsx", *DAY, folder=tmp_path).code == 0
    (copy,) = (path.name for path in tmp_path.glob("*с ценами.xlsx"))
    assert copy.startswith("Заказы яяя")
    assert len(copy.encode()) <= 255


def able(*command: str) -> None:
    """Have the system do what not every system does, or skip the test."""
    if not shutil.which(command[0]) or subprocess.run(command, capture_output=True).returncode:
        pytest.skip(f"{' '.join(command[:-1])} is not possible here")


@pytest.mark.parametrize(("command", "name"), [("price", COPY), ("validate --annotate", PAINTED)])
def test_a_result_that_cannot_be_replaced(
    command: str, name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = healthy(tmp_path, put("Заказы", "Вид заявки", 0, "устная")) / name
    run(*command.split(), *DAY, folder=tmp_path)  # what the program wrote it would replace
    able("chattr", "+i", str(path))
    request.addfinalizer(lambda: subprocess.run(["chattr", "-i", path], check=True))
    wanted = f"нет доступа: {path}; если книга открыта в Excel, закройте её"
    assert refuse(tmp_path, *command.split(), *DAY) == wanted


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 1 MB."""
    (disk := tmp_path / "disk").mkdir()
    able("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk))
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill_up(disk: Path, free: int) -> None:
    """Leave so many bytes of a disk."""
    ballast = disk / "балласт"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)) == 4096:
            pass
    os.truncate(ballast, ballast.stat().st_size - free)


@pytest.mark.long
@pytest.mark.parametrize("command", ["price", "price --in-place", "validate --annotate"])
@pytest.mark.parametrize("free", [0, 8192])
def test_a_full_disk(command: str, free: int, small_disk: Path) -> None:
    """With no room at all, and with room for the first pages of the result."""
    healthy(small_disk, put("Заказы", "Вид заявки", 0, "устная"))
    fill_up(small_disk, free)
    assert refuse(small_disk, *command.split(), *DAY).startswith("на диске нет места")


def test_a_disk_that_fills_up_on_the_way(small_disk: Path, tmp_path: Path) -> None:
    """There is room for the blank books, but not for the sample that takes their place."""
    init(tmp_path / "blank")
    files = (tmp_path / "blank").rglob("*.*")
    fill_up(small_disk, sum(-(-file.stat().st_size // 4096) * 4096 for file in files) + 8192)
    answer = run("demo", "пример", *DAY, folder=small_disk)
    assert (answer.code, answer.out) == (3, "")
    assert re.fullmatch("cmtools: на диске нет места.*\n", answer.err)
    assert [name for name in held(small_disk) if ".~" in name] == []


# Faults of the program, signals, pipes


def start(code: str, folder: Path, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """The program with some code run before it, in a group of its own."""
    script = f"import sys, time\nfrom cmtools.cli import app\n{code}\napp.main()"
    command = [sys.executable, "-c", script, *arguments]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(command, cwd=folder, start_new_session=True, **pipes)


@pytest.mark.parametrize("room", [True, False], ids=["logged", "no room for the log"])
def test_a_fault_of_the_program(room: bool, tmp_path: Path) -> None:
    """Exit code 3 has its line on stderr and its object on stdout, whatever is behind it."""
    logs = tmp_path if room else tmp_path / "нет"
    code = f"import tempfile\ntempfile.tempdir = {str(logs)!r}\n"
    code += "import cmtools.commands.validate as module\nmodule.validate = None"
    with start(code, tmp_path, "validate", "--json") as program:
        out, err = program.communicate()
    assert re.fullmatch("cmtools: внутренняя ошибка.*\n", err.decode())
    said = err.decode().removeprefix("cmtools: ").rstrip()
    assert [log for log in tmp_path.glob("*.log") if str(log) in said] == [*logs.glob("*.log")]
    assert len([*logs.glob("*.log")]) == room
    assert program.returncode == 3
    assert json.loads(out) == {"ok": False, "error": said, "problems": []}


def test_a_fault_of_the_reading_process(tmp_path: Path) -> None:
    """It is no damage of a book: one line, a log that names the place, exit code 3."""
    root = healthy(tmp_path / "w")
    package = tmp_path / "cmtools"
    shutil.copytree(Path(cmtools.__file__).parent, package, ignore=shutil.ignore_patterns("*.pyc"))
    module = package / "tables" / "reader" / "workbook.py"
    module.write_text(module.read_text("utf-8") + "\n\n1 / 0\n", "utf-8")
    logs = tmp_path / "logs"
    logs.mkdir()
    code = f"import os, tempfile\ntempfile.tempdir = {str(logs)!r}\n"
    code += f"os.environ['PYTHONPATH'] = {str(tmp_path)!r}"  # for the processes that it starts
    with start(code, root, "validate", "--json") as program:
        out, err = program.communicate()
    (log,) = logs.iterdir()
    line = f"внутренняя ошибка; подробности: {log}"
    assert (program.returncode, err.decode()) == (3, f"cmtools: {line}\n")
    assert json.loads(out) == {"ok": False, "error": line, "problems": []}
    assert re.search(r"(?s)workbook\.py.*ZeroDivisionError", log.read_text("utf-8"))


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has groups of processes")
def test_ctrl_c_while_books_are_read(tmp_path: Path) -> None:
    """The whole group gets the signal, the reading process too."""
    # a shell that runs the tests in the background has the signal ignored
    slow = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    slow += "def slow(*_): print('reading', flush=True); time.sleep(60)\n"
    slow += "import cmtools.pricing.session as module\nmodule.load_books = slow"
    with start(slow, healthy(tmp_path), "validate") as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"reading\n"
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=20)
    assert (program.returncode, out, err.strip()) == (130, b"", b"")


@pytest.mark.parametrize("command", ["--help", "validate", "validate --json", "price --explain"])
def test_a_reader_that_has_gone_away(command: str, tmp_path: Path) -> None:
    """As with `| head -1`: silence, and no complaint at the very end either."""
    reader, writer = os.pipe()
    os.close(reader)
    with start("", healthy(tmp_path), *command.split(), stdout=writer) as program:
        os.close(writer)
        _, err = program.communicate()
    assert err.decode() == ""


# What the screen gets


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("срочная ₽", "срочная ₽"),
        ("[red]срочная[/red]", "[red]срочная[/red]"),
        ("[/] :star: [link=x]", "[/] :star: [link=x]"),
        ("a_x001B_[2J_x0007_b", "a·[2J·b"),
        ("a_x009B_31m\u202eb", "a·31m·b"),
    ],
)
def test_a_value_is_shown_as_it_is(typed: str, shown: str, tmp_path: Path) -> None:
    """In UTF-8 whatever the system says; it neither paints the screen nor commands it."""
    healthy(tmp_path, put("Заказы", "Вид заявки", 0, typed))
    answer = run("validate", *DAY, folder=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (answer.code, answer.err) == (1, "")
    line = next(line for line in answer.out.splitlines() if "Вид заявки: " in line)
    assert line.split("Вид заявки: ")[1].startswith(f"«{shown}» — ")


def test_names_are_shown_as_they_are(tmp_path: Path) -> None:
    """Of books, clients, orders and positions alike."""
    name, client, number = "Предварительные заказы [b]:star:.xlsx", "К[/b]1", "[red]:key:"
    order = HEALTHY["Заказы"][2] | {"№ заказа": number, "Код клиента": client}
    line = HEALTHY["Позиции"][0] | {"№ заказа": number, "Наименование": "[i]:star:"}
    healthy(tmp_path, put("Клиенты", "Код", 2, client))
    extra_book(tmp_path, name, {"Заказы": [order], "Позиции": [line]})
    explained, priced = (run("price", *a, *DAY, folder=tmp_path) for a in (["--explain"], []))
    assert (explained.code, explained.err, priced.code, priced.err) == (0, "", 0, "")
    top = [line.strip() for line in explained.out.splitlines()[:2]]
    assert top == [f"{number} · {client}, новый", "1. [i]:star:, 1000 шт"]
    assert re.search(rf"^{re.escape(number)} +{re.escape(client)} +новый ", priced.out, re.M)
    assert f"✓ {name[:-5]} — с ценами.xlsx" in priced.out


def test_explanation_at_80_columns(tmp_path: Path) -> None:
    """Each step in one line, with the cell of the settings that it came from."""
    asked = ("price", "--explain", "--order", FIRST)
    answer = run(*asked, *DAY, folder=healthy(tmp_path), COLUMNS="80")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [tuple(re.split(r" {2,}", line.strip())) for line in lines]
    assert rows[:2] == [(f"{FIRST} · К-0001, новый",), ("1. Визитки двусторонние, 1000 шт",)]
    steps = (
        "Себестоимость строки 2\u00a0850,00; Себестоимость за ед. с доп. расходами 2,85; "
        "Наценка, % 45 Наценки!C3; Цена с наценкой, без НДС 4,1325; "
        "Заказ с наценкой, без НДС 4\u00a0132,50; Скидка, % 0; Цена со скидкой, без НДС 4,1325; "
        "НДС, % 22 НДС!B3; Цена за ед. с НДС 5,04 Правила!B3; Сумма 5\u00a0040,00; "
        "НДС 908,85; Прибыль 1\u00a0281,15; Маржа, % 31"
    )
    assert [" ".join(row) for row in rows[4:] if len(row) > 1] == steps.split("; ")


@pytest.mark.parametrize("kind", ["registry", "unknown"])
def test_a_file_that_is_no_order_book(kind: str, tmp_path: Path) -> None:
    file = healthy(tmp_path) / "Прайс.xlsx"
    hostile.registry(file) if kind == "registry" else openpyxl.Workbook().save(file)
    with pytest.raises(UsageError, match="не книга заказов"):
        ask(tmp_path, file)


@pytest.mark.parametrize("kind", ["encrypted", "truncated", "csv_utf8", "plain_zip"])
def test_a_file_that_is_no_book(kind: str, tmp_path: Path) -> None:
    """What it really is, and what to do."""
    outcome = ask(healthy(tmp_path), getattr(hostile, kind)(tmp_path / "Чужая.xlsx"))
    assert [(p.place.file, p.is_error) for p in outcome.problems] == [("Чужая.xlsx", True)]


@pytest.mark.parametrize("kind", ["encrypted", "truncated", "missing"])
@pytest.mark.parametrize("name", [ORDERS, REGISTRY])
def test_a_book_that_cannot_be_read_is_told(name: str, kind: str, tmp_path: Path) -> None:
    """Without the orders there is nothing to price, without the registry nobody is VIP."""
    book = healthy(tmp_path) / name
    book.unlink() if kind == "missing" else getattr(hostile, kind)(book)
    outcome = ask(tmp_path)
    assert [p.is_error for p in outcome.problems if p.place.file == name] == [True]
    assert outcome.exit_code is ExitCode.PROBLEMS


@pytest.mark.parametrize("gone", [False, True], ids=["in error", "missing"])
def test_without_sound_settings_nothing_is_priced(gone: bool, tmp_path: Path) -> None:
    healthy(tmp_path, put("Наценки", "Наценка, %", 1, "много"))
    if gone:
        (tmp_path / SETTINGS).unlink()
    outcome = ask(tmp_path)
    cause = ("file-missing", SETTINGS, None) if gone else ("not-a-number", SETTINGS, "C3")
    assert told(outcome) == [cause, ("prices-unsound", ORDERS, None)]
    assert orders_of(outcome) == [(FIRST, None), (SECOND, None), (DRAFT, None)]
    assert split(tmp_path / COPY)[0] == [(None,) * 7] * 4
