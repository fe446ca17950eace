"""Take a settled file through all its states: claim, processing, decision, result."""

from __future__ import annotations

import errno
import logging
import os
import stat
from contextlib import ExitStack
from pathlib import Path

from cmtools.errors import BookBusy
from cmtools.inbox.drop import Drop, DropResult, DropStage
from cmtools.inbox.inputs_hash import inputs_hash
from cmtools.locks import hold_lock
from cmtools.watch.commit import TargetChanged, carry_out, decide, safe_drop_name
from cmtools.watch.completeness import Completeness
from cmtools.watch.context import WatchContext
from cmtools.watch.decision import Decision, read_decision
from cmtools.watch.durable_fs import NotAFile, copy_bytes, remove
from cmtools.watch.event_log import log_event
from cmtools.watch.inbox import InboxFile, ReadyFile
from cmtools.watch.jobs import Job, claim, finish_foreign_claim, release
from cmtools.watch.protocol_text import printable, repeated_result, unreadable_result
from cmtools.watch.worker_tasks import (
    check_file,
    describe_failure,
    make_agendas,
    process_drop,
    refresh_report,
    sync_index,
)
from cmtools.workers.process import Limit, Worker, WorkerDied, WorkerStopped
from cmtools.workers.server import WorkerBug

TRIES = 3
RETRY_SECONDS = 2.0
TURN_LOCK = "turn"  # held by the one drop of all watchers that is being carried out
_UNREADABLE = (errno.EACCES, errno.EPERM, errno.EIO)

log = logging.getLogger(__name__)


class RetryLater(Exception):
    """The book has errors that a drop which is still to come may remove."""


