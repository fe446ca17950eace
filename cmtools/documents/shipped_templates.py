"""The templates that come with the program: their versions, and how a workspace gets new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from cmtools.files import atomic_write, checksum, copy, first_free
from cmtools.workspace import TEMPLATES, Workspace, bundled_folder

VERSIONS = "versions.txt"
"""Beside the templates: SHA-256 and path of each version that was ever shipped, oldest first."""

FORMER = "Прежние"
"""The folder in «Шаблоны» of what `renew_templates` has replaced."""

_GIVEN = ".cmtools/templates"
"""The paths of the templates that a workspace has been given: one that is missing was deleted."""


@cache
def shipped_versions() -> Mapping[str, tuple[str, ...]]:
    """Return the path of each template → the checksums of its versions; the last is of today."""
    versions: dict[str, tuple[str, ...]] = {}
    for line in (bundled_folder("templates") / VERSIONS).read_text("utf-8").splitlines():
        sha256, name = line.split("  ", 1)
        versions[name] = (*versions.get(name, ()), sha256)
    return versions


def is_older(path: Path, name: str) -> bool:
    """Tell whether the file of a template is of an older version that no person has changed.

    Raises:
        OSError: it cannot be read.
    """
    versions, own = shipped_versions().get(name, ()), checksum(path)
    return own in versions and own != versions[-1]


def give_new_templates(workspace: Workspace) -> list[Path]:
    """Copy the templates that the workspace was never given; those that are there stay.

    Return the files that were written: none where it cannot be noted which were given.

    Raises:
        OSError: no rights, no room.
    """
    note = workspace.path(_GIVEN)
    given = note.read_text("utf-8", "replace").splitlines() if note.exists() else []
    new = [name for name in shipped_versions() if name not in given]
    if not new:
        return []
    try:
        note.parent.mkdir(exist_ok=True)
        note.touch()
    except OSError:
        return []
    missing = [name for name in new if not workspace.path(TEMPLATES, name).exists()]
    written = [_copy_shipped(workspace, name) for name in missing]
    with atomic_write(note) as aside:
        aside.write_text("\n".join([*given, *new]), "utf-8")
    return [*written, note]


def renew_templates(workspace: Workspace) -> Iterator[Path]:
    """Replace the templates of an older version, and copy those that are missing; yield each.

    One that a person has changed stays. What is replaced goes to the folder `FORMER`.

    Raises:
        OSError: a template cannot be read, no rights, no room.
    """
    for name in shipped_versions():
        path = workspace.path(TEMPLATES, name)
        if is_older(path, name):
            former = workspace.path(TEMPLATES, FORMER)
            former.mkdir(exist_ok=True)
            copy(path, first_free(former, path.stem, path.suffix))
        elif path.exists():
            continue
        yield _copy_shipped(workspace, name)


def _copy_shipped(workspace: Workspace, name: str) -> Path:
    path = workspace.path(TEMPLATES, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    copy(bundled_folder("templates") / name, path)
    return path
