"""The book that takes its place in the workspace: a drop, or the workspace's own with its edits."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cmtools.files import checksum
from cmtools.forms.proof import read_secret
from cmtools.forms.reply import find_mark, open_reply
from cmtools.inbox.drop import Drop
from cmtools.merge.answered_book import AnsweredMerge, merge_answers
from cmtools.merge.book_merge import BookMerge, Check, MergeInputs, merge_copy, stamp
from cmtools.merge.book_records import read_book
from cmtools.merge.conflict import Conflict
from cmtools.merge.conflict_book import CONFLICT_FORM, Answers, read_answers
from cmtools.merge.decisions import open_conflicts
from cmtools.merge.memory import MergeMemory
from cmtools.merge.three_way import Merge
from cmtools.merge.versions import Versions
from cmtools.problems import Fault, Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import BookLocked
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.workspace import MERGED, Workspace, copy_path

BOOK, MEMORY = "book.xlsx", "memory.json"
BOOK_LOCKED = "книгу рабочей папки «{book}» не изменить без потерь: {reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The book of the workspace that a drop is about: its name, path and SHA-256, if it exists."""

    root: Path
    name: str
    path: Path
    sha256: str | None

    @classmethod
    def of(cls, workspace: Workspace, path: Path) -> Target:
        """Look at a book as it is now."""
        return cls(root=workspace.root, name=workspace.name(path), path=path, sha256=checksum(path))


@dataclass(frozen=True, kw_only=True, slots=True)
class MergedBook:
    """The book that was written for its place in the workspace.

    is_drop: whether it holds just what the drop holds.
    errors: those that neither the book nor the drop had; then nothing is replaced.
    conflicts: all that are open in it, those of earlier drops too.
    apart, absent: see `BookMerge`.
    has_memory: whether there is something to be remembered. is_answer: decisions were applied.
    lock: why the book must not be changed itself; it stands in the result folder then.
    """

    path: Path
    is_drop: bool = True
    merge: Merge
    author: str = ""
    errors: Sequence[Problem] = ()
    apart: Sequence[str] = ()
    absent: Sequence[tuple[str, str]] = ()
    conflicts: Sequence[Conflict] = ()
    has_memory: bool = True
    is_answer: bool = False
    lock: str = ""


def merge_drop(
    drop: Drop, target: Target, company: Dataset, reader: WorkbookReader, check: Check
) -> MergedBook:
    """Merge a dropped copy into its book, or let it take an empty place.

    Raises:
        BookRefused: the book of the workspace cannot be read, or is another one.
        CopyDamaged: see `merge_copy`.
        EditRefused: it cannot be changed without a loss.
        OSError: no rights, no room.
    """
    path = drop.staging / BOOK
    with Versions(target.root) as versions:
        asked_before = versions.conflicts(target.name)
        if target.sha256 == drop.sha256:
            shutil.copyfile(drop.copy, path)
            records = read_book(path, reader, company).records if asked_before else {}
            conflicts = open_conflicts(asked_before, records)
            return MergedBook(path=path, merge=Merge(), conflicts=conflicts, has_memory=False)
        if target.sha256 is None:
            records = read_book(drop.copy, reader, company).records
            stamp(drop.copy, path, versions.add_version(target.name, records))
            return MergedBook(path=path, merge=Merge(), has_memory=False)
        try:
            done = merge_copy(_inputs(drop, target, company), reader, versions, check, path)
        except BookLocked as error:
            lock = BOOK_LOCKED.format(book=target.name, reason=error)
            return merge_beside(drop, target, company, reader, check, lock=lock)
    if done.merge.is_empty and not done.is_plain:
        shutil.copyfile(target.path, path)
    memory = MergeMemory(book=target.name, records=done.records, drop=done.drop)
    (drop.staging / MEMORY).write_bytes(memory.dumps())
    return MergedBook(
        path=path,
        is_drop=done.is_plain,
        merge=done.merge,
        author=done.author,
        errors=done.errors,
        apart=done.apart,
        absent=done.absent,
        conflicts=[*open_conflicts(asked_before, done.records), *done.merge.conflicts],
    )


def merge_beside(
    drop: Drop,
    target: Target,
    company: Dataset,
    reader: WorkbookReader,
    check: Check,
    *,
    lock: str,
) -> MergedBook:
    """Merge a dropped copy into a copy of its book, which stands in the result folder.

    Raises:
        BookRefused, CopyDamaged, EditRefused, OSError: see `merge_drop`.
    """
    path = copy_path(drop.result / drop.name, MERGED)
    inputs = replace(_inputs(drop, target, company), token="")
    with Versions(target.root) as versions:
        done = merge_copy(inputs, reader, versions, check, path)
    return _beside(path, done, lock, done.author)


def _beside(path: Path, done: BookMerge | AnsweredMerge, lock: str, author: str = "") -> MergedBook:
    """Return a merged copy that stands in the result folder, if it may and holds anything new."""
    if done.errors or done.merge.is_empty:
        path.unlink(missing_ok=True)
    return MergedBook(
        path=path, is_drop=False, merge=done.merge, author=author, errors=done.errors, lock=lock
    )


def find_answers(drop: Drop, root: Path, reader: WorkbookReader) -> Answers | Fault | None:
    """Return what a person decided, if a drop is a conflict book; a fault where it is not ours."""
    cells = reader.read_whole(drop.copy)
    mark = find_mark(cells)
    if mark is None or mark[0].form != CONFLICT_FORM.name:
        return None
    reply = open_reply(cells, CONFLICT_FORM, read_secret(root))
    return reply if isinstance(reply, Fault) else read_answers(reply, drop.name)


def apply_answers(
    drop: Drop,
    answers: Answers,
    target: Target,
    company: Dataset,
    reader: WorkbookReader,
    check: Check,
) -> MergedBook:
    """Apply a person's decisions to the book that they are about.

    Raises:
        BookRefused, EditRefused, OSError: see `merge_drop`.
    """
    path = drop.staging / BOOK
    with Versions(target.root) as versions:
        inputs = _inputs(drop, target, company)
        try:
            done = merge_answers(inputs, answers, reader, versions, check, path)
        except BookLocked as error:
            beside, path = replace(inputs, token=""), copy_path(drop.result / drop.name, MERGED)
            done = merge_answers(beside, answers, reader, versions, check, path)
            lock = BOOK_LOCKED.format(book=target.name, reason=error)
            return _beside(path, done, lock)
    if done.merge.is_empty:
        shutil.copyfile(target.path, path)
    memory = MergeMemory(
        book=target.name, records=done.records, decided=done.decided, refused=done.refused
    )
    (drop.staging / MEMORY).write_bytes(memory.dumps())
    return MergedBook(
        path=path,
        is_drop=False,
        merge=done.merge,
        errors=done.errors,
        conflicts=done.merge.conflicts,
        is_answer=True,
    )


def _inputs(drop: Drop, target: Target, company: Dataset) -> MergeInputs:
    return MergeInputs(
        name=target.name,
        book=target.path,
        copy=drop.copy,
        title=drop.name,
        company=company,
        token=f"{drop.staging.parent.name} {drop.sha256}",
    )
