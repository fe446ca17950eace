"""The workbook of the agenda: its sheets, its links, and what a person has filled stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from cmtools.agenda.duty_form import DUTY_FORM
from cmtools.commands.today import today
from support.printing import printed_points
from support.workbench import CLERK, SALES, TODAY, Change, add, healthy, put

PATH = "Повестка/2026-11-21 Повестка.xlsx"


def table(root: Path, sheet: str, path: str = PATH) -> list[dict[str, Any]]:
    """The rows of a sheet by title; empty cells are left out."""
    rows: list[tuple[Any, ...]]
    rows = [*load_workbook(root / path)[sheet].iter_rows(values_only=True)]
    header = next(at for at, row in enumerate(rows) if at > 1 and row.count(None) < 3)
    return [
        {title: value for title, value in zip(rows[header], row, strict=True) if value is not None}
        for row in rows[header + 1 :]
        if any(row)
    ]


def test_the_first_sheet_is_the_list_of_duties(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    result = today(root, today=TODAY)
    assert result.files == (PATH,)
    rows = table(root, "Сегодня")
    assert [(row["Что сделать"], row.get("№ заказа")) for row in rows] == [
        (duty.text, duty.order) for duty in result.duties
    ]
    row = rows[0]
    key = row.pop("Ключ")
    assert key.startswith("original З-2026-0002 4-")
    assert {**row, "Срок": row["Срок"].date()} == {
        "Срок": date(2026, 11, 5),
        "Просрочено, дней": 16,
        "Что сделать": result.duties[0].text,
        "Клиент": "ИП Кузнецов В. А.",
        "№ заказа": "З-2026-0002",
        "Сумма": float(result.duties[0].amount or 0),
        "С кем, телефон": "Кузнецова Дарья\nтелефона нет",
        "Менеджер": SALES,
        "Откуда": "Документы E4",
    }


def test_the_sheets_of_the_morning(tmp_path: Path) -> None:
    root = healthy(
        tmp_path,
        put("Клиенты", "Особый статус", 1, "проблемный"),
        put("Клиенты", "День компании", 0, date(2010, 12, 4)),
        put("Заказы", "Дата заказа", 0, date(2026, 6, 25)),
    )
    today(root, today=TODAY)
    book = load_workbook(root / PATH)
    assert book.sheetnames == ["Сегодня", "Заказы", "Деньги", "Документы", "Клиенты", "Директору"]
    assert [row["№ заказа"] for row in table(root, "Заказы")] == ["З-2026-0003", "З-2026-0002"]
    order = table(root, "Заказы")[1]
    assert (order["Оплачено"] + order["Долг"], order["Стадия"][:3]) == (order["Сумма"], "3.3")
    (client, *parts, total) = table(root, "Деньги")
    assert client["Клиент"] == "ИП Кузнецов В. А."
    assert [part["№ заказа"] for part in parts] == ["З-2026-0002", "З-2026-0002"]
    assert sum(part["Всего"] for part in parts) == client["Всего"] == total["Всего"]
    assert parts[0]["Просрочено 1–7 дней"] == parts[0]["Всего"]
    assert client["Всего"] == order["Долг"]
    assert [row["Что"][:8] for row in table(root, "Документы")][:2] == ["Получить", "Передать"]
    clients = [(row["Что"], row["Клиент"]) for row in table(root, "Клиенты")]
    assert ("Поздравить", "ООО «Ромашка»") in clients
    assert {row["Вопрос"] for row in table(root, "Директору")} == {
        *("Особый клиент", "Претензия", "План и отчёт")
    }


@pytest.mark.parametrize(
    ("stage", "kind", "is_missing"),
    [
        ("2.4", "окончательная", False),
        ("2.5", "предварительная", True),
        ("3.3", "окончательная", True),
        ("5.2", "предварительная", False),  # a repeat that the client has not agreed to
        ("5.2", "окончательная", True),
    ],
)
def test_when_an_order_lacks_a_contract(
    stage: str, kind: str, is_missing: bool, tmp_path: Path
) -> None:
    root = healthy(
        tmp_path,
        *(put("Заказы", "Стадия", 1, stage), put("Заказы", "Вид заявки", 1, kind)),
        put("Заказы", "№ договора", 1, None),
    )
    today(root, today=TODAY)
    (row,) = [row for row in table(root, "Заказы") if row["№ заказа"] == "З-2026-0002"]
    assert ("договор" in row.get("Чего не хватает", "").split("; ")) == is_missing


@pytest.mark.parametrize(
    ("shipped", "days", "bucket"),
    [
        (date(2026, 11, 11), 10, "К оплате"),
        (date(2026, 11, 10), 10, "Просрочено 1–7 дней"),
        (date(2026, 11, 4), 10, "Просрочено 1–7 дней"),
        (date(2026, 11, 3), 10, "Просрочено 8–30"),
        (date(2026, 10, 12), 10, "Просрочено 8–30"),
        (date(2026, 10, 11), 10, "Просрочено больше 30"),
    ],
)
def test_money_by_how_late_it_is(tmp_path: Path, shipped: date, days: int, bucket: str) -> None:
    """The balance falls due so many days after the last shipment; days are calendar days."""
    changes: list[Change] = [
        put("Заказы", "Срок оплаты остатка, дней", 1, days),
        put("Заказы", "Предоплата, %", 1, None),
        put("Заказы", "Дата заказа", 1, date(2026, 10, 1)),
        add(
            "Поставки",
            {
                "Дата": shipped,
                "№ заказа": "З-2026-0002",
                "Вид": "отгружено клиенту",
                "Количество": 1,
                "Сумма": 1,
            },
        ),
    ]
    root = healthy(tmp_path, *changes)
    today(root, today=TODAY)
    (row,) = [row for row in table(root, "Деньги") if row.get("№ заказа") == "З-2026-0002"]
    assert row[bucket] == row["Всего"]


def test_links_lead_to_cells_of_the_books_and_to_folders(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / "Клиенты" / "К-0002 Кузнецов").mkdir(parents=True)
    today(root, today=TODAY)
    book = load_workbook(root / PATH)
    links = [c.hyperlink for s in book for row in s.iter_rows() for c in row if c.hyperlink]
    assert len(links) > len(table(root, "Сегодня"))
    for link in links:
        target = (root / PATH).parent / unquote(str(link.target)).replace("\\", "/")
        assert target.exists(), link.target
        if link.location:
            sheet, cell = link.location.rsplit("!", 1)
            assert load_workbook(target)[sheet.strip("'")][cell] is not None
    assert "..\\Клиенты\\К-0002%20Кузнецов\\" in {str(link.target) for link in links}


def test_a_filled_agenda_is_never_overwritten(tmp_path: Path) -> None:
    """An unfilled ` (2)` is renewed; ` (3)` comes only when ` (2)` was filled.

    Once the first has been given back, the new one takes its place and an unfilled one goes.
    """
    root = healthy(tmp_path)
    second, third = (PATH.replace(".xlsx", f" ({number}).xlsx") for number in (2, 3))

    def fill(path: str, answer: str | None) -> None:
        book = load_workbook(root / path)
        column = [column.title for column in DUTY_FORM.columns].index("Сделано") + 1
        sheet = book.worksheets[0]
        first = next(c.row for c in sheet["A"] if c.value == "Срок") + 1
        sheet.cell(first, column, answer)
        book.save(root / path)

    def made() -> str:
        return today(root, today=TODAY).files[0]

    assert (made(), made()) == (PATH, PATH)
    fill(PATH, None)  # saved, but nothing typed
    assert made() == PATH
    fill(PATH, "да")
    kept = (root / PATH).read_bytes()
    assert (made(), made()) == (second, second)
    fill(second, "да")
    assert (made(), made()) == (third, third)
    assert (root / PATH).read_bytes() == kept
    assert sorted(path.name for path in (root / "Повестка").iterdir()) == sorted(
        Path(path).name for path in (PATH, second, third)
    )
    (root / PATH).unlink()
    assert made() == PATH
    assert {path.name for path in (root / "Повестка").iterdir()} == {
        Path(path).name for path in (PATH, second)
    }


def test_a_form_about_something_else_stays(tmp_path: Path) -> None:
    """A name that ends like a copy's is no proof: the mark says what a form is about."""
    root = healthy(tmp_path, put("Клиенты", "Менеджер", 2, f"{SALES} (2)"))
    managers = (SALES, f"{SALES} (2)")
    paths = [today(root, manager=m, today=TODAY).files[0] for m in managers * 2]
    assert paths[2:] == paths[:2]
    assert all((root / path).exists() for path in paths)


