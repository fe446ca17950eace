"""Files: written whole or not at all, never overwritten by chance, known again by a fingerprint."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

NAME_BYTES = 255  # of a file's name, on every usual file system
TEMPORARY = ".~"  # begins the names of files that are still being written
ABANDONED_SECONDS = 3600.0  # after which such a file is what a killed run left
OFFICE_LOCKS = (("~$", ""), (".~lock.", "#"))
"""How the names of Office's and LibreOffice's lock files begin and end around a book's name."""
OFFICE_LOCK_SECONDS = 24 * 3600.0  # an older one was left by a crash
TAIL_BYTES = 1 << 14

_KINDS = (
    (stat.S_ISLNK, "ссылка"),
    (stat.S_ISDIR, "папка"),
    (stat.S_ISFIFO, "канал"),
    (stat.S_ISSOCK, "сокет"),
    (stat.S_ISCHR, "устройство"),
    (stat.S_ISBLK, "устройство"),
)
_TEMPORARY_NAME = re.compile(rf"{re.escape(TEMPORARY)}[0-9a-f]{{16}}(?:\.\w+)?")
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_CANNOT_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_CANNOT_FLUSH |= {errno.EROFS, errno.EACCES, errno.EPERM}


def describe_kind(mode: int) -> str:
    """Say in Russian what is no regular file, by its mode."""
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "что-то другое")


@contextmanager
def atomic_write(path: Path, *, replace: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path`; it becomes `path` once the block has ended well.

    The bytes are flushed before the move and the folder after it: a power loss leaves the old
    file or the new one.

    Raises:
        FileExistsError: `replace` is false, and another program has made the file meanwhile.
        OSError: no rights, no room; then `path` is as it was before.
    """
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
        _clear_once(path.parent)
        try:
            yield temporary
            flush_file(temporary)
            if replace:
                temporary.replace(path)
            else:
                move_without_replacing(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        if error.filename in (None, str(temporary)):  # name the file that the person knows
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    flush_folder(path.parent)


def clear_abandoned(folder: Path) -> None:
    """Remove the temporary files of killed runs from a folder: ours, and older than an hour."""
    with suppress(OSError), os.scandir(folder) as entries:
        before = time.time() - ABANDONED_SECONDS
        for entry in entries:
            is_ours = _TEMPORARY_NAME.fullmatch(entry.name) is not None
            if is_ours and entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before:
                Path(entry.path).unlink(missing_ok=True)


@cache
def _clear_once(folder: Path) -> None:
    """Clear a folder before the first write into it; one process need not look again."""
    clear_abandoned(folder)


def copy(source: Path, target: Path) -> None:
    """Copy a file's bytes and times, whole or not at all; its rights are those of a new file."""
    with atomic_write(target) as temporary:
        shutil.copyfile(source, temporary)
        times = source.stat()
        os.utime(temporary, ns=(times.st_atime_ns, times.st_mtime_ns))


def move_without_replacing(source: Path, target: Path) -> None:
    """Rename a file unless another one has the name; end a move that was cut off half-way.

    Two programs cannot both succeed, except on a file system without hard links.

    Raises:
        FileExistsError: another file has the name.
        OSError: `errno.EXDEV` for another file system, and all other refusals of the system.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not _are_same(source, target):
            raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        source.rename(target)
        return
    source.unlink()


def flush_file(path: Path) -> None:
    """Make a file's bytes last through a power loss."""
    handle = os.open(path, os.O_RDONLY if sys.platform != "win32" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(path: Path) -> None:
    """Make the names in a folder last through a power loss, where its file system can do that."""
    if sys.platform == "win32":
        return
    try:
        flush_file(path)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise


def comparable_name(name: str) -> str:
    """Return a file's name as it is compared: one case, one way to write accented letters."""
    return normalize("NFC", name).casefold()


def cut_to_bytes(text: str, limit: int) -> str:
    """Cut a text to so many bytes of UTF-8; a checksum of six signs keeps cut texts distinct."""
    content = text.encode(errors="replace")
    if len(content) <= limit:
        return text
    mark = f"~{hashlib.sha256(content).hexdigest()[:6]}"
    return content[: limit - len(mark)].decode(errors="ignore").rstrip(" .") + mark


def name_with(stem: str, ending: str) -> str:
    """Add an ending to the stem of a name, cut so that both are a name of at most 255 bytes."""
    return cut_to_bytes(stem, NAME_BYTES - len(ending.encode())) + ending


def numbered_name(stem: str, number: int, ending: str = "") -> str:
    """Build `Книга.xlsx` for 1, then `Книга (2).xlsx`, `Книга (3).xlsx`."""
    return name_with(stem, ending if number == 1 else f" ({number}){ending}")


def first_free(folder: Path, stem: str, ending: str = "") -> Path:
    """Find the first of `stem`, `stem (2)`, `stem (3)` … that a folder does not hold."""
    number = 1
    while os.path.lexists(path := folder / numbered_name(stem, number, ending)):
        number += 1
    return path


def find_office_lock(path: Path) -> Path | None:
    """Return the lock file of a book that is open in Excel or LibreOffice; None where it is not."""
    for start, end in OFFICE_LOCKS:
        lock = path.with_name(f"{start}{path.name}{end}")
        with suppress(OSError):
            if abs(time.time() - lock.stat().st_mtime) < OFFICE_LOCK_SECONDS:
                return lock
    return None


def checksum(path: Path) -> str | None:
    """Return the SHA-256 of a file's bytes, in hexadecimal; None where there is no file.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


class FileFingerprint(NamedTuple):
    """Size in bytes, time of the last change in nanoseconds, SHA-256 of the last 16 KiB.

    The end of a workbook is its zip directory with the CRC-32 of every part: a book changed under
    the same size and time is recognised without reading it whole.
    """

    size: int
    changed: int
    tail: bytes


def file_fingerprint(path: Path) -> FileFingerprint:
    """Return the fingerprint of a file as it is now.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        file.seek(max(status.st_size - TAIL_BYTES, 0))
        tail = hashlib.sha256(file.read()).digest()
    return FileFingerprint(status.st_size, status.st_mtime_ns, tail)


def _are_same(one: Path, other: Path) -> bool:
    """Tell whether both names are of one file, or of equal bytes: a move cut off half-way."""
    try:
        if os.path.samestat(os.lstat(one), os.lstat(other)):
            return True
        return one.stat().st_size == other.stat().st_size and checksum(one) == checksum(other)
    except FileNotFoundError:
        return False
