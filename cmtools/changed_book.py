"""Put a book that was changed beside the manager's, or in its place after a backup."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from cmtools import known_files
from cmtools.books.loader import BookFile
from cmtools.errors import Unavailable, UnavailableNow
from cmtools.files import atomic_write, checksum, copy, find_office_lock
from cmtools.merge.in_place import stamp_next_version
from cmtools.merge.newest import find_older_version, keep_newest, put_back_newest
from cmtools.merge.versions import Versions
from cmtools.problems import Problem
from cmtools.tables.patch.book_edit import EditRefused
from cmtools.tables.reader.sandbox import Reader, WorkbookReader
from cmtools.workspace import Workspace, backup_path, copy_path

COPIES = Path(".cmtools", "copies")
"""The checksums of copies as they were written, one file a copy, named by a hash of its name."""


def refuse_open(book: BookFile) -> None:
    """Refuse a book that Excel would write over with what it holds.

    Raises:
        Unavailable: the book is open.
    """
    if lock := find_office_lock(book.path.resolve()):
        raise UnavailableNow(
            f"книга «{book.name}» открыта (рядом файл «{lock.name}»): закройте её и повторите"
        )


def refuse_older(workspace: Workspace, book: BookFile, reader: WorkbookReader) -> None:
    """Refuse a book in whose place an older copy of it stands.

    Raises:
        UnavailableNow: it is older than the version that was there.
    """
    if older := _find_older(workspace, book, reader):
        raise UnavailableNow(f"«{book.name}»: {older.message}; {older.hint}")


def put_back_older(
    workspace: Workspace, book: BookFile, reader: WorkbookReader, now: datetime
) -> tuple[str, ...]:
    """Put the newest version of a book back where an older copy stands in its place.

    Return the names of the copy, which is a backup now, and of the book; none where it is not so.

    Raises:
        UnavailableNow: the copy is open.
        OSError: no rights, no room.
    """
    if not _find_older(workspace, book, reader):
        return ()
    refuse_open(book)
    backup = backup_path(book.path, now)
    put_back_newest(workspace.root, book, backup)
    return workspace.name(backup), workspace.name(book.path)


def _find_older(workspace: Workspace, book: BookFile, reader: WorkbookReader) -> Problem | None:
    with Versions(workspace.root) as versions:
        return find_older_version(versions, workspace.root, book, reader)


def save_changed(
    workspace: Workspace,
    book: BookFile,
    write: Callable[[Path], object],
    *,
    suffix: str,
    before: str | None,
    now: datetime | None,
    subject: str = "",
    is_stamped: bool = False,
) -> tuple[str, ...]:
    """Save a changed book; return the names of the files.

    `write` is given the path to write to. The book goes beside its original, named with `suffix`,
    or, where there is a moment `now`, in its place after a backup; `before` is the checksum of what
    was changed. subject: see `find_copy_path`.

    Raises:
        Unavailable: the book is open, was changed meanwhile or cannot be changed without a loss.
        OSError: no rights, no room.
    """
    if now is None:
        with _naming(book):
            return (workspace.name(write_copy(workspace, book.path, suffix, write, subject)),)
    backup = backup_path(book.path, now)
    replace_book(workspace, book, write, before=before, backup=backup, is_stamped=is_stamped)
    keep_newest(workspace.root, book)
    return workspace.name(backup), workspace.name(book.path)


def write_copy(
    workspace: Workspace,
    path: Path,
    suffix: str,
    write: Callable[[Path], object],
    subject: str = "",
) -> Path:
    """Write a copy beside a book; return its path.

    subject: see `find_copy_path`.

    Raises:
        OSError: no rights, no room.
    """
    target = find_copy_path(workspace, path, suffix, subject)
    with atomic_write(target) as aside:
        write(aside)
    with atomic_write(_copy_note(workspace, target)) as aside:
        aside.write_text(f"{checksum(target)}{subject}", "utf-8")
    return target


def find_copy_path(workspace: Workspace, path: Path, suffix: str, subject: str = "") -> Path:
    """Return where the next copy of a book goes: past those that a person has changed since.

    A copy that cannot be compared, as one of another program, counts as changed. One of
    another `subject`, such as the draft of another order, is not written over either.
    """
    number = 1
    while os.path.lexists(target := copy_path(path, suffix, number)) and not target.is_dir():
        note = _copy_note(workspace, target)
        if note.exists() and note.read_text("utf-8", "replace") == f"{checksum(target)}{subject}":
            break
        number += 1
    return target


def _copy_note(workspace: Workspace, target: Path) -> Path:
    """Return the file that holds the checksum of a copy as it was written."""
    return workspace.path(*COPIES.parts, sha256(workspace.name(target).encode()).hexdigest())


def save_all_changed(
    workspace: Workspace,
    books: Sequence[tuple[BookFile, Path]],
    *,
    suffix: str,
    before: Mapping[str, str | None],
    now: datetime | None,
    subject: str = "",
) -> tuple[str, ...]:
    """Save books with their changed copies, in their places all or none; see `save_changed`.

    `before` are the checksums by the names of the books.

    Raises:
        Unavailable: one is open or was changed meanwhile.
        OSError: no rights, no room.
    """
    if now is not None:
        return replace_books(workspace, books, before, lambda book: backup_path(book.path, now))
    copies = [
        write_copy(workspace, book.path, suffix, partial(shutil.copyfile, changed), subject)
        for book, changed in books
    ]
    return tuple(map(workspace.name, copies))


def replace_books(
    workspace: Workspace,
    books: Sequence[tuple[BookFile, Path]],
    before: Mapping[str, str | None],
    backup: Callable[[BookFile], Path],
) -> tuple[str, ...]:
    """Put changed books into their places, all or none; return the names of backups and books.

    `before` are the checksums by the names of the books, `backup` tells where each is kept.

    Raises:
        Unavailable: one is open, was changed meanwhile or cannot be changed without a loss.
        OSError: no rights, no room.
    """
    for book, _ in books:
        refuse_open(book)
    replaced: list[tuple[Path, Path]] = []
    try:
        for book, changed in books:
            write, kept = partial(shutil.copyfile, changed), backup(book)
            replace_book(workspace, book, write, before=before.get(book.name), backup=kept)
            replaced.append((kept, book.path))
    except BaseException:
        for kept, path in replaced:
            copy(kept, path.resolve())
        raise
    for book, _ in books:
        keep_newest(workspace.root, book)
    return tuple(workspace.name(path) for pair in replaced for path in pair)


def replace_book(
    workspace: Workspace,
    book: BookFile,
    write: Callable[[Path], object],
    *,
    before: str | None,
    backup: Path,
    is_stamped: bool = False,
) -> None:
    """Put a changed book in the place of one that is kept as `backup`; see `save_changed`.

    One that only the program has written so far still counts as such. Both are kept as versions,
    and the new one bears its number, unless `write` has seen to that: `is_stamped`.
    """
    refuse_open(book)
    if checksum(book.path) != before:
        raise UnavailableNow(f"«{book.name}» только что изменили: повторите")
    with _naming(book), Reader(workspace.limits()) as reader:
        refuse_older(workspace, book, reader)
        copy(book.path, backup)
        is_known = known_files.is_known(workspace.root, book.path)
        with atomic_write(book.path.resolve()) as aside:
            write(aside)
            if not is_stamped:
                stamp_next_version(workspace, book, aside, reader)
    if is_known:
        known_files.add_file(workspace.root, book.path)


@contextmanager
def _naming(book: BookFile) -> Iterator[None]:
    try:
        yield
    except EditRefused as refusal:
        raise Unavailable(f"«{book.name}» нельзя изменить без потерь: {refusal}") from refusal
