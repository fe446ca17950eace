"""The program as it is started: what it loads, its exit codes, and what goes to which stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cmtools import __version__
from support.program import Answer
from support.program import run_installed as run

LIBRARIES = (
    "docx docxtpl holidays icalendar jinja2 lxml num2words numpy openpyxl "
    "pandas pymorphy3 python_calamine pytrovich rich segno watchdog xlsxwriter"
).split()
COMMANDS = (
    "client",
    "demo",
    "docs",
    "init",
    "plan",
    "price",
    "report",
    "templates check",
    "validate",
)


def loaded_by(code: str) -> set[str]:
    """The heavy libraries that a fresh interpreter holds after running some code."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.decode().split()} & {*LIBRARIES}


def no_workspace(folder: Path) -> str:
    return (
        f"рабочая папка не найдена: ни в «{folder}», ни выше нет файла cmtools.toml; "
        "создайте её: cmtools init ПАПКА"
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace, made by the program."""
    folder = tmp_path_factory.mktemp("startup") / "рабочая папка"
    assert run("init", str(folder), "--json", folder=folder.parent).code == 0
    return folder


def test_the_command_line_loads_no_heavy_library() -> None:
    assert loaded_by("import cmtools.cli.app") == set()


def test_a_check_loads_no_library_but_the_reader() -> None:
    """And the reader only in a process of its own."""
    assert loaded_by("import cmtools.commands.validate") == set()


@pytest.mark.parametrize("command", ["docs", "price", "watch"])
def test_only_what_makes_figures_loads_pandas(command: str) -> None:
    assert not loaded_by(f"import cmtools.commands.{command}") & {"numpy", "pandas"}


def test_a_report_loads_no_library_of_other_papers() -> None:
    """Sums in words, names in cases and payment codes are for other documents."""
    needed = {"docx", "docxtpl", "jinja2", "lxml", "numpy", "pandas", "xlsxwriter"}
    assert loaded_by("import cmtools.commands.report") == needed


@pytest.mark.parametrize(
    "command", ["validate", "price", "docs", "client", "templates", "doctor", "merge"]
)
def test_only_the_figures_of_a_month_load_pandas(command: str) -> None:
    assert "pandas" not in loaded_by(f"import cmtools.commands.{command}")


def test_help(tmp_path: Path) -> None:
    """Help that was asked for is an answer; it names every command."""
    answer = run("--help", folder=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert answer == run("-h", folder=tmp_path)
    first_words = {command.partition(" ")[0] for command in COMMANDS}
    assert {word for word in first_words if f"\n  {word} " in answer.out} == first_words


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command: str, tmp_path: Path) -> None:
    answer = run(*command.split(), "--help", folder=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert "--json" in answer.out


def test_version(tmp_path: Path) -> None:
    assert run("--version", folder=tmp_path) == Answer(0, f"cmtools {__version__}\n")


def test_nothing_asked_is_help_but_no_success(tmp_path: Path) -> None:
    assert run(folder=tmp_path) == Answer(2, run("--help", folder=tmp_path).out)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("frobnicate", "нет такой команды: frobnicate"),
        ("validat", "нет такой команды: validat; может быть, validate?"),
        ("validate --frobnicate", "нет такого ключа: --frobnicate"),
        ("validate --jsn", "нет такого ключа: --jsn; может быть, --json?"),
        ("validate --workspace", "после --workspace нужно значение"),
        ("init", "не указано обязательное: ПАПКА"),
        ("init a b", "лишнее в команде: b"),
        ("validate --today 2026-02-30", "неверное значение для --today: 2026-02-30"),
        ("price --today 21.11.2026", "неверное значение для --today: 21.11.2026"),
    ],
)
def test_wrong_usage(arguments: str, complaint: str, tmp_path: Path) -> None:
    """One line on stderr says what is wrong and what was perhaps meant; nothing is done."""
    told = Answer(2, err=f"cmtools: {complaint}\n")
    assert run(*arguments.split(), folder=tmp_path) == told
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_in_json(tmp_path: Path) -> None:
    answer = run("validate", "--json", "--today", "завтра", folder=tmp_path)
    error = "неверное значение для --today: завтра"
    assert (answer.code, answer.err) == (2, f"cmtools: {error}\n")
    assert json.loads(answer.out) == {"ok": False, "error": error, "problems": []}


def test_no_workspace(tmp_path: Path) -> None:
    told = Answer(3, err=f"cmtools: {no_workspace(tmp_path)}\n")
    assert run("validate", folder=tmp_path) == told
    assert run("validate", "--workspace", str(tmp_path), folder=tmp_path.parent) == told


def test_no_workspace_in_json(tmp_path: Path) -> None:
    """One object on stdout, and the line for a person as well."""
    answer = run("validate", "--json", folder=tmp_path)
    error = no_workspace(tmp_path)
    assert (answer.code, answer.err) == (3, f"cmtools: {error}\n")
    assert json.loads(answer.out) == {"ok": False, "error": error, "problems": []}


def test_a_second_workspace_inside_the_first(workspace: Path) -> None:
    before = sorted(workspace.rglob("*"))
    answer = run("init", "внутри", folder=workspace)
    told = f"cmtools: здесь уже есть рабочая папка: {workspace}\n"
    assert answer == Answer(3, err=told)
    assert sorted(workspace.rglob("*")) == before


def test_no_such_book(workspace: Path) -> None:
    told = Answer(3, err="cmtools: нет такого файла: нет такой.xlsx\n")
    assert run("validate", "нет такой.xlsx", folder=workspace) == told


def test_the_workspace_is_found_and_may_be_named_before_or_after(
    workspace: Path, tmp_path: Path
) -> None:
    """From inside, from a folder of it, or named on either side of the command: one answer."""
    asked = ("validate", "--json", "--today", "2026-11-21")
    named = ("--workspace", str(workspace))
    answers = [
        run(*asked, folder=workspace),
        run(*asked, folder=workspace / "Планы"),
        run(*asked, *named, folder=tmp_path),
        run(*named, *asked, folder=tmp_path),
        run("--workspace", "рабочая папка", *asked, folder=workspace.parent),
    ]
    assert answers == answers[:1] * 5
    (only,) = json.loads(answers[0].out)["problems"]
    assert (answers[0].code, answers[0].err) == (0, "")
    assert (only["code"], only["file"]) == ("seller-incomplete", "Настройки.xlsx")


def test_the_nearer_workspace_option_wins(workspace: Path, tmp_path: Path) -> None:
    named = ("--workspace", str(tmp_path), "validate", "--json", "--workspace", str(workspace))
    assert run(*named, folder=tmp_path).code == 0


def test_russian_is_written_in_any_locale(tmp_path: Path) -> None:
    """UTF-8, whatever the system says."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert run("validate", folder=tmp_path, **plain) == run("validate", folder=tmp_path)
    assert run("--help", folder=tmp_path, **plain) == run("--help", folder=tmp_path)


def test_a_fault_of_the_program_is_one_line_and_a_log(workspace: Path, tmp_path: Path) -> None:
    script = (
        "import sys, cmtools.commands.validate as module; from cmtools.cli import app\n"
        "def broken(*_, **__): raise ZeroDivisionError('broken')\n"
        "module.validate = broken; sys.argv = ['cmtools', 'validate']; app.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=workspace,
        env=os.environ | {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    (log,) = tmp_path.iterdir()
    told = f"cmtools: внутренняя ошибка; подробности: {log}\n"
    assert (done.returncode, done.stdout, done.stderr.decode("utf-8")) == (3, b"", told)
    assert "ZeroDivisionError: broken" in log.read_text("utf-8")


def test_for_a_debugger_everything_runs_in_one_process(workspace: Path) -> None:
    """The answers are the same, and no other process is started."""
    asked = ("validate", "--json", "--today", "2026-11-21")
    assert run(*asked, folder=workspace, CMTOOLS_IN_PROCESS="1") == run(*asked, folder=workspace)
    script = (
        "import subprocess, sys\nsubprocess.Popen = None\nfrom cmtools.cli.app import main\nmain()"
    )
    for command in (asked, ("watch", "--once"), ("report", "2026-10", "--json")):
        done = subprocess.run(
            [sys.executable, "-c", script, *command],
            cwd=workspace,
            env=os.environ | {"CMTOOLS_IN_PROCESS": "1"},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
