"""Contents that cmtools itself put into a workspace: a book that holds one is nobody's new work.

One empty file a content, named by its SHA-256, under `.cmtools/known`: nothing to tear, nothing to
read through. Without them a book counts as changed by hand, which only makes the program careful.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from cmtools.workspace import shipped

FOLDER = Path(".cmtools", "known")


def checksum(path: Path) -> str | None:
    """The SHA-256 of a file; None where there is none."""
    try:
        with path.open("rb") as file:
            digest = sha256()
            while block := file.read(1 << 20):
                digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def note(root: Path, digest: str) -> None:
    """Remember a content as accepted or made by the program.

    Raises:
        OSError: no rights, no room.
    """
    mark = _mark(root, digest)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def note_made(root: Path, path: Path) -> None:
    """Remember what a file holds now as made by the program.

    Raises:
        OSError: no rights, no room.
    """
    digest = checksum(path)
    if digest is not None:
        note(root, digest)


def is_ours(root: Path, path: Path) -> bool:
    """Whether a book holds what the program itself accepted, made or shipped."""
    digest = checksum(path)
    return digest is not None and (
        _mark(root, digest).exists() or digest == checksum(shipped("workbooks") / path.name)
    )


def _mark(root: Path, digest: str) -> Path:
    return root / FOLDER / digest[:2] / digest
