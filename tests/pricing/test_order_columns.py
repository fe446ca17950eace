"""The grey columns of «Заказы»: whose order it is, its sum, what is paid, what is owed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from cmtools.commands.validate import validate
from support.priced import COPY, FIRST, ask, cells, orders_of
from support.workbench import (
    HEALTHY,
    ORDERS,
    REGISTRY,
    TODAY,
    Change,
    add,
    drop_columns,
    header_of,
    healthy,
    insert_column,
    put,
)

GREY = ("Клиент", "Сумма", "Оплачено", "Долг")
HEALTHY_VALUES = [
    ("ООО «Ромашка»", 5640, 5640, 0),
    ("ИП Кузнецов В. А.", 50050, 20000, 30050),
    ("ООО «Ромашка»", None, 0, None),
]


def grey(path: Path) -> list[tuple[object, ...]]:
    """The last four columns of «Заказы», which are ours, of the healthy orders."""
    sheet = openpyxl.load_workbook(path)["Заказы"]
    header, _ = header_of(sheet)
    titles = [cell.value for cell in sheet[header]]
    start = max(n for n, title in enumerate(titles) if title == GREY[0])
    assert tuple(titles[start : start + 4]) == GREY
    return [
        tuple(sheet.cell(header + row, start + column).value for column in range(1, 5))
        for row in (1, 2, 3)
    ]


@pytest.mark.parametrize("in_place", [False, True])
def test_the_columns_are_filled(in_place: bool, tmp_path: Path) -> None:
    """With the delivery; an order without a price owes nothing that could be named."""
    healthy(tmp_path)
    ask(tmp_path, in_place=in_place)
    path = tmp_path / (ORDERS if in_place else COPY)
    assert grey(path) == HEALTHY_VALUES
    assert validate(tmp_path, today=TODAY).problems == ()


@pytest.mark.parametrize(
    ("change", "values"),
    [
        (put("Платежи", "Сумма", 0, 9000), ("ООО «Ромашка»", 5640, 11820, 0)),
        (put("Платежи", "Вид", 0, "возврат клиенту"), ("ООО «Ромашка»", 5640, 0, 5640)),
        (add("Позиции", HEALTHY["Позиции"][3] | {"№ заказа": FIRST, "№ п/п": 2}), None),
    ],
    ids=["overpaid", "given back", "a position without a price"],
)
def test_the_sums_of_an_order(
    change: Change, values: tuple[object, ...] | None, tmp_path: Path
) -> None:
    healthy(tmp_path, change)
    ask(tmp_path)
    assert grey(tmp_path / COPY)[0] == (values or ("ООО «Ромашка»", None, 5640, None))


def test_an_old_book_gets_them_at_its_right_end_once(tmp_path: Path) -> None:
    healthy(tmp_path, drop_columns("Заказы", *GREY))
    ask(tmp_path, in_place=True)
    first = cells(tmp_path / ORDERS, "Заказы")
    assert grey(tmp_path / ORDERS) == HEALTHY_VALUES
    ask(tmp_path, in_place=True)
    assert cells(tmp_path / ORDERS, "Заказы") == first


def test_a_managers_own_column_of_such_a_name_is_his(tmp_path: Path) -> None:
    """He may even have all four, in another order; ours come behind them and stay apart."""
    own = [insert_column("Заказы", at, title, "моё") for at, title in ((2, "Долг"), (5, "Клиент"))]
    healthy(tmp_path, drop_columns("Заказы", *GREY), *own)
    before = cells(tmp_path / ORDERS, "Заказы")
    for _ in range(2):
        ask(tmp_path, in_place=True)
        after = cells(tmp_path / ORDERS, "Заказы")
        assert {place: after.get(place) for place in before} == before
        assert grey(tmp_path / ORDERS) == HEALTHY_VALUES
    assert validate(tmp_path, today=TODAY).problems == ()


def test_what_stands_in_them_is_never_read(tmp_path: Path) -> None:
    healthy(tmp_path, put("Заказы", "Сумма", 0, "#Н/Д"), put("Заказы", "Долг", 0, -1))
    assert validate(tmp_path, today=TODAY).problems == ()
    assert orders_of(ask(tmp_path))[0] == (FIRST, "5040.00")
    assert grey(tmp_path / COPY) == HEALTHY_VALUES


def test_without_the_register_there_is_no_name(tmp_path: Path) -> None:
    healthy(tmp_path)
    (tmp_path / REGISTRY).unlink()
    ask(tmp_path)
    assert [row[0] for row in grey(tmp_path / COPY)] == [None, None, None]
