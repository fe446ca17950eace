"""The plan of a month: its base, its roundings, what a person typed, what an approval forbids."""

import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from cmtools.books.choices import Unit
from cmtools.books.plan import plan_formula
from cmtools.commands.plan import PlanResult, plan
from cmtools.commands.report import report
from cmtools.commands.result import ExitCode
from cmtools.commands.validate import validate
from cmtools.errors import UsageError
from cmtools.months import ended_months
from cmtools.reports.plan_from_history import apply_growth
from cmtools.tables.parsers import format_roubles
from support.indicators import PLANNED
from support.office import convert
from support.program import run
from support.reckoning import Books, half_up
from support.report_files import paper_text
from support.strategies import client_row, order_row, position_row
from support.workbench import Row, healthy, put, workspace_with

TODAY = date(2026, 11, 21)
FILE, PAPER = "Планы/2026-12 План.xlsx", "Планы/2026-12 План.docx"
SECOND = "Планы/2026-12 План (2).xlsx"
SIGNED = {"Утвердил": "Орлов С. Н.", "Дата утверждения": "25.11.2026"}


def books(clients: tuple[int, int, int] = (1, 2, 2), **sheets: list[Row]) -> Books:
    """So many new clients in August, September and October of 2026, one order each."""
    days = [date(2026, 8 + at, 15) for at, count in enumerate(clients) for _ in range(count)]
    codes = [f"К-{number:04}" for number in range(1, len(days) + 1)]
    return {
        "Клиенты": [client_row(code) for code in codes],
        "Заказы": [
            order_row(f"З-{code}", day, code) for code, day in zip(codes, days, strict=True)
        ],
        "Позиции": [position_row(f"З-{code}", 1, "80") for code in codes],
        "Наценки": [{"Вид продукции": "*", "Тираж от": 1, "Наценка, %": 10}],
    } | sheets


def made(root: Path, month: str = "2026-12", **options: Any) -> PlanResult:
    return plan(root, month, **{"today": TODAY, **options})


def goal(outcome: PlanResult, key: str = "new_clients") -> tuple[object, object, object]:
    found = outcome.as_json()["indicators"][key]
    return found["base"], found["growth"], found["plan"]


def cells(path: Path) -> dict[str, Any]:
    """What stands beside each text of the first column."""
    sheet = load_workbook(path, data_only=True)["План"]
    return {
        str(row[0].value): [cell.value for cell in row[1:]]
        for row in sheet.iter_rows()
        if row[0].value
    }


def typed(path: Path, label: str, column: int, value: object) -> None:
    """Type a value into the plan, in the row of a label; columns count from 1."""
    book = load_workbook(path)
    for row in book["План"].iter_rows():
        if row[0].value == label:
            cell: Any = row[column - 1]
            cell.value = value
    book.save(path)


def signed(path: Path, fields: Mapping[str, object]) -> None:
    for label, value in fields.items():
        typed(path, label, 2, value)


# Figures


def test_the_whole_answer(tmp_path: Path) -> None:
    """Each order costs 80 · 1,1 · 1,22 = 107,36: 5 orders in 3 months."""
    outcome = made(workspace_with(tmp_path, books()))
    amount = {"base": "178.93", "growth": 10, "plan": "197.00"}
    nothing = {"base": "0.00", "growth": 10, "plan": "0.00"}
    nobody = {"base": 0, "growth": 10, "plan": 0}
    assert json.loads(json.dumps(outcome.as_json())) == {
        "month": "2026-12",
        "manager": None,
        "path": FILE,
        "indicators": {
            "new_clients": {"base": 5 / 3, "growth": 10, "plan": 2},
            "new_amount": amount,
            "system_clients": nobody,
            "system_amount": nothing,
            "repeat_clients": nobody,
            "repeat_amount": nothing,
            "receipts": nothing,
            "profit": {"base": "13.33", "growth": 10, "plan": "15.00"},
        },
    }
    assert (outcome.exit_code, outcome.files) == (ExitCode.DONE, (FILE, PAPER))


@pytest.mark.parametrize(
    ("today", "month", "months"),
    [
        (date(2026, 11, 21), date(2026, 12, 1), [8, 9, 10]),
        (date(2026, 11, 30), date(2026, 12, 1), [8, 9, 10]),  # November ends today, not before
        (date(2026, 12, 1), date(2026, 12, 1), [9, 10, 11]),
        (date(2027, 2, 9), date(2026, 12, 1), [9, 10, 11]),
        (date(2026, 3, 1), date(2026, 12, 1), [12, 1, 2]),
    ],
)
def test_the_months_of_the_base(today: date, month: date, months: list[int]) -> None:
    assert [found.month for found in ended_months(today, month, 3)] == months


