"""What an answer about a dropped book depends on beside the book, as digests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path

from cmtools import __version__
from cmtools.books.orders import ORDER_BOOK
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.books.tasks import TASK_BOOK
from cmtools.files import checksum
from cmtools.tables.reader.cached import FileState, state_of
from cmtools.workspace import MARKER, TEMPLATES, Workspace

_BOOKS = {
    REGISTER.name: (SETTINGS,),
    TASK_BOOK.name: (SETTINGS, REGISTER),
    ORDER_BOOK.name: (SETTINGS, REGISTER),
}


class InputsHash:
    """The settings, the register and the templates of a workspace, as digests."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[Path, tuple[FileState, str]] = {}

    def digest(self, kind: str | None, today: date | None) -> str:
        """The digest of what such a book is answered by; `today` where the day counts too."""
        books = _BOOKS.get(kind or "", ())
        paths = [MARKER, *(book.file_name for book in books)]
        templates = self.templates() if kind == ORDER_BOOK.name else ""
        parts = [__version__, kind or "", str(today or ""), templates]
        return _of([*parts, *self._of_files(map(self._workspace.path, paths))])

    def templates(self) -> str:
        """The digest of all templates."""
        return _of(self._of_files(sorted(self._workspace.path(TEMPLATES).glob("*.docx"))))

    def _of_files(self, paths: Iterable[Path]) -> list[str]:
        return [f"{path.name} {self._of_file(path)}" for path in paths]

    def _of_file(self, path: Path) -> str:
        try:
            state = state_of(path)
        except OSError:
            return ""
        known = self._known.get(path)
        if known is None or known[0] != state:
            known = self._known[path] = state, checksum(path) or ""
        return known[1]


def _of(parts: Iterable[str]) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
