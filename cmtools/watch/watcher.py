"""The watcher's rounds: scan the inbox, hand out the work, take over what dead watchers left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from cmtools.watch.context import WatchContext
from cmtools.watch.inbox import SETTLING, ScanResult
from cmtools.watch.jobs import Job
from cmtools.watch.protocol_text import printable
from cmtools.watch.scan_trigger import ScanTrigger
from cmtools.watch.task_runner import TaskRunner
from cmtools.workers.process import Worker

TAKE_OVER_SECONDS = 5.0
TIMES = "inbox.json"
LEAST_PAUSE = 0.1  # seconds between two scans

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class WatcherState:
    """What a live view shows: the last scan, what is being done, what holds the work up."""

    scan: ScanResult = field(default_factory=ScanResult)
    running: tuple[str, ...] = ()
    delays: tuple[str, ...] = ()


class Watcher:
    """Watches until it is stopped, or until all that was in the inbox is done.

    settle and scan are seconds; `show` is called after each round.
    """

    def __init__(
        self,
        context: WatchContext,
        workers: Sequence[Worker],
        *,
        settle: float,
        scan: float,
        show: Callable[[WatcherState], None] = lambda state: None,
    ) -> None:
        self._context = context
        self._settle = settle
        self._scan_seconds = scan
        self._show = show
        self._trigger = ScanTrigger(context.inbox.folder, context.clock)
        self.tasks = TaskRunner(context, workers, self._trigger.request_scan)
        self._stop = threading.Event()
        self._scan = ScanResult()
        self._fault = ""
        self._known_not_files: frozenset[str] = frozenset()
        self._late_files: set[str] = set()
        self._synced: object = None
        self._next_take_over = context.clock()

    def stop(self) -> None:
        """End soon, in a clean state; from any thread or signal handler."""
        self._stop.set()
        self._trigger.request_scan()

    def run(self, *, once: bool) -> bool:
        """Watch; return whether nothing in the environment held a file up at the end.

        once: end when what has settled within one settle time is done.

        Raises:
            OSError: the folder of jobs cannot be made.
        """
        self._context.lease.open()
        inbox, times = self._context.inbox, self._context.state / TIMES
        inbox.restore_times(times, self._context.clock())
        self._sync_index()
        self.tasks.start()
        try:
            self._run_once() if once else self._run()
        finally:
            self.tasks.stop()
            self._trigger.close()
            self._context.lease.close()
            with suppress(OSError):
                inbox.save_times(times, self._context.clock())
        return not self._fault and not self.tasks.retries()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._trigger.keep_observing()
            duration = self.make_round()
            if self.tasks.is_idle():
                self._sync_index()
            self._stop.wait(max(LEAST_PAUSE, 5 * duration))  # a burst of events is one scan
            self._trigger.wait(self._next_scan_at() - self._context.clock())

    def _run_once(self) -> None:
        clock = self._context.clock
        while self.tasks.has_tasks() and not self._stop.is_set():
            self._trigger.wait(LEAST_PAUSE)  # a look at the books makes a drop of an older copy
        settled_at = clock() + self._settle
        while not self._stop.is_set():
            begun_at = clock()
            duration = self.make_round()
            is_done = self.tasks.is_idle() and not self._context.lease.is_waiting_for_others()
            if begun_at >= settled_at and is_done:
                held_up = self._fault or self.tasks.retries()
                if held_up or not (self._has_late_files() or self._has_due_files()):
                    break
            self._trigger.wait(max(LEAST_PAUSE, 5 * duration))
        for name, reason in self._scan.waiting.items():
            log.warning("%s остаётся во входящих: %s", printable(name), reason)
        self._show(self._state())

    def _has_late_files(self) -> bool:
        """Scan once more: what was found incomplete in this run may have no patience left."""
        with suppress(OSError):
            self._scan = self._context.inbox.scan(self._context.clock())
        late = {ready.file.name for ready in self._scan.ready if ready.late} - self._late_files
        self._late_files |= late
        return bool(late)

    def make_round(self) -> float:
        """Make one round; return how many seconds it took."""
        begun_at = self._context.clock()
        self._collect_jobs()
        self._scan_inbox()
        all_came = not self.tasks.has_tasks() and SETTLING not in self._scan.waiting.values()
        self.tasks.add_waiting_jobs(all_came=all_came)
        if all_came and self.tasks.is_idle():
            self._add_due_files()
        self._show(self._state())
        return self._context.clock() - begun_at

    def _has_due_files(self) -> bool:
        due_agenda = self._context.due_agenda.find(self._context.now())
        return bool(self._context.due_reports.counts() or due_agenda)

    def _add_due_files(self) -> None:
        """Queue the reports, then the agendas, which say what reports are missing."""
        counts = self._context.due_reports.counts()
        self.tasks.add_reports(counts)
        may_make_agenda = counts.keys() <= self.tasks.retries().keys()
        if may_make_agenda and self._context.due_agenda.find(self._context.now()):
            self.tasks.add_agenda()

    def _next_scan_at(self) -> float:
        times = [self._context.clock() + self._scan_seconds]
        times += [retry.retry_at for retry in self.tasks.retries().values()]
        if self._scan.next_at is not None:
            times.append(self._scan.next_at)
        return min(times)

    def _collect_jobs(self) -> None:
        """Take over the jobs of dead watchers; go on with jobs that were held up."""
        lease = self._context.lease
        if not lease.is_valid():
            log.warning("рабочее место пропало: занимаю новое")
            lease.close()
            lease.open()
        if self._context.clock() >= self._next_take_over:
            self._next_take_over = self._context.clock() + TAKE_OVER_SECONDS
            lease.take_over_expired()
        self.tasks.add_jobs(map(Job, lease.inherited_jobs()))
        held_up = (lease.folder / key for key in self.tasks.retries())
        self.tasks.add_jobs(Job(folder) for folder in held_up if folder.is_dir())

    def _sync_index(self) -> None:
        """Have what is known of the books synchronized where one came, went or was changed."""
        with suppress(OSError):
            books = [book.path for book in self._context.workspace.books()]
            states = [path.stat() for path in (self._context.root, *books) if path.exists()]
            current = [(state.st_ino, state.st_size, state.st_mtime_ns) for state in states]
            if current != self._synced:
                self._synced = current
                self.tasks.add_index_sync()

    def _scan_inbox(self) -> None:
        try:
            self._make_inbox()
            self._scan = self._context.inbox.scan(self._context.clock())
        except OSError as error:
            if not self._fault:
                log.warning("папка не просматривается: %s", error)
            self._fault = str(error)
            self._scan = ScanResult()
            return
        self._fault = ""
        not_files = self._scan.not_files
        for name in not_files.keys() - self._known_not_files:
            kind = not_files[name]
            log.warning("%s — %s, а не файл: оставлено на месте", printable(name), kind)
        self._known_not_files = frozenset(not_files)
        self.tasks.offer_files(self._scan.ready)

    def _make_inbox(self) -> None:
        """Make the inbox again where a person deleted it; not where its network share is away."""
        folder = self._context.inbox.folder
        if self._context.root in folder.parents and self._context.root.is_dir():
            folder.mkdir(parents=True, exist_ok=True)

    def _state(self) -> WatcherState:
        delays = [retry.reason for retry in self.tasks.retries().values()]
        return WatcherState(
            scan=self._scan,
            running=tuple(self.tasks.running()),
            delays=tuple([self._fault, *delays] if self._fault else delays),
        )
