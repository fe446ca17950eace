"""`cmtools init`: an empty workspace."""

from __future__ import annotations

from pathlib import Path

from cmtools.books.catalog import BOOKS
from cmtools.books.plan import PLAN_BOOK
from cmtools.commands.outcome import Outcome, Unavailable
from cmtools.placing import copy, placed
from cmtools.workspace import (
    FOLDERS,
    MARKER,
    MARKER_TEXT,
    TEMPLATES,
    WorkspaceError,
    find_workspace,
    shipped,
)


def init(folder: Path) -> Outcome:
    """Make a workspace of blank books; the marker comes last, so a broken start can be repeated.

    Raises:
        Unavailable: the folder is (in) a workspace, or holds a file of that name already.
    """
    try:
        inside = find_workspace(folder)
    except WorkspaceError:
        pass
    else:
        raise Unavailable(f"здесь уже есть рабочая папка: {inside.root}")
    books = [book.file_name for book in BOOKS if book is not PLAN_BOOK]
    taken = [name for name in books if (folder / name).exists()]
    if taken:
        raise Unavailable(f"в папке уже есть «{taken[0]}»: выберите другую или уберите его")
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in books:
        copy(shipped("workbooks") / name, folder / name)
    for template in sorted(shipped("templates").glob("*.docx")):
        copy(template, folder / TEMPLATES / template.name)
    with placed(folder / MARKER) as aside:
        aside.write_text(MARKER_TEXT, "utf-8")
    made = (MARKER, *books)
    return Outcome(
        files=made, data={"ok": True, "workspace": str(folder.absolute()), "files": list(made)}
    )
