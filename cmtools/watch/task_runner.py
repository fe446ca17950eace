"""Run a watcher's tasks on several threads, with a queue and growing pauses between retries."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from cmtools.errors import BookBusy
from cmtools.locks import try_lock
from cmtools.watch.context import WatchContext
from cmtools.watch.drop_processor import DropProcessor, RetryLater
from cmtools.watch.inbox import ReadyFile
from cmtools.watch.jobs import Job, release
from cmtools.watch.protocol_text import printable
from cmtools.watch.worker_tasks import describe_failure
from cmtools.workers.process import Worker, WorkerDied, WorkerStopped
from cmtools.workers.server import WorkerBug

WAIT_SECONDS = 60.0  # that a book with errors waits for other drops
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
REPORTS_LOCK = "reports"  # held while a report or the agendas are made
AGENDA = "agenda"  # a key that is neither a month nor the id of a job
SYNC_INDEX = "/sync"  # while this task runs, no other one begins
FILE = "/"  # begins the keys of files in the inbox: no job is called so

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchTask:
    """A task for a thread; no two of one key run at the same time."""

    key: str
    title: str
    run: Callable[[DropProcessor], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryState:
    """A task that failed: since when, how often, when it is tried again, and why."""

    since: float
    failures: int
    retry_at: float
    reason: str


class TaskRunner:
    """Threads that each have a worker; `on_task_end` is called after every task."""

    def __init__(
        self,
        context: WatchContext,
        workers: Sequence[Worker],
        on_task_end: Callable[[], None],
    ) -> None:
        self._context = context
        self._workers = workers
        self._on_task_end = on_task_end
        self._changed = threading.Condition()
        self._jobs: deque[WatchTask] = deque()
        self._files: deque[WatchTask] = deque()
        self._running: dict[str, WatchTask] = {}
        self._retries: dict[str, RetryState] = {}
        self._waiting_jobs: dict[Job, float] = {}
        self._waited: set[str] = set()
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._run_tasks, args=(worker,), name=f"worker {number}")
            for number, worker in enumerate(workers, start=1)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Interrupt the processing of drops, carry out what is decided, end the threads."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.stop()
        for thread in self._threads:
            thread.join()
        for job in self._waiting_jobs:
            release(job, self._context.inbox.folder)

    def running(self) -> list[str]:
        """List the titles of the running tasks."""
        with self._changed:
            return [task.title for task in self._running.values()]

    def retries(self) -> dict[str, RetryState]:
        """Return the failed tasks by key."""
        with self._changed:
            return dict(self._retries)

    def has_tasks(self) -> bool:
        """Tell whether tasks run or are in the queue."""
        with self._changed:
            return bool(self._jobs or self._files or self._running)

    def is_idle(self) -> bool:
        """Tell whether there are no tasks and no books that wait for other drops."""
        with self._changed:
            return not (self._jobs or self._files or self._running or self._waiting_jobs)

    def offer_files(self, ready: Iterable[ReadyFile]) -> None:
        """Replace the queue of files by those that are ready at the last scan."""
        tasks = [
            WatchTask(
                key=f"{FILE}{found.file.name}",
                title=found.file.name,
                run=partial(self._claim, found),
            )
            for found in ready
        ]
        keys = {task.key for task in tasks}
        with self._changed:
            for key in [key for key in self._retries if key.startswith(FILE) and key not in keys]:
                del self._retries[key]
            self._files = deque(task for task in tasks if self._may_run(task.key))
            self._changed.notify_all()

    def add_jobs(self, jobs: Iterable[Job]) -> None:
        """Queue jobs that were interrupted or failed, unless their pause is not over."""
        self._enqueue(
            WatchTask(key=job.id, title=_title(job), run=partial(self._process, job))
            for job in jobs
        )

    def add_waiting_jobs(self, *, all_came: bool) -> None:
        """Queue the books that waited for other drops: all of them, or those that waited long."""
        now = self._context.clock()
        with self._changed:
            due = [
                job
                for job, since in self._waiting_jobs.items()
                if all_came or now - since > WAIT_SECONDS
            ]
            for job in due:
                del self._waiting_jobs[job]
        self.add_jobs(due)

    def add_reports(self, counts: Mapping[str, int]) -> None:
        """Queue the reports of months; `counts` are the requests by month."""
        self._enqueue(
            WatchTask(key=month, title=f"отчёт {month}", run=partial(self._refresh, month, count))
            for month, count in counts.items()
        )

    def add_agenda(self) -> None:
        """Queue the agendas of the day."""
        self._enqueue([WatchTask(key=AGENDA, title="повестка", run=self._make_agendas)])

    def add_index_sync(self) -> None:
        """Queue the synchronization of the index of order books, before anything else."""
        task = WatchTask(key=SYNC_INDEX, title="книги рабочей папки", run=_sync_index)
        with self._changed:
            self._jobs.appendleft(task)
            self._changed.notify_all()

    def _enqueue(self, tasks: Iterable[WatchTask]) -> None:
        with self._changed:
            queued = {task.key for task in self._jobs}
            for task in tasks:
                if task.key not in queued and self._may_run(task.key):
                    self._jobs.append(task)
            self._changed.notify_all()

    def _may_run(self, key: str) -> bool:
        retry = self._retries.get(key)
        is_pausing = retry is not None and self._context.clock() < retry.retry_at
        return key not in self._running and not is_pausing

    def _run_tasks(self, worker: Worker) -> None:
        processor = DropProcessor(self._context, worker)
        while (task := self._next()) is not None:
            self._run(task, processor)
            self._on_task_end()

    def _next(self) -> WatchTask | None:
        """Wait for the next task and mark it as running; None once the runner is stopped."""
        with self._changed:
            while not self._stopped:
                queue = self._jobs or self._files
                if not queue or SYNC_INDEX in self._running:
                    self._changed.wait()
                elif self._may_run((task := queue.popleft()).key):
                    self._running[task.key] = task
                    return task
            return None

    def _run(self, task: WatchTask, processor: DropProcessor) -> None:
        """Run a task that is marked as running; note its failure."""
        try:
            task.run(processor)
        except WorkerStopped:
            pass
        except Exception as error:
            self._retry_later(task, error)
        else:
            with self._changed:
                self._retries.pop(task.key, None)
        finally:
            with self._changed:
                if self._running.get(task.key) is task:
                    del self._running[task.key]
                self._changed.notify_all()

    def _claim(self, ready: ReadyFile, processor: DropProcessor) -> None:
        """Claim a file and process the job; another file may come under its name meanwhile."""
        job = processor.claim(ready)
        if job is None:
            return
        process = partial(self._process, job, late=ready.late)
        task = WatchTask(key=job.id, title=ready.file.name, run=process)
        with self._changed:
            del self._running[f"{FILE}{ready.file.name}"]
            self._running[task.key] = task
        self._run(task, processor)

    def _process(self, job: Job, processor: DropProcessor, late: str = "") -> None:
        try:
            may_wait = job.id not in self._waited and self._has_other_tasks()
            processor.process(job, late, may_wait=may_wait)
        except RetryLater:
            with self._changed:
                self._waited.add(job.id)
                self._waiting_jobs[job] = self._context.clock()
        except OSError as error:
            if not job.folder.exists():
                return  # another watcher took it over
            if not (isinstance(error, BookBusy) and self._is_patience_over(job)):
                raise
            processor.give_up(job, str(error))

    def _has_other_tasks(self) -> bool:
        with self._changed:
            return bool(self._jobs or self._files or len(self._running) > 1)

    def _is_patience_over(self, job: Job) -> bool:
        retry = self._retries.get(job.id)
        patience = self._context.patience
        return retry is not None and self._context.clock() >= retry.since + patience

    def _refresh(self, month: str, count: int, processor: DropProcessor) -> None:
        with self._output_lock() as is_held:
            if not is_held:
                return  # another watcher makes it
            with _logged_failure(f"отчёт за {month}"):
                files = processor.refresh_report(month)
                log.info("отчёт за %s: %s", month, ", ".join(files) or "без изменений")
            self._context.due_reports.complete(month, count)

    def _make_agendas(self, processor: DropProcessor) -> None:
        with self._output_lock() as is_held:
            due = self._context.due_agenda.find(self._context.now())
            if not is_held or due is None:
                return  # another watcher makes them, or has made them
            with _logged_failure("повестка"):
                files = processor.make_agendas()
                log.info("повестка: %s", ", ".join(files))
            self._context.due_agenda.complete(due)

    @contextmanager
    def _output_lock(self) -> Iterator[bool]:
        """Hold the lock of what all watchers make only once; tell whether it was free."""
        lock = try_lock(self._context.lease.root / REPORTS_LOCK)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.release()

    def _retry_later(self, task: WatchTask, error: Exception) -> None:
        with self._changed:
            now, known = self._context.clock(), self._retries.get(task.key)
            failures = known.failures + 1 if known else 1
            pause = min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE)
            reason = f"{printable(task.title)}: {error}"
            self._retries[task.key] = RetryState(
                since=known.since if known else now,
                failures=failures,
                retry_at=now + pause,
                reason=reason,
            )
        trace = None if isinstance(error, OSError) else error
        log.warning("%s; ещё раз через %.0f с", reason, pause, exc_info=trace)


def _sync_index(processor: DropProcessor) -> None:
    with _logged_failure("сверка книг рабочей папки"):
        processor.sync_index()


@contextmanager
def _logged_failure(title: str) -> Iterator[None]:
    """Log that a worker has failed: its task is not repeated."""
    try:
        yield
    except (WorkerDied, WorkerBug) as error:
        log.error("%s: не вышло: %s", title, describe_failure(error))


def _title(job: Job) -> str:
    original = job.original()
    return original.name if original else job.id
