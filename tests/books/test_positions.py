"""Rules of the sheet «Позиции»: numbers, runs, layouts, cost and price."""

from pathlib import Path

from support.rule_cases import THIRD_POSITION, Case, bad, breaks, check, error, passes, several
from support.workbench import COMPUTED, add, drop, put

NO_ANY_KIND = drop("Наценки", 3)

REPEATED = [
    breaks(
        "№ п/п twice in an order",
        error("Позиции", "№ п/п", 4),
        add("Позиции", {**THIRD_POSITION, "№ п/п": 2}),
    ),
    breaks(
        "№ п/п twice in an order, once as text",
        error("Позиции", "№ п/п", 4),
        add("Позиции", {**THIRD_POSITION, "№ п/п": "2"}),
    ),
]

BROKEN = [
    bad("Позиции", "Макет", 1, None, "готовый макет without its Макет"),
    bad("Позиции", "Макет", 2, None, "повтор макета without its Макет"),
    bad("Позиции", "Себестоимость за ед.", 2, None, "no cost once окончательная"),
    breaks(
        "no cost once окончательная, a manual price or not",
        error("Позиции", "Себестоимость за ед.", 2),
        put("Позиции", "Себестоимость за ед.", 2, None),
        put("Позиции", "Цена вручную", 2, 9.5),
    ),
]

UNPRICED = [
    breaks(
        "an unknown kind without a row for any",
        error("Позиции", "Вид продукции", 3),
        NO_ANY_KIND,
    ),
    breaks(
        "a run below every tier of its kind without a row for any",
        error("Позиции", "Вид продукции", 1),
        NO_ANY_KIND,
        put("Позиции", "Вид продукции", 3, "визитки"),
        put("Позиции", "Тираж", 1, 50),
    ),
    breaks(
        "a price that rounds to nothing",
        error("Позиции", ("Себестоимость за ед.", "Цена за ед."), 4),
        add("Позиции", {**THIRD_POSITION, "Себестоимость за ед.": 0.0001}),
    ),
]

REPORTED_ONCE = [
    bad("Позиции", "Тираж", 0, 0, "a position of a closed order that cannot be priced"),
]
"""Mistakes from which others would follow, were they not of one cause."""

OUT_OF_BOUNDS = [
    *(bad("Позиции", "№ п/п", 2, value) for value in (0, 1.5)),
    *(bad("Позиции", "Тираж", 2, value) for value in (0, -500, 1.5)),
    *(bad("Позиции", "Себестоимость за ед.", 2, value) for value in (0, -3)),
    bad("Позиции", "Доп. расходы", 1, -1),
    *(bad("Позиции", "Цена вручную", 2, value) for value in (0, -1)),
]

CHOICES_IN_ANY_CASE = [
    passes(
        "Дизайн",
        put("Позиции", "Дизайн", 0, "БЕЗ ДИЗАЙНА"),
        put("Позиции", "Дизайн", 1, "Повтор макета"),
        put("Позиции", "Дизайн", 2, " готовый макет "),
        put("Позиции", "Дизайн", 3, "Новый макет"),
    ),
]

ALLOWED = [
    passes(
        "the same № п/п in another order",
        add("Позиции", {**THIRD_POSITION, "№ заказа": "З-2026-0003", "№ п/п": 2}),
    ),
    passes(
        "a run below every tier of its kind takes the row for any", put("Позиции", "Тираж", 1, 50)
    ),
    passes(
        "a manual price for a cost that rounds to nothing",
        add("Позиции", {**THIRD_POSITION, "Себестоимость за ед.": 0.0001, "Цена вручную": 5}),
    ),
    passes(
        "computed columns that were filled before",
        *(put("Позиции", column, row, 12.34) for column in COMPUTED for row in range(3)),
    ),
]


@several([*REPEATED, *BROKEN, *UNPRICED, *REPORTED_ONCE, *OUT_OF_BOUNDS])
def test_one_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several([*CHOICES_IN_ANY_CASE, *ALLOWED])
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)