def test_each_sheet_prints_a_page_wide_at_eight_points(tmp_path: Path) -> None:
    """Also where Calibri is missing and letters are wider."""
    root = healthy(tmp_path)
    today(root, today=TODAY)
    sizes = {s.title: printed_points(s) for s in load_workbook(root / PATH).worksheets}
    assert {title: size for title, size in sizes.items() if size < 8} == {}


def test_the_agenda_of_one_manager(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = PATH.replace("Повестка.xlsx", f"Повестка — {CLERK}.xlsx")
    assert today(root, manager=CLERK.upper(), today=TODAY).files == (path,)
    assert {row["Менеджер"] for row in table(root, "Сегодня", path)} == {CLERK}
    assert table(root, "Заказы", path) == []


def test_orders_with_errors_are_counted_above_the_duties(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Заказы", "Дата заказа", 2, "вчера"))
    today(root, today=TODAY)
    cells = [*load_workbook(root / PATH)["Сегодня"].iter_rows(values_only=True)]
    assert "Не учтены строки «Заказов» с ошибками: 1. Исправьте их: cmtools validate." in [
        row[0] for row in cells
    ]


def test_a_name_that_is_no_file_name(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Клиенты", "Менеджер", 2, "Отдел А/Б: смена?"))
    result = today(root, manager="отдел а/б: смена?", today=TODAY)
    assert result.files == ("Повестка/2026-11-21 Повестка — Отдел А_Б_ смена_.xlsx",)
