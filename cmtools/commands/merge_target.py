"""The book that a merge changes: whether it may be changed, its check, how it takes its place."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex

from cmtools.books.loader import BookFile, load_books
from cmtools.changed_book import refuse_open, save_changed
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.files import checksum
from cmtools.merge.answered_book import place_conflict_book
from cmtools.merge.book_merge import MergeInputs
from cmtools.merge.in_place import read_company
from cmtools.merge.records import BookRecords
from cmtools.merge.versions import Versions
from cmtools.problems import Message, Place, Problem, Severity, problem_at
from cmtools.tables.patch.book_edit import find_lock
from cmtools.tables.patch.package import Package
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.workspace import MERGED, Workspace

LOCKED = Message(
    "book-locked",
    "саму книгу менять нельзя, {reason}: сведённая копия лежит рядом, без этого",
    "проверьте копию и положите её на место книги сами",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeSession:
    """What one call of the command works with; `moment` names backups."""

    workspace: Workspace
    reader: WorkbookReader
    versions: Versions
    today: date
    moment: datetime
    in_place: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeTarget:
    """The book that is changed, or gets a changed copy beside it where `now` is None.

    before: its SHA-256. locked: says why there is only a copy.
    """

    session: MergeSession
    book: BookFile
    before: str | None
    locked: tuple[Problem, ...]
    now: datetime | None

    def inputs(self, copy: Path, base: Path | None = None) -> MergeInputs:
        """Return what is merged: a copy, and what it was made from where that is named."""
        return MergeInputs(
            name=self.book.name,
            book=self.book.path,
            copy=copy,
            title=copy.name,
            base=base,
            company=read_company(self.session.workspace, self.session.reader),
            token=token_hex() if self.now else "",
        )

    def check(self, path: Path) -> Sequence[Problem]:
        """Check a version of the book in its place among the others."""
        session, book = self.session, self.book
        books = session.workspace.books()
        others = [other for other in books if other.path.is_file() and other.name != book.name]
        files = [*others, replace(book, path=path)]
        problems = load_books([], files, session.reader, session.today, STANDARD_DOCUMENTS).problems
        return [problem for problem in problems if problem.place.file == book.name]

    def place(self, aside: Path) -> tuple[str, ...]:
        """Put the merged book beside the book, or in its place; return the names of the files."""
        write = partial(shutil.copyfile, aside)
        return save_changed(
            self.session.workspace,
            self.book,
            write,
            suffix=MERGED,
            before=self.before,
            now=self.now,
            is_stamped=True,
        )

    def place_conflicts(self, records: BookRecords) -> tuple[str, ...]:
        """Put what is to be decided into the workspace; return the names of the files."""
        session = self.session
        root, reader = session.workspace.root, session.reader
        paths = place_conflict_book(
            root, self.book.name, records, reader, session.versions, session.moment
        )
        return tuple(map(session.workspace.name, paths))


def open_target(session: MergeSession, book: BookFile) -> MergeTarget:
    """Look at the book that is to be changed.

    Raises:
        Unavailable: it is open.
        OSError: no rights.
    """
    locked = _find_lock(book, session.reader, is_asked=session.in_place)
    now = session.moment if session.in_place and not locked else None
    if now:
        refuse_open(book)
    return MergeTarget(
        session=session, book=book, before=checksum(book.path), locked=locked, now=now
    )


def _find_lock(book: BookFile, reader: WorkbookReader, *, is_asked: bool) -> tuple[Problem, ...]:
    """Say why only a copy beside the book is made; an error where the book was to be changed."""
    is_readable = reader.read_whole(book.path).fault is None
    reason = find_lock(Package(book.path)) if is_readable else None
    if reason is None:
        return ()
    severity = Severity.ERROR if is_asked else Severity.WARNING
    return (replace(problem_at(Place(file=book.name), LOCKED(reason=reason)), severity=severity),)
