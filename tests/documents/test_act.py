"""The act: what was shipped on a day, and only what the books show of it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from cmtools.commands.docs import DocsResult
from cmtools.errors import UsageError
from support.paper_figures import SECOND, Figures, make, shipment
from support.papers import Paper, money
from support.reckoning import SHIPPED_VAT, vat_inside
from support.workbench import (
    HEALTHY,
    ORDERS,
    SHIPPING,
    Change,
    Row,
    add,
    cell_of,
    drop_columns,
    healthy,
    put,
    rows_of,
)

FULL, IN_TIME, NO_CLAIMS = "в полном объёме", "в согласованные сроки", "претензий не имеет"
SETTLED = put("Претензии", "№ заказа", 1, "З-2026-0001")
"""The only claim of the second order becomes one of the first."""


def act_of(folder: Path, *changes: Change, row: int | None = None) -> Paper:
    """The act of the second order."""
    root = healthy(folder, *changes)
    outcome = make(root, SECOND, "act", row=row)
    assert outcome.exit_code == 0, outcome.problems
    return Paper(root / outcome.files[0])


def refusal(folder: Path, *changes: Change) -> list[str]:
    """The codes of why the second order has no act."""
    outcome: DocsResult = make(healthy(folder, *changes), SECOND, "act")
    assert outcome.files == ()
    return [problem.code for problem in outcome.problems]


def figures() -> Figures:
    return Figures(HEALTHY, rows_of("Заказы")[1])


def test_nothing_was_shipped(tmp_path: Path) -> None:
    """Before stage 3.7 it is refused, from then on it is made whole, with an empty day."""
    assert refusal(tmp_path / "early") == ["nothing-shipped"]
    received = shipment(20, 800) | {"Вид": "получено от подрядчика"}
    assert refusal(tmp_path / "received", add("Поставки", received)) == ["nothing-shipped"]
    paper = act_of(tmp_path / "late", SHIPPING, SETTLED)
    assert money(figures().total) in paper.money
    assert "\n«____» ________________ 20___ г.\n" in paper.loose
    for words in (FULL, IN_TIME, NO_CLAIMS):
        assert words not in paper.text


def test_a_preliminary_request_has_no_act(tmp_path: Path) -> None:
    changes = (
        put("Заказы", "Вид заявки", 1, "предварительная"),
        add("Поставки", shipment(23, 800)),
    )
    assert refusal(tmp_path, *changes) == ["preliminary-order"]
    assert [p.place.cell for p in make(tmp_path, SECOND, "act").problems] == [
        cell_of(tmp_path / ORDERS, "Заказы", "Вид заявки", 1)
    ]


def test_the_whole_order_was_shipped(tmp_path: Path) -> None:
    paper = act_of(tmp_path, add("Поставки", shipment(23, 800)), SETTLED)
    assert money(figures().total) in paper.money
    assert money(figures().vat) in paper.money
    assert "«23» ноября 2026 г." in paper.loose
    for words in (FULL, IN_TIME, NO_CLAIMS):
        assert words in paper.text


@pytest.mark.parametrize(
    ("absent", "changes"),
    [
        (IN_TIME, (add("Поставки", shipment(1, 800, month=12)), SETTLED)),
        (IN_TIME, (add("Поставки", shipment(23, 800)), put("Заказы", "Срок поставки", 1, None))),
        (NO_CLAIMS, (add("Поставки", shipment(23, 800)),)),
        (FULL, (add("Поставки", shipment(23, 300, 1)), SETTLED)),
    ],
)
def test_an_act_says_only_what_is_true(
    tmp_path: Path, absent: str, changes: tuple[Change, ...]
) -> None:
    assert absent not in act_of(tmp_path, *changes).text


@pytest.mark.parametrize("numbers", [(None, None), (1, None)])
def test_an_unknown_part_was_shipped(tmp_path: Path, numbers: tuple[int | None, ...]) -> None:
    """It is told at each shipment that does not say of which line it is."""
    rows = [shipment(23, 100, number) for number in numbers]
    at = len(rows_of("Поставки"))
    root = healthy(tmp_path, add("Поставки", *rows))
    told = [(p.code, p.place.sheet, p.place.cell) for p in make(root, SECOND, "act").problems]
    assert told == [
        ("partial-shipment", "Поставки", cell_of(root / ORDERS, "Поставки", "№ п/п", at + index))
        for index, number in enumerate(numbers)
        if number is None
    ]


def test_a_book_without_the_column_of_lines(tmp_path: Path) -> None:
    """Books of an older version are taken as they are."""
    rows = add("Поставки", shipment(23, 800))
    assert "Каталог" in act_of(tmp_path, rows, drop_columns("Поставки", "№ п/п")).text


def test_parts_add_up_to_the_order(tmp_path: Path) -> None:
    """The first line in two parts, the second and the delivery with the last of them."""
    rows = (shipment(20, 100, 1), shipment(23, 200, 1), shipment(23, 500, 2))
    changes = (add("Поставки", *rows), SETTLED)
    first, last = act_of(tmp_path / "1", *changes, row=5), act_of(tmp_path / "2", *changes)
    titles = [paper.path.stem.partition(" ")[2] for paper in (first, last)]
    assert titles == ["Акт выполненных работ, часть 1", "Акт выполненных работ, часть 2"]
    assert f"Акт выполненных работ № {SECOND}/1\n" in first.loose
    assert f"Акт выполненных работ № {SECOND}/2\n" in last.loose
    price, whole = figures().lines[0].price, figures().total
    amount = price * 100
    assert money(amount) in first.money
    assert money(vat_inside(amount, Fraction(22))) in first.money
    assert "Визитки" not in first.text
    assert "Доставка" not in first.text
    assert FULL not in first.text
    assert "«20» ноября 2026 г." in first.loose
    assert money(whole - amount) in last.money
    assert money(figures().vat - vat_inside(amount, Fraction(22))) in last.money
    assert FULL in last.text


def test_vat_is_that_of_the_day_of_shipment(tmp_path: Path) -> None:
    """The rate of «НДС» changes between the day agreed and the day of shipment."""
    later: Row = {"Действует с": date(2026, 12, 1), "Ставка, %": 25}
    row = shipment(1, 800, month=12)
    paper = act_of(tmp_path, add("НДС", later), add("Поставки", row))
    books = HEALTHY | {"НДС": [*SHIPPED_VAT, later], "Поставки": [row]}
    expected = Figures(books, rows_of("Заказы")[1])
    assert expected.vat == expected.goods_vat + vat_inside(expected.delivery, Fraction(25))
    assert {money(expected.vat), money(expected.total)} <= paper.money
    assert "НДС 25 %" in paper.loose


def test_a_row_that_is_no_shipment_of_the_order(tmp_path: Path) -> None:
    root = healthy(tmp_path, add("Поставки", shipment(23, Decimal(800))))
    with pytest.raises(UsageError, match="подходят: 5"):
        make(root, SECOND, "act", row=4)


def test_a_line_that_the_order_does_not_have(tmp_path: Path) -> None:
    assert refusal(tmp_path, add("Поставки", shipment(23, 100, 3))) == ["unknown-position"]


def test_a_replacement_is_handed_over_for_nothing(tmp_path: Path) -> None:
    """What is shipped once the order is complete was paid for with it."""
    rows = add("Поставки", shipment(20, 800), shipment(23, 7, 2))
    whole, later = act_of(tmp_path / "1", rows, row=5), act_of(tmp_path / "2", rows)
    assert money(figures().total) in whole.money
    assert FULL in whole.text
    assert "Визитки 7 шт" in later.loose
    assert later.money == {"0,00"}
    assert FULL not in later.text


def test_what_is_beyond_the_order_costs_nothing(tmp_path: Path) -> None:
    """A line of its own, so that each price times its quantity is its sum; the act is no part."""
    paper = act_of(tmp_path, add("Поставки", shipment(23, 320, 1), shipment(23, 500, 2)), SETTLED)
    price = figures().lines[0].price
    assert money(figures().total) in paper.money
    assert FULL in paper.text
    assert paper.path.stem == f"{SECOND} Акт выполненных работ"
    assert "(сверх заказанного) 20 шт 0,00 0,00" in paper.loose
    ordered = f"300 шт {money(price)} {money(price * 300)}".replace("\u00a0", " ")
    assert ordered in paper.loose
