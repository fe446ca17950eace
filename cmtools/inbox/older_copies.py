"""Older copies that were put straight over books of the workspace: each becomes a drop.

The newest version of the book is put back, and the copy is merged into it as any other.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cmtools.books.loader import BookFile
from cmtools.errors import BookBusy
from cmtools.files import find_office_lock, first_free
from cmtools.inbox.drop import Drop, DropResult
from cmtools.locks import hold_lock
from cmtools.merge.newest import find_older_version, put_back_newest
from cmtools.merge.versions import Versions
from cmtools.pricing.agreed_book import LOCK
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.workspace import OLDER, Workspace

_OLDER = re.compile(rf" — {OLDER}(?: \(\d+\))?\.\w+$")

PUT_BACK = (
    "«{book}»: вместо книги лежала её старая копия; новая версия возвращена на место, "
    "копия — «{copy}» во «Входящих»"
)
CLOSE = "«{book}»: {message}; закройте книгу, и cmtools вернёт новую версию"
WAS_IN_PLACE = (
    "эта старая копия лежала в рабочей папке вместо книги: новая версия возвращена на место, "
    "а копия разобрана, как положенная во «Входящие». Если вы вернули старую нарочно, уберите "
    "книгу из рабочей папки и положите эту копию во «Входящие»"
)


def put_back_all(
    workspace: Workspace, books: Iterable[BookFile], reader: WorkbookReader
) -> Iterator[str]:
    """Put the newest versions of books back; yield lines about it for the log.

    Raises:
        OSError: no rights, no room.
    """
    with Versions(workspace.root) as versions:
        for book in books:
            try:
                line = put_back(versions, workspace, book, reader)
            except BookBusy as error:
                line = str(error)
            if line:
                yield line


def put_back(
    versions: Versions, workspace: Workspace, book: BookFile, reader: WorkbookReader
) -> str:
    """Put the newest version of a book back if an older copy stands in its place, and say so.

    Raises:
        BookBusy: the copy is open.
        OSError: no rights, no room.
    """
    if find_older_version(versions, workspace.root, book, reader) is None:
        return ""
    with hold_lock(workspace.path(LOCK)):
        older = find_older_version(versions, workspace.root, book, reader)
        if older is None:
            return ""  # another watcher was faster
        if find_office_lock(book.path.resolve()):
            line = CLOSE.format(book=book.name, message=older.message)
            raise BookBusy(errno.EBUSY, line, str(book.path))
        inbox = workspace.watch_settings().inbox
        aside = first_free(inbox, f"{book.path.stem} — {OLDER}", ".xlsx")
        put_back_newest(workspace.root, book, aside)
    return PUT_BACK.format(book=book.name, copy=aside.name)


def explain_older_copy(drop: Drop, result: DropResult) -> DropResult:
    """Say of a drop that was such a copy where it comes from; it may be dropped once more."""
    if not _OLDER.search(drop.name):
        return result
    return replace(result, repeatable=False, warnings=(WAS_IN_PLACE, *result.warnings))