def test_25_and_12_percent_are_28(tmp_path: Path) -> None:
    """The rise is exact; in binary fractions 25 · 1.12 is a little more than 28."""
    rules: list[Row] = [
        {"Правило": "Прирост плана, %", "Значение": 12},
        {"Правило": "База плана, месяцев", "Значение": 1},
    ]
    root = workspace_with(tmp_path, books((0, 0, 25), Правила=rules))
    assert goal(made(root)) == (25, 12, 28)
    assert cells(root / FILE)["Новые клиенты с заказами, шт"] == ["шт", 25, 12, 28, 25]


growths = st.decimals("-100", "300", places=1)
kopecks = st.integers(-(10**11), 10**11)


@given(st.integers(0, 10**6), st.integers(1, 24), growths)
def test_pieces_are_rounded_up_exactly(total: int, months: int, growth: Decimal) -> None:
    exact = Fraction(total, months) * (1 + Fraction(growth) / 100)
    found = apply_growth(Fraction(total, months), growth, Unit.PIECES)
    assert exact <= Fraction(found) < exact + 1
    assert found == int(found)


@given(kopecks, st.integers(1, 24), growths)
def test_money_is_rounded_half_up_to_the_rouble(total: int, months: int, growth: Decimal) -> None:
    base = Fraction(total, 100 * months)
    exact = base * (1 + Fraction(growth) / 100)
    assert Fraction(apply_growth(base, growth, Unit.ROUBLES)) == half_up(exact, Fraction(1))


def test_the_formula_agrees_with_the_exact_plan(tmp_path: Path) -> None:
    """LibreOffice computes the formula over stored binary fractions; the plan is exact."""
    numbers = [*range(1, 60), 250, 999, 4321, 99_999]
    cases = [
        (Fraction(n, months), Decimal(growth), unit)
        for n in numbers
        for months in (1, 3, 7)
        for growth in ("10", "12", "12.5", "-7", "33.3")
        for unit in Unit
    ]
    cases += [(Fraction(n, 2), Decimal(10), Unit.ROUBLES) for n in range(5, 4000, 10)]  # halves
    path = tmp_path / "cases.xlsx"
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, (base, growth, unit) in enumerate(cases):
            sheet.write(row, 2, float(base))
            sheet.write(row, 3, float(growth))
            sheet.write_formula(row, 4, plan_formula(row + 1, whole_pieces=unit is Unit.PIECES))
    (again,) = convert([path], tmp_path / "again")
    rows = load_workbook(again, data_only=True).worksheets[0].iter_rows(values_only=True)
    computed = [row[4] for row in rows]
    assert computed == [float(apply_growth(*case)) for case in cases]


def test_a_manager_has_a_plan_of_his_own(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    outcome = made(root, manager="ОРЛОВА анна")
    path = "Планы/2026-12 План — Орлова Анна.xlsx"
    assert (outcome.as_json()["path"], outcome.as_json()["manager"]) == (path, "Орлова Анна")
    assert cells(root / path)["Менеджер"][0] == "Орлова Анна"
    with pytest.raises(UsageError, match="«Орлова Анна»"):
        made(root, manager="Орлова")


def test_a_month_without_history(tmp_path: Path) -> None:
    """Zeros, and a plain word about it in the workbook and on the paper."""
    outcome = made(workspace_with(tmp_path, {}))
    assert [goal(outcome, key)[2] for key in PLANNED] == [
        "0.00" if key.endswith("amount") or key in ("receipts", "profit") else 0 for key in PLANNED
    ]
    assert "Истории нет" in outcome.plan.note
    assert any("Истории нет" in text for text in cells(tmp_path / FILE))
    assert "Истории нет" in paper_text(tmp_path / PAPER)


def test_a_month_of_the_base_without_rows_is_named(tmp_path: Path) -> None:
    outcome = made(workspace_with(tmp_path, books((0, 2, 2))))
    assert "За август 2026\u00a0г. в книгах ничего нет" in outcome.plan.note


def test_rows_in_error_do_not_stop_the_plan(tmp_path: Path) -> None:
    outcome = made(healthy(tmp_path, put("Заказы", "Дата заказа", 1, "когда-то")))
    assert outcome.exit_code is ExitCode.DONE
    assert "Из-за ошибок в базу не вошло: строк: " in outcome.plan.note


@pytest.mark.parametrize(
    ("today", "late"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)]
)
def test_late_from_the_first_of_its_month(tmp_path: Path, today: date, late: bool) -> None:
    made(workspace_with(tmp_path, books()), today=today)
    assert ("Сдан позже срока" in str(cells(tmp_path / FILE))) is late
    assert ("Сдан позже срока" in paper_text(tmp_path / PAPER)) is late


