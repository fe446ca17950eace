"""The decision about a drop, written down before anything is done about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cmtools.files import atomic_write
from cmtools.inbox.drop import DropResult, Replacement, StagedDocument
from cmtools.pricing.agreed_book import Agreement
from cmtools.watch.jobs import Job


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The decision about a drop.

    name: its name when it was dropped; bytes that are no UTF-8 are surrogates.
    sha256: the hash of its bytes; empty where they could not be read.
    claimed_at: the moment of the claim, as 2026-11-22 10-00-05.
    folder: the result folder, relative to the workspace or absolute.
    is_copied: whether the result folder was copied whole to another file system.
    """

    name: str
    sha256: str
    claimed_at: str
    folder: str
    result: DropResult
    is_copied: bool = False


def write_decision(job: Job, decision: Decision) -> None:
    """Write the decision about a job, flushed.

    Raises:
        OSError: no rights, no room.
    """
    with atomic_write(job.decision) as temporary:
        temporary.write_text(json.dumps(asdict(decision), indent=1), "ascii")


def read_decision(job: Job) -> Decision | None:
    """Read the decision about a job; None where there is none yet.

    Raises:
        ValueError, KeyError, TypeError: another version of the program wrote it.
    """
    try:
        values = json.loads(job.decision.read_bytes())
    except FileNotFoundError:
        return None
    return Decision(**{**values, "result": _result(values["result"])})


def _result(values: Mapping[str, Any]) -> DropResult:
    replacement = values["replacement"]
    lists = ("actions", "refusals", "warnings", "changes", "questions", "folders", "months")
    return DropResult(
        **{
            **values,
            **{name: tuple(values[name]) for name in lists},
            "replacement": replacement and Replacement(**replacement),
            "agreed": tuple(Agreement(**agreement) for agreement in values["agreed"]),
            "documents": tuple(StagedDocument(**document) for document in values["documents"]),
        }
    )
