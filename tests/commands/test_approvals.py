"""«На согласование»: what waits for the director, and his decisions given back to `apply`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cmtools.agenda.approvals import APPROVAL_FORM, COMMENT, DECISION, PLAN_REFUSED
from cmtools.commands.apply import ApplyResult, apply
from cmtools.commands.approvals import approvals
from cmtools.commands.plan import plan
from cmtools.commands.price import price
from cmtools.commands.validate import validate
from support.printing import printed_points
from support.workbench import ORDERS, SELLER, TODAY, healthy, put

PATH = "Повестка/На согласование 2026-11-21.xlsx"
ORDER = "З-2026-0002"
CHEAP = put("Позиции", "Цена вручную", 1, 105)
NOW = datetime(2026, 11, 21, 18)


def rows_of_form(path: Path) -> list[dict[str, Any]]:
    book = load_workbook(path)
    titles = [column.title for column in APPROVAL_FORM.columns]
    rows = [*book.worksheets[0].iter_rows()]
    first = next(at for at, row in enumerate(rows) if row[0].value == titles[0]) + 1
    return [dict(zip(titles, row, strict=False)) for row in rows[first:] if row[0].value]


def decide(path: Path, what: str, decision: str | None, comment: str | None = None) -> Path:
    """Fill in the decision of the row that begins so."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    (found,) = [row for row in rows_of_form(path) if row["Что"].value.startswith(what)]
    for title, value in ((DECISION, decision), (COMMENT, comment)):
        sheet[found[title].coordinate] = value
    book.save(path)
    return path


def give(root: Path, path: Path) -> ApplyResult:
    return apply(root, [path], in_place=True, today=TODAY, now=NOW)


def order_cells(root: Path) -> tuple[object, object]:
    sheet = load_workbook(root / ORDERS)["Заказы"]
    return sheet["Q3"].value, sheet["U3"].value


def test_nothing_waits(tmp_path: Path) -> None:
    result = approvals(healthy(tmp_path), today=TODAY)
    assert (result.files, result.as_json()) == ((), {"files": [], "problems": []})


def test_an_order_below_the_margin(tmp_path: Path) -> None:
    """The sum at which the margin reaches the limit is the least one, to the kopeck."""
    root = healthy(tmp_path, CHEAP)
    assert approvals(root, today=TODAY).files == (PATH,)
    (row,) = rows_of_form(root / PATH)
    (priced,) = price(root, order=ORDER, today=TODAY).orders
    totals = priced.totals
    assert totals is not None
    shown = {title: cell.value for title, cell in row.items() if cell.value is not None}
    limit = shown.pop("Сумма для нормы")
    assert shown == {
        "Что": "Низкая маржа",
        "№ заказа": ORDER,
        "Клиент": "ИП Кузнецов В. А.",
        "Менеджер": "Петрова Анна Сергеевна",
        "Сумма": float(totals.amount),
        "Себестоимость без НДС": float(totals.amount - totals.vat - totals.profit),
        "Маржа, %": float(totals.margin),
        "Норма, %": 15,
        "Из чего вышло": shown["Из чего вышло"],
        "Откуда": "Заказы Q3",
    }
    assert "цена вручную" in shown["Из чего вышло"]
    rate = (totals.amount - totals.vat) / totals.amount
    cost = shown["Себестоимость без НДС"]
    assert 1 - cost / (limit * float(rate)) >= 0.15 > 1 - cost / ((limit - 0.01) * float(rate))


@pytest.mark.parametrize(
    ("decision", "comment", "note", "expected"),
    [
        ("да", None, None, ("да", None)),
        ("Нет", "дёшево", None, ("нет", "дёшево")),
        ("да", "последний раз", "звонить утром", ("да", "звонить утром; последний раз")),
    ],
)
def test_decisions_about_orders(
    decision: str,
    comment: str | None,
    note: str | None,
    expected: tuple[object, object],
    tmp_path: Path,
) -> None:
    root = healthy(tmp_path, CHEAP, put("Заказы", "Примечание", 1, note))
    approvals(root, today=TODAY)
    path = decide(root / PATH, "Низкая", decision, comment)
    result = give(root, path)
    assert [(row.kind, row.order, row.state.value) for row in result.rows] == [
        ("approval", ORDER, "done")
    ]
    assert (result.exit_code, order_cells(root)) == (0, expected)
    before = (root / ORDERS).read_bytes()
    again = give(root, path)
    assert [row.state.value for row in again.rows] == ["same"]
    assert (root / ORDERS).read_bytes() == before


