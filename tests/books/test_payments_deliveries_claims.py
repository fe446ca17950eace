"""Rules of the sheets «Платежи», «Поставки» and «Претензии»."""

from datetime import date
from pathlib import Path

import pytest

from cmtools.commands.validate import validate
from support.rule_cases import UNCLOSED, Case, bad, breaks, check, error, passes, several
from support.workbench import TODAY, Row, add, drop, healthy, put

BROKEN = [
    bad("Претензии", "Дата решения", 0, None, "a claim met without a date"),
    bad("Претензии", "Сумма удовлетворения", 0, None, "a claim met without a sum"),
    breaks(
        "a claim refused without a date",
        error("Претензии", "Дата решения", 1),
        put("Претензии", "Решение", 1, "отклонена"),
    ),
]

REPORTED_ONCE = [
    bad("Платежи", "Сумма", 1, "1,234", "a payment of a closed order that cannot be read"),
    bad("Платежи", "Вид", 1, "даром", "a payment of a closed order of an unknown kind"),
]
"""Mistakes from which others would follow, were they not of one cause."""

OUT_OF_BOUNDS = [
    *(bad("Платежи", "Сумма", 3, value) for value in (0, -20000)),
    *(bad("Поставки", "Количество", 2, value) for value in (0, -1)),
    bad("Поставки", "Сумма", 2, -1),
    *(bad("Претензии", "Сумма", 1, value) for value in (0, -200)),
    bad("Претензии", "Сумма удовлетворения", 0, -300),
]

CHOICES_IN_ANY_CASE = [
    passes(
        "Платежи.Вид",
        put("Платежи", "Вид", 0, "От клиента"),
        put("Платежи", "Вид", 2, "ПОДРЯДЧИКУ"),
        put("Платежи", "Вид", 3, "Возврат клиенту "),
    ),
    passes(
        "Поставки",
        put("Поставки", "Вид", 0, "Получено от подрядчика"),
        put("Поставки", "Вид", 1, "ОТГРУЖЕНО КЛИЕНТУ"),
        put("Поставки", "Качество", 0, "БРАК"),
        put("Поставки", "Качество", 2, " Принято"),
    ),
    passes(
        "Решение",
        put("Претензии", "Решение", 0, "УДОВЛЕТВОРЕНА"),
        put("Претензии", "Решение", 1, "Отклонена"),
        put("Претензии", "Дата решения", 1, date(2026, 11, 20)),
    ),
]

ALLOWED = [
    passes("closed and overpaid", put("Платежи", "Сумма", 1, 3000)),
    passes(
        "closed, paid twice and once given back",
        put("Платежи", "Сумма", 1, 2920),
        add(
            "Платежи",
            {
                "Дата": date(2026, 11, 9),
                "№ заказа": "З-2026-0001",
                "Вид": "возврат клиенту",
                "Сумма": 100,
            },
        ),
    ),
    passes(
        "not closed, so nothing is owed",
        UNCLOSED,
        drop("Платежи", 1),
        drop("Документы", 0),
        put("Заказы", "Оценка клиента", 0, None),
    ),
    passes(
        "a claim refused",
        put("Претензии", "Решение", 1, "отклонена"),
        put("Претензии", "Дата решения", 1, date(2026, 11, 20)),
    ),
]


@several([*BROKEN, *REPORTED_ONCE, *OUT_OF_BOUNDS])
def test_one_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several([*CHOICES_IN_ANY_CASE, *ALLOWED])
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


PAID = {
    "Дата": date(2026, 11, 20),
    "№ заказа": "З-2026-0002",
    "Вид": "от клиента",
    "Сумма": 777,
    "Документ": "п/п 5",
}


def test_equal_payments_without_a_document_may_be_several(tmp_path: Path) -> None:
    paid = {**PAID, "Документ": None}
    assert validate(healthy(tmp_path, add("Платежи", paid, paid)), today=TODAY).problems == ()


@pytest.mark.parametrize(
    ("other", "warned"),
    [
        ({}, [6, 7]),
        ({"Дата": "20.11.2026", "№ заказа": " З-2026-0002", "Сумма": "777,00 ₽"}, [6, 7]),
        ({"Документ": "п/п 6"}, []),
        ({"Сумма": 777.01}, []),
        ({"Вид": "возврат клиенту"}, []),
    ],
)
def test_a_payment_that_stands_twice(other: Row, warned: list[int], tmp_path: Path) -> None:
    root = healthy(tmp_path, add("Платежи", PAID, {**PAID, **other}))
    problems = validate(root, today=TODAY).problems
    assert {p.code for p in problems} <= {"payment-repeated"}
    assert [problem.place.row for problem in problems] == warned
