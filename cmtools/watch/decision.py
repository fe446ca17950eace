"""What was decided about a drop, as it is written down before anything is done about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cmtools.inbox.drop import DropResult, Replacement, StagedDocument


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided about a drop.

    name: its name as it was dropped; it may hold bytes that are no UTF-8.
    digest: the SHA-256 of its bytes; empty where they could not be read.
    taken: when it was claimed, for people.
    folder: the result folder, relative to the workspace or absolute.
    carried: whether the result folder was copied whole to another file system.
    """

    name: str
    digest: str
    taken: str
    folder: str
    answer: DropResult
    carried: bool = False

    def dumps(self) -> bytes:
        """The plan as it is written down."""
        return json.dumps(asdict(self), indent=1).encode("ascii")


def plan_from(content: bytes) -> Decision:
    """A plan as it was written down.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    found = json.loads(content)
    return Decision(**{**found, "answer": _answer(found["answer"])})


def _answer(found: Mapping[str, Any]) -> DropResult:
    replacement = found["replacement"]
    lists = ("actions", "refusals", "warnings", "months")
    return DropResult(
        **{
            **found,
            **{name: tuple(found[name]) for name in lists},
            "replacement": replacement and Replacement(**replacement),
            "documents": tuple(StagedDocument(**document) for document in found["documents"]),
        }
    )
