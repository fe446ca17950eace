"""Locks that the system takes back itself when their holder dies."""

from __future__ import annotations

import platform
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

POLL = 0.005

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def try_lock(path: Path) -> FileLock | None:
    """Take a lock; None where somebody holds it. It is given back by `release`."""
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock for some moments, waiting for it as long as it takes."""
    with FileLock(path, thread_local=False).acquire(poll_interval=POLL):
        yield


def kernel() -> str:
    """A name for the running system: those who share it see each other's locks.

    On Linux it is of this start of this kernel; elsewhere it is of the machine.
    """
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return f"{platform.node()}-{uuid.getnode():x}"
