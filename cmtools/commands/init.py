"""`cmtools init`: an empty workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmtools import known_files
from cmtools.books.catalog import BOOKS
from cmtools.books.plan import PLAN_BOOK
from cmtools.buttons import write_buttons
from cmtools.commands.result import Result
from cmtools.documents.shipped_templates import give_new_templates
from cmtools.errors import Unavailable
from cmtools.files import atomic_write, copy
from cmtools.merge.in_place import stamp_new_books
from cmtools.workspace import (
    BUTTONS,
    FOLDERS,
    MARKER,
    MARKER_TEXT,
    Workspace,
    WorkspaceError,
    bundled_folder,
    find_workspace,
)

INITIAL = tuple(book.file_name for book in BOOKS if book is not PLAN_BOOK)


@dataclass(frozen=True, kw_only=True, slots=True)
class InitResult(Result):
    """The root of the new workspace; the files are its marker and its books."""

    workspace: Path

    def as_json(self) -> dict[str, Any]:
        return {"ok": True, "workspace": str(self.workspace), "files": list(self.files)}


def init(folder: Path) -> InitResult:
    """Make a workspace of blank books; templates that are there already stay as they are.

    The blanks are noted as made by the program, so that a later version of it takes them for
    untouched. The marker comes last; where something fails, the copies made are deleted again.

    Raises:
        Unavailable: the folder is (in) a workspace, or holds a book of that name already.
        OSError: no rights, no room.
    """
    _refuse_occupied(folder)
    copies: list[Path] = []
    try:
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in INITIAL:
            copy(bundled_folder("workbooks") / name, folder / name)
            copies.append(folder / name)
        copies += give_new_templates(Workspace(folder))
        copies += write_buttons(folder / BUTTONS)
        stamp_new_books(Workspace(folder))
        for name in INITIAL:
            known_files.add_file(folder, folder / name)
        with atomic_write(folder / MARKER) as aside:
            aside.write_text(MARKER_TEXT, "utf-8")
    except OSError:
        for path in copies:
            path.unlink(missing_ok=True)
        raise
    return InitResult(workspace=folder.absolute(), files=(MARKER, *INITIAL))


def _refuse_occupied(folder: Path) -> None:
    try:
        workspace = find_workspace(folder)
    except WorkspaceError:
        pass
    else:
        raise Unavailable(f"здесь уже есть рабочая папка: {workspace.root}")
    for name in INITIAL:
        if (folder / name).exists():
            raise Unavailable(f"в папке уже есть «{name}»: выберите другую или уберите его")
