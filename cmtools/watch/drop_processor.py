"""One who takes a settled file through all its states, from the inbox to its end."""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cmtools.inbox.drop import Drop, DropResult, Stage
from cmtools.inbox.inputs_hash import inputs_hash
from cmtools.watch import commit as filing
from cmtools.watch import durable_fs as disk
from cmtools.watch import event_log as journal
from cmtools.watch import protocol_text as record
from cmtools.watch.commit import BookBusy, TargetChanged
from cmtools.watch.completeness import Completeness
from cmtools.watch.decision import Decision
from cmtools.watch.inbox import Entry, Inbox, Ready
from cmtools.watch.jobs import Job, carry_over, claim, release
from cmtools.watch.lease import Lease
from cmtools.watch.requests import CheckComplete, ProcessDrop, RefreshReports, SyncIndex
from cmtools.watch.worker_client import WorkerBug, WorkerClient, WorkerDied, WorkerStopped

TRIES = 3
BACK_OFF = 2.0
_UNREADABLE = (errno.EACCES, errno.EPERM, errno.EIO)

log = logging.getLogger(__name__)


class RetryLater(Exception):
    """A book that is wrong as things stand, but other drops are still to come."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchContext:
    """All that clerks share.

    clock: monotonic seconds. now: the wall clock, for people. today: the day of the checks.
    state: the folder of what is remembered between runs. tell: what a live view hears.
    """

    place: filing.ResultFolder
    inbox: Inbox
    owner: Lease
    state: Path
    patience: float
    clock: Callable[[], float]
    now: Callable[[], datetime]
    today: Callable[[], date]
    tell: Callable[[str, Decision], None]

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self.place.workspace.root


class DropProcessor:
    """Conducts jobs with an assistant who does the work itself."""

    def __init__(self, office: WatchContext, assistant: WorkerClient) -> None:
        self._office = office
        self._assistant = assistant

    def take(self, ready: Ready) -> Job | None:
        """Claim a settled file, if it has come whole and nobody else was faster.

        Raises:
            Stopped: the watcher ends.
            FileNotFoundError: we were cleared away as dead.
            OSError: no rights, no room on our side.
        """
        entry = ready.entry
        if not ready.late and not self._has_come(entry):
            return None
        if not entry.is_unchanged():
            return None
        try:
            return claim(self._office.owner, entry.path)
        except PermissionError:
            retry = self._office.clock() + BACK_OFF
            self._office.inbox.lacks(entry, "занят другой программой, или нет прав", retry=retry)
            return None

    def _has_come(self, entry: Entry) -> bool:
        try:
            shape = self._assistant.ask(CheckComplete(root=self._office.root, path=entry.path))
        except (disk.NotAFile, FileNotFoundError):
            return False
        except PermissionError:
            self._office.inbox.lacks(entry, "нет прав на чтение")
            return False
        except (WorkerDied, WorkerBug):
            return True  # whatever is wrong with it, the work will tell
        if shape is not Completeness.WHOLE:
            assert isinstance(shape, Completeness)
            self._office.inbox.lacks(entry, shape.value)
            return False
        return True

    def conduct(self, job: Job, late: str = "", *, may_wait: bool = False) -> None:
        """Take a job to its end, from wherever it stands; `late` says why it is not worked on.

        Raises:
            Hopeful: it `may_wait`, and another drop might set it right.
            Stopped: the watcher ends; the job waits, or lies in the inbox again.
            OSError: no rights, no room; to be gone on with later.
        """
        for _ in range(TRIES):
            plan = filing.read_plan(job) or self._decide(job, late, may_wait)
            if plan is None:
                return
            try:
                plan = filing.carry_out(job, plan, self._office.place)
            except TargetChanged:
                disk.remove(job.plan)
                continue
            journal.note(self._office.state, job.id, plan, self._office.now())
            job.discard()
            log.info("%s → %s: %s", record.printable(plan.name), plan.folder, plan.answer.verdict)
            self._office.tell(job.id, plan)
            return
        raise BookBusy("книга рабочей папки всё время меняется")

    def give_up(self, job: Job, reason: str) -> None:
        """Return a job's file with the reason why it could not be accepted."""
        original = job.original()
        if original is None:
            return
        disk.remove(job.plan)
        self.conduct(job, reason)

    def compare(self) -> None:
        """Have it learnt what was done to the workspace's order books by hand."""
        self._assistant.ask(SyncIndex(root=self._office.root, today=self._office.today()))

    def refresh(self, month: str) -> tuple[str, ...]:
        """Have the report of a month made anew; the paths of what was made."""
        today = self._office.today()
        made = self._assistant.ask(RefreshReports(root=self._office.root, month=month, today=today))
        assert isinstance(made, tuple)
        return made

    def _decide(self, job: Job, late: str, may_wait: bool) -> Decision | None:
        carry_over(job, self._office.inbox.folder)
        original = job.original()
        if original is None:
            job.discard()
            return None
        if not stat.S_ISREG(os.lstat(original).st_mode):
            log.warning("%s — не файл, оставлен на месте", record.printable(original.name))
            release(job, self._office.inbox.folder)
            return None
        try:
            plan = self._plan(job, original, late)
        except WorkerStopped:
            release(job, self._office.inbox.folder)
            raise
        if may_wait and plan.answer.may_become_valid:
            raise RetryLater
        return filing.decide(job, plan, self._office.place)

    def _plan(self, job: Job, original: Path, late: str) -> Decision:
        for _ in range(TRIES):
            job.begin()
            seen = Entry(path=original, stat=os.lstat(original))
            digest, reason = self._copied(original, job)
            answer = (
                record.unread(late or reason)
                if late or reason
                else self._answer(job, original.name, digest)
            )
            if seen.is_unchanged():
                break
        return Decision(
            name=original.name,
            digest=digest,
            taken=f"{self._office.now():%Y-%m-%d %H-%M-%S}",
            folder="",
            answer=answer,
        )

    def _copied(self, original: Path, job: Job) -> tuple[str, str]:
        """The checksum of our copy, or why there is none."""
        try:
            return disk.copy(original, job.aside / filing.COPY), ""
        except OSError as error:
            if error.filename != str(original) or error.errno not in _UNREADABLE:
                raise
            log.warning("%s: %s", record.printable(original.name), error)
            return "", "файл не читается: нет прав, или диск отказал"

    def _answer(self, job: Job, name: str, digest: str) -> DropResult:
        first = self._office.place.ledger.first(digest)
        if first is not None and first.job != job.id:
            day = None if first.accepted else self._office.today()
            if inputs_hash(self._office.place.workspace, first.book, day) == first.inputs_hash:
                return record.repeat(first)
        return self._work(job, name, digest)

    def _work(self, job: Job, name: str, digest: str) -> DropResult:
        paint, died = True, 0
        drop = Drop(
            copy=job.aside / filing.COPY,
            name=filing.filed_name(name),
            sha256=digest,
            staging=job.aside,
            result=job.result,
        )
        while True:
            errand = ProcessDrop(
                root=self._office.root,
                drop=drop,
                today=self._office.today(),
                annotate=paint,
            )
            try:
                answer = self._asked(errand, job)
            except WorkerDied as death:
                died += 1
                log.warning("%s: %s", record.printable(name), death)
                painting = paint and death.stage is Stage.ANNOTATE
                paint = paint and not painting
                if not painting and (death.hung or died == TRIES - 1):
                    return record.unread(str(death))
                disk.remove(job.result)
                disk.make_folder(job.result)
                continue
            assert isinstance(answer, DropResult)
            return answer

    def _asked(self, errand: ProcessDrop, job: Job) -> object:
        try:
            return self._assistant.ask(errand)
        except WorkerBug as bug:
            log.error("внутренняя ошибка при разборе %s\n%s", job.id, bug)
            return record.unread("внутренняя ошибка программы; подробности в её журнале")
