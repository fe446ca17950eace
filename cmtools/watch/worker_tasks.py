"""Functions that a watcher calls in its worker processes: all that reads dropped files.

The processor of a workspace, with all that it has read and compiled, is kept between the calls.
What only the worker processes need is imported there.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cmtools.errors import Unavailable
from cmtools.inbox.drop import Drop, DropResult
from cmtools.watch.completeness import Completeness, check_completeness
from cmtools.workers.process import Limit, WorkerDied
from cmtools.workers.server import WorkerBug, report_stage
from cmtools.workspace import Workspace

if TYPE_CHECKING:
    from cmtools.inbox.process import InboxProcessor

PRELOAD = ("cmtools.inbox.process", "cmtools.agenda.workbook", __name__)
"""The modules that a worker process imports before the first call; pandas waits for a report."""


def check_file(root: Path, path: Path) -> Completeness:
    """Check whether a file has arrived completely.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    return check_completeness(path, Workspace(root).limits())


def process_drop(root: Path, drop: Drop, today: date, *, annotate: bool) -> DropResult:
    """Process a drop; see `InboxProcessor.process`."""
    return _processor(root).process(drop, today, annotate=annotate)


def sync_index(root: Path, today: date) -> tuple[str, ...]:
    """Have what is known of the books brought up to date with what was done by hand."""
    return _processor(root).sync_other_books(today)


def refresh_report(root: Path, month: str, today: date) -> tuple[str, ...]:
    """Make the report of a month; return the paths of its files.

    Raises:
        OSError: see `make_month_report`, or a book cannot be opened now.
    """
    from cmtools.reports.report import make_month_report

    with _to_be_repeated():
        return tuple(make_month_report(root, month, today=today).files)


def make_agendas(root: Path, today: date) -> tuple[str, ...]:
    """Make the agendas of a day, of everybody and of each manager; return their paths.

    Raises:
        OSError: one of them cannot be written, or a book cannot be opened now.
    """
    from cmtools.agenda.workbook import write_agendas

    with _to_be_repeated():
        return tuple(write_agendas(root, today, report_stage))


@contextmanager
def _to_be_repeated() -> Iterator[None]:
    """Let what a command refuses for now be tried again."""
    try:
        yield
    except Unavailable as error:
        raise OSError(errno.EAGAIN, str(error)) from error


def describe_failure(failure: WorkerDied | WorkerBug) -> str:
    """Describe why a worker failed, in Russian; of a bug return its traceback."""
    if isinstance(failure, WorkerBug):
        return str(failure)
    if failure.limit is Limit.SECONDS:
        return f"разбор длился дольше {failure.seconds:.0f} с"
    return "разбор оборвался: не хватило памяти, или книга повреждена"


@cache
def _processor(root: Path) -> InboxProcessor:
    from cmtools.inbox.process import InboxProcessor

    return InboxProcessor(root, report_stage)
