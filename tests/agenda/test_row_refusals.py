"""Rows that break a rule of the books are refused alone; all others are written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cmtools.agenda.outcome import CellChange, Outcome, RowState
from cmtools.agenda.row_refusals import refuse_wrong
from cmtools.problems import Place, Problem, Severity

WRONG = Problem(
    code="wrong",
    severity=Severity.ERROR,
    place=Place(file="Книга.xlsx", sheet="Заказы", row=2),
    column="Срок",
    value="",
    message="изготовление раньше заказа",
    hint="проверьте срок",
)


def row(number: int) -> Outcome:
    cell = CellChange(file="Книга.xlsx", sheet="Заказы", row=number, column=1, value="да")
    return Outcome(
        key=f"{number}", kind="task", title=f"{number}", state=RowState.DONE, cells=(cell,)
    )


@pytest.mark.parametrize(
    ("wrong", "together", "refused"),
    [
        ((), (), []),
        ((1,), (), ["1"]),
        ((9,), (), ["9"]),
        ((2, 3, 7), (), ["2", "3", "7"]),
        ((), (4, 8), ["8"]),
        ((1,), (3, 5), ["1", "5"]),
        (range(1, 10), (), [f"{number}" for number in range(1, 10)]),
    ],
)
def test_the_rows_that_break_a_rule_are_refused(
    wrong: Sequence[int], together: Sequence[int], refused: list[str]
) -> None:
    """`wrong` rows break a rule each, `together` when all of them are written."""

    def errors_of(outcomes: Sequence[Outcome]) -> Sequence[Problem]:
        written = {cell.row for outcome in outcomes for cell in outcome.cells}
        is_wrong = written & {*wrong} or (together and written >= {*together})
        return [WRONG] if is_wrong else []

    listed = Outcome(key="0", kind="claim", title="0", state=RowState.LISTED)
    result = refuse_wrong([listed, *map(row, range(1, 10))], errors_of)
    assert [outcome.key for outcome in result] == [f"{number}" for number in range(10)]
    bad = [outcome for outcome in result if outcome.state is RowState.BAD]
    assert [outcome.key for outcome in bad] == refused
    assert {outcome.message for outcome in bad} <= {
        "«Срок»: изготовление раньше заказа; проверьте срок"
    }
    assert all(not outcome.cells for outcome in bad)
    assert errors_of(result) == []
