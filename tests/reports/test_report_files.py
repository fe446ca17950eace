"""The report as a workbook and a paper: figures that can be followed, charts, what is left out."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from rich.console import Console

from cmtools.cli.console.render import print_result
from cmtools.commands.report import ReportResult, report
from cmtools.commands.result import ExitCode
from cmtools.reports.indicators import INDICATORS
from cmtools.reports.workbook import source_sheets as sources
from cmtools.tables.parsers import format_roubles, squeeze
from support.office import convert
from support.reckoning import Books, indicators, months_before
from support.report_files import paper_text, plan_book
from support.strategies import MANAGERS, client_row, order_row, position_row
from support.workbench import HEALTHY, Row, add, drop_sheet, healthy, put, workspace_with

TODAY = date(2026, 12, 5)
BOOK, PAPER = "Отчёты/2026-11 Отчёт.xlsx", "Отчёты/2026-11 Отчёт.docx"
IDS = [indicator.id for indicator in INDICATORS]
PAYMENT: Row = {"№ заказа": "З-2026-0002", "Вид": "возврат клиенту", "Сумма": 0.29}
COLUMNS = ["Книга", "Лист", "Строка", "Дата", "Клиент", "Заказ", "Менеджер", "Значение"]
HOSTILE = ("=1+1", "+7", "-1", "@SUM(A1)", "{{ 7*7 }}", "a & <b>", "-> \u202e")


def made(root: Path, month: str = "2026-11", **options: Any) -> ReportResult:
    return report(root, month, **{"today": TODAY, **options})


def november(folder: Path, *changes: Any) -> Path:
    """The healthy books with a plan, reported."""
    typed = {"Новые клиенты с заказами, шт": 4, "Прибыль, руб.": 5000}
    root = plan_book(healthy(folder, *changes), "2026-11 План.xlsx", typed)
    made(root)
    return root


def opened(path: Path, *, values: bool = True) -> Workbook:
    return load_workbook(path, data_only=values)


def face_rows(path: Path, *, values: bool = True) -> dict[str, list[Any]]:
    """Title of an indicator → its eight cells on the face."""
    sheet = opened(path, values=values)["Отчёт"]
    titles = {indicator.title: indicator.id for indicator in INDICATORS}
    return {
        titles[str(row[0].value)]: [cell.value for cell in row[1:9]]
        for row in sheet.iter_rows()
        if row[0].value in titles
    }


def exact(value: object) -> Decimal:
    """A number of a cell or of the JSON, to the kopeck."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def source_sheets(path: Path) -> Iterator[tuple[str, Worksheet]]:
    """Indicator id → the sheet to which its figure on the face leads."""
    workbook = opened(path)
    titles = {indicator.title: indicator.id for indicator in INDICATORS}
    for row in workbook["Отчёт"].iter_rows():
        if row[0].value in titles:
            location = str(row[2].hyperlink.location)  # type: ignore[union-attr]
            yield titles[str(row[0].value)], workbook[location.partition("!")[0].strip("'")]


def table_of(sheet: Worksheet) -> list[dict[str, Any]]:
    """The source rows below their header."""
    rows: list[list[Any]] = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header = rows.index(COLUMNS)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[header + 1 :] if any(row)]


# Figures


def test_the_face_says_what_the_answer_says(tmp_path: Path) -> None:
    root = november(tmp_path)
    answer = made(root).as_json()["indicators"]
    rows = face_rows(root / BOOK)
    assert list(rows) == IDS
    for id, (plan, fact, away, share, *_) in rows.items():
        expected = answer[id]
        assert exact(fact) == exact(expected["fact"]), id
        if expected["plan"] is None:
            assert (plan, away, share) == ("—", "—", "—")
        else:
            assert exact(plan) == exact(expected["plan"])
            assert exact(away) == exact(fact) - exact(plan)
            assert share == (pytest.approx(100 * fact / plan) if plan else "—")


@pytest.mark.long
def test_formulas_recalculated_agree_with_the_stored_values(tmp_path: Path) -> None:
    """Every cell of every sheet, computed anew by LibreOffice."""
    root = november(tmp_path, add("Платежи", {**PAYMENT, "Дата": date(2026, 11, 12)}))
    (again,) = convert([root / BOOK], tmp_path / "again")
    stored, computed = opened(root / BOOK), opened(again)
    formulas = opened(root / BOOK, values=False)
    compared = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    ours = stored[sheet.title][cell.coordinate].value
                    theirs = computed[sheet.title][cell.coordinate].value
                    assert theirs == pytest.approx(ours, abs=1e-9), (sheet.title, cell.coordinate)
                    compared += 1
    assert compared > len(IDS) * 6


