"""What every command returns: a typed result that knows its JSON answer and its exit code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from cmtools.problems import Problem, has_errors


class ExitCode(IntEnum):
    """The exit codes of the program."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    ENVIRONMENT = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Result(ABC):
    """The base of all results.

    problems: what is wrong with the data that the command worked on.
    files: the names of the files that were made, relative to the workspace.
    warning: one line for stderr about what the environment did not allow.
    """

    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    warning: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """PROBLEMS where there are errors; warnings alone are no failure."""
        return ExitCode.PROBLEMS if has_errors(self.problems) else ExitCode.DONE

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""


def problems_as_json(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Return problems in the shape that every answer carries."""
    return [problem.as_json() for problem in problems]
