"""`cmtools merge`: a copy of a book merged into it, so that nobody's edit is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

from cmtools.books.copies import book_of_copy, order_numbers
from cmtools.books.loader import BookFile, BookLoader, load_books
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.books.plan import PLAN
from cmtools.books.settings import SETTINGS
from cmtools.changed_book import put_back_older, refuse_older, refuse_open, save_changed
from cmtools.commands.result import ExitCode, Result, problems_as_json
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.errors import Unavailable, UsageError
from cmtools.files import checksum
from cmtools.forms.proof import read_secret
from cmtools.forms.reply import find_mark, open_reply
from cmtools.inbox.destination import find_destination
from cmtools.merge.answered_book import merge_answers, place_conflict_book, remove_answered_book
from cmtools.merge.book_merge import MergeInputs, merge_copy
from cmtools.merge.book_records import BookRefused
from cmtools.merge.conflict import content_as_json
from cmtools.merge.conflict_book import CONFLICT_FORM, read_answers
from cmtools.merge.damage import CopyDamaged
from cmtools.merge.in_place import read_company
from cmtools.merge.origin import find_origin
from cmtools.merge.three_way import Merge
from cmtools.merge.versions import Versions
from cmtools.pricing.session import existing_path
from cmtools.problems import (
    Fault,
    Message,
    Place,
    Problem,
    Severity,
    has_errors,
    problem_at,
    sort_problems,
)
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import EditRefused, find_lock
from cmtools.tables.patch.package import Package
from cmtools.tables.reader.cache import CachedReader
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.tables.reader.sandbox import Reader, WorkbookReader
from cmtools.workspace import MERGED, Workspace, find_workspace

LOCKED = Message(
    "book-locked",
    "саму книгу менять нельзя, {reason}: сведённая копия лежит рядом, без этого",
    "проверьте копию и положите её на место книги сами",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeResult(Result):
    """What was taken of a copy and what a person has to decide; `base` names the version."""

    book: str
    base: int | str
    merge: Merge

    @property
    def exit_code(self) -> ExitCode:
        """PROBLEMS also where there are conflicts."""
        has_problems = self.merge.conflicts or has_errors(self.problems)
        return ExitCode.PROBLEMS if has_problems else ExitCode.DONE

    def as_json(self) -> dict[str, Any]:
        merge = self.merge
        return {
            "ok": not merge.conflicts and not has_errors(self.problems),
            "base": self.base,
            "taken": [
                {
                    "sheet": cell.sheet,
                    "key": cell.key,
                    "column": cell.column,
                    "was": content_as_json(cell.was),
                    "now": content_as_json(cell.now),
                }
                for cell in merge.taken
            ],
            "added": [{"sheet": row.sheet, "key": row.key} for row in merge.added],
            "removed": [{"sheet": row.sheet, "key": row.key} for row in merge.removed],
            "conflicts": [
                {
                    "sheet": conflict.sheet,
                    "key": conflict.key,
                    "column": conflict.column,
                    "base": content_as_json(conflict.base),
                    "ours": content_as_json(conflict.ours),
                    "theirs": content_as_json(conflict.theirs),
                    "reason": conflict.reason,
                }
                for conflict in merge.conflicts
            ],
            "files": list(self.files),
            "problems": problems_as_json(self.problems),
        }


def merge(
    root: Path,
    file: Path,
    *,
    base: Path | None = None,
    in_place: bool = False,
    today: date,
    now: datetime | None = None,
) -> MergeResult:
    """Merge a copy of a book into the workspace's book of its kind.

    The result is written beside the book, or, `in_place`, into the book itself after a backup named
    by `now`; never into one with macros, a signature or a log of changes.
    `base` is a file that the copy was made from; without one it is found.

    Raises:
        UsageError: the file is no book of the workspace.
        Unavailable: the book is open, cannot be changed without a loss, or was changed meanwhile.
        WorkspaceError: no workspace.
        OSError: no rights, no room.
    """
    workspace = find_workspace(root)
    theirs = existing_path(workspace, file)
    with (
        Reader(workspace.limits()) as worker,
        Versions(workspace.root) as versions,
        TemporaryDirectory() as folder,
    ):
        reader = CachedReader(worker)
        moment = now or datetime.combine(today, time())
        place = moment if in_place else None
        cells = reader.read_whole(theirs)
        if (mark := find_mark(cells)) and mark[0].form == CONFLICT_FORM.name:
            return _answer(workspace, theirs, cells, reader, versions, today, place)
        book = _find_book(workspace, theirs, reader)
        put_back: tuple[str, ...] = ()
        if place and theirs.resolve() == book.path.resolve():
            put_back = put_back_older(workspace, book, reader, place)
            theirs = workspace.path(*put_back[:1]) if put_back else theirs
        else:
            refuse_older(workspace, book, reader)
        check = _check(workspace, book, reader, today)
        before = checksum(book.path)
        locked = _find_lock(book, reader, is_asked=in_place)
        place = None if locked else place
        if place:
            refuse_open(book)
        aside = Path(folder, "merged.xlsx")
        inputs = MergeInputs(
            name=book.name,
            book=book.path,
            copy=theirs,
            title=theirs.name,
            base=base and existing_path(workspace, base),
            company=read_company(workspace, reader),
            token=token_hex() if place else "",
        )
        try:
            done = merge_copy(inputs, reader, versions, check, aside)
        except BookRefused as error:
            raise UsageError(str(error)) from error
        except CopyDamaged as error:
            return MergeResult(problems=error.problems, book=book.name, base=0, merge=Merge())
        except EditRefused as error:
            raise Unavailable(f"«{book.name}» нельзя изменить без потерь: {error}") from error
        files = put_back
        if not done.errors:
            files += _place(workspace, book, done.merge, aside, before, place)
            if place:
                versions.add_drop(done.drop)
                asked = place_conflict_book(
                    workspace.root, book.name, done.records, reader, versions, moment
                )
                files += tuple(workspace.name(path) for path in asked)
    return MergeResult(
        problems=sort_problems((*locked, *done.errors)),
        files=files,
        book=book.name,
        base=workspace.name(base) if base else done.base.version,
        merge=done.merge,
    )


def _place(
    workspace: Workspace,
    book: BookFile,
    merge: Merge,
    aside: Path,
    before: str | None,
    now: datetime | None,
) -> tuple[str, ...]:
    """Put the merged book beside the book, or at the moment `now` in its place."""
    if now is not None and merge.is_empty:
        return ()
    write = partial(shutil.copyfile, aside)
    return save_changed(
        workspace, book, write, suffix=MERGED, before=before, now=now, is_stamped=True
    )


def _answer(
    workspace: Workspace,
    file: Path,
    cells: WorkbookCells,
    reader: WorkbookReader,
    versions: Versions,
    today: date,
    now: datetime | None,
) -> MergeResult:
    """Apply what a person decided in a conflict book."""
    reply = open_reply(cells, CONFLICT_FORM, read_secret(workspace.root))
    if isinstance(reply, Fault):
        raise UsageError(f"«{file.name}»: {reply.message}; {reply.hint}")
    answers = read_answers(reply, workspace.name(file))
    book = next((b for b in workspace.books() if b.name == answers.book), None)
    if book is None or not book.path.is_file():
        raise UsageError(f"«{file.name}»: в рабочей папке больше нет книги «{answers.book}»")
    refuse_older(workspace, book, reader)
    locked = _find_lock(book, reader, is_asked=now is not None)
    now = None if locked else now
    if now is not None:
        refuse_open(book)
    before = checksum(book.path)
    inputs = MergeInputs(
        name=book.name,
        book=book.path,
        copy=file,
        title=file.name,
        company=read_company(workspace, reader),
        token=token_hex() if now else "",
    )
    files: tuple[str, ...] = ()
    with TemporaryDirectory() as folder:
        aside = Path(folder, "answered.xlsx")
        check = _check(workspace, book, reader, today)
        try:
            done = merge_answers(inputs, answers, reader, versions, check, aside)
        except BookRefused as error:
            raise UsageError(str(error)) from error
        except EditRefused as error:
            raise Unavailable(f"«{book.name}» нельзя изменить без потерь: {error}") from error
        if not done.errors:
            if not done.merge.is_empty:
                files = _place(workspace, book, done.merge, aside, before, now)
            if now is not None:
                versions.decide(book.name, done.decided, done.refused)
                if not answers.problems:
                    remove_answered_book(workspace.root, book.name, file)
                asked = place_conflict_book(
                    workspace.root, book.name, done.records, reader, versions, now
                )
                files += tuple(workspace.name(path) for path in asked)
    return MergeResult(
        problems=sort_problems((*locked, *answers.problems, *done.errors)),
        files=files,
        book=book.name,
        base=0,
        merge=done.merge,
    )


def _find_lock(book: BookFile, reader: WorkbookReader, *, is_asked: bool) -> tuple[Problem, ...]:
    """Say why only a copy beside the book is made; an error where the book was to be changed."""
    is_readable = reader.read_whole(book.path).fault is None
    reason = find_lock(Package(book.path)) if is_readable else None
    if reason is None:
        return ()
    severity = Severity.ERROR if is_asked else Severity.WARNING
    return (replace(problem_at(Place(file=book.name), LOCKED(reason=reason)), severity=severity),)


def _find_book(workspace: Workspace, file: Path, reader: WorkbookReader) -> BookFile:
    """Find the book of the workspace that a file is a copy of."""
    loader = BookLoader(reader, [ORDERS, PLAN])
    loader.read(BookFile(path=file, name=file.name))
    kind = loader.books.get(file.name)
    if kind is None or kind is SETTINGS:
        reason = (
            "настройки меняет только директор"
            if kind
            else next((p.message for p in loader.problems if p.is_error), "это не книга cmtools")
        )
        raise UsageError(f"«{file.name}»: {reason}")
    own = [book for book in workspace.books() if book.book is kind and book.path.is_file()]
    if kind is ORDER_BOOK and len(own) > 1:
        numbers = order_numbers(loader.sheets).get(file.name, set())
        shared = {book.name: len(numbers & _numbers_of(book, reader)) for book in own}
        name = book_of_copy(numbers, shared)
        name = name or find_origin(workspace, reader.read_whole(file), numbers)
        own = [book for book in own if book.name == name]
    elif kind is not ORDER_BOOK:
        origin = find_origin(workspace, reader.read_whole(file))
        place = find_destination(file.name, kind, Dataset(loader.sheets), workspace, origin)
        own = [book for book in own if book.path == place]
    if len(own) != 1:
        raise UsageError(f"«{file.name}»: в рабочей папке нет книги, из которой сделана эта копия")
    return own[0]


def _numbers_of(book: BookFile, reader: WorkbookReader) -> Set[str]:
    loader = BookLoader(reader, [ORDERS])
    loader.read(book)
    return order_numbers(loader.sheets).get(book.name, set())


def _check(
    workspace: Workspace, book: BookFile, reader: WorkbookReader, today: date
) -> Callable[[Path], Sequence[Problem]]:
    """Return the check of a version of a book in its place among the others."""
    others = [o for o in workspace.books() if o.path.is_file() and o.name != book.name]

    def check(path: Path) -> Sequence[Problem]:
        files = [*others, replace(book, path=path)]
        problems = load_books([], files, reader, today, STANDARD_DOCUMENTS).problems
        return [problem for problem in problems if problem.place.file == book.name]

    return check