def test_every_figure_leads_to_the_rows_that_add_up_to_it(tmp_path: Path) -> None:
    """Each figure links to its rows; refunds are negative; «Значение» adds up to the figure."""
    root = november(tmp_path, add("Платежи", {**PAYMENT, "Дата": date(2026, 11, 12)}))
    rows = face_rows(root / BOOK)
    formulas = face_rows(root / BOOK, values=False)
    sheets = dict(source_sheets(root / BOOK))
    assert list(sheets) == IDS
    assert len({sheet.title for sheet in sheets.values()}) == len(IDS)
    for id, sheet in sheets.items():
        values = [exact(row["Значение"]) for row in table_of(sheet)]
        assert sum(values, Decimal(0)) == exact(rows[id][1]), id
        assert re.fullmatch(rf"='?{re.escape(sheet.title)}'?!\$H\$3", formulas[id][1])
    receipts = [(r["Строка"], r["Значение"]) for r in table_of(sheets["receipts"])]
    assert receipts == [(3, 2820), (5, 20000), (6, -0.29)]


def test_a_source_row_names_its_place_and_its_owner(tmp_path: Path) -> None:
    root = november(tmp_path)
    (row,) = table_of(dict(source_sheets(root / BOOK))["received_orders"])
    assert row | {"Дата": row["Дата"].date()} == {
        "Книга": "Предварительные заказы.xlsx",
        "Лист": "Поставки",
        "Строка": 4,
        "Дата": date(2026, 11, 20),
        "Клиент": row["Клиент"],
        "Заказ": "З-2026-0002",
        "Менеджер": "Петрова Анна Сергеевна",
        "Значение": 1,
    }
    assert row["Клиент"].startswith("К-0002 ")


def test_the_year_is_the_sum_of_its_months(tmp_path: Path) -> None:
    """Facts from the independent reckoning; a plan of each month or none of the year."""
    books = two_years()
    root = workspace_with(tmp_path, books)
    months = [date(2026, month, 1) for month in range(1, 5)]
    for month in months:
        plan_book(root, f"{month:%Y-%m} План.xlsx", {"Новые клиенты с заказами, шт": month.month})
    path = root / made(root, "2026-04").as_json()["files"][0]
    facts = [indicators(books, month, None) for month in months]
    for id, (*_, plan, fact, away, _share) in face_rows(path).items():
        assert exact(fact) == sum(exact(found[id]) for found in facts), id
        if id == "new_clients":
            assert (plan, away) == (10, fact - 10)
    made(root, "2026-05")
    assert face_rows(root / "Отчёты/2026-05 Отчёт.xlsx")["new_clients"][4] == "—"


def two_years() -> Books:
    """An order a month of a client of his own, each paid."""
    days = [months_before(date(2026, 5, 10), back) for back in range(24)]
    codes = [f"К-{number:04}" for number in range(1, 25)]
    pairs = list(zip(codes, days, strict=True))
    payments: list[Row] = [
        {"Дата": day, "№ заказа": f"З-{code}", "Вид": "от клиента", "Сумма": at}
        for at, (code, day) in enumerate(pairs, 1)
    ]
    return {
        "Клиенты": [client_row(code) for code in codes],
        "Заказы": [order_row(f"З-{code}", day, code) for code, day in pairs],
        "Позиции": [position_row(f"З-{code}", 1, "80") for code in codes],
        "Наценки": [{"Вид продукции": "*", "Тираж от": 1, "Наценка, %": 10}],
        "Платежи": payments,
    }


def test_twelve_months_of_every_figure(tmp_path: Path) -> None:
    books = two_years()
    root = workspace_with(tmp_path, books)
    path = root / made(root, "2026-03").as_json()["files"][0]
    months = [months_before(date(2026, 3, 1), back) for back in range(11, -1, -1)]
    facts = [indicators(books, month, None) for month in months]
    rows = [[cell.value for cell in row] for row in opened(path)["По месяцам"].iter_rows()]
    names = [indicator.short for indicator in INDICATORS]
    first = next(at for at, row in enumerate(rows) if row[0] == names[0])
    for id, name, row in zip(IDS, names, rows[first:], strict=False):
        assert row[0] == name
        assert [exact(value) for value in row[1:13]] == [exact(found[id]) for found in facts], id
    assert rows[first - 1][1:13:11] == ["апр. 2025", "мар. 2026"]


