"""Drop-downs of the workspace's books that are fed by its settings and its register.

Excel offers only what stands in the book itself: after a register was accepted, or the settings
were changed, the lists of the other books are copied anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cmtools import known_files
from cmtools.books.dropdown_lists import lists_from_dataset
from cmtools.books.loader import BookFile, load_books
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.files import atomic_write, file_fingerprint, find_office_lock
from cmtools.locks import hold_lock
from cmtools.pricing.agreed_book import LOCK
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import EditRefused, refuse_locked
from cmtools.tables.patch.package import Package
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.writer.dropdowns import foreign_columns, refresh_lists
from cmtools.workspace import Workspace

SOURCES = Path(".cmtools", "dropdowns")
"""The fingerprints of the settings and the register whose lists the other books offer."""


def refresh_dropdowns(workspace: Workspace, reader: WorkbookReader, today: date) -> None:
    """Copy the lists into the books where the settings or the register have changed since.

    A workspace that is seen for the first time is left as it is.

    Raises:
        OSError: no rights, no room.
    """
    books = [book for book in workspace.books() if book.path.is_file()]
    sources = [book for book in books if book.book in (SETTINGS, REGISTER)]
    note = workspace.path(*SOURCES.parts)
    current = repr([file_fingerprint(source.path) for source in sources])
    before = note.read_text("ascii", "replace") if note.exists() else current
    if before != current:
        dataset = load_books([], sources, reader, today, STANDARD_DOCUMENTS).dataset
        if not _refresh_books(workspace, books, reader, dataset):
            return  # again with the next change of the workspace
    if before != current or not note.exists():
        with atomic_write(note) as aside:
            aside.write_text(current, "ascii")


def _refresh_books(
    workspace: Workspace, books: Sequence[BookFile], reader: WorkbookReader, dataset: Dataset
) -> bool:
    """Refresh each book; return whether none had to be left because it is in use."""
    is_complete = True
    with hold_lock(workspace.path(LOCK)):
        for file in books:
            if file.book is None or not foreign_columns(file.book):
                continue
            if find_office_lock(file.path.resolve()):
                is_complete = False
            elif reader.read(file.path, frozenset()).fault is None:
                try:
                    _refresh_book(workspace, file, dataset)
                except PermissionError:
                    is_complete = False
    return is_complete


def _refresh_book(workspace: Workspace, file: BookFile, dataset: Dataset) -> None:
    assert file.book is not None
    package = Package(file.path)
    try:
        refuse_locked(package)
    except EditRefused:
        return
    if not refresh_lists(package, file.book, lists_from_dataset(file.book, dataset)):
        return
    is_known = known_files.is_known(workspace.root, file.path)
    with atomic_write(file.path.resolve()) as aside:
        package.save(aside)
    if is_known:
        known_files.add_file(workspace.root, file.path)
