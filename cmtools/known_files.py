"""Hashes of the files that the program wrote or accepted; any other file was changed by a person.

One empty file for each content, named by its SHA-256, under `.cmtools/known`: a power loss cannot
spoil it, and a look-up reads nothing. Where it is lost, a book counts as changed by a person: the
program is only more careful then.
"""

from __future__ import annotations

from pathlib import Path

from cmtools.files import atomic_write, checksum
from cmtools.workspace import bundled_folder

FOLDER = Path(".cmtools", "known")


def add_checksum(root: Path, sha256: str) -> None:
    """Remember a content as written or accepted by the program.

    Raises:
        OSError: no rights, no room.
    """
    entry = _entry(root, sha256)
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.touch()


def add_file(root: Path, path: Path) -> None:
    """Remember what a file holds now as written by the program.

    Raises:
        OSError: no rights, no room.
    """
    if sha256 := checksum(path):
        add_checksum(root, sha256)


def is_known(root: Path, path: Path) -> bool:
    """Tell whether a book holds what the program wrote or accepted, or is an untouched blank."""
    sha256 = checksum(path)
    return sha256 is not None and (
        _entry(root, sha256).exists() or sha256 == checksum(bundled_folder("workbooks") / path.name)
    )


def last_edit(root: Path, path: Path) -> str:
    """Return the SHA-256 of a book as a person last left it; empty where no person has."""
    if not path.exists():
        return ""
    edit = _edit_entry(root, path)
    if is_known(root, path):
        return edit.read_text("ascii", "replace") if edit.exists() else ""
    return checksum(path) or ""


def keep_last_edit(root: Path, path: Path) -> None:
    """Remember what `last_edit` says of a book, before the program writes it.

    Raises:
        OSError: no rights, no room.
    """
    edit = last_edit(root, path)
    entry = _edit_entry(root, path)
    entry.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(entry) as aside:
        aside.write_text(edit, "ascii")


def _edit_entry(root: Path, path: Path) -> Path:
    return root / FOLDER / f"{path.stem} — правка"


def _entry(root: Path, sha256: str) -> Path:
    return root / FOLDER / sha256[:2] / sha256