def test_managers_stand_side_by_side(tmp_path: Path) -> None:
    """Three columns each, as the report of that manager says; the sheet is in that of all."""
    root = workspace_with(tmp_path, handed_over())
    for name, goal in (("2026-04 План.xlsx", 9), (f"2026-04 План — {MANAGERS[0]}.xlsx", 2)):
        plan_book(root, name, {"Новые клиенты с заказами, шт": goal})
    path = root / made(root, "2026-04").as_json()["files"][0]
    rows = [[cell.value for cell in row] for row in opened(path)["Менеджеры"].iter_rows()]
    header = next(at for at, row in enumerate(rows) if row[0] == "Показатель")
    assert rows[header - 1][1::3] == ["Все", *MANAGERS]
    assert rows[header][1:] == ["План", "Факт", "Отклонение"] * (1 + len(MANAGERS))
    for at, manager in enumerate((None, *MANAGERS)):
        outcome = made(root, "2026-04", manager=manager)
        shown = [row[1 + 3 * at : 4 + 3 * at] for row in rows[header + 1 : header + 1 + len(IDS)]]
        for found, cells in zip(outcome.as_json()["indicators"].values(), shown, strict=True):
            fact, goal = exact(found["fact"]), found["plan"]
            expected = [None, fact, None]
            if goal is not None:
                expected = [exact(goal), fact, fact - exact(goal)]
            assert [None if cell == "—" else exact(cell) for cell in cells] == expected, manager
        beside = next(number for number, row in enumerate(rows) if row[0] == "Факт рядом")
        assert rows[beside][1 + at] == (manager or "Все")
        facts = [row[1 + at] for row in rows[beside + 1 : beside + 1 + len(IDS)]]
        assert facts == [row[2 + 3 * at] for row in rows[header + 1 : header + 1 + len(IDS)]]
    own = opened(root / f"Отчёты/2026-04 Отчёт — {MANAGERS[0]}.xlsx")
    assert "Менеджеры" not in own.sheetnames


def test_the_plan_of_all_is_the_sum_of_the_managers_plans(tmp_path: Path) -> None:
    """Said on the face, the paper and the screen; a plan of all's own goes before."""
    root = workspace_with(tmp_path, handed_over())
    for manager, clients in zip(MANAGERS, (2, 3), strict=True):
        typed = {"Новые клиенты с заказами, шт": clients, "Прибыль, руб.": 10 * clients}
        plan_book(root, f"2026-04 План — {manager}.xlsx", typed)
    plan_book(root, f"2026-03 План — {MANAGERS[0]}.xlsx", {"Новые клиенты с заказами, шт": 7})
    outcome = made(root, "2026-04")
    plans = {id: found["plan"] for id, found in outcome.as_json()["indicators"].items()}
    assert (plans["new_clients"], plans["profit"], plans["claims_made"]) == (5, "50.00", None)
    path = root / outcome.files[0]
    said = "все менеджеры; план — сумма их планов: 2"
    assert opened(path)["Отчёт"]["A2"].value == f"Менеджер: {said}"
    assert said in paper_text(root / outcome.files[1])
    rows = [[cell.value for cell in row] for row in opened(path)["Менеджеры"].iter_rows()]
    at = next(at for at, row in enumerate(rows) if row[0] == "Новые клиенты с заказами, шт")
    assert rows[at][1::3] == [5, 2, 3]
    own = made(root, "2026-04", manager=MANAGERS[1]).as_json()["indicators"]["new_clients"]
    assert own["plan"] == 3
    plan_book(root, "2026-04 План.xlsx", {"Новые клиенты с заказами, шт": 4})
    outcome = made(root, "2026-04")
    assert outcome.as_json()["indicators"]["new_clients"]["plan"] == 4
    assert opened(root / outcome.files[0])["Отчёт"]["A2"].value == "Менеджер: все менеджеры"


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 20), " на 20.11.2026"),
        (date(2026, 11, 30), " на 30.11.2026"),
        (date(2026, 12, 1), ""),
    ],
)
def test_a_month_that_is_not_over_is_called_so(tmp_path: Path, today: date, said: str) -> None:
    root = healthy(tmp_path)
    made(root, today=today)
    title = f"Отчёт клиентского менеджера за ноябрь 2026\u00a0г.{said}"
    assert opened(root / BOOK)["Отчёт"]["A1"].value == title
    assert squeeze(title) in squeeze(paper_text(root / PAPER))


