"""File locks that the system releases when the process that holds them dies."""

from __future__ import annotations

import platform
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

POLL_SECONDS = 0.005

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def try_lock(path: Path) -> FileLock | None:
    """Take a lock, to be given back by `release`; None where another process holds it."""
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock during the block, after waiting for it as long as necessary."""
    with FileLock(path, thread_local=False).acquire(poll_interval=POLL_SECONDS):
        yield


def kernel_id() -> str:
    """Identify the running system: processes with the same id see each other's locks.

    On Linux it is of this boot, elsewhere of the machine.
    """
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return f"{platform.node()}-{uuid.getnode():x}"
