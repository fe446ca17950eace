"""A callback that a long task calls as it goes on."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with how much of how much has been done."""


def silent(done: int, total: int) -> None:
    """Report nothing."""
