"""Clerks at work side by side: what is to be done, who does it, what holds it up."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from cmtools.watch.commit import BookBusy
from cmtools.watch.context import WatchContext
from cmtools.watch.drop_processor import DropProcessor, RetryLater
from cmtools.watch.inbox import ReadyFile
from cmtools.watch.jobs import Job, release
from cmtools.watch.locks import try_lock
from cmtools.watch.protocol_text import printable
from cmtools.watch.worker_client import WorkerBug, WorkerClient, WorkerDied, WorkerStopped

HOPE = 60.0  # seconds that a book waits for others
BACK_OFF, MOST_BACK_OFF = 0.5, 60.0
REPORTS = "reports"
COMPARE = "/compare"  # while it is done, nothing else is
FILE = "/"  # begins the keys of files of the inbox: no job is called so

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedTask:
    """Something for a clerk; no two of one key are done at once."""

    key: str
    title: str
    run: Callable[[DropProcessor], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryState:
    """What the environment holds up: since when, how often tried, when again, and why."""

    since: float
    tries: int
    again: float
    reason: str


class WorkerPool:
    """Threads that each have an assistant; `ring` is called whenever something was done."""

    def __init__(
        self, context: WatchContext, assistants: Sequence[WorkerClient], ring: Callable[[], None]
    ) -> None:
        self._context = context
        self._assistants = assistants
        self._ring = ring
        self._change = threading.Condition()
        self._urgent: deque[QueuedTask] = deque()
        self._files: deque[QueuedTask] = deque()
        self._at_work: dict[str, QueuedTask] = {}
        self._troubles: dict[str, RetryState] = {}
        self._hopeful: dict[Job, float] = {}
        self._judged: set[str] = set()
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._serve, args=(assistant,), name=f"clerk {number}")
            for number, assistant in enumerate(assistants, start=1)
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End: work that was begun is broken off, what was decided is carried out."""
        with self._change:
            self._stopped = True
            self._change.notify_all()
        for assistant in self._assistants:
            assistant.stop()
        for thread in self._threads:
            thread.join()
        for job in self._hopeful:
            release(job, self._context.inbox.folder)

    def at_work(self) -> list[str]:
        """The names of what is being done."""
        with self._change:
            return [task.title for task in self._at_work.values()]

    def is_quiet(self) -> bool:
        """Whether nothing is being done, save that books may wait for others."""
        with self._change:
            return not (self._urgent or self._files or self._at_work)

    def is_idle(self) -> bool:
        """Whether nothing is being done or waits to be."""
        with self._change:
            return not (self._urgent or self._files or self._at_work or self._hopeful)

    def judge(self, *, all_came: bool) -> None:
        """Have the books judged that waited for others: all of them, or those that waited long."""
        now = self._context.clock()
        with self._change:
            due = [j for j, since in self._hopeful.items() if all_came or now - since > HOPE]
            for job in due:
                del self._hopeful[job]
        self.resume(due)

    def troubles(self) -> dict[str, RetryState]:
        """What the environment holds up, by key."""
        with self._change:
            return dict(self._troubles)

    def offer(self, ready: Iterable[ReadyFile]) -> None:
        """Give the settled files of the last scan; those of an earlier one are forgotten."""
        tasks = [
            QueuedTask(
                key=f"{FILE}{found.file.name}",
                title=found.file.name,
                run=partial(self._take, found),
            )
            for found in ready
        ]
        there = {task.key for task in tasks}
        with self._change:
            for key in [k for k in self._troubles if k.startswith(FILE) and k not in there]:
                del self._troubles[key]
            self._files = deque(task for task in tasks if self._is_due(task.key))
            self._change.notify_all()

    def resume(self, jobs: Iterable[Job]) -> None:
        """Give jobs that were broken off or held up; one whose time has not come is left."""
        self._press(
            QueuedTask(key=job.id, title=_title(job), run=partial(self._conduct, job))
            for job in jobs
        )

    def refresh(self, months: dict[str, int]) -> None:
        """Have reports refreshed; months → how often that was asked."""
        self._press(
            QueuedTask(key=month, title=f"отчёт {month}", run=partial(self._refresh, month, asked))
            for month, asked in months.items()
        )

    def compare(self) -> None:
        """Have it learnt what was done to the order books by hand, before anything else."""
        task = QueuedTask(key=COMPARE, title="книги рабочей папки", run=_compare)
        with self._change:
            self._urgent.appendleft(task)
            self._change.notify_all()

    def _press(self, tasks: Iterable[QueuedTask]) -> None:
        with self._change:
            waiting = {task.key for task in self._urgent}
            for task in tasks:
                if task.key not in waiting and self._is_due(task.key):
                    self._urgent.append(task)
            self._change.notify_all()

    def _is_due(self, key: str) -> bool:
        trouble = self._troubles.get(key)
        late = trouble is not None and self._context.clock() < trouble.again
        return key not in self._at_work and not late

    def _serve(self, assistant: WorkerClient) -> None:
        processor = DropProcessor(self._context, assistant)
        while (task := self._next()) is not None:
            self._do(task, processor)
            self._ring()

    def _do(self, task: QueuedTask, processor: DropProcessor) -> None:
        """Do a task that is noted as being at work; what holds it up is noted too."""
        try:
            task.run(processor)
        except WorkerStopped:
            pass
        except Exception as error:
            self._hold_up(task, error)
        else:
            with self._change:
                self._troubles.pop(task.key, None)
        finally:
            with self._change:
                if self._at_work.get(task.key) is task:
                    del self._at_work[task.key]
                self._change.notify_all()

    def _next(self) -> QueuedTask | None:
        with self._change:
            while not self._stopped:
                queue = self._urgent or self._files
                if not queue or COMPARE in self._at_work:
                    self._change.wait()
                elif self._is_due((task := queue.popleft()).key):
                    self._at_work[task.key] = task
                    return task
            return None

    def _take(self, ready: ReadyFile, processor: DropProcessor) -> None:
        """Claim a file; from then on it is a job, and another file may come under its name."""
        job = processor.claim(ready)
        if job is None:
            return
        run = partial(self._conduct, job, late=ready.late)
        task = QueuedTask(key=job.id, title=ready.file.name, run=run)
        with self._change:
            del self._at_work[f"{FILE}{ready.file.name}"]
            self._at_work[task.key] = task
        self._do(task, processor)

    def _conduct(self, job: Job, processor: DropProcessor, late: str = "") -> None:
        try:
            processor.process(job, late, may_wait=job.id not in self._judged and self._has_more())
        except RetryLater:
            with self._change:
                self._judged.add(job.id)
                self._hopeful[job] = self._context.clock()
        except OSError as error:
            if not job.folder.exists():
                return  # it was taken over by another
            if not (isinstance(error, BookBusy) and self._was_patient(job)):
                raise
            processor.give_up(job, "книга рабочей папки не заменяется: она открыта; закройте её")

    def _has_more(self) -> bool:
        """Whether more is being done than one job, or waits to be."""
        with self._change:
            return bool(self._urgent or self._files or len(self._at_work) > 1)

    def _was_patient(self, job: Job) -> bool:
        trouble = self._troubles.get(job.id)
        return (
            trouble is not None and self._context.clock() >= trouble.since + self._context.patience
        )

    def _refresh(self, month: str, asked: int, processor: DropProcessor) -> None:
        lock = try_lock(self._context.lease.root / REPORTS)
        if lock is None:
            return  # another watcher is at it
        try:
            made = processor.refresh_report(month)
            self._context.due_reports.complete(month, asked)
            log.info("отчёт за %s: %s", month, ", ".join(made) or "без изменений")
        except (WorkerDied, WorkerBug) as error:
            self._context.due_reports.complete(month, asked)
            log.error("отчёт за %s не сделан: %s", month, error)
        finally:
            lock.release()

    def _hold_up(self, task: QueuedTask, error: Exception) -> None:
        with self._change:
            now, known = self._context.clock(), self._troubles.get(task.key)
            tries = known.tries + 1 if known else 1
            pause = min(BACK_OFF * 2**tries, MOST_BACK_OFF)
            reason = f"{printable(task.title)}: {error}"
            self._troubles[task.key] = RetryState(
                since=known.since if known else now, tries=tries, again=now + pause, reason=reason
            )
        trace = None if isinstance(error, OSError) else error
        log.warning("%s; ещё раз через %.0f с", reason, pause, exc_info=trace)


def _compare(processor: DropProcessor) -> None:
    try:
        processor.sync_index()
    except (WorkerDied, WorkerBug) as error:
        log.error("книги рабочей папки не сверены: %s", error)


def _title(job: Job) -> str:
    original = job.original()
    return original.name if original else job.id
