"""Copies, moves and removals that a watcher killed in the middle can repeat.

All changes go through functions of `os`, so that the tests can kill before and after each of them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from cmtools.files import TEMPORARY, checksum, flush_file, flush_folder, move_without_replacing

BLOCK = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


class NotAFile(OSError):
    """The path is a link, a pipe or a folder; it is not followed."""


@contextmanager
def open_regular(path: Path) -> Iterator[int]:
    """Open a regular file for reading; a link is not followed and a pipe is not waited for.

    Raises:
        NotAFile: the path is a link, a pipe, a folder.
    """
    try:
        handle = os.open(path, _READ)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
            raise NotAFile(error.errno, "это не обычный файл", str(path)) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotAFile(errno.EINVAL, "это не обычный файл", str(path))
        yield handle
    finally:
        os.close(handle)


def copy_bytes(source: Path, target: Path) -> str:
    """Copy a regular file's bytes to a new file; return their SHA-256.

    Raises:
        NotAFile: the source is no regular file.
        FileExistsError: the target exists.
    """
    digest = sha256()
    with open_regular(source) as reading, _create(target) as writing:
        while block := _read(reading, source):
            digest.update(block)
            _write(writing, block)
    return digest.hexdigest()


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder of files; read each copy back and compare it.

    Raises:
        OSError: a file could not be copied, or its copy differs.
    """
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        copy = target / path.name
        if copy_bytes(path, copy) != checksum(copy):
            raise OSError(errno.EIO, "копия вышла другой", str(copy))
        flush_file(copy)
    flush_folder(target)


def move_into_place(source: Path, target: Path, *, replace: bool) -> None:
    """Move a finished file into its folder, also on another file system.

    Raises:
        FileExistsError: the place is taken and not to be replaced.
    """
    try:
        _move(source, target, replace=replace)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        name = sha256(os.fsencode(source)).hexdigest()[:16]
        temporary = target.with_name(f"{TEMPORARY}{name}")
        remove(temporary)
        copy_bytes(source, temporary)
        flush_file(temporary)
        _move(temporary, target, replace=replace)
        source.unlink()


def append_line(path: Path, line: bytes) -> None:
    """Append a line; a line that was cut off by a power loss before is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, _APPEND, 0o666)
    try:
        size = os.fstat(handle).st_size
        is_cut_off = size > 0 and _last_byte(path, size) != b"\n"
        _write(handle, b"\n" * is_cut_off + line + b"\n")
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it; a missing one is fine."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):  # macOS and Windows raise the second
        if path.is_symlink() or not path.is_dir():
            raise
        for inner in sorted(path.iterdir()):
            remove(inner)
        remove_empty_folder(path)


def remove_empty_folder(path: Path) -> None:
    """Remove a folder unless it is missing or not empty."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def _move(source: Path, target: Path, *, replace: bool) -> None:
    if replace:
        source.replace(target)
    else:
        move_without_replacing(source, target)


@contextmanager
def _create(path: Path) -> Iterator[int]:
    handle = os.open(path, _WRITE, 0o666)
    try:
        yield handle
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise
    finally:
        os.close(handle)


def _read(handle: int, path: Path) -> bytes:
    try:
        return os.read(handle, BLOCK)
    except OSError as error:  # the system does not name the file
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _last_byte(path: Path, size: int) -> bytes:
    with open_regular(path) as handle:
        os.lseek(handle, size - 1, os.SEEK_SET)
        return os.read(handle, 1)
