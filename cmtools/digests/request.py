"""What a process that makes digests is asked, and how one is started; `worker` is its inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from subprocess import Popen

from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.worker import started


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Which book to read, on which day; `is_orders` where it must be a book of orders."""

    path: Path = Path()
    is_orders: bool = False
    today: date
    limits: Limits


Answer = bytes | OSError
"""An encoded digest, or why the file cannot be opened."""


def start_worker() -> Popen[bytes]:
    """A process that makes digests."""
    return started("cmtools.digests.worker")
