"""The watcher's round: look at the inbox, give out work, look after what others left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cmtools.watch import durable_fs as disk
from cmtools.watch.drop_processor import WatchContext
from cmtools.watch.inbox import SETTLING, Looked
from cmtools.watch.jobs import Job
from cmtools.watch.protocol_text import printable
from cmtools.watch.scan_trigger import ScanTrigger
from cmtools.watch.worker_client import WorkerClient
from cmtools.watch.worker_pool import WorkerPool

ADOPT_SECONDS = 5.0
PAUSE = 0.1  # between two scans, at least

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class WatcherState:
    """What a live view shows: the inbox, what is in work, what the environment holds up."""

    looked: Looked = field(default_factory=Looked)
    at_work: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


class Watcher:
    """Runs until it is stopped, or until all that lay there is done.

    settle and scan are seconds; `show` is called after each round.
    """

    def __init__(
        self,
        office: WatchContext,
        assistants: Sequence[WorkerClient],
        *,
        settle: float,
        scan: float,
        show: Callable[[WatcherState], None] = lambda state: None,
    ) -> None:
        self._office = office
        self._settle = settle
        self._scan = scan
        self._show = show
        self._bell = ScanTrigger(office.inbox.folder, office.clock)
        self._crew = WorkerPool(office, assistants, self._bell.ring)
        self._stop = threading.Event()
        self._looked = Looked()
        self._fault = ""
        self._strange: frozenset[str] = frozenset()
        self._compared: int | None = None
        self._next_adoption = office.clock()

    def stop(self) -> None:
        """End soon, in a clean state; from any thread or signal handler."""
        self._stop.set()
        self._bell.ring()

    def run(self, *, once: bool) -> bool:
        """Watch; whether the environment let everything come to its end.

        Raises:
            OSError: the watcher's own folder cannot be made.
        """
        self._office.owner.open()
        self._compare()
        self._crew.start()
        try:
            self._work_off() if once else self._watch()
        finally:
            self._crew.stop()
            self._bell.close()
            self._office.owner.close()
        return not self._fault and not self._crew.troubles()

    def _watch(self) -> None:
        while not self._stop.is_set():
            self._bell.tend()
            took = self._round()
            if self._crew.is_idle():
                self._compare()
            self._stop.wait(max(PAUSE, 5 * took))  # a burst of events is one scan
            self._bell.wait(self._next_look() - self._office.clock())

    def _work_off(self) -> None:
        """Until what has settled by one settle time is done, and the reports with it."""
        clock = self._office.clock
        settled = clock() + self._settle
        while not self._stop.is_set():
            looked_at = clock()
            took = self._round()
            if looked_at >= settled and self._crew.is_idle() and not self._office.owner.uncertain():
                months = set(self._office.place.ledger.reports())
                if not months or self._crew.troubles() or self._fault:
                    return
            self._bell.wait(max(PAUSE, 5 * took))

    def _round(self) -> float:
        begun = self._office.clock()
        self._look_after_jobs()
        self._look()
        all_came = self._crew.is_quiet() and SETTLING not in self._looked.waiting.values()
        self._crew.judge(all_came=all_came)
        if all_came and self._crew.is_idle():
            self._crew.refresh(self._office.place.ledger.reports())
        self._show(self._state())
        return self._office.clock() - begun

    def _next_look(self) -> float:
        due = [self._office.clock() + self._scan]
        due += [trouble.again for trouble in self._crew.troubles().values()]
        if self._looked.due is not None:
            due.append(self._looked.due)
        return min(due)

    def _look_after_jobs(self) -> None:
        """Take over what the dead left; go on with what was held up."""
        owner = self._office.owner
        if not owner.is_ours():
            log.warning("рабочее место пропало: занимаю новое")
            owner.close()
            owner.open()
        if self._office.clock() >= self._next_adoption:
            self._next_adoption = self._office.clock() + ADOPT_SECONDS
            owner.adopt()
        held_up = self._crew.troubles()
        self._crew.resume(map(Job, owner.adopted()))
        self._crew.resume(Job(owner.own / key) for key in held_up if (owner.own / key).is_dir())

    def _compare(self) -> None:
        """Have the order books looked through where the folder shows that books came or went."""
        with suppress(OSError):
            changed = self._office.root.stat().st_mtime_ns
            if changed != self._compared:
                self._compared = changed
                self._crew.compare()

    def _look(self) -> None:
        try:
            self._make_inbox()
            self._looked = self._office.inbox.look(self._office.clock())
        except OSError as error:
            if not self._fault:
                log.warning("папка не просматривается: %s", error)
            self._fault = str(error)
            self._looked = Looked()
            return
        self._fault = ""
        for name in self._looked.strange.keys() - self._strange:
            kind = self._looked.strange[name]
            log.warning("%s — %s, а не файл: оставлено на месте", printable(name), kind)
        self._strange = frozenset(self._looked.strange)
        self._crew.offer(self._looked.ready)

    def _make_inbox(self) -> None:
        """Make the inbox again where somebody has deleted it; not where its share is away."""
        folder = self._office.inbox.folder
        if self._office.root in folder.parents and self._office.root.is_dir():
            disk.make_folder(folder)

    def _state(self) -> WatcherState:
        troubles = [trouble.reason for trouble in self._crew.troubles().values()]
        return WatcherState(
            looked=self._looked,
            at_work=tuple(self._crew.at_work()),
            troubles=tuple(([self._fault] if self._fault else []) + troubles),
        )


def inside(folder: Path, other: Path) -> bool:
    """Whether a folder is another one, or lies in it."""
    folder, other = folder.resolve(), other.resolve()
    return folder == other or other in folder.parents
