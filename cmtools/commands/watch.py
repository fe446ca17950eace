"""`cmtools watch`: the clock, the log and the signals around the watcher."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from cmtools.commands.result import ExitCode
from cmtools.locks import try_lock
from cmtools.watch.context import WatchContext
from cmtools.watch.inbox import Inbox
from cmtools.watch.lease import JOBS_FOLDER, Lease
from cmtools.watch.live import LiveView
from cmtools.watch.watcher import Watcher
from cmtools.watch.worker_tasks import PRELOAD
from cmtools.workers.pool import available_cores
from cmtools.workers.process import WorkerProcess, is_in_process
from cmtools.workspace import WatchSettings, Workspace, find_workspace

LOGS = Path(".cmtools", "logs")
LOG_BYTES, LOGS_KEPT = 2 << 20, 5
MAX_WORKERS = 4


def watch(root: Path, *, once: bool, today: date | None, quiet: bool = False) -> ExitCode:
    """Watch a workspace's inbox until a signal comes, or process what is there and end.

    `today` takes the place of the clock's day. A `quiet` watcher shows nothing.

    Raises:
        WorkspaceError: no workspace; its settings are wrong; its folders are inside each other.
        OSError: the folder of jobs or the log cannot be made.
    """
    workspace = find_workspace(root)
    settings = workspace.watch_settings()
    workspace.clear_abandoned_files()
    with _logging(workspace), LiveView(workspace.name(settings.inbox), quiet=quiet) as view:
        workers = _start_workers(workspace, _count_workers(settings.inbox, once=once))
        watcher = Watcher(
            _context(workspace, settings, today, view),
            workers,
            settle=settings.settle,
            scan=settings.scan,
            show=view.show,
        )
        with _signals(watcher.stop):
            went_well = watcher.run(once=once)
    return ExitCode.ENVIRONMENT if once and not went_well else ExitCode.DONE


def _count_workers(inbox: Path, *, once: bool) -> int:
    """Return how many workers are of use: what they import takes longer than most drops."""
    if is_in_process():
        return 1
    most = min(MAX_WORKERS, available_cores())
    if not once:
        return most
    try:
        return max(1, min(most, sum(1 for _ in inbox.iterdir())))
    except OSError:  # the watcher makes it, or tells that it cannot be looked through
        return 1


def _start_workers(workspace: Workspace, count: int) -> list[WorkerProcess]:
    limits = workspace.limits()
    workers = [
        WorkerProcess(seconds=limits.seconds, memory_bytes=limits.memory_bytes, preload=PRELOAD)
        for _ in range(count)
    ]
    for worker in workers:
        worker.start()
    return workers


def _context(
    workspace: Workspace, settings: WatchSettings, today: date | None, view: LiveView
) -> WatchContext:
    def now() -> datetime:
        moment = datetime.now()
        return datetime.combine(today, moment.time()) if today else moment

    return WatchContext(
        workspace=workspace,
        inbox=Inbox(
            settings.inbox, settle=settings.settle, patience=settings.patience, now=time.time
        ),
        lease=Lease(workspace.path(JOBS_FOLDER), clock=time.monotonic, seconds=settings.lease),
        done=settings.done,
        failed=settings.failed,
        patience=settings.patience,
        clock=time.monotonic,
        now=now,
        today=lambda: today or date.today(),
        on_finished=lambda decision: view.add_finished(decision, now()),
        agenda_at=settings.agenda_at,
    )


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """End the watcher at SIGTERM and Ctrl-C; restore the handlers afterwards."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
    known = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: stop()) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _logging(workspace: Workspace) -> Iterator[None]:
    """Write the log; each watcher of a workspace has a log of its own."""
    folder = workspace.root / LOGS
    folder.mkdir(parents=True, exist_ok=True)
    number, lock = 1, None
    while (lock := try_lock(folder / f"watch-{number}.lock")) is None:
        number += 1
    handler = RotatingFileHandler(
        folder / f"watch-{number}.log",
        maxBytes=LOG_BYTES,
        backupCount=LOGS_KEPT,
        encoding="utf-8",
        errors="backslashreplace",
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("cmtools.watch")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
        lock.release()
