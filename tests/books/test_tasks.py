"""Rules of the sheet «Поручения»."""

from datetime import date
from pathlib import Path

from support.rule_cases import Case, bad, check, passes, several
from support.workbench import HEALTHY, add, put

BROKEN = [
    bad("Поручения", "Срок", 0, date(2026, 11, 15), "a task due before it was given"),
    bad("Поручения", "Дата исполнения", 1, None, "a task done without a date"),
]

CHOICES_IN_ANY_CASE = [
    passes(
        "Поручения",
        *(
            add("Поручения", {**HEALTHY["Поручения"][0], "Источник": v})
            for v in ("План месяца", "протокол совещания", "УСТНОЕ", " письменное")
        ),
        *(
            add("Поручения", {**HEALTHY["Поручения"][1], "Статус": v})
            for v in ("В работе", "ВЫПОЛНЕНО", "снято ")
        ),
    ),
]

ALLOWED = [
    passes("a task due on its day", put("Поручения", "Срок", 0, date(2026, 11, 16))),
    passes("a task for no client", put("Поручения", "Код клиента", 0, None)),
]


@several(BROKEN)
def test_one_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several([*CHOICES_IN_ANY_CASE, *ALLOWED])
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)
