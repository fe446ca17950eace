"""A price that a paper has promised stays, whatever the settings become."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from cmtools.commands.docs import docs
from cmtools.commands.price import price
from cmtools.commands.report import report
from cmtools.commands.result import ExitCode
from cmtools.commands.validate import validate
from cmtools.documents.selection import Selection
from support import strategies
from support.indicators import facts_of
from support.priced import COPY, FIRST, SECOND, ask, cells, orders_of, told
from support.program import run
from support.reckoning import Books, is_final
from support.workbench import (
    AGREED,
    ORDERS,
    TODAY,
    Change,
    Row,
    add,
    cell_of,
    healthy,
    put,
    rewrite,
    workspace_with,
)

SHEET = "Согласованные цены"
SAME = ("№ заказа", "№ п/п", "Вид продукции", "Тираж")
BASE = {"Согласована": date(2026, 10, 6), "Основание": f"{FIRST} Счёт на оплату"}


def agreed(price: object, **other: object) -> Row:
    """The agreed price of the one position of the first order."""
    row: Row = {"№ заказа": FIRST, "№ п/п": 1, "Вид продукции": "визитки", "Тираж": 1000}
    return row | {"Цена за ед.": price} | BASE | other


def first(root: Path) -> dict[str, object]:
    """The price of the first order's one position, and what is told of it."""
    outcome = ask(root)
    (position,) = outcome.as_json()["orders"][0]["positions"]
    return {name: position[name] for name in ("price", "amount", "vat", "profit", "markup")}


TEN_POINTS_MORE = [put("Наценки", "Наценка, %", row, value) for row, value in ((0, 70), (1, 55))]
CHANGES: dict[str, list[Change]] = {
    "nothing": [],
    "markup": TEN_POINTS_MORE,
    "discount": [add("Скидки", {"Категория": "новый", "Сумма от": 0, "Скидка, %": 50})],
    "category": [put("Клиенты", "Особый статус", 0, "VIP")],
    "step": [put("Правила", "Значение", 1, 10)],
    "no such kind": [
        rewrite("Наценки", [{"Вид продукции": "*", "Тираж от": 5000, "Наценка, %": 1}])
    ],
    "no kind at all": [
        rewrite("Наценки", [{"Вид продукции": "a", "Тираж от": 1, "Наценка, %": 1}])
    ],
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_agreed_price_holds(name: str, tmp_path: Path) -> None:
    """Neither the price nor the sum moves; without an agreed price the markup would move it."""
    healthy(tmp_path, add(SHEET, agreed(5.04)), *CHANGES[name])
    found = first(tmp_path)
    assert (found["price"], found["amount"], found["vat"]) == ("5.04", "5040.00", "908.85")
    assert found["profit"] == "1281.15"


def test_the_profit_moves_with_cost_and_vat(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        add(SHEET, agreed(5.04)),
        put("Позиции", "Доп. расходы", 0, 700),
        put("НДС", "Ставка, %", 1, 10),
    )
    found = first(tmp_path)
    assert (found["price"], found["amount"]) == ("5.04", "5040.00")
    assert (found["vat"], found["profit"]) == ("458.18", "1531.82")


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ([add(SHEET, agreed(6))], "6.00"),
        ([add(SHEET, agreed(6.1234))], "6.12"),
        (
            [add(SHEET, agreed(6, **{"№ заказа": " з-2026-0001", "Вид продукции": "Визитки "}))],
            "6.00",
        ),
        ([add(SHEET, agreed(6)), put("Позиции", "Цена вручную", 0, 7)], "7.00"),
        ([add(SHEET, agreed(6)), put("Заказы", "Вид заявки", 0, "предварительная")], "5.04"),
        ([add(SHEET, agreed(6)), put("Позиции", "Себестоимость за ед.", 0, None)], None),
        ([add(SHEET, agreed(6, **{"Согласована": "вчера"}))], "6.00"),
    ],
    ids="director's|four digits|spelling|by hand|preliminary|no cost|bad day".split("|"),
)
def test_which_price_holds(changes: list[Change], price: str | None, tmp_path: Path) -> None:
    healthy(tmp_path, *changes)
    assert first(tmp_path)["price"] == price


