"""Several books of orders, copies that are never read, books given by name."""

import shutil
from pathlib import Path

import pytest

from cmtools.commands.validate import validate
from support.rule_cases import LOW_ORDER, LOW_POSITION, THIRD_POSITION, Places, describe, places
from support.workbench import (
    HEALTHY,
    ORDERS,
    REGISTRY,
    TASKS,
    TODAY,
    Row,
    cell_of,
    drop,
    extra_book,
    fill,
    healthy,
    put,
)

IVANOV = "Предварительные заказы — Иванов.xlsx"


PETROVA = "Предварительные заказы — Петрова.xlsx"


def test_several_order_books_are_one(tmp_path: Path) -> None:
    healthy(tmp_path)
    extra_book(tmp_path, IVANOV, {"Заказы": [LOW_ORDER]})
    extra_book(
        tmp_path,
        PETROVA,
        {
            "Позиции": [{**LOW_POSITION, "Цена вручную": 150}, THIRD_POSITION],
            "Платежи": [{**HEALTHY["Платежи"][3], "№ заказа": "З-2026-0004"}],
        },
    )
    outcome = validate(tmp_path, today=TODAY)
    assert places(outcome) == [], describe(outcome)


def test_payments_of_another_book_close_an_order(tmp_path: Path) -> None:
    healthy(tmp_path, drop("Платежи", 1), drop("Документы", 0))
    extra_book(
        tmp_path,
        PETROVA,
        {"Платежи": [HEALTHY["Платежи"][1]], "Документы": [HEALTHY["Документы"][0]]},
    )
    outcome = validate(tmp_path, today=TODAY)
    assert places(outcome) == [], describe(outcome)


@pytest.mark.parametrize(
    ("sheet", "column", "row"),
    [
        ("Заказы", "№ заказа", LOW_ORDER),
        ("Договоры", "№ договора", {**HEALTHY["Договоры"][0], "№ договора": "ДС-2026-09"}),
        ("Макеты", "№ макета", {**HEALTHY["Макеты"][0], "№ макета": "М-009"}),
        ("Позиции", "№ п/п", THIRD_POSITION),
    ],
    ids=["order", "contract", "layout", "position"],
)
def test_a_key_in_two_books_is_an_error_in_the_later(
    sheet: str, column: str, row: Row, tmp_path: Path
) -> None:
    healthy(tmp_path)
    extra_book(tmp_path, IVANOV, {sheet: [row], **_orders_of_their_own(sheet, row, "З-2026-0011")})
    later = extra_book(
        tmp_path, PETROVA, {sheet: [row], **_orders_of_their_own(sheet, row, "З-2026-0012")}
    )
    outcome = validate(tmp_path, today=TODAY)
    wanted: Places = [("error", PETROVA, sheet, cell_of(later, sheet, column, 0))]
    assert places(outcome) == wanted, describe(outcome)


def _orders_of_their_own(sheet: str, row: Row, number: str) -> dict[str, list[Row]]:
    """Another order beside the row, as books that share most of their orders are copies."""
    return {sheet: [row, {**row, "№ заказа": number}]} if sheet == "Заказы" else {}


def test_a_mistake_in_another_order_book_names_it(tmp_path: Path) -> None:
    healthy(tmp_path)
    name = "Предварительные заказы — резерв.xlsx"  # without a time it is no copy of ours
    book = extra_book(tmp_path, name, {"Заказы": [{**LOW_ORDER, "Стадия": "9.9"}]})
    outcome = validate(tmp_path, today=TODAY)
    wanted: Places = [("error", name, "Заказы", cell_of(book, "Заказы", "Стадия", 0))]
    assert places(outcome) == wanted, describe(outcome)


@pytest.mark.parametrize(
    "ending", ["ошибки", "с ценами", "резерв 2026-11-21 10-00-00"], ids=["marked", "priced", "old"]
)
@pytest.mark.parametrize("book", [ORDERS, PETROVA], ids=["own", "other"])
def test_copies_are_never_read(book: str, ending: str, tmp_path: Path) -> None:
    healthy(tmp_path)
    copy = tmp_path / f"{Path(book).stem} — {ending}.xlsx"
    shutil.copyfile(tmp_path / ORDERS, copy)
    fill(copy, "Заказы", [{"№ заказа": "З-1", "Стадия": "9.9"}])
    outcome = validate(tmp_path, today=TODAY)
    assert places(outcome) == [], describe(outcome)


def test_an_owner_file_is_no_book(tmp_path: Path) -> None:
    healthy(tmp_path)
    (tmp_path / f"~${ORDERS}").write_bytes(b"\x05Manager")
    assert places(validate(tmp_path, today=TODAY)) == []


def test_only_the_given_books_are_checked(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        put("Клиенты", "КПП", 0, None),
        put("Заказы", "Код клиента", 1, "К-0099"),
        put("Поручения", "Статус", 0, "забыто"),
    )
    outcome = validate(tmp_path, files=[tmp_path / ORDERS], today=TODAY)
    orders: Places = [
        ("error", ORDERS, "Заказы", cell_of(tmp_path / ORDERS, "Заказы", "Код клиента", 1))
    ]
    assert places(outcome) == orders, describe(outcome)
    both = validate(tmp_path, files=[tmp_path / TASKS, tmp_path / REGISTRY], today=TODAY)
    assert {place[1] for place in places(both)} == {TASKS, REGISTRY}
    assert len(both.problems) == 2, describe(both)
