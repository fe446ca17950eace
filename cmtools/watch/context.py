"""What all parts of one watcher share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from cmtools.watch.decision import Decision
from cmtools.watch.due_agenda import DueAgenda
from cmtools.watch.due_reports import DueReports
from cmtools.watch.inbox import Inbox
from cmtools.watch.lease import Lease
from cmtools.watch.seen_index import SeenIndex
from cmtools.workspace import Workspace

STATE = Path(".cmtools", "watch")


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchContext:
    """What all parts of one watcher share.

    done, failed: the folders of the results.
    patience: seconds after which a file or book that holds a drop up is given up.
    clock: monotonic seconds. now: the wall clock, for people. today: the day of the checks.
    on_finished: called with each decision that was carried out.
    agenda_at: the hour from which on the day's agendas are made; None for never.
    """

    workspace: Workspace
    inbox: Inbox
    lease: Lease
    done: Path
    failed: Path
    patience: float
    clock: Callable[[], float]
    now: Callable[[], datetime]
    today: Callable[[], date]
    on_finished: Callable[[Decision], None]
    agenda_at: time | None

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self.workspace.root

    @property
    def state(self) -> Path:
        """The folder of what is remembered between runs."""
        return self.root / STATE

    @property
    def seen(self) -> SeenIndex:
        """The first results by content."""
        return SeenIndex(self.state / "seen")

    @property
    def due_reports(self) -> DueReports:
        """The months whose reports are to be refreshed."""
        return DueReports(self.state / "reports")

    @property
    def due_agenda(self) -> DueAgenda:
        """Whether the day's agendas are to be made."""
        return DueAgenda(self.state / "agenda", self.agenda_at)
