"""`cmtools watch`: the clock, the log and the signals around the watcher."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from cmtools.commands.results import ExitCode
from cmtools.watch.commit import ResultFolder
from cmtools.watch.decision import Decision
from cmtools.watch.drop_processor import WatchContext
from cmtools.watch.inbox import Inbox
from cmtools.watch.lease import FOLDER, Lease
from cmtools.watch.live import View
from cmtools.watch.locks import try_lock
from cmtools.watch.seen_index import SeenIndex
from cmtools.watch.watcher import Watcher
from cmtools.watch.worker_client import Process
from cmtools.workspace import Watching, Workspace, find_workspace

STATE, LOGS = Path(".cmtools", "watch"), Path(".cmtools", "logs")
LOG_BYTES, LOGS_KEPT = 2 << 20, 5
MOST_CLERKS = 4


def watch(root: Path, *, once: bool, today: date | None) -> ExitCode:
    """Watch a workspace's inbox until a signal comes, or work off what lies there.

    `today` stands in for the day of the clock.

    Raises:
        WorkspaceError: no workspace; its settings are wrong; its folders lie in each other.
        OSError: the watcher's own folder or its log cannot be made.
    """
    workspace = find_workspace(root)
    settings = workspace.watching()
    with _logging(workspace), View(workspace.name(settings.inbox)) as view:
        office = _office(workspace, settings, today, view)
        assistants = [Process(workspace.limits()) for _ in range(_clerks())]
        for assistant in assistants:
            assistant.prepare()
        watcher = Watcher(
            office,
            assistants,
            settle=settings.settle,
            scan=settings.scan,
            show=view.show,
        )
        with _signals(watcher.stop):
            went_well = watcher.run(once=once)
    return ExitCode.ENVIRONMENT if once and not went_well else ExitCode.DONE


def _office(
    workspace: Workspace, settings: Watching, today: date | None, view: View
) -> WatchContext:
    def now() -> datetime:
        moment = datetime.now()
        return datetime.combine(today, moment.time()) if today else moment

    def tell(_job: str, plan: Decision) -> None:
        view.end(plan, now())

    owner = Lease(workspace.path(FOLDER), clock=time.monotonic, lease_seconds=settings.lease)
    return WatchContext(
        place=ResultFolder(
            workspace=workspace,
            done=settings.done,
            failed=settings.failed,
            jobs=owner.root,
            ledger=SeenIndex(workspace.root / STATE),
        ),
        inbox=Inbox(
            settings.inbox, settle=settings.settle, patience=settings.patience, now=time.time
        ),
        owner=owner,
        state=workspace.root / STATE,
        patience=settings.patience,
        clock=time.monotonic,
        now=now,
        today=lambda: today or date.today(),
        tell=tell,
    )


def _clerks() -> int:
    return max(1, min(MOST_CLERKS, os.cpu_count() or 1))


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Have SIGTERM and Ctrl-C end the watcher; what they did before is restored."""
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
    """Have the log written; each watcher of a folder has one to itself."""
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
