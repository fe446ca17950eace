"""The reading process made ready before it is needed: it starts while this one still imports."""

from __future__ import annotations

import subprocess

from cmtools.tables.reader.worker import started

_ready: list[subprocess.Popen[bytes]] = []


def prepare() -> None:
    """Have a reading process start; one that is never taken ends with this process."""
    _ready.append(_start())


def take() -> subprocess.Popen[bytes]:
    """A reading process: the prepared one, or a new one."""
    return _ready.pop() if _ready else _start()


def _start() -> subprocess.Popen[bytes]:
    return started("cmtools.tables.reader.worker_main")
