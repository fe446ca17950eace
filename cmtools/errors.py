"""How a command refuses: exceptions that end in one line for a person and an exit code."""

from __future__ import annotations


class UsageError(Exception):
    """The command was called wrongly: exit code 2 and one line."""


class Unavailable(Exception):
    """The environment does not allow it: exit code 3 and one line."""
