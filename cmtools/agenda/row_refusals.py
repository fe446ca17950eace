"""Rows of forms that cannot be written beside the others: they are refused, the rest is written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from cmtools.agenda.outcome import NewRow, Outcome, RowState
from cmtools.problems import Problem
from cmtools.tables.patch.cells import CellValue

TWO_ROWS = "в эту же ячейку пишет другая строка: «{value}»"


def without_clashes(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Refuse a cell that two rows write differently, and write once what two rows write alike."""
    cells: dict[tuple[str, str, int, int], CellValue] = {}
    added: set[str] = set()
    result = []
    for outcome in outcomes:
        wanted = {(c.file, c.sheet, c.row, c.column): c.value for c in outcome.cells}
        clash = next((p for p, v in wanted.items() if p in cells and cells[p] != v), None)
        if clash is not None:
            message = TWO_ROWS.format(value=cells[clash])
            outcome = _refuse(outcome, message)
        else:
            cells |= wanted
        new = tuple(row for row in outcome.rows if _content(row) not in added)
        added |= {_content(row) for row in new}
        result.append(replace(outcome, rows=new))
    return result


def _content(row: NewRow) -> str:
    """Return what tells a contact from others: its day, client and content."""
    values = row.values
    return str([row.table.title, *(str(values.get(n)) for n in ("on", "client", "content"))])


def refuse_wrong(
    outcomes: Sequence[Outcome], errors_of: Callable[[Sequence[Outcome]], Sequence[Problem]]
) -> list[Outcome]:
    """Refuse, one after another, the rows with which the books would break a rule.

    errors_of: the errors that the books would have if these rows were written.
    """
    result = list(outcomes)
    while errors := errors_of(result):
        writing = [at for at, outcome in enumerate(result) if outcome.cells or outcome.rows]
        ends = [at + 1 for at in writing]
        first = bisect_left(ends[:-1], True, key=lambda end: bool(errors_of(result[:end])))
        errors = errors_of(result[: ends[first]]) or errors
        result[writing[first]] = _refuse(result[writing[first]], _reason(errors[0]))
    return result


def _reason(problem: Problem) -> str:
    column = f"«{problem.column}»: " if problem.column else ""
    return column + "; ".join(filter(None, (problem.message, problem.hint)))


def _refuse(outcome: Outcome, message: str) -> Outcome:
    return replace(outcome, state=RowState.BAD, message=message, cells=(), rows=())
