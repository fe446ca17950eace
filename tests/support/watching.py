"""A watched folder for tests of the protocol: the work on a drop is a few lines, the rest is real.

`Stub` answers for the working process: a drop that begins with `книга` replaces the workspace's
book and makes two papers, one that begins with `плохо` is returned, anything else is filed.
"""

from __future__ import annotations

import json
import logging
import re
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock_time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from cmtools.files import checksum
from cmtools.inbox.drop import Drop, DropResult, DropStage, Replacement, StagedDocument
from cmtools.inbox.inputs_hash import inputs_hash
from cmtools.inbox.merged_book import MEMORY
from cmtools.inbox.process import InboxProcessor
from cmtools.merge.conflict import Conflict
from cmtools.merge.drops import NewDrop
from cmtools.merge.memory import MergeMemory
from cmtools.pricing.agreed_book import Agreement
from cmtools.tables.reader.container import Limits
from cmtools.watch import event_log, worker_tasks
from cmtools.watch.completeness import Completeness, check_completeness
from cmtools.watch.context import WatchContext
from cmtools.watch.drop_processor import DropProcessor
from cmtools.watch.inbox import Inbox
from cmtools.watch.jobs import Job
from cmtools.watch.lease import JOBS_FOLDER, Lease
from cmtools.workers.process import Worker
from cmtools.workspace import DONE, FAILED, INBOX, Workspace
from support.workbench import AGREED, HEALTHY, Row, extra_book

P = ParamSpec("P")
T = TypeVar("T")

BOOK, PAPERS = "Книга.xlsx", "Клиенты/К-1"
OLD, DROPPED = b"old book", "книга, новая\n".encode() * 100
KEPT = "Книга — прежняя версия.xlsx"
QUESTIONS = "Слияние — Книга.xlsx"
TODAY = date(2026, 11, 21)

logging.getLogger("cmtools.watch").setLevel(logging.CRITICAL)


class Stub:
    """Does the work of a worker process at once, in a few lines.

    merges: a book that replaces is said to be merged, with a conflict that a person has to decide.
    """

    merges = False

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the method of the function's name instead of it."""
        result: T = getattr(self, function.__name__)(*args, **kwargs)
        return result

    def stop(self) -> None:
        """End; nothing is running."""

    def check_file(self, _: Path, path: Path) -> Completeness:
        return check_completeness(path, Limits())

    def sync_index(self, _root: Path, _today: date) -> tuple[str, ...]:
        """Find nothing new."""
        return ()

    def refresh_report(self, _: Path, month: str, _today: date) -> tuple[str, ...]:
        return (f"Отчёты/{month}",)

    def make_agendas(self, _root: Path, today: date) -> tuple[str, ...]:
        return (f"Повестка/{today}",)

    def process_drop(self, root: Path, drop: Drop, _: date, *, annotate: bool) -> DropResult:
        content = drop.copy.read_bytes()
        if content.startswith("книга".encode()):
            return _accepted(root, drop)
        accepted = not content.startswith("плохо".encode())
        key = key_of(root, None, accepted=accepted)
        return DropResult(verdict="filed", accepted=accepted, inputs_hash=key)


class Here(Stub):
    """Does the real work in this very process; `on_stage` is called meanwhile."""

    def __init__(self, on_stage: Callable[[DropStage], None] = lambda stage: None) -> None:
        self._processors = cache(lambda root: InboxProcessor(root, on_stage))
        self._roots: set[Path] = set()

    def stop(self) -> None:
        for root in self._roots:
            self._processors(root).close()

    def check_file(self, root: Path, path: Path) -> Completeness:
        return worker_tasks.check_file(root, path)

    def sync_index(self, root: Path, today: date) -> tuple[str, ...]:
        return self._of(root).sync_other_books(today)

    def refresh_report(self, root: Path, month: str, today: date) -> tuple[str, ...]:
        return worker_tasks.refresh_report(root, month, today)

    def make_agendas(self, root: Path, today: date) -> tuple[str, ...]:
        return worker_tasks.make_agendas(root, today)

    def process_drop(self, root: Path, drop: Drop, today: date, *, annotate: bool) -> DropResult:
        return self._of(root).process(drop, today, annotate=annotate)

    def _of(self, root: Path) -> InboxProcessor:
        self._roots.add(root)
        return self._processors(root)


def _accepted(root: Path, drop: Drop) -> DropResult:
    documents = []
    for number in (1, 2):
        source = drop.staging / f"paper {number}"
        source.write_bytes(paper(number))
        folder, source_name = f"{PAPERS}/{number}", f"{drop.staging.name}/{source.name}"
        documents.append(
            StagedDocument(source=source_name, folder=folder, stem=f"З-{number}", version=1)
        )
    agreed = [
        Agreement(
            order=f"З-{number}",
            number=1,
            kind="визитки",
            quantity=100,
            price="4.89",
            on=f"{TODAY}",
            ground="Счёт на оплату",
            replaced=None,
        )
        for number in (1, 2)
    ]
    (drop.result / "цены.xlsx").write_bytes(b"prices")
    if Stub.merges:
        (drop.staging / MEMORY).write_bytes(_memory(drop).dumps())
    return DropResult(
        verdict="accepted",
        accepted=True,
        book="Книга",
        inputs_hash=key_of(root, "Книга", accepted=True),
        replacement=Replacement(
            target=BOOK,
            source=f"{drop.staging.name}/{drop.copy.name}",
            sha256=drop.sha256,
            expected=checksum(root / BOOK),
            kept_as=KEPT,
        ),
        memory=f"{drop.staging.name}/{MEMORY}" if Stub.merges else None,
        documents=tuple(documents),
        agreed=tuple(agreed),
        months=("2026-10", "2026-11"),
        renews_agenda=True,
    )


