"""The event log for people, one line of JSON for each finished job; nothing depends on it.

A line may be cut off by a power loss, or written twice where a watcher was killed between writing
it and removing its job: equal `job` ids are of the same event.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cmtools.watch.decision import Decision
from cmtools.watch.durable_fs import append_line

NAME = "journal.jsonl"
PREVIOUS = f"{NAME}.1"
MAX_BYTES = 10 << 20


def log_event(folder: Path, job: str, decision: Decision, now: datetime) -> None:
    """Append a finished job; a log that has grown long replaces the previous one first.

    Raises:
        OSError: no rights, no room.
    """
    path = folder / NAME
    with suppress(FileNotFoundError):
        if path.stat().st_size > MAX_BYTES:
            path.replace(folder / PREVIOUS)
    line = {
        "at": now.isoformat(timespec="seconds"),
        "job": job,
        "name": decision.name,
        "sha256": decision.sha256,
        "folder": decision.folder,
        "accepted": decision.result.accepted,
        "verdict": decision.result.verdict,
    }
    append_line(path, json.dumps(line).encode("ascii"))
