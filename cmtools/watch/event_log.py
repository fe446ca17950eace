"""The journal: one line of JSON an end. An account for people; nothing ever depends on it.

A line may be torn by a power loss, or come twice where a watcher was killed between writing it and
clearing its job away: `job` tells which are the same.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cmtools.watch import durable_fs as disk
from cmtools.watch.decision import Decision

NAME = "journal.jsonl"
MOST_BYTES = 10 << 20


def note(folder: Path, job: str, plan: Decision, now: datetime) -> None:
    """Add the end of a job; a journal grown long is put aside, the one before it goes.

    Raises:
        OSError: no rights, no room.
    """
    path = folder / NAME
    with suppress(FileNotFoundError):
        if path.stat().st_size > MOST_BYTES:
            disk.move(path, folder / f"{NAME}.1")
    line = {
        "at": now.isoformat(timespec="seconds"),
        "job": job,
        "name": plan.name,
        "sha256": plan.digest,
        "folder": plan.folder,
        "accepted": plan.answer.accepted,
        "verdict": plan.answer.verdict,
    }
    disk.append(path, json.dumps(line).encode("ascii"))


def ends(folder: Path) -> list[dict[str, object]]:
    """The ends that the journal tells of, each once; lines that are torn are left out."""
    found: dict[str, dict[str, object]] = {}
    for path in (folder / f"{NAME}.1", folder / NAME):
        if path.exists():
            for line in path.read_bytes().split(b"\n"):
                try:
                    end = json.loads(line)
                    found[end["job"]] = end
                except (ValueError, TypeError, KeyError):
                    continue
    return list(found.values())
