"""A problem in a workbook: a value with a place, a message and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

FIRST_CELLS = 3  # that are named of many alike problems


class Severity(StrEnum):
    """The severity of a problem: an error stops what depends on it, a warning stops nothing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A problem of a value without its place."""

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Message:
    """A declared problem: a stable code, a Russian sentence and an instruction, both templates."""

    code: str
    text: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __call__(self, **values: object) -> Fault:
        """Return the fault with its values filled in."""
        return Fault(
            code=self.code,
            message=self.text.format(**values),
            hint=self.hint.format(**values),
            severity=self.severity,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A file, perhaps a sheet of it, perhaps a cell; rows and columns count from 1."""

    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None

    @property
    def cell(self) -> str | None:
        """The cell as Excel names it, `C12`; None for a whole sheet or file."""
        if self.row is None or self.column is None:
            return None
        return f"{column_letters(self.column)}{self.row}"

    def order(self) -> tuple[str, str, int, int]:
        """Return a key that sorts places by file, sheet, row and column."""
        return self.file, self.sheet or "", self.row or 0, self.column or 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One fault at its place, with the column's title and the value as typed."""

    code: str
    severity: Severity
    place: Place
    message: str
    hint: str = ""
    column: str | None = None
    value: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the problem stops what depends on its cell."""
        return self.severity is Severity.ERROR

    def as_json(self) -> dict[str, object]:
        """Return the problem in the shape that every `--json` answer carries."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "file": self.place.file,
            "sheet": self.place.sheet,
            "cell": self.place.cell,
            "row": self.place.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
            "hint": self.hint,
        }


def problem_at(
    place: Place, fault: Fault, *, column: str | None = None, value: object = None
) -> Problem:
    """Put a fault at its place."""
    return Problem(
        code=fault.code,
        severity=fault.severity,
        place=place,
        message=fault.message,
        hint=fault.hint,
        column=column,
        value=None if value is None or value == "" else str(value),
    )


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """All problems sorted by place; those of one cell by code."""
    return tuple(sorted(problems, key=lambda problem: (problem.place.order(), problem.code)))


def group_alike(problems: Iterable[Problem]) -> list[Sequence[Problem]]:
    """Group the problems that differ only in their cell, in the order of the first of each."""
    groups: dict[object, list[Problem]] = {}
    for number, problem in enumerate(problems):
        place = replace(problem.place, row=None, column=None)
        key = replace(problem, place=place) if problem.place.cell else number
        groups.setdefault(key, []).append(problem)
    return [*groups.values()]


def list_cells(group: Sequence[Problem]) -> str:
    """List the first cells of alike problems and count all: `C3, C4, C5 … (всего 90)`."""
    cells = [problem.place.cell or "" for problem in group]
    if len(cells) == 1:
        return cells[0]
    rest = " …" if len(cells) > FIRST_CELLS else ""
    return f"{', '.join(cells[:FIRST_CELLS])}{rest} (всего {len(cells)})"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems is an error."""
    return any(problem.is_error for problem in problems)


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
