"""What the working process is asked and answers: values that travel through a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.inbox.drop import Drop, DropResult, Stage
from cmtools.watch.completeness import Completeness


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckComplete:
    """See whether a file has come whole."""

    root: Path
    path: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessDrop:
    """Process a drop; `annotate` asks for the annotated copy of a book with errors."""

    root: Path
    drop: Drop
    today: date
    annotate: bool = True


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

    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class WorkerError:
    """The work failed for a fault of the program's own: its trace, for the log."""

    trace: str


Errand = CheckComplete | ProcessDrop | SyncIndex | RefreshReports
Reply = Completeness | DropResult | tuple[str, ...] | None
