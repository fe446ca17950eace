"""Decide about a drop and carry the decision out: replace the book, place documents and result.

Each step looks whether it was done before, so that all of them can be repeated after a kill.
"""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from cmtools import known_files
from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.loader import BookFile
from cmtools.documents.client_folders import complete_folders
from cmtools.documents.file_names import safe_name, version_name
from cmtools.errors import BookBusy, Unavailable
from cmtools.files import (
    TEMPORARY,
    checksum,
    cut_to_bytes,
    file_fingerprint,
    find_office_lock,
    first_free,
    flush_file,
    flush_folder,
    name_with,
)
from cmtools.inbox.drop import DropResult, Replacement, StagedDocument
from cmtools.locks import hold_lock
from cmtools.pricing.agreed_book import LOCK, AgreedBookEdit, AgreedChanged, prepare_edit
from cmtools.reports.book_rows import loads
from cmtools.reports.store import FileRows, Store
from cmtools.tables.reader.sandbox import InProcessReader
from cmtools.watch.context import WatchContext
from cmtools.watch.decision import Decision, write_decision
from cmtools.watch.durable_fs import copy_bytes, copy_folder, move_into_place, remove
from cmtools.watch.jobs import Job
from cmtools.watch.protocol_text import PROTOCOL, protocol_text, repeated_result
from cmtools.watch.seen_index import FirstResult
from cmtools.workspace import CLIENT_FOLDERS

STEM_BYTES = 200
LONGEST_ENDING = 10  # signs; what is longer behind a dot is a part of the name
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR)


BOOK_OPEN = "книга рабочей папки «{book}» открыта и поэтому не заменяется: закройте её"


class TargetChanged(Exception):
    """A book that the decision rests on was changed since: the drop must be processed again."""


def decide(job: Job, decision: Decision, context: WatchContext) -> Decision:
    """Write a decision down, with a free result folder; from here on it is only carried out.

    Where another job has processed the same content meanwhile, it becomes a repeated result.

    Raises:
        OSError: no rights, no room.
    """
    decision = replace(decision, folder=_free_result_folder(decision, context))
    result = decision.result
    if decision.sha256 and result.inputs_hash is not None:
        first = FirstResult(
            job=job.id,
            folder=decision.folder,
            book=result.book,
            inputs_hash=result.inputs_hash,
            accepted=result.accepted,
        )
        first = context.seen.remember(decision.sha256, first)
        if first.job != job.id:
            job.start_over()
            return decide(job, replace(decision, result=repeated_result(first)), context)
    for source in (result.memory, *(document.source for document in result.documents)):
        if source is not None:
            flush_file(job.folder / source)
    if result.documents or result.replacement:
        flush_folder(job.staging)
    write_decision(job, decision)
    return decision


def carry_out(job: Job, decision: Decision, context: WatchContext) -> Decision:
    """Carry a decision out, from wherever it was interrupted; return it as it was corrected.

    Raises:
        TargetChanged: the workspace's book was changed meanwhile; nothing was done.
        BookBusy: it cannot be replaced now.
        OSError: no rights, no room; to be repeated later.
    """
    result = decision.result
    changes_workspace = result.replacement is not None or result.documents
    with hold_lock(context.workspace.path(LOCK)) if changes_workspace else nullcontext():
        agreed_edit = _prepare_agreed_edit(result, context)
        _replace_book(job, decision, context)
        if result.replacement:
            _keep_newest(result.replacement, context)
        if result.memory:
            _remember_merge(job, decision, context)
        if agreed_edit:
            agreed_edit.save()
        decision = _place_documents(job, decision, context)
    home = context.workspace.path(CLIENT_FOLDERS)
    complete_folders(map(context.workspace.path, result.folders), home)
    context.due_reports.request(result.months)
    if result.renews_agenda:
        context.due_agenda.request()
    original = job.original()
    if original is not None:
        _complete_result(job, decision, original)
    if original is not None or job.result.is_dir():
        decision = _place_result(job, decision, context)
    return decision


