"""`cmtools merge`: a copy of a book merged into it, so that nobody's edit is lost."""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cmtools.books.copies import book_of_copy, order_numbers
from cmtools.books.loader import BookFile, BookLoader
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.books.plan import PLAN
from cmtools.books.settings import SETTINGS
from cmtools.changed_book import put_back_older, refuse_older
from cmtools.commands.merge_target import MergeSession, open_target
from cmtools.commands.result import ExitCode, Result, problems_as_json
from cmtools.errors import Unavailable, UsageError
from cmtools.forms.proof import read_secret
from cmtools.forms.reply import find_mark, open_reply
from cmtools.inbox.destination import find_destination
from cmtools.merge.answered_book import merge_answers, remove_answered_book
from cmtools.merge.book_merge import merge_copy
from cmtools.merge.book_records import BookRefused
from cmtools.merge.conflict import content_as_json
from cmtools.merge.conflict_book import CONFLICT_FORM, read_answers
from cmtools.merge.damage import CopyDamaged
from cmtools.merge.origin import find_origin
from cmtools.merge.three_way import Merge
from cmtools.merge.versions import Versions
from cmtools.pricing.session import existing_path
from cmtools.problems import (
    Fault,
    has_errors,
    sort_problems,
)
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import EditRefused
from cmtools.tables.reader.cache import CachedReader
from cmtools.tables.reader.grid import WorkbookCells
from cmtools.tables.reader.sandbox import Reader, WorkbookReader
from cmtools.workspace import Workspace, find_workspace


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
    path = existing_path(workspace, file)
    with Reader(workspace.limits()) as worker, Versions(workspace.root) as versions:
        session = MergeSession(
            workspace=workspace,
            reader=CachedReader(worker),
            versions=versions,
            today=today,
            moment=now or datetime.combine(today, time()),
            in_place=in_place,
        )
        cells = session.reader.read_whole(path)
        if (mark := find_mark(cells)) and mark[0].form == CONFLICT_FORM.name:
            return _merge_answers(session, path, cells)
        return _merge_copy(session, path, base and existing_path(workspace, base))


@contextmanager
def _with_usage_errors(book: BookFile) -> Iterator[None]:
    try:
        yield
    except BookRefused as error:
        raise UsageError(str(error)) from error
    except EditRefused as error:
        raise Unavailable(f"«{book.name}» нельзя изменить без потерь: {error}") from error


def _merge_copy(session: MergeSession, file: Path, base: Path | None) -> MergeResult:
    """Merge a copy into its book; one that lies in the place of a newer version is put back."""
    workspace, reader, versions = session.workspace, session.reader, session.versions
    book = _find_book(workspace, file, reader)
    files: tuple[str, ...] = ()
    if session.in_place and file.resolve() == book.path.resolve():
        files = put_back_older(workspace, book, reader, session.moment)
        file = workspace.path(*files[:1]) if files else file
    else:
        refuse_older(workspace, book, reader)
    target = open_target(session, book)
    with TemporaryDirectory() as folder, _with_usage_errors(book):
        aside = Path(folder, "merged.xlsx")
        try:
            done = merge_copy(target.inputs(file, base), reader, versions, target.check, aside)
        except CopyDamaged as error:
            return MergeResult(problems=error.problems, book=book.name, base=0, merge=Merge())
        if not done.errors:
            if target.now is None or not done.merge.is_empty:
                files += target.place(aside)
            if target.now:
                versions.add_drop(done.drop)
                files += target.place_conflicts(done.records)
    return MergeResult(
        problems=sort_problems((*target.locked, *done.errors)),
        files=files,
        book=book.name,
        base=workspace.name(base) if base else done.base.version,
        merge=done.merge,
    )


def _merge_answers(session: MergeSession, file: Path, cells: WorkbookCells) -> MergeResult:
    """Apply what a person decided in a conflict book."""
    workspace, reader, versions = session.workspace, session.reader, session.versions
    reply = open_reply(cells, CONFLICT_FORM, read_secret(workspace.root))
    if isinstance(reply, Fault):
        raise UsageError(f"«{file.name}»: {reply.message}; {reply.hint}")
    answers = read_answers(reply, workspace.name(file))
    book = next((b for b in workspace.books() if b.name == answers.book), None)
    if book is None or not book.path.is_file():
        raise UsageError(f"«{file.name}»: в рабочей папке больше нет книги «{answers.book}»")
    refuse_older(workspace, book, reader)
    target = open_target(session, book)
    files: tuple[str, ...] = ()
    with TemporaryDirectory() as folder, _with_usage_errors(book):
        aside = Path(folder, "answered.xlsx")
        done = merge_answers(target.inputs(file), answers, reader, versions, target.check, aside)
        if not done.errors:
            if not done.merge.is_empty:
                files = target.place(aside)
            if target.now:
                versions.decide(book.name, done.decided, done.refused)
                if not answers.problems:
                    remove_answered_book(workspace.root, book.name, file)
                files += target.place_conflicts(done.records)
    return MergeResult(
        problems=sort_problems((*target.locked, *answers.problems, *done.errors)),
        files=files,
        book=book.name,
        base=0,
        merge=done.merge,
    )


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