def handed_over() -> Books:
    """A client with an order at one manager in March and one at another in April, and a claim."""
    orders = [order_row(f"З-{at}", date(2026, 4, at)) for at in (1, 2, 3)]
    orders[1]["Менеджер"] = MANAGERS[1]
    claims: list[Row] = [
        {
            "Дата": date(2026, 4, 9),
            "№ заказа": "З-2",
            "Сумма": 5,
            "Причина": "брак",
            "Решение": "в работе",
        }
    ]
    return {
        "Клиенты": [client_row()],
        "Заказы": orders,
        "Позиции": [position_row(f"З-{at}", at, "80") for at in (1, 2, 3)],
        "Наценки": [{"Вид продукции": "*", "Тираж от": 1, "Наценка, %": 10}],
        "Претензии": claims,
    }


# Charts


def charts_of(path: Path) -> dict[str, str]:
    """Title → XML of every chart."""
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        found = [archive.read(name).decode() for name in sorted(parts)]
    return {re.findall(r"<a:t>([^<]*)</a:t>", xml)[0]: xml for xml in found}


def kinds(xml: str) -> list[str]:
    return re.findall(r"<c:(\w+)Chart>", xml)


def test_the_charts(tmp_path: Path) -> None:
    """Plan against fact, twelve months, managers, two Pareto charts; each over cells that exist."""
    reason: Row = {"Оценка клиента": 2, "Причина недовольства": "Опоздали"}
    claim = {**PAYMENT, "Вид": None, "Дата": date(2026, 11, 3), "Причина": "Мятые углы"}
    claim |= {"Решение": "в работе", "Сумма": 5}
    del claim["Вид"]
    root = november(
        tmp_path,
        add("Претензии", claim, {**claim, "Причина": "мятые  углы"}),
        *(put("Заказы", column, 1, value) for column, value in reason.items()),
    )
    charts = charts_of(root / BOOK)
    assert {title: kinds(xml) for title, xml in charts.items()} == {
        "План и факт, руб.": ["bar"],
        "План и факт, клиентов": ["bar"],
        "Двенадцать месяцев, руб.": ["bar", "line"],
        "По менеджерам, руб.": ["bar", "line"],
        "Причины претензий: двенадцать месяцев": ["bar", "line"],
        "Причины недовольства: двенадцать месяцев": ["bar", "line"],
    }
    workbook = opened(root / BOOK)
    for title, xml in charts.items():
        for reference in re.findall(r"<c:f>([^<]*)</c:f>", xml):
            sheet, _, cells = reference.partition("!")
            found = workbook[sheet.strip("'")][cells.replace("$", "")]
            rows = found if isinstance(found, tuple) else ((found,),)
            values = [cell.value for row in rows for cell in row]
            assert all(value is not None for value in values[:: 2 if "$A" in cells else 1]), title
    assert "'По месяцам'!$B$4:$M$4" in charts["Двенадцать месяцев, руб."]


def test_a_pareto_is_sorted_and_grows_to_the_whole(tmp_path: Path) -> None:
    """Reasons of twelve months; case, spaces and ё make no new one; older claims do not count."""
    named = ["Цвет", "Мятые углы", "цвёт ", "цвет", "Срок", "срок", "Давно"]
    days = [date(2026, 4, 1), *[date(2026, 3, 5)] * 5, date(2025, 4, 30)]
    claims: list[Row] = [
        {"Дата": day, "№ заказа": "З-1", "Сумма": 5, "Причина": reason, "Решение": "в работе"}
        for reason, day in zip(named, days, strict=True)
    ]
    root = workspace_with(tmp_path, handed_over() | {"Претензии": claims})
    path = root / made(root, "2026-04").as_json()["files"][0]
    rows = [[cell.value for cell in row] for row in opened(path)["Причины"].iter_rows()]
    first = next(at for at, row in enumerate(rows) if row[0] == "Причина") + 1
    assert rows[first : first + 3] == [
        ["Цвет", "Цвет", 1, 3, pytest.approx(50)],
        ["Срок", "Срок", 0, 2, pytest.approx(500 / 6)],
        ["Мятые углы", "Мятые углы", 0, 1, pytest.approx(100)],
    ]
    xml = charts_of(path)["Причины претензий: двенадцать месяцев"]
    assert f"Причины!$D${first + 1}:$D${first + 3}" in xml
    assert f"Причины!$E${first + 1}:$E${first + 3}" in xml
    assert "Причины недовольства: двенадцать месяцев" not in charts_of(path)


