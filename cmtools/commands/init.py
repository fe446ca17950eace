"""`cmtools init`: an empty workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cmtools.books.catalog import BOOKS
from cmtools.books.plan import PLAN_BOOK
from cmtools.commands.results import Outcome
from cmtools.errors import Unavailable
from cmtools.files import atomic_write, copy
from cmtools.workspace import (
    FOLDERS,
    MARKER,
    MARKER_TEXT,
    TEMPLATES,
    WorkspaceError,
    find_workspace,
    shipped,
)

INITIAL = tuple(book.file_name for book in BOOKS if book is not PLAN_BOOK)


def init(folder: Path) -> Outcome:
    """Make a workspace of blank books; templates that are there already stay as they are.

    The marker comes last; where something fails, what was made is taken back.

    Raises:
        Unavailable: the folder is (in) a workspace, or holds a book of that name already.
        OSError: no rights, no room.
    """
    try:
        inside = find_workspace(folder)
    except WorkspaceError:
        pass
    else:
        raise Unavailable(f"здесь уже есть рабочая папка: {inside.root}")
    taken = [name for name in INITIAL if (folder / name).exists()]
    if taken:
        raise Unavailable(f"в папке уже есть «{taken[0]}»: выберите другую или уберите его")
    made: list[Path] = []
    try:
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for source, target in _copies(folder):
            copy(source, target)
            made.append(target)
        with atomic_write(folder / MARKER) as aside:
            aside.write_text(MARKER_TEXT, "utf-8")
    except OSError:
        for path in made:
            path.unlink(missing_ok=True)
        raise
    files = (MARKER, *INITIAL)
    return Outcome(
        files=files, data={"ok": True, "workspace": str(folder.absolute()), "files": list(files)}
    )


def _copies(folder: Path) -> Iterator[tuple[Path, Path]]:
    """What travels with the program, and where it goes."""
    for name in INITIAL:
        yield shipped("workbooks") / name, folder / name
    for template in sorted(shipped("templates").glob("*.docx")):
        target = folder / TEMPLATES / template.name
        if not target.exists():
            yield template, target
