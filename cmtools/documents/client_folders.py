"""The folders of clients: each has the same subfolders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from cmtools.books.choices import ClientFolder
from cmtools.books.register import CLIENTS
from cmtools.documents.storage import ClientFolders, OutsideError, refuse_outside
from cmtools.files import flush_folder
from cmtools.tables.dataset import Dataset

SUBFOLDERS = (*(folder.path for folder in ClientFolder if folder.path), "Электронные материалы")


def client_names(dataset: Dataset) -> dict[str, str]:
    """Return code → name of all clients, also where other cells of their rows are in error."""
    clients = dataset.entries(CLIENTS)
    return {c.get("code"): c.get("name") or "" for c in clients if c.get("code") is not None}


def incomplete_folders(home: Path, names: Mapping[str, str]) -> list[Path]:
    """Return the folders of clients that are not there yet, or lack a subfolder."""
    folders = ClientFolders(home, names)
    paths = (folders.of(code, name) for code, name in names.items())
    return [path for path in paths if missing_subfolders(path)]


def missing_subfolders(folder: Path) -> list[str]:
    """Return the names of the subfolders that a client's folder lacks."""
    return [name for name in SUBFOLDERS if not (folder / name).is_dir()]


def complete_folders(folders: Iterable[Path], home: Path) -> list[Path]:
    """Make clients' folders with all their subfolders; return those in whose way something is.

    Raises:
        OSError: no rights, no room.
    """
    blocked = []
    for folder in folders:
        try:
            refuse_outside(folder, home)
            for name in missing_subfolders(folder):
                (folder / name).mkdir(parents=True, exist_ok=True)
            flush_folder(folder)
        except (OutsideError, FileExistsError, NotADirectoryError):  # a file, a link elsewhere
            blocked.append(folder)
    return blocked