class DropProcessor:
    """Processes drops one after another; a worker process reads them and makes the results."""

    def __init__(self, context: WatchContext, worker: Worker) -> None:
        self._context = context
        self._worker = worker

    def claim(self, ready: ReadyFile) -> Job | None:
        """Claim a settled file, if it is complete and no other watcher was faster.

        Raises:
            WorkerStopped: the watcher ends.
            FileNotFoundError: another watcher has taken this one for dead.
            OSError: no rights, no room on our side.
        """
        file = ready.file
        if not ready.late and not self._is_complete(file):
            return None
        if not file.is_unchanged():
            return None
        try:
            return claim(self._context.lease, file.path)
        except PermissionError:
            retry_at = self._context.clock() + RETRY_SECONDS
            lack = "занят другой программой, или нет прав"
            self._context.inbox.put_off(file, lack, retry_at=retry_at)
            return None

    def process(self, job: Job, late: str = "", *, may_wait: bool = False) -> None:
        """Take a job to its end, from wherever it was interrupted.

        late: why the file is refused without being processed, if so.

        Raises:
            RetryLater: it `may_wait`, and another drop may remove its errors.
            WorkerStopped: the watcher ends; the file is in the inbox again, or waits in the job.
            OSError: no rights, no room; to be repeated later.
        """
        with ExitStack() as turn:
            for attempt in range(TRIES):
                decision = read_decision(job) or self._decide(job, late, may_wait=may_wait)
                if decision is None:
                    return
                if not attempt:  # and keep it: only a person can change the book during a retry
                    turn.enter_context(hold_lock(self._context.state / TURN_LOCK))
                try:
                    decision = carry_out(job, decision, self._context)
                except TargetChanged:
                    remove(job.decision)
                else:
                    self._finish(job, decision)
                    return
        raise BookBusy("книга рабочей папки всё время меняется")

    def give_up(self, job: Job, reason: str) -> None:
        """Refuse a job's file because its decision could not be carried out."""
        if job.original() is not None:
            remove(job.decision)
            self.process(job, reason)

    def sync_index(self) -> None:
        """Have what is known of the books brought up to date with what was done by hand."""
        for line in self._worker.call(sync_index, self._context.root, self._context.today()):
            log.warning("%s", printable(line))

    def refresh_report(self, month: str) -> tuple[str, ...]:
        """Have the report of a month refreshed; return the paths of its files."""
        return self._worker.call(refresh_report, self._context.root, month, self._context.today())

    def make_agendas(self) -> tuple[str, ...]:
        """Have the agendas of the day made; return the paths of their files."""
        return self._worker.call(make_agendas, self._context.root, self._context.today())

    def _is_complete(self, file: InboxFile) -> bool:
        try:
            completeness = self._worker.call(check_file, self._context.root, file.path)
        except (NotAFile, FileNotFoundError):
            return False
        except PermissionError:
            self._context.inbox.put_off(file, "нет прав на чтение")
            return False
        except (WorkerDied, WorkerBug):
            return True  # the processing will show what is wrong with it
        if completeness is not Completeness.COMPLETE:
            self._context.inbox.put_off(file, completeness.value)
        return completeness is Completeness.COMPLETE

    def _decide(self, job: Job, late: str, *, may_wait: bool) -> Decision | None:
        """Process a job's file and write the decision; None where there is no file to process."""
        finish_foreign_claim(job, self._context.inbox.folder)
        original = job.original()
        if original is None:
            job.remove_finished()
            return None
        if not stat.S_ISREG(os.lstat(original).st_mode):
            log.warning("%s — не файл, оставлен на месте", printable(original.name))
            release(job, self._context.inbox.folder)
            return None
        try:
            decision = self._process_original(job, original, late)
        except WorkerStopped:
            release(job, self._context.inbox.folder)
            raise
        if may_wait and decision.result.may_become_valid:
            raise RetryLater
        return decide(job, decision, self._context)

    def _process_original(self, job: Job, original: Path, late: str) -> Decision:
        """Copy the file and process the copy; again where the file was changed meanwhile."""
        for _ in range(TRIES):
            job.start_over()
            before = InboxFile(path=original, stat=os.lstat(original))
            sha256 = self._copy(original, job)
            if late or not sha256:
                reason = late or "файл не читается: нет прав, или диск отказал"
                result = unreadable_result(reason)
            else:
                result = self._repeat(job, sha256) or self._ask_worker(job, original.name, sha256)
            if before.is_unchanged():
                break
        return Decision(
            name=original.name,
            sha256=sha256,
            claimed_at=f"{self._context.now():%Y-%m-%d %H-%M-%S}",
            folder="",
            result=result,
        )

    def _copy(self, original: Path, job: Job) -> str:
        """Copy the dropped bytes; return their SHA-256, or nothing where they cannot be read."""
        try:
            return copy_bytes(original, job.copy)
        except OSError as error:
            if error.filename != str(original) or error.errno not in _UNREADABLE:
                raise
            log.warning("%s: %s", printable(original.name), error)
            return ""

    def _repeat(self, job: Job, sha256: str) -> DropResult | None:
        """Repeat the result of a content that was processed before with the same other inputs."""
        first = self._context.seen.find(sha256)
        if first is None or first.job == job.id:
            return None
        today = None if first.accepted else self._context.today()
        current = inputs_hash(self._context.workspace, first.book, today)
        return repeated_result(first) if current == first.inputs_hash else None

    def _ask_worker(self, job: Job, name: str, sha256: str) -> DropResult:
        """Have a worker process the drop; again where it died, and without an annotated copy."""
        drop = Drop(
            copy=job.copy,
            name=safe_drop_name(name),
            sha256=sha256,
            staging=job.staging,
            result=job.result,
        )
        root, today = self._context.root, self._context.today()
        annotate, deaths = True, 0
        while True:
            try:
                return self._worker.call(process_drop, root, drop, today, annotate=annotate)
            except WorkerBug as bug:
                log.error("внутренняя ошибка при разборе %s\n%s", job.id, bug)
                return unreadable_result("внутренняя ошибка программы; подробности в её журнале")
            except WorkerDied as death:
                deaths += 1
                reason = describe_failure(death)
                log.warning("%s: %s", printable(name), reason)
                was_annotating = annotate and death.stage == DropStage.ANNOTATE
                was_slow = death.limit is Limit.SECONDS
                if not was_annotating and (was_slow or deaths == TRIES - 1):
                    return unreadable_result(reason)
                annotate = annotate and not was_annotating
                remove(job.result)
                job.result.mkdir()

    def _finish(self, job: Job, decision: Decision) -> None:
        log_event(self._context.state, job.id, decision, self._context.now())
        job.remove_finished()
        name, verdict = printable(decision.name), decision.result.verdict
        log.info("%s → %s: %s", name, decision.folder, verdict)
        self._context.on_finished(decision)
