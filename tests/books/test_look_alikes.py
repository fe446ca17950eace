"""Managers whose names differ by letters that look alike: a warning at the rarer spelling."""

from pathlib import Path

from cmtools.commands.validate import validate
from support.rule_cases import Case, breaks, check, passes, several, warning
from support.workbench import SALES, TODAY, healthy, put

LATIN = SALES.replace("а", "a")  # Latin for Cyrillic: the eye sees no difference
CLERK = "Сидоров Олег"

CASES = [
    breaks(
        "an order", warning("Заказы", "Менеджер", 1), put("Заказы", "Менеджер", 1, f" {LATIN} ")
    ),
    breaks("a client", warning("Клиенты", "Менеджер", 0), put("Клиенты", "Менеджер", 0, LATIN)),
    breaks(
        "one of each: the Latin one, though it comes first",
        warning("Клиенты", "Менеджер", 0),
        put("Клиенты", "Менеджер", 0, CLERK.replace("о", "o")),
        put("Заказы", "Менеджер", 0, CLERK),
    ),
    passes("case, spaces and ё", put("Заказы", "Менеджер", 1, SALES.upper().replace(" ", "  "))),
]


@several(CASES)
def test_look_alike_managers(case: Case, tmp_path: Path) -> None:
    codes = {problem.code for problem in check(case, tmp_path).problems}
    assert codes == ({"look-alike"} if case.at else set())


def test_the_warning_names_the_usual_spelling(tmp_path: Path) -> None:
    healthy(tmp_path, put("Заказы", "Менеджер", 1, LATIN))
    (problem,) = validate(tmp_path, today=TODAY).problems
    assert (problem.value, SALES in problem.message) == (LATIN, True)
