"""Lines of the protocol about problems."""

from __future__ import annotations

from cmtools.inbox.messages import describe_problems
from cmtools.problems import Place, Problem, Severity


def problem(row: int | None, value: str = "К-77") -> Problem:
    return Problem(
        code="unknown",
        severity=Severity.ERROR,
        place=Place(file="a.xlsx", sheet="Заказы", row=row, column=row and 3),
        message="нет такого",
        column="Код клиента",
        value=value,
    )


def test_57_alike_problems_are_one_line_with_a_count() -> None:
    problems = [problem(2), problem(3, "К-99"), *(problem(row) for row in range(4, 93))]
    assert describe_problems(problems, "a.xlsx") == (
        "«Заказы», C2, C4, C5 … (всего 90) (Код клиента) «К-77»: нет такого",
        "«Заказы», C3 (Код клиента) «К-99»: нет такого",
    )


def test_problems_without_a_cell_stay_apart() -> None:
    assert len(describe_problems([problem(None), problem(None)], "a.xlsx")) == 2
