"""What a command answers with: values, never a print; and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from cmtools.problems import Problem, has_errors


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    ENVIRONMENT = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The answer of a command: the JSON object, the problems, and what a person is told.

    `facts` are what a reporter needs beside `data`; `files` are names of what was made; `trouble`
    is one line about what the environment did not allow, where the rest was done all the same. An
    answer that `is_failure` is one for another reason than its problems.
    """

    problems: tuple[Problem, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    trouble: str = ""
    is_failure: bool = False

    @property
    def code(self) -> ExitCode:
        """PROBLEMS where there are errors; warnings alone are no obstacle."""
        if self.trouble:
            return ExitCode.ENVIRONMENT
        failed = self.is_failure or has_errors(self.problems)
        return ExitCode.PROBLEMS if failed else ExitCode.DONE
