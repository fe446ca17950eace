"""The workspace's books, read and checked: where every command begins."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.books.loader import BookFile, Loaded, load
from cmtools.errors import Unavailable
from cmtools.pricing.orders import PricedOrders, quote_orders
from cmtools.problems import Place, Problem, at, in_order
from cmtools.tables import messages
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import Workspace, find_workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A workspace with its books read, linked, checked and priced.

    `targets` are the files that the command was asked about; `problems` are theirs, `everything`
    is what is wrong anywhere.
    """

    workspace: Workspace
    loaded: Loaded
    quotes: PricedOrders
    targets: Sequence[BookFile]
    problems: tuple[Problem, ...]
    everything: tuple[Problem, ...]


def open_books(root: Path, files: Sequence[Path], today: date) -> Session:
    """Read the workspace's books, or the files given, with the workspace's for company.

    A file of the workspace is read with all its siblings; another one takes the place of the
    workspace's books of its kind. Problems are those of the targets alone.

    Raises:
        WorkspaceError: no workspace.
        Unavailable: a file cannot be opened.
    """
    workspace = find_workspace(root)
    own = workspace.books()
    missing = [book for book in own if not book.path.is_file()]
    own = [book for book in own if book not in missing]
    by_path = {book.path.resolve(): book for book in own}
    targets = [
        by_path.get(path.resolve()) or BookFile(path=path, name=workspace.name(path))
        for path in (_found(workspace, file) for file in files)
    ]
    guests = [target for target in targets if target.book is None]
    with Reader(workspace.limits()) as reader:
        try:
            loaded = load(guests, own, reader, today)
        except OSError as error:
            raise Unavailable(explain_os_error(error)) from error
    quotes = quote_orders(loaded.dataset)
    missing_books = (at(Place(file=book.name), messages.FILE_MISSING()) for book in missing)
    everything = in_order([*loaded.problems, *quotes.problems, *missing_books])
    names = {target.name for target in targets}
    return Session(
        workspace=workspace,
        loaded=loaded,
        quotes=quotes,
        targets=targets if files else own,
        problems=tuple(p for p in everything if not files or p.place.file in names),
        everything=everything,
    )


def _found(workspace: Workspace, file: Path) -> Path:
    """A file as the person named it: from the current folder, else from the workspace."""
    for path in (file, workspace.root / file):
        if path.exists():
            return path
    raise Unavailable(f"нет такого файла: {file}")


_WORDS = {
    errno.ENOENT: "нет такого файла",
    errno.EROFS: "диск доступен только для чтения",
    errno.EISDIR: "на этом месте папка, а не файл",
    errno.ENOTDIR: "на этом месте файл, а не папка",
    errno.EEXIST: "такой файл уже есть",
    errno.ENAMETOOLONG: "слишком длинное имя",
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "исчерпано место, отведённое на диске",
    errno.EIO: "диск не читается",
    errno.EMFILE: "открыто слишком много файлов",
}


def explain_os_error(error: OSError) -> str:
    """One line for a person, in Russian."""
    where = f": {error.filename}" if error.filename else ""
    if isinstance(error, PermissionError):
        return f"нет доступа{where}; если книга открыта в Excel, закройте её"
    return _WORDS.get(error.errno or 0, f"система отказала (код {error.errno})") + where
