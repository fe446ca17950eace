"""From a decision to its end: effects moved into place, the original filed beside the record.

Each step looks whether it was done before, so that all of it can be gone through again.
"""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cmtools import known_files
from cmtools.digests.memory import Memory
from cmtools.documents.file_names import cut, safe_name, version_name
from cmtools.files import (
    TEMPORARY,
    checksum,
    file_fingerprint,
    first_free,
    flush_file,
    flush_folder,
)
from cmtools.inbox.drop import StagedDocument
from cmtools.watch import durable_fs as disk
from cmtools.watch import protocol_text as record
from cmtools.watch.decision import Decision, plan_from
from cmtools.watch.jobs import Job
from cmtools.watch.locks import locked
from cmtools.watch.seen_index import First, SeenIndex
from cmtools.workspace import Workspace

COPY = "copy.xlsx"  # our own copy of the drop's bytes, in the job's folder aside
LOCK = "lock"
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR)


class TargetChanged(Exception):
    """The workspace's book was changed since the decision: the work must be done anew."""


class BookBusy(OSError):
    """The workspace's book cannot be replaced now; it may be open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultFolder:
    """Where drops end: the workspace, its result folders, the folder of all jobs, what is kept."""

    workspace: Workspace
    done: Path
    failed: Path
    jobs: Path
    ledger: SeenIndex

    def folder(self, accepted: bool) -> Path:
        """The folder of all results of that kind."""
        return self.done if accepted else self.failed


def read_plan(job: Job) -> Decision | None:
    """What was decided about a job, if anything was."""
    try:
        return plan_from(job.plan.read_bytes())
    except FileNotFoundError:
        return None


def title(taken: str, name: str) -> str:
    """The name of a result folder: `2026-11-22 10-00-00 Книга`."""
    stem = name[:-5] if name.lower().endswith(".xlsx") else name
    return f"{taken} {cut(safe_name(stem), 200)}"


def filed_name(name: str) -> str:
    """How a dropped file is called in its result folder."""
    safe = safe_name(name)
    return f"_{safe}" if safe.casefold() == record.NAME.casefold() else safe


def decide(job: Job, plan: Decision, place: ResultFolder) -> Decision:
    """Write a decision down; from here on there is only forward."""
    folder = first_free(place.folder(plan.answer.accepted), title(plan.taken, plan.name))
    plan = replace(plan, folder=place.workspace.name(folder))
    if plan.digest and plan.answer.inputs_hash is not None:
        first = First(
            job=job.id,
            folder=plan.folder,
            book=plan.answer.book,
            inputs_hash=plan.answer.inputs_hash,
            accepted=plan.answer.accepted,
        )
        known = place.ledger.remember(plan.digest, first, job.folder / "seen.json")
        if known.job != job.id:
            job.begin()
            return decide(job, repeated(plan, known), place)
    for paper in plan.answer.documents:
        if paper.source is not None:
            flush_file(job.folder / paper.source)
    if plan.answer.documents or plan.answer.replacement:
        flush_folder(job.aside)
    _note(job, plan)
    return plan


def _note(job: Job, plan: Decision) -> None:
    disk.write(job.plan, plan.dumps())
    flush_folder(job.folder)


def repeated(plan: Decision, first: First) -> Decision:
    """The decision about a content that came before."""
    return replace(plan, answer=record.repeat(first))


def carry_out(job: Job, plan: Decision, place: ResultFolder) -> Decision:
    """Go from the decision to the end, from wherever it was broken off.

    Raises:
        Overtaken: the workspace's book was changed meanwhile; nothing was done.
        BookBusy: it cannot be replaced now.
        OSError: no rights, no room; to be gone on with later.
    """
    answer = plan.answer
    alone = answer.replacement is not None or answer.documents
    with locked(place.jobs / LOCK) if alone else nullcontext():
        _replace_book(job, plan, place)
        plan = _place_papers(job, plan, place)
    place.ledger.ask_for_reports(answer.months)
    original = job.original()
    if original is not None or job.result.is_dir():
        _fill(job, plan, original)
        plan = _place_result(job, plan, place)
    return plan


def _replace_book(job: Job, plan: Decision, place: ResultFolder) -> None:
    wanted, source = plan.answer.replacement, job.aside / COPY
    if wanted is None or not source.exists():
        return
    target = place.workspace.path(wanted.target)
    now = checksum(target)
    if now == plan.digest:
        disk.remove(source)
        return
    if now != wanted.expected:
        raise TargetChanged
    if now is not None:
        kept = job.result / wanted.kept_as
        disk.remove(kept)
        if disk.copy(target, kept) != now:
            raise TargetChanged
        flush_file(kept)
    known_files.add_checksum(place.workspace.root, plan.digest)
    flush_file(source)
    stamp = file_fingerprint(source)
    try:
        disk.deliver(source, target, replace=True)
    except PermissionError as error:
        raise BookBusy(error.errno, error.strerror, str(target)) from error
    flush_folder(target.parent)
    if wanted.digest is not None:
        with Memory(place.workspace.root) as memory, suppress(OSError):
            memory.remember((job.folder / wanted.digest).read_bytes(), [(target, stamp, 0)])


def _place_papers(job: Job, plan: Decision, place: ResultFolder) -> Decision:
    folders: set[Path] = set()
    for number, paper in enumerate(plan.answer.documents):
        while paper.source is not None and (source := job.folder / paper.source).exists():
            folder = place.workspace.path(paper.folder)
            try:
                disk.deliver(
                    source, folder / version_name(paper.stem, paper.version), replace=False
                )
            except FileExistsError:
                paper = replace(paper, version=paper.version + 1)
                plan = _corrected(job, plan, number, paper)
            folders.add(folder)
    for folder in folders:
        flush_folder(folder)
    return plan


def _corrected(job: Job, plan: Decision, number: int, paper: StagedDocument) -> Decision:
    papers = list(plan.answer.documents)
    papers[number] = paper
    plan = replace(plan, answer=replace(plan.answer, documents=tuple(papers)))
    _note(job, plan)
    return plan


def _fill(job: Job, plan: Decision, original: Path | None) -> None:
    """Put the record and the dropped file itself into the result folder."""
    if original is None:
        return
    disk.write(job.result / record.NAME, record.text(plan).encode("utf-8"))
    target = job.result / filed_name(plan.name)
    if os.lstat(original).st_nlink > 1:  # another name of it elsewhere could still change it
        disk.remove(target)
        disk.copy(original, target)
        disk.remove(original)
    else:
        disk.move(original, target)
        _flush(target)
    flush_folder(job.result)


def _flush(path: Path) -> None:
    """Make the dropped bytes last, as far as we may open them."""
    with suppress(PermissionError):
        flush_file(path)


def _place_result(job: Job, plan: Decision, place: ResultFolder) -> Decision:
    while True:
        target = place.workspace.root / plan.folder
        try:
            if plan.carried:
                disk.move_folder(_carried(job, target), target)
            else:
                disk.move_folder(job.result, target)
        except FileNotFoundError:
            if not target.parent.is_dir():
                disk.make_folder(target.parent)
                continue
            if not plan.carried:
                raise
            break  # it stands in its place already
        except OSError as error:
            if error.errno in _TAKEN:
                plan = _renamed(job, plan, place)
                continue
            if error.errno != errno.EXDEV:
                raise
            disk.remove(_carried(job, target))
            disk.copy_folder(job.result, _carried(job, target))
            plan = replace(plan, carried=True)
            _note(job, plan)
            continue
        break
    flush_folder(target.parent)
    return plan


def _carried(job: Job, target: Path) -> Path:
    return target.parent / f"{TEMPORARY}{job.id}"


def _renamed(job: Job, plan: Decision, place: ResultFolder) -> Decision:
    """The next free name: somebody has taken ours since it was chosen."""
    folder = first_free(place.folder(plan.answer.accepted), title(plan.taken, plan.name))
    plan = replace(plan, folder=place.workspace.name(folder))
    _note(job, plan)
    return plan