@pytest.mark.parametrize(
    ("column", "value", "price", "at"),
    [
        ("Тираж", 999, "5.04", "Тираж"),
        ("Вид продукции", "каталоги", "4.87", "Вид продукции"),
    ],
)
def test_a_price_agreed_for_another_run_or_kind(
    column: str, value: object, price: str, at: str, tmp_path: Path
) -> None:
    """It is computed anew, with a warning in the position that names the price and its cell."""
    healthy(tmp_path, add(SHEET, agreed(6)), put("Позиции", column, 0, value))
    assert first(tmp_path)["price"] == price
    found = [p for p in validate(tmp_path, today=TODAY).problems if p.code == "agreed-for-other"]
    (problem,) = found
    assert (problem.place.file, problem.place.sheet) == (ORDERS, "Позиции")
    assert problem.place.cell == cell_of(tmp_path / ORDERS, "Позиции", at)
    assert not problem.is_error
    cell = cell_of(tmp_path / AGREED, SHEET, "Цена за ед.")
    assert problem.message == (
        f"цена 6,00 согласована для другого: «визитки», тираж 1000 (лист «{SHEET}», {cell})"
    )
    put_by_hand = healthy(
        tmp_path / "2",
        add(SHEET, agreed(6)),
        put("Позиции", column, 0, value),
        put("Позиции", "Цена вручную", 0, 7),
    )
    codes = [p.code for p in validate(put_by_hand, today=TODAY).problems]
    assert "agreed-for-other" not in codes


@pytest.mark.parametrize(
    ("changes", "at", "nearest"),
    [
        ({"№ заказа": "З-2026-0009"}, "№ заказа", "может быть, «З-2026-0001»? "),
        ({"№ заказа": "З-2026-0009", "Тираж": 77}, "№ заказа", ""),
        ({"№ п/п": 9}, "№ п/п", "исправьте № п/п, "),
    ],
)
def test_a_price_agreed_for_an_order_that_is_not_there(
    changes: Row, at: str, nearest: str, tmp_path: Path
) -> None:
    """Its number was corrected in the book of orders: the price holds no more, and it is told."""
    healthy(tmp_path, add(SHEET, agreed(6, **changes)))
    (problem,) = validate(tmp_path, today=TODAY).problems
    assert (problem.code, problem.place.file, problem.is_error) == ("agreed-orphan", AGREED, False)
    assert problem.place.cell == cell_of(tmp_path / AGREED, SHEET, at)
    assert problem.hint.startswith(f"{nearest}если ")


def test_orders_that_could_not_be_read_leave_no_price_without_an_order(tmp_path: Path) -> None:
    """Nor do books that are checked for themselves."""
    other = healthy(tmp_path / "other") / ORDERS
    root = healthy(tmp_path / "w", add(SHEET, agreed(6, **{"№ заказа": "З-2026-0009"})))
    (tmp_path / "Лист.xlsx").write_bytes(other.read_bytes())
    assert validate(root, [tmp_path / "Лист.xlsx"], today=TODAY).problems == ()
    (root / ORDERS).write_bytes(b"PK\3\4 half of a book")
    assert [p.code for p in validate(root, today=TODAY).problems] == ["file-damaged"]


@pytest.mark.parametrize("column", ["Цена за ед.", "Тираж", "Вид продукции", "№ п/п"])
def test_an_error_in_an_agreed_price_leaves_the_position_without_one(
    column: str, tmp_path: Path
) -> None:
    """A paid sum must not move by a slip of the pen: the error is named, papers wait for it."""
    healthy(tmp_path, add(SHEET, agreed(5.04) | {column: None}), *TEN_POINTS_MORE)
    outcome = ask(tmp_path, order=FIRST)
    assert orders_of(outcome) == [(FIRST, None)]
    where = (AGREED, cell_of(tmp_path / AGREED, SHEET, column))
    assert told(outcome) == [("required", *where)]
    made = docs(tmp_path, Selection(orders=[FIRST]), kinds=["specification"], today=TODAY)
    assert (made.exit_code, told(made)) == (ExitCode.PROBLEMS, [("required", *where)])
    assert orders_of(ask(tmp_path))[1] == (SECOND, "48740.00")
    left_out = report(tmp_path, "2026-10", today=TODAY).as_json()["left_out"]
    assert AGREED in [entry["file"] for entry in left_out]


def test_two_prices_of_one_position_are_an_error(tmp_path: Path) -> None:
    healthy(tmp_path, add(SHEET, agreed(5.04), agreed(6)))
    problems = validate(tmp_path, today=TODAY).problems
    assert [(p.code, p.place.file) for p in problems] == [("duplicate", AGREED)]
    assert first(tmp_path)["price"] == "5.04"


@pytest.mark.parametrize("damage", ["bytes", "sheet"])
def test_without_the_book_no_final_order_has_a_price(damage: str, tmp_path: Path) -> None:
    """A book that is damaged may have agreed any price; one that never was has agreed none."""
    path = healthy(tmp_path, put("Заказы", "Вид заявки", 1, "предварительная")) / AGREED
    if damage == "bytes":
        path.write_bytes(b"PK\3\4 half of a book")
    else:
        book = openpyxl.load_workbook(path)
        book[SHEET].title = "Лист1"
        book.save(path)
    assert orders_of(ask(tmp_path))[:2] == [(FIRST, None), (SECOND, "48550.00")]
    made = docs(tmp_path, Selection(orders=[FIRST]), kinds=["invoice"], today=TODAY)
    assert [(p.code, p.place.file) for p in made.problems] == [
        ("file-damaged" if damage == "bytes" else "sheet-missing", AGREED)
    ]
    path.unlink()
    assert orders_of(ask(tmp_path))[0] == (FIRST, "5040.00")
    assert validate(tmp_path, today=TODAY).problems == ()


