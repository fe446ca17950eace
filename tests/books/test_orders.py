"""Rules of the sheet «Заказы»: dates, addresses, marks, margins and closing."""

import re
from datetime import date
from pathlib import Path

import pytest

from cmtools.commands.validate import validate
from support.rule_cases import (
    LOW_ORDER,
    Case,
    bad,
    breaks,
    check,
    error,
    low,
    passes,
    places,
    repeated,
    several,
    warning,
)
from support.workbench import TODAY, Change, add, drop, healthy, put, rewrite

EITHER_TERM = ("Срок изготовления", "Срок поставки")

REPEATED = [
    repeated("Заказы", "№ заказа", **{"Дата закрытия": None}),
]

BROKEN = [
    bad("Заказы", "Дата заказа", 1, date(2026, 11, 22), "an order of tomorrow"),
    breaks(
        "production after delivery",
        error("Заказы", EITHER_TERM, 1),
        put("Заказы", "Срок изготовления", 1, date(2026, 12, 1)),
    ),
    bad("Заказы", "Срок изготовления", 1, date(2026, 11, 4), "production before the order"),
    breaks(
        "delivery before the order",
        error("Заказы", "Срок поставки", 1),
        put("Заказы", "Срок изготовления", 1, None),
        put("Заказы", "Срок поставки", 1, date(2026, 11, 4)),
    ),
    bad("Заказы", "Адрес доставки", 1, None, "no address for транспортная компания"),
    bad("Заказы", "Адрес доставки", 0, None, "no address for доставка"),
    breaks(
        "a bad mark without a reason",
        error("Заказы", "Причина недовольства", 0),
        put("Заказы", "Оценка клиента", 0, 3),
    ),
    bad("Заказы", "Дата закрытия", 0, date(2026, 10, 4), "closed before the order"),
    breaks(
        "closed in stage 4.2",
        error("Заказы", "Дата закрытия", 0),
        put("Заказы", "Стадия", 0, "4.2"),
    ),
    breaks(
        "closed in a stage that stands above 4.3, whatever its number",
        error("Заказы", "Дата закрытия", 0),
        put("Стадии", "Код", 13, "4.9"),
        put("Заказы", "Стадия", 0, "4.9"),
    ),
]

UNPRICED = [
    *(
        breaks(
            f"a low margin, approved: {approved}",
            warning("Заказы", ("Согласовано директором", "№ заказа"), 3),
            *low(121.99, **{"Согласовано директором": approved}),
        )
        for approved in (None, "нет")
    ),
    breaks(
        "a low margin where the rule is missing",
        warning("Заказы", ("Согласовано директором", "№ заказа"), 3),
        rewrite("Правила", [{"Правило": "Касания VIP, дней", "Значение": 14}]),
        *low(121.99),
    ),
    breaks(
        "a margin under the company's own limit",
        warning("Заказы", ("Согласовано директором", "№ заказа"), 3),
        rewrite("Правила", [{"Правило": "Минимальная маржа, %", "Значение": 20}]),
        *low(124),
    ),
]

REPORTED_ONCE = [
    bad("Заказы", "Оценка клиента", 0, 6, "a mark of a closed order out of bounds"),
    bad("Заказы", "Вид заявки", 0, "устная", "a closed order of an unknown kind"),
    bad("Заказы", "Код клиента", 0, "К-0099", "a closed order of an unknown client"),
]
"""Mistakes from which others would follow, were they not of one cause."""

OUT_OF_BOUNDS = [
    bad("Заказы", "Стоимость доставки", 1, -1),
    *(bad("Заказы", "Предоплата, %", 1, value) for value in (-1, 101)),
    *(bad("Заказы", "Срок оплаты остатка, дней", 1, value) for value in (-1, 1.5)),
    *(bad("Заказы", "Оценка клиента", 1, value) for value in (0, 6)),
]

CHOICES_IN_ANY_CASE = [
    passes(
        "Вид заявки",
        put("Заказы", "Вид заявки", 1, "ОКОНЧАТЕЛЬНАЯ"),
        put("Заказы", "Вид заявки", 2, " Предварительная"),
    ),
    passes(
        "Способ доставки",
        put("Заказы", "Способ доставки", 0, "Транспортная компания"),
        put("Заказы", "Способ доставки", 1, " ДОСТАВКА "),
        put("Заказы", "Способ доставки", 2, "Самовывоз"),
    ),
    passes(
        "да, нет",
        put("Заказы", "Согласовано директором", 0, " Да "),
        put("Заказы", "Согласовано директором", 1, "НЕТ"),
        put("Поставки", "Контрольный образец", 0, "ДА"),
    ),
]

