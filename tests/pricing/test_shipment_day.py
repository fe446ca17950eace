"""The VAT rate of an order is that of the day on which it was shipped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from docx import Document

from cmtools.commands.docs import docs
from cmtools.commands.price import PriceResult
from cmtools.commands.report import report
from cmtools.commands.result import ExitCode
from cmtools.commands.validate import validate
from cmtools.documents.selection import Selection
from support.indicators import facts_of
from support.priced import FIRST, SECOND, ask, told
from support.workbench import HEALTHY, ORDERS, TODAY, Change, add, cell_of, healthy, put

OLD, NEW = date(2025, 12, 31), date(2026, 1, 1)
BEFORE = [put("Заказы", "Дата заказа", 0, date(2025, 10, 5))] + [
    put("Заказы", column, 0, None) for column in ("Срок изготовления", "Дата закрытия")
]


def due(day: date | None) -> Change:
    return put("Заказы", "Срок поставки", 0, day)


def shipped(day: date) -> Change:
    """The one shipment of the first order."""
    return put("Поставки", "Дата", 1, day)


def shipped_again(day: date, order: str = FIRST) -> Change:
    return add("Поставки", HEALTHY["Поставки"][1] | {"Дата": day, "№ заказа": order})


def rate_of(outcome: PriceResult, index: int = 0) -> object:
    return outcome.as_json()["orders"][index]["positions"][0]["vat_rate"]


@pytest.mark.parametrize(
    ("changes", "rate"),
    [
        ([due(OLD), shipped(NEW)], 22),
        ([due(NEW), shipped(OLD)], 20),
        ([due(NEW), put("Поставки", "Вид", 1, "получено от подрядчика"), shipped(OLD)], 22),
        ([due(None), put("Поставки", "№ заказа", 1, SECOND), shipped(OLD)], 20),
        ([due(OLD), shipped(NEW), put("Поставки", "Количество", 1, "много")], 22),
        ([due(OLD), shipped(NEW), put("Поставки", "Дата", 1, "вчера")], 20),
    ],
    ids=["late", "early", "received only", "of another order", "quantity in error", "day in error"],
)
def test_the_rate_is_that_of_the_last_shipment(
    tmp_path: Path, changes: list[Change], rate: int
) -> None:
    """A shipment beats the day that was agreed; without one that day or the order's holds."""
    healthy(tmp_path, *BEFORE, *changes)
    assert rate_of(ask(tmp_path)) == rate


def test_an_order_under_two_rates_is_an_error_at_the_later_shipment(tmp_path: Path) -> None:
    """Until it is divided, the rate of the last shipment prices it, whatever the order of rows."""
    changes = [due(OLD), shipped(NEW), shipped_again(OLD), shipped_again(date(2026, 2, 3))]
    healthy(tmp_path, *BEFORE, *changes)
    problem = ("rate-changed", ORDERS, cell_of(tmp_path / ORDERS, "Поставки", "Дата", 1))
    outcome = ask(tmp_path, order=FIRST)
    assert (rate_of(outcome), told(outcome)) == (22, [problem])
    assert outcome.exit_code is ExitCode.PROBLEMS
    assert problem in told(validate(tmp_path, today=TODAY))
    assert told(ask(tmp_path, order=SECOND)) == []


def test_shipments_under_one_rate_are_no_problem(tmp_path: Path) -> None:
    """Two rows of НДС with one rate are one rate; no rate counts as 0."""
    rates = [put("НДС", "Ставка, %", 0, 0), put("НДС", "Ставка, %", 1, None)]
    healthy(tmp_path, *BEFORE, due(OLD), shipped(OLD), shipped_again(NEW), *rates)
    assert told(ask(tmp_path)) == []


def test_a_shipment_without_any_rate_is_named(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        put("НДС", "Действует с", 0, date(2026, 10, 25)),
        put("НДС", "Ставка, %", 1, 0),
        put("НДС", "Действует с", 1, date(2026, 10, 26)),
    )
    place = ("no-vat-rate", ORDERS, cell_of(tmp_path / ORDERS, "Поставки", "Дата", 1))
    assert told(ask(tmp_path, order=FIRST)) == [place]


def test_the_report_takes_the_rate_of_the_shipment(tmp_path: Path) -> None:
    """5 040.00 with 22 %: under 20 % the same net is 4 960.00, of which 826.67 is VAT."""
    healthy(tmp_path, *BEFORE, due(NEW), shipped(OLD))
    (first, *_) = ask(tmp_path).as_json()["orders"]
    made = report(tmp_path, month="2025-10", today=TODAY)
    facts = facts_of(made.as_json())
    assert first["amount"] == "4960.00"
    assert (facts["new_amount"], facts["profit"]) == (first["amount"], first["profit"])


def test_papers_take_the_rate_of_the_shipment(tmp_path: Path) -> None:
    """The act reads the shipments: it is not made while they are under two rates."""
    contract = put("Договоры", "Дата", 0, date(2025, 10, 5))
    healthy(tmp_path, *BEFORE, contract, due(NEW), shipped(OLD))
    order = Selection(orders=[FIRST])
    made = docs(tmp_path, order, kinds=("act",), today=TODAY)
    assert (told(made), len(made.files)) == ([], 1)
    paper = Document(str(tmp_path / made.files[0]))
    texts = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert any("20\N{NO-BREAK SPACE}%" in text for text in texts), texts
    assert not any("22\N{NO-BREAK SPACE}%" in text for text in texts), texts
    cells = put("Поставки", "Дата", 1, OLD)
    healthy(tmp_path / "two", *BEFORE, due(NEW), cells, shipped_again(NEW))
    refused = docs(tmp_path / "two", order, kinds=("act",), today=TODAY)
    assert ([code for code, *_ in told(refused)], refused.files) == (["rate-changed"], ())