# What stands beside the figures


def face_text(path: Path) -> str:
    """All texts of the face, a line each row."""
    return "\n".join(
        " ".join(str(cell.value) for cell in row if cell.value is not None)
        for row in opened(path)["Отчёт"].iter_rows()
    )


def test_what_is_left_out_is_counted_and_named(tmp_path: Path) -> None:
    """On the face of the workbook and on the paper: an unread book, a sheet, rows, what hangs."""
    root = healthy(tmp_path, put("Платежи", "Сумма", 3, "много"), drop_sheet("Поставки"))
    (root / "Предварительные заказы — Новикова.xlsx").write_bytes(b"no book")
    outcome = made(root)
    assert outcome.exit_code is ExitCode.DONE
    for text in (face_text(root / BOOK), paper_text(root / PAPER)):
        assert "книг: 1, листов: 1, строк: 1" in text
        for found in outcome.as_json()["left_out"]:
            for part in (found["file"], found["reason"]):
                assert part in text
        assert "«Платежи», строка 5" in text
    assert "Не вошло в отчёт из-за ошибок 3" in face_text(root / BOOK)


def test_orders_without_a_price_are_named(tmp_path: Path) -> None:
    root = november(tmp_path, put("Позиции", "Тираж", 1, "триста"))
    assert "Заказов с позициями без цены 1\n" in face_text(root / BOOK)
    assert "Заказов с позициями без цены: 1." in paper_text(root / PAPER)
    for text in (face_text(root / BOOK), paper_text(root / PAPER)):
        assert "З-2026-0002, К-0002 " in text
        assert "«Заказы», строка 3" in text


def test_preliminary_requests_stand_apart(tmp_path: Path) -> None:
    request: Row = {**HEALTHY["Заказы"][2], "№ заказа": "З-2026-0004"}
    line: Row = {**HEALTHY["Позиции"][0], "№ заказа": "З-2026-0004", "Цена вручную": 7}
    root = november(tmp_path, add("Заказы", request), add("Позиции", line))
    sheet = opened(root / BOOK)["Отчёт"]
    found = {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value}
    assert found["Предварительные заявки месяца (в показатели не входят), шт"] == 2
    assert found["Их сумма там, где есть цена, руб."] == 7000
    words = f"за месяц: 2, их сумма там, где есть цена, — {format_roubles(Decimal(7000))} руб."
    assert words in paper_text(root / PAPER)


@pytest.mark.parametrize(("today", "late"), [(date(2026, 12, 5), False), (date(2026, 12, 6), True)])
def test_late_after_the_fifth(tmp_path: Path, today: date, late: bool) -> None:
    root = healthy(tmp_path)
    made(root, today=today)
    assert ("Сдан позже срока" in face_text(root / BOOK)) is late
    assert ("Сдан позже срока" in paper_text(root / PAPER)) is late


def test_the_director_approves(tmp_path: Path) -> None:
    root = november(tmp_path)
    for text in (face_text(root / BOOK), paper_text(root / PAPER)):
        for words in ("УТВЕРЖДАЮ", "Генеральный директор", "С.\u00a0Н.\u00a0Орлов"):
            assert words in text
    assert "Дата утверждения" in face_text(root / BOOK)


def test_the_paper_carries_the_same_table(tmp_path: Path) -> None:
    root = november(tmp_path)
    text, rows = paper_text(root / PAPER), face_rows(root / BOOK)
    for indicator in INDICATORS:
        money = isinstance(made(root).as_json()["indicators"][indicator.id]["fact"], str)
        figures = [value for value in rows[indicator.id][:3] if value != "—"]
        shown = [format_roubles(exact(value)) if money else str(value) for value in figures]
        assert indicator.title in text
        for words in shown:
            assert words.replace("-", "−") in text


def test_a_template_that_is_missing_is_told(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / "Шаблоны" / "Отчёт.docx").unlink()
    outcome = made(root)
    assert outcome.as_json()["files"] == [BOOK]
    assert [found["code"] for found in outcome.as_json()["problems"]] == ["template-missing"]
    assert outcome.exit_code is ExitCode.PROBLEMS


# Versions


