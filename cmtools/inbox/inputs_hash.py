"""The key under which the result of a drop is remembered: a hash of all its other inputs."""

from __future__ import annotations

from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import cmtools
from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.orders import ORDER_BOOK
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.books.tasks import TASK_BOOK
from cmtools.files import checksum
from cmtools.known_files import last_edit
from cmtools.workspace import MARKER, TEMPLATES, Workspace

_READ_WITH = {
    REGISTER.name: (SETTINGS,),
    TASK_BOOK.name: (SETTINGS, REGISTER),
    ORDER_BOOK.name: (SETTINGS, REGISTER),
}


def inputs_hash(workspace: Workspace, book: str | None, today: date | None) -> str:
    """Hash all that the result of a book of that name depends on beside its own bytes.

    The program's own sources are among it: an upgrade processes a repeated drop anew. Of the agreed
    prices only what a person edited counts: the rest are results themselves. `today` is
    None where the day does not count: an accepted book is accepted on any day.

    Raises:
        OSError: a file cannot be read.
    """
    names = [MARKER, *(other.file_name for other in _READ_WITH.get(book or "", ()))]
    files = [f"{name} {checksum(workspace.path(name))}" for name in names]
    templates = agreed = ""
    if book == ORDER_BOOK.name:
        templates = templates_hash(workspace)
        agreed = last_edit(workspace.root, workspace.path(AGREED_BOOK.file_name))
    program = hash_program(Path(cmtools.__file__).parent)
    return _hash([program, book or "", str(today or ""), templates, agreed, *files])


def templates_hash(workspace: Workspace) -> str:
    """Hash all templates of a workspace."""
    paths = sorted(workspace.path(TEMPLATES).glob("*.docx"))
    return _hash([f"{path.name} {checksum(path)}" for path in paths])


@cache
def hash_program(folder: Path) -> str:
    """Hash all sources of the program in a folder."""
    paths = sorted(folder.rglob("*.py"))
    return _hash([f"{path.relative_to(folder).as_posix()} {checksum(path)}" for path in paths])


def _hash(parts: list[str]) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