def test_a_price_that_changed_since_is_not_approved(tmp_path: Path) -> None:
    root = healthy(tmp_path / "w", CHEAP)
    approvals(root, today=TODAY)
    path = decide(root / PATH, "Низкая", "да")
    cheaper = healthy(tmp_path / "other", put("Позиции", "Цена вручную", 1, 104))
    (root / ORDERS).write_bytes((cheaper / ORDERS).read_bytes())
    result = give(root, path)
    assert [row.state.value for row in result.rows] == ["changed"]
    assert (result.exit_code, order_cells(root)[0]) == (1, "нет")


def test_a_comment_alone_is_listed(tmp_path: Path) -> None:
    root = healthy(tmp_path, CHEAP)
    approvals(root, today=TODAY)
    result = give(root, decide(root / PATH, "Низкая", None, "подумаю"))
    assert [row.state.value for row in result.rows] == ["listed"]


def test_a_decision_that_cannot_be_understood(tmp_path: Path) -> None:
    root = healthy(tmp_path, CHEAP)
    approvals(root, today=TODAY)
    (row,) = give(root, decide(root / PATH, "Низкая", "подумаю")).rows
    assert (row.state, row.message) == (
        "bad",
        "«Решение» L6: «подумаю» — непонятный ответ; впишите «да» или «нет»",
    )


def test_the_state_of_the_file(tmp_path: Path) -> None:
    root = healthy(tmp_path, CHEAP)

    def made() -> list[tuple[str, str]]:
        return [(f["path"], f["state"]) for f in approvals(root, today=TODAY).as_json()["files"]]

    assert made() == [(PATH, "made")]
    assert made() == [(PATH, "unchanged")]
    decide(root / PATH, "Низкая", "нет")
    second = PATH.replace(".xlsx", " (2).xlsx")
    assert [made(), made()] == [[(second, "version")], [(second, "unchanged")]]


def test_an_unfilled_form_goes_once_nothing_waits(tmp_path: Path) -> None:
    root = healthy(tmp_path / "w", CHEAP)
    approvals(root, today=TODAY)
    dearer = healthy(tmp_path / "other")
    (root / ORDERS).write_bytes((dearer / ORDERS).read_bytes())
    assert approvals(root, today=TODAY).files == ()
    assert not (root / PATH).exists()


def test_the_form_prints_a_page_wide_at_eight_points(tmp_path: Path) -> None:
    root = healthy(tmp_path, CHEAP)
    approvals(root, today=TODAY)
    assert printed_points(load_workbook(root / PATH).worksheets[0]) >= 8


def test_plans_are_approved_in_the_name_of_the_director(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    plan(root, "2026-12", today=TODAY)
    approvals(root, today=TODAY)
    assert [row["Что"].value[:5] for row in rows_of_form(root / PATH)] == ["План "]
    refused = give(root, decide(root / PATH, "План", "нет", "мало"))
    assert [(row.state.value, row.message) for row in refused.rows] == [
        ("listed", f"{PLAN_REFUSED}; комментарий передайте сами: «мало»")
    ]
    result = give(root, decide(root / PATH, "План", "да"))
    assert [(row.kind, row.state.value) for row in result.rows] == [("plan", "done")]
    sheet = load_workbook(root / "Планы/2026-12 План.xlsx")["План"]
    head = {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in range(1, 5)}
    assert head["Утвердил"] == SELLER["ФИО руководителя"]
    approved = head["Дата утверждения"]
    assert isinstance(approved, datetime)
    assert approved.date() == date(2026, 11, 21)
    assert [row.state.value for row in give(root, root / PATH).rows] == ["same"]
    assert validate(root, today=TODAY).problems == ()
    assert approvals(root, today=TODAY).count == 0


def test_a_plan_that_changed_since_is_not_approved(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = root / plan(root, "2026-12", today=TODAY).files[0]
    approvals(root, today=TODAY)
    form = decide(root / PATH, "План", "да")
    book = load_workbook(path)
    sheet = book["План"]
    goal = next(c for row in sheet.iter_rows() for c in row if c.value == "План" and c.row > 1)
    sheet.cell(goal.row + 1, goal.column, 77)
    book.save(path)
    (row,) = give(root, form).rows
    assert (row.state, load_workbook(path)["План"]["B3"].value) == ("changed", None)