def _memory(drop: Drop) -> MergeMemory:
    conflict = Conflict(
        sheet="Заказы",
        key="З-1",
        column="Примечание",
        base="а",
        ours="б",
        theirs="в",
        author="",
        reason="",
        place=("Заказы", "з-1", "Примечание"),
        meanings=("а", "б", "в"),
    )
    kept = NewDrop(
        token=drop.staging.parent.name,
        book=BOOK,
        records={},
        version=0,
        state=0,
        author="",
        conflicts=(conflict,),
    )
    return MergeMemory(book=BOOK, records={}, drop=kept)


def key_of(root: Path, book: str | None, *, accepted: bool) -> str:
    """The key under which such a result is remembered."""
    return inputs_hash(Workspace(root), book, None if accepted else TODAY)


def agreed_orders(root: Path) -> list[str]:
    """The orders of the book of agreed prices, which is read whole; none where there is no book."""
    path = root / AGREED
    if not path.exists():
        return []
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return re.findall("<t[^>]*>(З-[12])</t>", archive.read("xl/worksheets/sheet2.xml").decode())


def paper(number: int) -> bytes:
    """What stands in a paper."""
    return f"paper {number} ".encode() * 50


def workspace(root: Path) -> Path:
    """A workspace with a book and an empty inbox."""
    (root / INBOX).mkdir(parents=True)
    (root / BOOK).write_bytes(OLD)
    return root


def drop(root: Path, name: str = BOOK, content: bytes = DROPPED) -> Path:
    """Put a file into the inbox."""
    path = root / INBOX / name
    path.write_bytes(content)
    return path


def context(
    root: Path,
    *,
    settle: float = 0.0,
    patience: float = 60.0,
    lease: float = 60.0,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
    inbox: Path | None = None,
    done: Path | None = None,
    agenda_at: clock_time | None = None,
) -> WatchContext:
    """What all parts of one watcher share."""
    return WatchContext(
        workspace=Workspace(root),
        done=done or root / DONE,
        failed=root / FAILED,
        inbox=Inbox(inbox or root / INBOX, settle=settle, patience=patience, now=now),
        lease=Lease(root / JOBS_FOLDER, clock=clock, seconds=lease),
        patience=patience,
        clock=clock,
        now=lambda: datetime(2026, 11, 21, 10, 0, 0),
        today=lambda: TODAY,
        on_finished=lambda decision: None,
        agenda_at=agenda_at,
    )


def work_off(shared: WatchContext, worker: Worker | None = None) -> None:
    """What a watcher does in one run, step by step in this thread; a fault ends it."""
    processor = DropProcessor(shared, worker or Stub())
    shared.lease.open()
    try:
        shared.lease.take_over_expired()
        for folder in shared.lease.inherited_jobs():
            processor.process(Job(folder))
        for ready in shared.inbox.scan(shared.clock()).ready:
            job = processor.claim(ready)
            if job is not None:
                processor.process(job, ready.late)
    finally:
        shared.lease.close()


def ends(root: Path) -> dict[str, dict[str, bytes]]:
    """Result folder → its files, of all that is visible in the two result folders."""
    found = {}
    for kind in (DONE, FAILED):
        for folder in sorted((root / kind).glob("[!.]*")):
            files = {path.name: path.read_bytes() for path in folder.iterdir()}
            found[f"{kind}/{folder.name}"] = files
    return found


def unstamped(book: Path | bytes) -> dict[str, bytes]:
    """The parts of a book but for those that bear the number of its version."""
    stream = BytesIO(book if isinstance(book, bytes) else book.read_bytes())
    with zipfile.ZipFile(stream) as archive:
        bearing = ("[Content_Types].xml", "_rels/.rels", "docProps/custom.xml")
        return {name: archive.read(name) for name in archive.namelist() if name not in bearing}


def book(tmp_path: Path, client: str, *numbers: str, month: int = 10, stage: str = "2.3") -> bytes:
    """An order book with an order of a client for each number; stage 2.3 asks for no papers."""
    order = {**HEALTHY["Заказы"][2], "Код клиента": client, "Вид заявки": "окончательная"}
    order["Стадия"] = stage
    order |= {"Дата заказа": date(2026, month, 1), "Дата стадии": date(2026, month, 2)}
    position = {**HEALTHY["Позиции"][2], "Дизайн": "готовый макет", "Макет": "М-1"}
    rows: dict[str, list[Row]] = {
        "Заказы": [{**order, "№ заказа": number} for number in numbers],
        "Позиции": [{**position, "№ заказа": number} for number in numbers],
    }
    path = extra_book(tmp_path, "drop.xlsx", rows)
    return path.read_bytes()


def read_events(folder: Path) -> list[dict[str, Any]]:
    """Read the events of the log and the previous one, each once, without cut-off lines."""
    events: dict[str, dict[str, Any]] = {}
    for path in (folder / event_log.PREVIOUS, folder / event_log.NAME):
        if path.exists():
            for line in path.read_bytes().split(b"\n"):
                try:
                    event = json.loads(line)
                    events[event["job"]] = event
                except (ValueError, TypeError, KeyError):
                    continue
    return list(events.values())