ALLOWED = [
    passes(
        "production and delivery on the day of the order",
        put("Заказы", "Срок изготовления", 1, date(2026, 11, 5)),
        put("Заказы", "Срок поставки", 1, date(2026, 11, 5)),
    ),
    passes("closed on the day of the order", put("Заказы", "Дата закрытия", 0, date(2026, 10, 5))),
    passes(
        "no address for самовывоз",
        put("Заказы", "Способ доставки", 1, "самовывоз"),
        put("Заказы", "Адрес доставки", 1, None),
    ),
    passes(
        "no address for no delivery",
        put("Заказы", "Способ доставки", 1, None),
        put("Заказы", "Адрес доставки", 1, None),
    ),
    passes(
        "a preliminary order may lack address and layout",
        put("Заказы", "Способ доставки", 2, "доставка"),
        put("Позиции", "Дизайн", 3, "готовый макет"),
    ),
    passes("a mark of 4 without a reason", put("Заказы", "Оценка клиента", 0, 4)),
    passes(
        "a mark of 2 with a reason",
        put("Заказы", "Оценка клиента", 0, 2),
        put("Заказы", "Причина недовольства", 0, "Опоздали на день"),
    ),
    passes("closed in a later stage", put("Заказы", "Стадия", 0, "5.1")),
    passes("an order without positions", add("Заказы", LOW_ORDER)),
    passes(
        "an order without contractor and contract",
        put("Заказы", "Подрядчик", 1, None),
        put("Заказы", "№ договора", 1, None),
    ),
    passes("a margin of 15 % to the kopeck", *low(122)),
    passes("a low margin, approved", *low(121.99, **{"Согласовано директором": "да"})),
    passes(
        "a low margin, approved in capitals",
        *low(121.99, **{"Согласовано директором": " ДА "}),
    ),
    passes(
        "a low margin over the company's own limit",
        *low(121.99),
        rewrite("Правила", [{"Правило": "Минимальная маржа, %", "Значение": 14.9}]),
    ),
]


@several([*REPEATED, *BROKEN, *UNPRICED, *REPORTED_ONCE, *OUT_OF_BOUNDS])
def test_one_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several([*CHOICES_IN_ANY_CASE, *ALLOWED])
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


CLOSING = [
    (put("Платежи", "Сумма", 1, 2819.99), "опла"),
    (put("Платежи", "Сумма", 1, 2220), "опла"),
    (put("Платежи", "Вид", 1, "подрядчику"), "опла"),
    (put("Платежи", "№ заказа", 1, "З-2026-0002"), "опла"),
    (
        add(
            "Платежи",
            {
                "Дата": date(2026, 11, 9),
                "№ заказа": "З-2026-0001",
                "Вид": "возврат клиенту",
                "Сумма": 0.01,
            },
        ),
        "опла",
    ),
    (drop("Документы", 0), "акт"),
    (put("Документы", "Оригинал получен", 0, None), "акт"),
    (put("Документы", "Вид документа", 0, "накладная"), "акт"),
    (put("Документы", "№ заказа", 0, "З-2026-0002"), "акт"),
    (put("Заказы", "Оценка клиента", 0, None), "оценк"),
]


@pytest.mark.parametrize(("change", "word"), CLOSING)
def test_closing_too_early_is_a_warning_that_says_which(
    change: Change, word: str, tmp_path: Path
) -> None:
    case = breaks("closing", warning("Заказы", "Дата закрытия", 0), change)
    (problem,) = check(case, tmp_path).problems
    named = re.findall(r"\b(?:не)?(опла|акт|оценк)", problem.message.casefold())
    assert set(named) == {word}


def test_closing_without_anything(tmp_path: Path) -> None:
    healthy(
        tmp_path,
        drop("Платежи", 1),
        drop("Документы", 0),
        put("Заказы", "Оценка клиента", 0, None),
    )
    outcome = validate(tmp_path, today=TODAY)
    (wanted,) = warning("Заказы", "Дата закрытия", 0).alternatives(tmp_path)
    assert set(places(outcome)) == set(wanted)
    said = " ".join(problem.message for problem in outcome.problems).casefold()
    assert all(word in said for word in ("опла", "акт", "оценк"))
    assert outcome.as_json()["ok"] is True