def test_explanations_name_the_cell_and_what_the_settings_give(tmp_path: Path) -> None:
    healthy(tmp_path, add(SHEET, agreed(5.04)), *TEN_POINTS_MORE)
    text = run("price", "--order", FIRST, "--explain", "--today", f"{TODAY}", folder=tmp_path).out
    lines = [" ".join(line.split()) for line in text.splitlines()]
    cell = cell_of(tmp_path / AGREED, SHEET, "Цена за ед.")
    usual = lines.index("Цена по настройкам 5,39 Правила!B3")
    assert lines[usual + 1] == f"Цена за ед. с НДС 5,04 {SHEET}!{cell}"
    found = cells(tmp_path / COPY, "Калькуляция")
    titles = {value: column for (row, column), value in found.items() if row == 1}
    at = titles["Цена по настройкам"]
    assert [found[2, at + n] for n in range(4)] == [5.39, "Правила!B3", 5.04, f"{SHEET}!{cell}"]
    other = next(row for (row, column), value in found.items() if value == 152.7)
    assert [found.get((other, at + n)) for n in range(4)] == [None, "—", 152.7, "Правила!B3"]


def test_reports_count_agreed_prices(tmp_path: Path) -> None:
    """Ten points more markup once rewrote the October report; an edit of the book does count."""
    healthy(tmp_path, add(SHEET, agreed(5.04)))

    def october() -> dict[str, object]:
        return facts_of(report(tmp_path, "2026-10", today=TODAY).as_json())

    before = october()
    assert (before["new_amount"], before["profit"]) == ("5040.00", "1281.15")
    healthy(tmp_path / "new", *TEN_POINTS_MORE)
    (tmp_path / "new" / "Настройки.xlsx").replace(tmp_path / "Настройки.xlsx")
    assert october() == before
    healthy(tmp_path / "edited", add(SHEET, agreed(6)))
    (tmp_path / "edited" / AGREED).replace(tmp_path / AGREED)
    assert october()["new_amount"] == "6000.00"


def test_consolidated_books_have_the_agreed_prices_beside_them(tmp_path: Path) -> None:
    """Not those of the workspace that asks: its orders may bear the same numbers."""
    root = healthy(tmp_path / "head", add(SHEET, agreed(7)))
    branch = healthy(tmp_path / "branch", add(SHEET, agreed(6)))
    for price_, books in (("7000.00", ORDERS), ("6000.00", f"{branch}/{ORDERS}")):
        made = report(root, "2026-10", books=books, today=TODAY)
        assert facts_of(made.as_json())["new_amount"] == price_
    (branch / AGREED).unlink()
    made = report(root, "2026-10", books=f"{branch}/{ORDERS}", today=TODAY)
    assert facts_of(made.as_json())["new_amount"] == "5040.00"


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(books=strategies.all_books(), other=strategies.settings_sheets())
def test_no_agreed_sum_moves_under_any_change(
    books: Books, other: Books, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Other markups, discounts, VAT, rules, categories and costs: the sums of papers stay."""
    books["Согласованные цены"] = []
    before = amounts(workspace_with(tmp_path_factory.mktemp("before") / "w", books))
    final = {str(row["№ заказа"]) for row in books["Заказы"] if is_final(row)}
    positions = {(str(row["№ заказа"]), row["№ п/п"]): row for row in books["Позиции"]}
    rows: list[Row] = [
        {
            **{name: positions[key][name] for name in SAME},
            "Цена за ед.": Decimal(price_),
            **BASE,
        }
        for key, (price_, _) in before.items()
        if key[0] in final
    ]
    clients = [row | {"Особый статус": "VIP"} for row in books["Клиенты"]]
    changed: Books = books | other | {"Согласованные цены": rows, "Клиенты": clients}
    changed["Позиции"] = [
        row | {"Доп. расходы": 777, "Цена вручную": None} if row["Себестоимость за ед."] else row
        for row in books["Позиции"]
    ]
    after = amounts(workspace_with(tmp_path_factory.mktemp("after") / "w", changed))
    kept = {key: value for key, value in before.items() if key[0] in final}
    assert {key: after.get(key) for key in kept} == kept


def amounts(root: Path) -> dict[tuple[str, object], tuple[str, str]]:
    """Order and position → price and sum, of all that are priced."""
    return {
        (order["order"], line["position"]): (line["price"], line["amount"])
        for order in price(root, today=strategies.TODAY).as_json()["orders"]
        for line in order["positions"]
        if line["price"] is not None
    }
