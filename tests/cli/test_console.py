"""Every result of a command has a renderer of its own, in the module of the command's name."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from rich.console import Console

from cmtools import commands
from cmtools.cli.console.render import print_result, render
from cmtools.commands.board import board
from cmtools.commands.plan import plan
from cmtools.commands.price import price
from cmtools.commands.report import report
from cmtools.commands.result import Result
from cmtools.commands.templates import TemplatesResult
from cmtools.commands.validate import validate
from cmtools.problems import Message, Place, problem_at
from support.workbench import HEALTHY, TODAY, add, healthy, put

COMMANDS = [module.name for module in iter_modules(commands.__path__)]
RESULTS = [
    (name, result)
    for name in COMMANDS
    for _, result in inspect.getmembers(import_module(f"cmtools.commands.{name}"), inspect.isclass)
    if issubclass(result, Result) and result.__module__ == f"cmtools.commands.{name}"
    if not inspect.isabstract(result)
]


def screen(result: Result) -> str:
    """What a person sees of a result."""
    file = io.StringIO()
    print_result(result, Console(file=file, width=120))
    return file.getvalue()


@pytest.mark.parametrize(("command", "result"), RESULTS)
def test_a_result_has_a_renderer_beside_those_of_its_command(
    command: str, result: type[Result]
) -> None:
    console = f"cmtools.cli.console.{command}"
    import_module(console)
    assert render.dispatch(result).__module__ == console


def test_problems_and_their_number(tmp_path: Path) -> None:
    shown = screen(
        validate(healthy(tmp_path, put("Заказы", "Вид заявки", 0, "устная")), today=TODAY)
    )
    assert "Предварительные заказы.xlsx, лист «Заказы»" in shown
    assert "Вид заявки: «устная»" in shown
    assert shown.splitlines()[-1].startswith("✗ Проверено книг: 5. Ошибок: ")


@pytest.mark.parametrize("width", range(40, 80, 3))
def test_no_line_breaks_inside_a_number(width: int) -> None:
    """A number with its unit is one word at whatever width, and is printed as it is written."""
    message = Message("debt", "долг " * 9 + "27\u00a0050,00\u00a0₽", "получите его")
    file = io.StringIO()
    problem = problem_at(Place(file="Книга.xlsx"), message())
    print_result(TemplatesResult(problems=(problem,), checked=1), Console(file=file, width=width))
    assert "27\u00a0050,00\u00a0₽" in file.getvalue()


@pytest.mark.parametrize("width", range(40, 80, 3))
def test_a_line_breaks_after_a_hyphen_and_not_inside_a_word(width: int) -> None:
    """The parts of a long name stay whole, and nothing is printed beside them."""
    name = "ООО «Научно-производственное объединение „Электросеть-Сервис“»"
    file = io.StringIO()
    problem = problem_at(Place(file="Книга.xlsx"), Message("name", f"{name} " * 3, name)())
    print_result(TemplatesResult(problems=(problem,), checked=1), Console(file=file, width=width))
    shown = file.getvalue()
    assert {*re.findall(r"[\w-]+", shown)} <= {
        *re.findall(r"[\w-]+", f"{name} Книга xlsx Проверено шаблонов Ошибок предупреждений 1 0 —"),
        *("Научно-", "производственное", "Электросеть-", "Сервис"),
    }
    assert "".join(shown.split()).count("Научно-производственное") == 4


def test_57_alike_problems_are_one_line_with_a_count(tmp_path: Path) -> None:
    """Problems with other values stay apart, and the tally counts each cell."""
    orders = [
        {**HEALTHY["Заказы"][0], "№ заказа": f"З-{n}", "Код клиента": "К-77"} for n in range(90)
    ]
    healthy(tmp_path, add("Заказы", *orders), put("Заказы", "Код клиента", 0, "К-99"))
    text = screen(validate(tmp_path, today=TODAY))
    said = [line.strip() for line in text.splitlines() if "К-77" in line or "К-99" in line]
    assert len(said) == 2
    assert text.count("(всего 90)") == 1
    assert "Ошибок: 91" in text


def test_prices_and_their_steps(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    assert "Заказов с ценой: " in screen(price(root, today=TODAY))
    steps = screen(price(root, explain=True, today=TODAY))
    assert "Себестоимость строки" in steps
    assert "Наценки!C" in steps


def test_screens_say_which_positions_a_sum_lacks(tmp_path: Path) -> None:
    whole = healthy(tmp_path / "whole")
    root = healthy(tmp_path / "part", put("Позиции", "Себестоимость за ед.", 2, None))
    screens: tuple[Callable[[Path], Result], ...] = (
        lambda root: price(root, today=TODAY),
        lambda root: price(root, explain=True, today=TODAY),
        lambda root: board(root, today=TODAY),
    )
    for show in screens:
        assert "без позиции 2" in screen(show(root))
        assert "без позиции" not in screen(show(whole))


def test_a_plan_and_a_report_show_every_indicator(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    made = plan(root, "2026-12", today=TODAY)
    assert all(p.indicator.title in screen(made) for p in made.plan.indicators)
    figures = report(root, "2026-11", today=date(2026, 11, 30))
    assert all(f.indicator.title in screen(figures) for f in figures.report.figures.figures)
