"""Versions of books that are changed in the workspace itself, by people and by commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copyfile

from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.loader import BookFile, BookLoader
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.files import atomic_write
from cmtools.merge.book_merge import stamp
from cmtools.merge.book_records import BookRefused, ReadBook, read_book
from cmtools.merge.newest import find_older_version, fingerprint_of, keep_newest
from cmtools.merge.versions import Versions
from cmtools.tables.dataset import Dataset
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader, WorkbookReader
from cmtools.workspace import Workspace

_NEVER_MERGED = (SETTINGS, AGREED_BOOK)


def record_edits(workspace: Workspace, books: Iterable[BookFile], reader: WorkbookReader) -> None:
    """Keep a version of each book that was changed since it was last looked at.

    A copy that was made of it then goes on from there. Books that are as they were are not read;
    one that cannot be read, or stands on an earlier version than it did, is looked at again the
    next time.

    Raises:
        OSError: no rights, no room.
    """
    with Versions(workspace.root) as versions:
        for _ in _record_changed(versions, workspace, books, reader):
            pass


def _record_changed(
    versions: Versions, workspace: Workspace, books: Iterable[BookFile], reader: WorkbookReader
) -> Iterator[ReadBook]:
    """Keep a version of each book that was changed; yield what it holds."""
    merged = [book for book in books if book.book not in _NEVER_MERGED]
    states = [(book, fingerprint_of(book.path)) for book in merged]
    changed = [(b, f) for b, f in states if f and not versions.is_recorded(b.name, f)]
    company = read_company(workspace, reader) if changed else Dataset([])
    for book, fingerprint in changed:
        try:
            if find_older_version(versions, workspace.root, book, reader):
                continue
            read = read_book(book.path, reader, company)
        except (BookRefused, OSError):
            continue
        versions.add_version(book.name, read.records, read.stamp)
        versions.add_fingerprint(book.name, fingerprint)
        if fingerprint_of(book.path) == fingerprint:
            keep_newest(workspace.root, book)
        yield read


def stamp_version(workspace: Workspace, book: str, path: Path, reader: WorkbookReader) -> None:
    """Keep what a changed book holds as a version before it takes its place; number its file.

    Raises:
        OSError: no rights, no room.
    """
    with Versions(workspace.root) as versions:
        _stamp(versions, workspace, book, path, reader)


def stamp_next_version(
    workspace: Workspace, book: BookFile, path: Path, reader: WorkbookReader
) -> None:
    """Stamp the file that takes the place of a book, after a version of the book as it is.

    Raises:
        OSError: no rights, no room.
    """
    with Versions(workspace.root) as versions:
        before = next(_record_changed(versions, workspace, [book], reader), None)
        _stamp(versions, workspace, book.name, path, reader, before)


def _stamp(
    versions: Versions,
    workspace: Workspace,
    book: str,
    path: Path,
    reader: WorkbookReader,
    before: ReadBook | None = None,
) -> None:
    with suppress(BookRefused):
        read = read_book(path, reader, read_company(workspace, reader), like=before)
        stamp(path, path, versions.add_version(book, read.records))


def stamp_new_books(workspace: Workspace) -> None:
    """Give each book of a new workspace the number of its first version.

    Raises:
        OSError: no rights, no room.
    """
    reader = InProcessReader(limits=Limits())
    for book in workspace.books():
        if book.book not in _NEVER_MERGED and book.path.is_file():
            with atomic_write(book.path) as aside:
                copyfile(book.path, aside)
                stamp_version(workspace, book.name, aside, reader)


def read_company(workspace: Workspace, reader: WorkbookReader) -> Dataset:
    """Read the settings and the register, to which the books refer."""
    loader = BookLoader(reader)
    for book in workspace.books():
        if book.book in (SETTINGS, REGISTER) and book.path.is_file():
            loader.read(book)
    return Dataset(loader.sheets)