def test_a_signed_report_is_never_overwritten(tmp_path: Path) -> None:
    root = november(tmp_path)
    workbook = load_workbook(root / BOOK)
    cell: Any = workbook["Отчёт"]["H4"]
    cell.value = "Орлов С. Н."
    workbook.save(root / BOOK)
    before = (root / BOOK).read_bytes()
    assert made(root).as_json()["files"] == [BOOK, PAPER]
    assert made(root, today=date(2026, 12, 31)).as_json()["files"] == [BOOK, PAPER]
    plan_book(root, "2026-11 План.xlsx", {"Прибыль, руб.": 1})
    second = [BOOK.replace(".", " (2)."), PAPER.replace(".", " (2).")]
    assert made(root).as_json()["files"] == second
    assert made(root).as_json()["files"] == second
    screen = io.StringIO()
    print_result(made(root), Console(file=screen, width=100))
    assert screen.getvalue().count("прежний файл вы меняли, он остался") == 2
    assert (root / BOOK).read_bytes() == before
    assert exact(face_rows(root / second[0])["profit"][0]) == 1


def test_an_untouched_report_is_refreshed(tmp_path: Path) -> None:
    root = november(tmp_path)
    before = (root / BOOK).read_bytes()
    assert made(root).as_json()["files"] == [BOOK, PAPER]
    assert (root / BOOK).read_bytes() == before
    plan_book(root, "2026-11 План.xlsx", {"Прибыль, руб.": 1})
    assert made(root).as_json()["files"] == [BOOK, PAPER]
    assert exact(face_rows(root / BOOK)["profit"][0]) == 1


# Safety and print


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_stay_texts(tmp_path: Path, name: str) -> None:
    """A manager, a client and a reason that would be formulas or template code."""
    books = handed_over()
    typed = "'" + name if name.startswith("=") else name  # openpyxl itself would make a formula
    for row in (*books["Клиенты"], *books["Заказы"]):
        row["Менеджер"] = typed
    books["Клиенты"][0]["Краткое наименование"] = typed
    books["Претензии"][0]["Причина"] = typed
    root = workspace_with(tmp_path, books)
    outcome = made(root, "2026-04")
    path, paper = (root / file for file in outcome.as_json()["files"])
    workbook = opened(path, values=False)
    rows = [cell for row in workbook["Заказы новых"].iter_rows(min_row=6) for cell in row]
    assert {cell.data_type for cell in rows} <= {"s", "n", "d"}
    assert [cell.value for cell in rows].count(squeeze(typed)) == 3  # no invisible signs
    made(root, "2026-04", manager=typed)
    assert "49" not in paper_text(paper)


@pytest.mark.long
def test_very_many_rows_go_on_in_another_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sheet says where the rest is, and adds it up with its own rows."""
    monkeypatch.setattr(sources, "MOST_ROWS", 1)
    root = workspace_with(tmp_path, handed_over())
    path = root / made(root, "2026-04").as_json()["files"][0]
    (again,) = convert([path], tmp_path / "again")
    names = ["Прибыль", "Прибыль (2)", "Прибыль (3)"]
    stored, computed = ([opened(book)[name] for name in names] for book in (path, again))
    (first,), (second,), (third,) = map(table_of, computed)
    values = [exact(row["Значение"]) for row in (first, second, third)]
    for sheets in (stored, computed):
        totals = [exact(sheet["H3"].value) for sheet in sheets]
        assert totals == [sum(values), sum(values[1:]), values[2]]
    assert exact(face_rows(again)["profit"][1]) == sum(values)
    assert face_rows(path) == face_rows(again)
    leads = [sheet["A3"].hyperlink for sheet in stored]
    assert [lead and lead.location for lead in leads] == [
        "'Прибыль (2)'!A1",
        "'Прибыль (3)'!A1",
        None,
    ]
    assert [names[1] in str(stored[0]["A3"].value), stored[2]["A3"].value] == [True, None]


def test_it_prints_on_a4(tmp_path: Path) -> None:
    """Across, as wide as the sheet, headers repeated, pages numbered."""
    root = november(tmp_path)
    for sheet in opened(root / BOOK):
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage  # type: ignore[union-attr]
        assert sheet.oddFooter is not None
        assert "&P" in str(sheet.oddFooter.right.text)
    repeated = {sheet.title: sheet.print_title_rows for sheet in opened(root / BOOK)}
    assert repeated["Прибыль"] == "$5:$5"
    assert repeated["Отчёт"] is None  # one page; below it stands another list
