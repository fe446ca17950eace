"""`cmtools folders`: what is amiss in the clients' folders; makes those that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.agenda.folder_check import FolderFinding, FolderItem, check_folders
from cmtools.agenda.missing_papers import ClientFiles
from cmtools.agenda.rows import count_rows_in_error, find_unread_sheets, read_rows
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.documents.client_folders import complete_folders, incomplete_folders
from cmtools.documents.storage import DocumentState
from cmtools.workspace import CLIENT_FOLDERS, Workspace

BLOCKED = "папку не создать: на её месте файл, или она ведёт за пределы рабочей папки"


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldersResult(Result):
    """The folders that are there, by client, made or unchanged, and what is amiss.

    left_out: how many orders are left out since their rows have errors.
    """

    workspace: Workspace
    states: Mapping[str, tuple[Path, DocumentState]]
    items: tuple[FolderItem, ...]
    left_out: int

    def as_json(self) -> dict[str, Any]:
        return {
            "files": [
                {"client": client, "path": self.workspace.name(path), "state": state.value}
                for client, (path, state) in self.states.items()
            ],
            "items": [
                {
                    "kind": item.kind.value,
                    "client": item.client,
                    "path": self.workspace.name(item.path),
                    "text": item.text,
                }
                for item in self.items
            ],
            "left_out": self.left_out,
            "problems": problems_as_json(self.problems),
        }


def folders(root: Path, *, make: bool = False, today: date) -> FoldersResult:
    """Look through the clients' folders; with `make`, make those that are missing first.

    Raises:
        WorkspaceError, Unavailable: see `open_books`.
        OSError: no rights, no room.
    """
    session = open_session(root, today)
    home = session.workspace.path(CLIENT_FOLDERS)
    files = ClientFiles(session)
    blocked: list[Path] = []
    made: list[Path] = []
    if make:
        made = incomplete_folders(home, files.clients)
        blocked = complete_folders(made, home)
        files = ClientFiles(session)
    rows = read_rows(session, today)
    items = check_folders(session, rows, files)
    items += [
        FolderItem(kind=FolderFinding.BLOCKED, client=client, path=path, text=BLOCKED)
        for client in files.clients
        for path in [files.path(client)]
        if path in blocked
    ]
    states = {
        client: (path, DocumentState.MADE if path in made else DocumentState.UNCHANGED)
        for client in files.clients
        for path in [files.folder(client)]
        if path and path not in blocked
    }
    return FoldersResult(
        problems=find_unread_sheets(session),
        files=tuple(session.workspace.name(path) for path in made if path not in blocked),
        workspace=session.workspace,
        states=states,
        items=tuple(items),
        left_out=count_rows_in_error(session),
    )
