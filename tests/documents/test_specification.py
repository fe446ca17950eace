"""Where the terms of a specification come from: its order, else its contract, else a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.paper_figures import SECOND, make
from support.papers import Paper
from support.workbench import ORDERS, cell_of, healthy, put

LACKING = {
    "Срок поставки": None,
    "Срок изготовления": None,
    "Способ доставки": None,
    "Адрес доставки": None,
    "Срок оплаты остатка, дней": None,
}
PAYMENT = (
    "Цена включает НДС. Покупатель вносит аванс 50 % в течение 3 банковских дней со дня счёта, "
    "остаток — не позднее 20 календарных дней со дня отгрузки. Днём оплаты считается день списания."
)
SUPPLY = (
    "Поставка в течение 15 рабочих дней со дня аванса; доставка транспортной компанией до склада: "
    "г. Тверь, ул. Мира, д. 5. Приёмка по качеству — в течение 5 рабочих дней."
)


def made(
    folder: Path, order: Mapping[str, object], contract: Mapping[str, str]
) -> tuple[list[tuple[str, str | None, str | None]], str]:
    """The warnings of a specification by code, cell and column, and its text."""
    changes = [put("Заказы", name, 1, value) for name, value in order.items()]
    changes += [put("Договоры", name, 1, value) for name, value in contract.items()]
    result = make(healthy(folder, *changes), SECOND, "specification")
    warnings = [(one.code, one.place.cell, one.column) for one in result.problems]
    return warnings, Paper(folder / result.files[0]).loose


def test_the_terms_of_the_order_come_first(tmp_path: Path) -> None:
    warnings, text = made(tmp_path, {}, {})
    assert warnings == []
    assert "Срок передачи Продукции Покупателю — до «30» ноября 2026 г. включительно" in text
    assert "в течение 5 рабочих дней со дня счёта." in text
    assert "в течение 10 (десяти) календарных дней со дня последней отгрузки" in text


def test_the_contract_has_what_the_order_lacks(tmp_path: Path) -> None:
    contract = {"Цена и условия оплаты": PAYMENT, "Условия поставки": SUPPLY}
    warnings, text = made(tmp_path, LACKING, contract)
    assert warnings == []
    assert "установленный Договором: в течение 15 рабочих дней со дня аванса." in text
    assert (
        "установленные Договором: доставка транспортной компанией до склада: "
        "г. Тверь, ул. Мира, д. 5." in text
    )
    assert "в течение 3 банковских дней со дня счёта." in text
    assert "не позднее 20 календарных дней со дня отгрузки." in text


def test_a_term_that_neither_has_is_a_blank_and_a_warning(tmp_path: Path) -> None:
    contract = {
        "Цена и условия оплаты": "Предоплата 50 %, остальное по Спецификации",
        "Условия поставки": "Партиями, в сроки и способом по Спецификациям. Приёмка — 5 дней",
    }
    warnings, text = made(tmp_path, LACKING, contract)
    book = tmp_path / ORDERS
    columns = ("Срок поставки", "Способ доставки", "Срок оплаты остатка, дней")
    expected = [("term-needed", cell_of(book, "Заказы", name, 1), name) for name in columns]
    payment = "Цена и условия оплаты"
    expected.append(("term-needed", cell_of(book, "Договоры", payment, 1), payment))
    assert sorted(warnings) == sorted(expected)
    assert len(re.findall(r"до «____» _+ 20___ г\. включительно", text)) == 3
    assert "Способ и место передачи Продукции: ____" in text


def test_terms_that_differ_are_a_warning(tmp_path: Path) -> None:
    contract = {"Цена и условия оплаты": PAYMENT.replace("50 %", "70 %")}
    warnings, _ = made(tmp_path, {}, contract)
    book = tmp_path / ORDERS
    columns = ("Предоплата, %", "Срок оплаты остатка, дней")
    assert sorted(warnings) == sorted(
        ("term-differs", cell_of(book, "Заказы", name, 1), name) for name in columns
    )


@pytest.mark.parametrize("order", [{}, LACKING])
def test_neither_paper_leaves_a_term_to_the_other(
    tmp_path: Path, order: Mapping[str, object]
) -> None:
    """The contract leaves terms to the specification, which then must not send back."""
    _, text = made(tmp_path, order, {})
    assert not re.search(r"(?:срок|порядк|способ)[^.]*определя\w+ Договором", text, re.IGNORECASE)
    assert "в порядке и в сроки, установленные Договором" not in text


def test_the_contract_names_what_makes_a_sale(tmp_path: Path) -> None:
    text = Paper(healthy(tmp_path) / make(tmp_path, SECOND, "contract").files[0]).loose
    named = "пункт 1 статьи 432, пункт 3 статьи 455, статья 465 Гражданского кодекса"
    assert named in text
