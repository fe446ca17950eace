"""What the working process is asked and answers: values that travel through a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.inbox.result import Answer
from cmtools.watch.completeness import Completeness


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckComplete:
    """See whether a file has come whole."""

    root: Path
    path: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessDrop:
    """Work on a drop: `copy` are its bytes, `name` what it was called; make all in `result`.

    `paint` asks for the painted copy of a book with errors.
    """

    root: Path
    aside: Path
    copy: Path
    result: Path
    name: str
    digest: str
    today: date
    paint: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class HashInputs:
    """Tell the digest of what an answer about such a book depends on."""

    root: Path
    kind: str | None
    accepted: bool
    today: date


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncIndex:
    """Learn what was done to the workspace's order books by hand."""

    root: Path
    today: date


@dataclass(frozen=True, kw_only=True, slots=True)
class RefreshReports:
    """Make the report of a month anew."""

    root: Path
    month: str
    today: date


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The work goes on: the next part of it has its own time."""

    stage: str = ""


@dataclass(frozen=True, slots=True)
class WorkerError:
    """The work failed for a fault of the program's own: its trace, for the log."""

    trace: str


Errand = CheckComplete | ProcessDrop | HashInputs | SyncIndex | RefreshReports
Reply = Completeness | Answer | str | tuple[str, ...] | None
