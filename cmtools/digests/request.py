"""What a process that makes digests is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.tables.reader.container import Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Which book to read, on which day; `is_orders` where it must be a book of orders."""

    path: Path = Path()
    is_orders: bool = False
    today: date
    limits: Limits


Answer = bytes | OSError
"""An encoded digest, or why the file cannot be opened."""
