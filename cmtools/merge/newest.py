"""The newest version of each book as a file, kept for the case that an older copy takes its place.

A person, or a program that synchronizes folders, may put a copy on an earlier version straight over
the workspace's book: all edits since would be gone. The number that it bears tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cmtools.books.loader import BookFile
from cmtools.files import copy, file_fingerprint
from cmtools.merge.book_records import find_stamp
from cmtools.merge.versions import Versions
from cmtools.problems import Message, Place, Problem, problem_at
from cmtools.tables.reader.sandbox import WorkbookReader

FOLDER = Path(".cmtools", "newest")

OLDER_VERSION = Message(
    "older-version",
    "на месте книги лежит её старая копия: версия {own}, а здесь уже была версия {newest}; "
    "правок, внесённых с тех пор, в ней нет",
    'cmtools merge "{book}" --in-place вернёт новую версию и внесёт в неё правки этой; '
    "cmtools watch делает это сам",
)


def keep_newest(root: Path, book: BookFile) -> None:
    """Keep the file of a book whose version is recorded: it has just taken its place.

    Raises:
        OSError: no rights, no room.
    """
    fingerprint = fingerprint_of(book.path)
    copy(book.path, _kept_path(root, book))
    with Versions(root) as versions:
        versions.add_fingerprint(book.name, fingerprint)


def find_older_versions(
    root: Path, books: Iterable[BookFile], reader: WorkbookReader
) -> list[Problem]:
    """Name the books that stand on an earlier version than the ones that were kept.

    Raises:
        OSError: see `find_older_version`.
    """
    if not (root / FOLDER).is_dir():
        return []
    with Versions(root) as versions:
        found = (find_older_version(versions, root, book, reader) for book in books)
        return [problem for problem in found if problem]


def find_older_version(
    versions: Versions, root: Path, book: BookFile, reader: WorkbookReader
) -> Problem | None:
    """Say that a book stands on an earlier version than the one that was kept of it.

    Raises:
        OSError: what is remembered of the book, or the book itself, cannot be read.
    """
    kept = _kept_path(root, book)
    if not (kept.is_file() and book.path.is_file()):
        return None
    if versions.is_recorded(book.name, fingerprint_of(book.path)):
        return None
    own, newest = (find_stamp(reader.read(path, frozenset())) or 0 for path in (book.path, kept))
    is_older = own < newest and versions.book_of(own) == versions.book_of(newest) == book.name
    fault = OLDER_VERSION(own=own, newest=newest, book=book.name)
    return problem_at(Place(file=book.name), fault) if is_older else None


def put_back_newest(root: Path, book: BookFile, aside: Path) -> None:
    """Put the newest version of a book back, after the older one was copied aside.

    Raises:
        OSError: no rights, no room.
    """
    copy(book.path, aside)
    copy(_kept_path(root, book), book.path.resolve())


def fingerprint_of(path: Path) -> str:
    """Return what a file is known by; empty where it is not there, or Excel holds it."""
    try:
        return repr(file_fingerprint(path)) if path.is_file() else ""
    except OSError:
        return ""


def _kept_path(root: Path, book: BookFile) -> Path:
    return root / FOLDER / f"{sha256(book.name.encode()).hexdigest()}.xlsx"