# The workbook


def test_the_workbook_is_read_back(tmp_path: Path) -> None:
    """Live formulas whose stored values are the plan; no problem in it, and report finds it."""
    root = workspace_with(tmp_path, books())
    goals = {key: values["plan"] for key, values in made(root).as_json()["indicators"].items()}
    assert validate(root, [root / FILE], today=TODAY).problems == ()
    found = report(root, "2026-12", today=TODAY).as_json()["indicators"]
    assert {key: found[key]["plan"] for key in PLANNED} == goals
    sheet = load_workbook(root / FILE)["План"]
    formulas = [str(row[4].value) for row in sheet.iter_rows(min_row=8)]
    assert [formula.startswith("=ROUND") for formula in formulas] == [True] * 8


def month_columns(path: Path) -> dict[str, list[Any]]:
    """Title → the first cells below it, of the columns to the right of «План»."""
    page = load_workbook(path)["План"]
    columns = page.iter_cols(min_col=6, min_row=7, max_row=9, values_only=True)
    return {str(title): cells for title, *cells in columns}


def test_the_months_behind_the_base_stand_beside(tmp_path: Path) -> None:
    """Also beside a plan that a person touched, whose own column stays; they move on."""
    root = workspace_with(tmp_path, books())
    made(root)
    months = {"авг. 2026": [1, 107.36], "сен. 2026": [2, 214.72], "окт. 2026": [2, 214.72]}
    assert month_columns(root / FILE) == months
    book = load_workbook(root / FILE)
    page = book["План"]
    page["I7"], page["I8"], page["D8"] = "Кто отвечает", "Анна", 50
    book.save(root / FILE)
    made(root, today=date(2026, 12, 1))
    del months["авг. 2026"]
    assert month_columns(root / SECOND) == {
        **months,
        "ноя. 2026": [0, 0],
        "Кто отвечает": ["Анна", None],
    }
    assert validate(root, [root / SECOND], today=TODAY).problems == ()


