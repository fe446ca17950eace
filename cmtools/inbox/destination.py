"""Which book of the workspace a dropped one is a version of."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from cmtools.books.orders import ORDER_BOOK
from cmtools.books.plan import PLAN_BOOK
from cmtools.books.register import REGISTER
from cmtools.books.tasks import TASK_BOOK
from cmtools.documents.file_names import BYTES, cut, safe_name
from cmtools.inbox.plan_places import plan_place
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.table import Book
from cmtools.workspace import Workspace, plain_stem


def target_of(
    copy: Path, name: str, book: Book, workspace: Workspace, reader: Reader
) -> Path | str:
    """The path of the book that a drop of that name replaces; words where it cannot be known."""
    if book is PLAN_BOOK:
        place = plan_place(copy, reader)
        if place is None:
            return "на листе «План» не указан месяц: впишите его рядом со словом «Месяц»"
        return _existing(workspace.root / place)
    assert book in (ORDER_BOOK, REGISTER, TASK_BOOK)
    own = order_book_name(name) if book is ORDER_BOOK else book.file_name
    return _existing(workspace.root / own)


def order_book_name(name: str) -> str:
    """The name in the workspace of an order book that was dropped under some name."""
    stem = plain_stem(unicodedata.normalize("NFC", Path(name).stem))
    own = ORDER_BOOK.name
    if stem.casefold().startswith(own.casefold()):
        stem = own + stem[len(own) :]
    else:
        stem = f"{own} — {stem}"
    return f"{cut(safe_name(stem), BYTES - 60)}.xlsx"


def _existing(path: Path) -> Path:
    """A path as it is spelled on the disk already, whatever its case and composition."""
    wanted = unicodedata.normalize("NFC", path.name).casefold()
    if path.exists() or not path.parent.is_dir():
        return path
    names = (found for found in path.parent.iterdir())
    return next(
        (f for f in names if unicodedata.normalize("NFC", f.name).casefold() == wanted), path
    )
