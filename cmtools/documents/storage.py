"""Save documents in their clients' folders, a changed one as its next version."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path

from cmtools.documents import file_names
from cmtools.documents.template.docx_parts import BROKEN_ZIP
from cmtools.files import atomic_write

PROPERTIES = "docProps/core.xml"
_CREATED = re.compile(rb"<dcterms:created[^>]*>(\d{4}-\d\d-\d\d)")


class DocumentState(StrEnum):
    """What was done to a document's file; REFRESHED are only files that no person has edited."""

    MADE = "made"
    UNCHANGED = "unchanged"
    REFRESHED = "refreshed"
    VERSION = "version"


class OutsideError(OSError):
    """A client's folder leads out of the workspace."""


class ClientFolders:
    """The folders of all clients, listed once.

    `home` is the folder that holds them, `codes` are the codes of all clients.
    """

    def __init__(self, home: Path, codes: Iterable[str]) -> None:
        self._home, self._codes = home, tuple(codes)
        self._alike = _by_first_word(self._codes)
        names = (path.name for path in home.iterdir()) if home.is_dir() else ()
        self._names = _by_first_word(names)

    def of(self, code: str, name: str) -> Path:
        """Return a client's folder, which may not exist yet; one of an earlier name is kept."""
        fresh, known = self.fresh(code, name), self.existing(code)
        return fresh if fresh in known or not known else known[0]

    def fresh(self, code: str, name: str) -> Path:
        """Return the folder that a new client of this code and name gets."""
        code = file_names.distinct_code(code, self._codes)
        return self._home / file_names.client_folder(code, name)

    def existing(self, code: str) -> list[Path]:
        """Return the existing folders of a client, under any of its names."""
        code = file_names.distinct_code(code, self._codes)
        word = file_names.first_word(code)
        return sorted(
            self._home / folder
            for folder in self._names.get(word, ())
            if file_names.is_folder_of(folder, code, self._alike.get(word, ()))
            if (self._home / folder).is_dir()
        )


def _by_first_word(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(file_names.first_word(name), []).append(name)
    return found


def save_version(
    folder: Path,
    stem: str,
    content: bytes,
    home: Path,
    ending: str = file_names.ENDING,
    may_replace: Callable[[bytes], bool] = lambda _: False,
) -> tuple[Path, DocumentState]:
    """Save a document: unchanged content leaves the newest file as it is, changed makes the next.

    A newest file whose content `may_replace` takes for untouched is made anew in its place.

    Raises:
        OutsideError: the folder is a link out of `home`.
        OSError: no rights, no room.
    """
    version, is_unchanged = next_version(folder, stem, content, home, ending)
    if is_unchanged:
        return folder / file_names.version_name(stem, version, ending), DocumentState.UNCHANGED
    newest = folder / file_names.version_name(stem, version - 1, ending)
    if version > 1 and newest.is_file() and may_replace(newest.read_bytes()):
        with atomic_write(newest) as aside:
            aside.write_bytes(content)
        return newest, DocumentState.MADE
    while True:
        path = folder / file_names.version_name(stem, version, ending)
        try:
            with atomic_write(path, replace=False) as aside:
                aside.write_bytes(content)
        except FileExistsError:
            if not path.exists():  # it is the folder's place that is taken
                raise
            version += 1
        else:
            return path, DocumentState.VERSION if version > 1 else DocumentState.MADE


def next_version(
    folder: Path, stem: str, content: bytes, home: Path, ending: str = file_names.ENDING
) -> tuple[int, bool]:
    """Return the version that a document would be; the newest one, and True, if it is unchanged.

    Raises:
        OutsideError: the folder is a link out of `home`.
    """
    refuse_outside(folder, home)
    versions = numbered_versions(folder, stem, (ending,))
    newest = max(versions, default=0)
    if newest and _is_same(versions[newest], content):
        return newest, True
    return newest + 1, False


def first_day(folder: Path, stem: str) -> date | None:
    """Read the day of a document's first version from its properties."""
    versions = numbered_versions(folder, stem)
    if not versions:
        return None
    try:
        with zipfile.ZipFile(versions[min(versions)]) as archive:
            found = _CREATED.search(archive.read(PROPERTIES))
        return date.fromisoformat(found[1].decode()) if found else None
    except (*BROKEN_ZIP, KeyError, OSError, ValueError):  # the last: no such day
        return None


def numbered_versions(
    folder: Path, stem: str, endings: Collection[str] = (file_names.ENDING,)
) -> dict[int, Path]:
    """Return the versions of a document that a folder holds, by number."""
    if not folder.is_dir():
        return {}
    numbered = (
        (file_names.version_of(stem, path.name, endings), path) for path in folder.iterdir()
    )
    return {number: path for number, path in numbered if number is not None}


def _is_same(path: Path, content: bytes) -> bool:
    if content.startswith(b"PK"):
        return _same_parts(path, content)
    return path.is_file() and path.read_bytes() == content


def _same_parts(path: Path, content: bytes) -> bool:
    """Compare the parts of a file with new content, apart from the dates and packing of the zip."""
    if not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(io.BytesIO(content)) as new:
            sizes = ({(i.filename, i.file_size, i.CRC) for i in a.infolist()} for a in (old, new))
            if next(sizes) != next(sizes):
                return False
            return all(old.read(name) == new.read(name) for name in new.namelist())
    except BROKEN_ZIP:
        return False


def refuse_outside(folder: Path, home: Path) -> None:
    """Refuse a folder that is a link out of `home`.

    Raises:
        OutsideError: it is one.
    """
    if not folder.resolve().is_relative_to(home.resolve()):
        raise OutsideError(f"папка клиента ведёт за пределы рабочей папки: {folder.name}")