@pytest.mark.long
def test_an_office_recalculates_it_to_the_same(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    before = cells(root / FILE)
    (again,) = convert([root / FILE], tmp_path / "again")
    after = cells(again)
    assert after.keys() == before.keys()
    assert [after[label] == pytest.approx(before[label]) for label in after] == [True] * len(after)
    (root / FILE).write_bytes(again.read_bytes())
    assert validate(root, [root / FILE], today=TODAY).problems == ()
    assert goal(made(root))[2] == 2  # its formulas are still known for what they are


def test_a_name_that_looks_like_a_formula_is_a_text(tmp_path: Path) -> None:
    name = "@SUM(1)"
    people = [client_row(f"К-{number:04}", name) for number in range(1, 6)]
    root = workspace_with(tmp_path, books(Клиенты=people))
    path = root / made(root, manager=name).as_json()["path"]
    cell = load_workbook(path)["План"]["B2"]
    assert (cell.value, cell.data_type) == (name, "s")


# The paper


def test_the_paper_says_the_same(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    outcome = made(root)
    text = paper_text(root / PAPER)
    for words in ("УТВЕРЖДАЮ", "декабрь 2026", "все менеджеры", "С. Н. Орлов"):
        assert words in text.replace("\xa0", " ")
    for values in outcome.as_json()["indicators"].values():
        shown = values["plan"]
        assert (format_roubles(Decimal(shown)) if isinstance(shown, str) else str(shown)) in text


def test_a_template_that_is_missing_is_told(tmp_path: Path) -> None:
    """The workbook is made all the same."""
    root = workspace_with(tmp_path, books())
    (root / "Шаблоны" / "План.docx").unlink()
    outcome = made(root)
    assert [problem.code for problem in outcome.problems] == ["template-missing"]
    assert (outcome.exit_code, outcome.files) == (ExitCode.PROBLEMS, (FILE,))
    assert (root / FILE).is_file()


def test_a_paper_with_comments_is_not_lost(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    with zipfile.ZipFile(root / PAPER, "a") as archive:
        archive.writestr("word/comments.xml", "mine")
    before = (root / PAPER).read_bytes()
    assert made(root).files == (FILE, PAPER)
    assert made(root, today=date(2026, 12, 5)).files == (FILE, "Планы/2026-12 План (2).docx")
    assert (root / PAPER).read_bytes() == before


# What a person typed


def test_an_untouched_plan_is_made_anew(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    first = (root / FILE).read_bytes()
    assert made(root).files == (FILE, PAPER)
    assert (root / FILE).read_bytes() == first
    late = made(root, today=date(2026, 12, 1))
    assert late.files == (FILE, PAPER)
    assert (root / FILE).read_bytes() != first
    assert not list(root.glob("Планы/*резерв*"))


def test_what_was_typed_is_kept(tmp_path: Path) -> None:
    """The growth of one line, the plan of another; a line of the manager's own; the file as it is.

    The new plan stands beside it, and the screen says why.
    """
    root = workspace_with(tmp_path, books())
    made(root)
    typed(root / FILE, "Новые клиенты с заказами, шт", 4, 50)
    typed(root / FILE, "Прибыль, руб.", 5, 777)
    book = load_workbook(root / FILE)
    for column, value in enumerate(("Потерянные несистемные клиенты, шт", "шт", None, None, 1), 1):
        cell: Any = book["План"].cell(16, column)
        cell.value = value
    book.save(root / FILE)
    bytes_typed = (root / FILE).read_bytes()
    outcome = made(root)
    assert (outcome.files, outcome.plan.path) == ((SECOND, PAPER), SECOND)
    assert (root / FILE).read_bytes() == bytes_typed
    assert outcome.plan.note.endswith("новый — рядом с ним, вписанное в нём сохранено.")
    assert goal(outcome) == (5 / 3, 50, 3)
    assert goal(outcome, "profit") == ("13.33", 10, "777.00")
    found = cells(root / SECOND)
    assert found["Потерянные несистемные клиенты, шт"][:4] == ["шт", None, None, 1]
    sheet = load_workbook(root / SECOND)["План"]
    assert [str(sheet.cell(row, 5).value)[:6] for row in (8, 15)] == ["=ROUND", "777"]
    assert validate(root, [root / SECOND], today=TODAY).problems == ()
    plans = report(root, "2026-12", today=TODAY).as_json()["indicators"]
    assert (plans["lost_other"]["plan"], plans["profit"]["plan"]) == (1, "777.00")


def test_typed_values_stay_while_history_moves(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    typed(root / FILE, "Прибыль, руб.", 5, 777)
    made(root)
    typed(root / FILE, "Новые клиенты с заказами, шт", 4, 0)
    outcome = made(root, today=date(2026, 12, 1))
    assert goal(outcome) == (4 / 3, 0, 2)
    assert goal(outcome, "profit")[2] == "777.00"


def test_typed_values_stay_however_often_it_is_made(tmp_path: Path) -> None:
    """The plan beside is renewed until it is touched as well; then a third one follows it."""
    root = workspace_with(tmp_path, books())
    made(root)
    typed(root / FILE, "Новые клиенты с заказами, шт", 4, 50)
    answers = [made(root), made(root), made(root, today=date(2026, 12, 1))]
    assert [goal(answer)[1] for answer in answers] == [50, 50, 50]
    assert [answer.files[0] for answer in answers] == [SECOND, SECOND, SECOND]
    typed(root / SECOND, "Новые клиенты с заказами, шт", 4, 10)
    third = made(root)
    assert (third.files[0], goal(third)) == (SECOND.replace("2)", "3)"), (5 / 3, 10, 2))


def test_of_many_versions_the_approved_one_counts(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    typed(root / FILE, "Прибыль, руб.", 5, 777)
    made(root)
    typed(root / SECOND, "Прибыль, руб.", 5, 888)
    for approved, profit in (({}, "888.00"), (SIGNED, "777.00")):
        signed(root / FILE, approved)
        found = report(root, "2026-12", today=TODAY).as_json()["indicators"]
        assert found["profit"]["plan"] == profit
    assert [problem.code for problem in made(root).problems] == ["plan-approved"]


def test_what_a_person_added_stays_when_the_figures_are_renewed(tmp_path: Path) -> None:
    """A column and a sheet of their own, a format, a line moved: only the figures are renewed."""
    root = workspace_with(tmp_path, books())
    made(root)
    book = load_workbook(root / FILE)
    page = book["План"]
    page["H7"], page["H8"] = "Кто отвечает", "Анна"
    page["B8"].number_format = "@"
    page["C8"].number_format = "0.000"
    page["D8"] = 50
    page.delete_rows(15)  # the last indicator, Прибыль
    book.create_sheet("Заметки")["A1"] = "обсудить в понедельник"
    book.save(root / FILE)
    outcome = made(root)
    assert goal(outcome) == (5 / 3, 50, 3)
    edited = load_workbook(root / SECOND)
    page = edited["План"]
    assert (page["H7"].value, page["H8"].value) == ("Кто отвечает", "Анна")
    assert (page["C8"].number_format, page["D8"].value) == ("0.000", 50)
    assert edited["Заметки"]["A1"].value == "обсудить в понедельник"
    assert page["C8"].value == pytest.approx(5 / 3)
    last = {row[0]: row for row in page.iter_rows(min_row=8, values_only=True) if row[0]}
    assert str(last["Прибыль, руб."][4]).startswith("=ROUND")
    stored = load_workbook(root / SECOND, data_only=True)["План"]
    values = {row[0]: row[4] for row in stored.iter_rows(min_row=8, values_only=True) if row[0]}
    answer = outcome.as_json()["indicators"]
    assert values["Новые клиенты с заказами, шт"] == answer["new_clients"]["plan"]
    assert f"{values['Прибыль, руб.']}.00" == answer["profit"]["plan"]
    assert validate(root, [root / SECOND], today=TODAY).problems == ()
    assert made(root).files == (SECOND, PAPER)


def test_half_an_approval_is_kept_and_forbids_nothing(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    signed(root / FILE, {"Утвердил": "Орлов С. Н."})
    assert made(root).exit_code is ExitCode.DONE
    assert cells(root / SECOND)["Утвердил"][0] == "Орлов С. Н."


@pytest.mark.parametrize(
    ("label", "value", "empty", "cell"),
    [
        ("Утвердил", "Орлов С. Н.", "Дата утверждения", "B4"),
        ("Дата утверждения", "25.11.2026", "Утвердил", "B3"),
    ],
)
def test_half_an_approval_is_an_error_at_the_empty_cell(
    label: str, value: str, empty: str, cell: str, tmp_path: Path
) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    signed(root / FILE, {label: value})
    problems = validate(root, today=TODAY).problems
    (problem,) = (p for p in problems if p.code == "approval-incomplete")
    assert (problem.place.file, problem.place.sheet) == (FILE, "План")
    assert (problem.is_error, problem.column, problem.place.cell) == (True, empty, cell)


# Approval


@pytest.mark.parametrize("day", ["25.11.2026", datetime(2026, 11, 25)])
def test_an_approved_plan_is_never_written_to(tmp_path: Path, day: object) -> None:
    root = workspace_with(tmp_path, books())
    made(root)
    signed(root / FILE, {**SIGNED, "Дата утверждения": day})
    before = {path: path.read_bytes() for path in root.glob("Планы/*")}
    outcome = made(root, today=date(2026, 12, 9))
    assert {path: path.read_bytes() for path in root.glob("Планы/*")} == before
    (problem,) = outcome.problems
    assert (problem.code, problem.place.file, problem.place.sheet, problem.place.cell) == (
        "plan-approved",
        FILE,
        "План",
        "B3",
    )
    assert (outcome.exit_code, outcome.files) == (ExitCode.PROBLEMS, ())
    assert outcome.as_json()["path"] == FILE
    assert goal(outcome, "new_amount") == ("178.93", 10, None)  # openpyxl keeps no stored values
    assert [found["code"] for found in outcome.as_json()["problems"]] == ["plan-approved"]


def test_a_plan_with_errors_is_not_written_to(tmp_path: Path) -> None:
    """What its author meant is not understood, so it cannot be kept."""
    root = workspace_with(tmp_path, books())
    made(root)
    typed(root / FILE, "Прибыль, руб.", 5, "побольше")
    before = (root / FILE).read_bytes()
    outcome = made(root)
    assert [(found.code, found.place.cell) for found in outcome.problems] == [
        ("not-a-number", "E15")
    ]
    assert (root / FILE).read_bytes() == before


def test_a_plan_that_cannot_be_read_is_not_written_to(tmp_path: Path) -> None:
    root = workspace_with(tmp_path, books())
    (root / FILE).write_bytes(b"no book at all")
    outcome = made(root)
    assert [found.code for found in outcome.problems] == ["file-csv"]
    assert (root / FILE).read_bytes() == b"no book at all"


# The installed program


@pytest.mark.parametrize(
    ("arguments", "code"), [(["2026-12"], 0), (["2026-12", "--manager", "Никто"], 2), (["12"], 2)]
)
def test_the_command_line(tmp_path: Path, arguments: list[str], code: int) -> None:
    root = workspace_with(tmp_path, books())
    for more in ([], ["--json"]):
        made = run("plan", *arguments, "--today", f"{TODAY}", *more, folder=root)
        assert (made.code, made.err == "") == (code, not code)
    answer = made.json()
    assert answer["indicators"]["new_clients"]["plan"] == 2 if not code else not answer["ok"]