def safe_drop_name(name: str) -> str:
    """Name a dropped file in its result folder."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122 a name such as «.» is no path
    safe = safe_name(name_with(stem, ending) if len(ending) <= LONGEST_ENDING else name)
    return f"_{safe}" if safe.casefold() == PROTOCOL.casefold() else safe


def _free_result_folder(decision: Decision, context: WatchContext) -> str:
    """Find a result folder `2026-11-22 10-00-00 Книга` that is not taken."""
    name = decision.name
    stem = name[:-5] if name.lower().endswith(".xlsx") else name
    title = f"{decision.claimed_at} {cut_to_bytes(safe_name(stem), STEM_BYTES)}"
    results = context.done if decision.result.accepted else context.failed
    return context.workspace.name(first_free(results, title))


def _prepare_agreed_edit(result: DropResult, context: WatchContext) -> AgreedBookEdit | None:
    """Prepare the book of agreed prices, before anything is done."""
    try:
        return prepare_edit(context.workspace, result.agreed)
    except AgreedChanged as error:
        raise TargetChanged from error
    except Unavailable as error:
        path = context.workspace.path(AGREED_BOOK.file_name)
        raise BookBusy(errno.EBUSY, str(error), str(path)) from error


def _replace_book(job: Job, decision: Decision, context: WatchContext) -> None:
    """Put the new book in place of the workspace's, and that one into the result."""
    replacement = decision.result.replacement
    if replacement is None or not (source := job.folder / replacement.source).exists():
        return
    target = context.workspace.path(replacement.target)
    current = checksum(target)
    if current == replacement.sha256:
        remove(source)
        return
    if current != replacement.expected:
        raise TargetChanged
    open_book = BookBusy(errno.EBUSY, BOOK_OPEN.format(book=replacement.target), str(target))
    if find_office_lock(target.resolve()):  # who has it open would save over what came in
        raise open_book
    if current is not None:
        kept = job.result / replacement.kept_as
        remove(kept)
        if copy_bytes(target, kept) != current:
            raise TargetChanged
        flush_file(kept)
    known_files.add_checksum(context.root, replacement.sha256)
    flush_file(source)
    fingerprint = file_fingerprint(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        move_into_place(source, target, replace=True)
    except PermissionError as error:
        raise open_book from error
    flush_folder(target.parent)
    if replacement.rows is not None:
        with Store(context.root) as store, suppress(OSError):
            rows = loads((job.folder / replacement.rows).read_bytes())
            store.keep([FileRows(target, fingerprint, rows)])


def _keep_newest(replacement: Replacement, context: WatchContext) -> None:
    """Keep the book that has taken its place, unless a person was faster to change it."""
    from cmtools.merge.newest import keep_newest

    target = context.workspace.path(replacement.target)
    if checksum(target) == replacement.sha256:
        keep_newest(context.root, BookFile(path=target, name=replacement.target))


def _remember_merge(job: Job, decision: Decision, context: WatchContext) -> None:
    """Remember a merge, and put what a person has to decide into the workspace and the result."""
    from cmtools.merge.answered_book import conflict_path
    from cmtools.merge.memory import MergeMemory

    assert decision.result.memory is not None
    memory = MergeMemory.loads((job.folder / decision.result.memory).read_bytes())
    answered = conflict_path(context.root, memory.book)
    if checksum(answered) == decision.sha256:
        remove(answered)
    reader = InProcessReader(limits=context.workspace.limits())
    for asked in memory.keep(context.root, reader, context.now()):
        if job.result.is_dir():
            remove(job.result / asked.name)
            copy_bytes(asked, job.result / asked.name)


def _place_documents(job: Job, decision: Decision, context: WatchContext) -> Decision:
    """Move the staged documents into the clients' folders, under the next version if need be."""
    folders: set[Path] = set()
    for number, document in enumerate(decision.result.documents):
        while document.source and (source := job.folder / document.source).exists():
            folder = context.workspace.path(document.folder)
            folder.mkdir(parents=True, exist_ok=True)
            name = version_name(document.stem, document.version)
            try:
                move_into_place(source, folder / name, replace=False)
            except FileExistsError:
                document = replace(document, version=document.version + 1)
                decision = _with_document(decision, number, document)
                write_decision(job, decision)
            folders.add(folder)
    for folder in folders:
        flush_folder(folder)
    return decision


def _with_document(decision: Decision, number: int, document: StagedDocument) -> Decision:
    documents = list(decision.result.documents)
    documents[number] = document
    return replace(decision, result=replace(decision.result, documents=tuple(documents)))


def _complete_result(job: Job, decision: Decision, original: Path) -> None:
    """Put the protocol and the dropped file into the result folder, which is not visible yet."""
    protocol = job.result / PROTOCOL
    protocol.write_text(protocol_text(decision), "utf-8", newline="\n")
    flush_file(protocol)
    target = job.result / safe_drop_name(decision.name)
    if os.lstat(original).st_nlink > 1:  # another name of the file could still change it
        remove(target)
        copy_bytes(original, target)
        remove(original)
    else:
        original.replace(target)
        with suppress(PermissionError):  # a file that we may move but not open
            flush_file(target)
    flush_folder(job.result)


def _place_result(job: Job, decision: Decision, context: WatchContext) -> Decision:
    """Move the result folder into its place, under another name where it was taken meanwhile."""
    while True:
        target = context.root / decision.folder
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = target.parent / f"{TEMPORARY}{job.id}"
        try:
            (copy if decision.is_copied else job.result).rename(target)
        except FileNotFoundError:
            if not decision.is_copied:
                raise
            break  # it was moved before a kill
        except OSError as error:
            if error.errno in _TAKEN:
                decision = replace(decision, folder=_free_result_folder(decision, context))
            elif error.errno == errno.EXDEV:
                remove(copy)
                copy_folder(job.result, copy)
                decision = replace(decision, is_copied=True)
            else:
                raise
            write_decision(job, decision)
        else:
            break
    flush_folder(target.parent)
    return decision
