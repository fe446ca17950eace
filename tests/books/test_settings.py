"""Rules of the settings: tiers, discounts, VAT, stages and the company's own limits."""

from datetime import date
from pathlib import Path

from support.rule_cases import Case, bad, breaks, check, error, passes, repeated, several
from support.workbench import add, put, rewrite

REPEATED = [
    repeated("Подрядчики", "Подрядчик"),
    breaks(
        "Стадии.Код twice",
        error("Стадии", "Код", 20),
        add("Стадии", {"Код": "5.2", "Название": "Ещё раз"}),
    ),
    breaks(
        "Наценки: kind and tier twice",
        error("Наценки", ("Вид продукции", "Тираж от"), 5),
        add("Наценки", {"Вид продукции": "визитки", "Тираж от": 50000, "Наценка, %": 30}),
    ),
    breaks(
        "Наценки: kind and tier twice, once as text",
        error("Наценки", ("Вид продукции", "Тираж от"), 5),
        add("Наценки", {"Вид продукции": "визитки", "Тираж от": "50 000", "Наценка, %": 30}),
    ),
    breaks(
        "Скидки: category and sum twice",
        error("Скидки", ("Категория", "Сумма от"), 4),
        add("Скидки", {"Категория": "VIP", "Сумма от": 1000000, "Скидка, %": 12}),
    ),
    breaks(
        "НДС: date twice",
        error("НДС", "Действует с", 2),
        add("НДС", {"Действует с": date(2019, 1, 1), "Ставка, %": 18}),
    ),
    breaks(
        "НДС: date twice, once as text",
        error("НДС", "Действует с", 2),
        add("НДС", {"Действует с": "01.01.2019", "Ставка, %": 18}),
    ),
    breaks(
        "Правила: rule twice",
        error("Правила", "Правило", 13),
        add("Правила", {"Правило": "Прирост плана, %", "Значение": 12}),
    ),
]

BROKEN = [
    breaks(
        "Стадии: an unknown document",
        error("Стадии", "Документы", 17),
        put("Стадии", "Документы", 17, "request, letter-of-love"),
    ),
]

REPORTED_ONCE = [
    bad("Наценки", "Наценка, %", 1, "1,234", "a markup in use that cannot be read"),
    bad("НДС", "Ставка, %", 1, "1,234", "a rate in use that cannot be read"),
    bad("Правила", "Значение", 0, "1,234", "a limit in use that cannot be read"),
]
"""Mistakes from which others would follow, were they not of one cause."""

OUT_OF_BOUNDS = [
    bad("Наценки", "Тираж от", 4, 0),
    bad("Скидки", "Сумма от", 3, -1),
    *(bad("Скидки", "Скидка, %", 3, value) for value in (-1, 101)),
]

CHOICES_IN_ANY_CASE = [
    passes(
        "Категория",
        *(
            add("Скидки", {"Категория": v, "Сумма от": 5000000, "Скидка, %": 1})
            for v in ("НОВЫЙ", "Повторный", " системный", "vip")
        ),
    ),
]

ALLOWED = [
    passes(
        "closed in the company's own last stage, whatever its number",
        add("Стадии", {"Код": "0.1", "Название": "Архив"}),
        put("Заказы", "Стадия", 0, "0.1"),
    ),
    passes(
        "a renamed stage",
        put("Стадии", "Название", 8, "Следить за заказом"),
        put("Заказы", "Стадия", 1, "3.3 Следить за заказом"),
    ),
    passes(
        "stages without norm and documents",
        put("Стадии", "Норматив, раб. дней", 17, None),
        put("Стадии", "Документы", 17, None),
    ),
    passes("several documents of a stage", put("Стадии", "Документы", 17, "request,  act , offer")),
    passes("no rules at all", rewrite("Правила", [])),
    passes("no holidays", rewrite("Праздники", [])),
]


@several([*REPEATED, *BROKEN, *REPORTED_ONCE, *OUT_OF_BOUNDS])
def test_one_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several([*CHOICES_IN_ANY_CASE, *ALLOWED])
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)
