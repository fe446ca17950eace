"""Every change that the watcher makes to the disk: each one whole, or as if it had not begun.

Whatever changes something goes through a function of `os` here, so that the tests can break off
before and after each of them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from cmtools.files import (
    TEMPORARY,
    checksum,
    flush_file,
    flush_folder,
    move_without_replacing,
)

BLOCK = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class NotAFile(OSError):
    """What lies there is a link, a pipe or a folder; it is not followed."""


def make_folder(path: Path) -> None:
    """Make a folder and those above it; one that is there already is fine."""
    try:
        os.mkdir(path)
    except FileExistsError:
        if not path.is_dir():
            raise
    except FileNotFoundError:
        make_folder(path.parent)
        make_folder(path)


def move(source: Path, target: Path) -> None:
    """Rename within a file system; a file in the way is replaced."""
    os.replace(source, target)


def move_folder(source: Path, target: Path) -> None:
    """Rename a folder within a file system, unless something is in the way.

    Raises:
        OSError: something stands there (ENOTEMPTY, EEXIST, ENOTDIR), or it cannot be done.
    """
    os.rename(source, target)


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder of files, each read back and compared.

    Raises:
        OSError: a file could not be copied, or came out different.
    """
    make_folder(target)
    for path in sorted(source.iterdir()):
        if copy(path, target / path.name) != checksum(target / path.name):
            raise OSError(errno.EIO, "копия вышла другой", str(target / path.name))
        flush_file(target / path.name)
    flush_folder(target)


def deliver(source: Path, target: Path, *, replace: bool) -> None:
    """Move a finished file into its place, on whatever file system that is.

    Raises:
        FileExistsError: something stands there and is not to be replaced.
    """
    try:
        if replace:
            move(source, target)
        else:
            move_without_replacing(source, target)
    except FileNotFoundError:
        if target.parent.is_dir():
            raise
        make_folder(target.parent)
        deliver(source, target, replace=replace)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        aside = target.parent / f"{TEMPORARY}{sha256(os.fsencode(source)).hexdigest()[:16]}"
        remove(aside)
        copy(source, aside)
        flush_file(aside)
        deliver(aside, target, replace=replace)
        os.unlink(source)


def write(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file that appears whole; a `lasting` one is flushed first, its folder is not."""
    aside = path.with_name(f"{TEMPORARY}{path.name}"[:60])
    remove(aside)
    with _created(aside) as handle:
        _write_all(handle, content)
        if lasting:
            os.fsync(handle)
    os.replace(aside, path)


def append(path: Path, line: bytes) -> None:
    """Add a line; one that was torn before is ended first."""
    try:
        handle = os.open(path, _APPEND, 0o666)
    except FileNotFoundError:
        make_folder(path.parent)
        handle = os.open(path, _APPEND, 0o666)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and _last_byte(path, size) != b"\n"
        _write_all(handle, b"\n" * torn + line + b"\n")
    finally:
        os.close(handle)


def copy(source: Path, target: Path) -> str:
    """Copy a file's bytes; their checksum (SHA-256).

    Raises:
        NotAFile: the source is no plain file.
        FileExistsError: there is something in the way.
    """
    digest = sha256()
    with opened(source) as reading, _created(target) as writing:
        while block := _read(reading, source):
            digest.update(block)
            _write_all(writing, block)
    return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A handle to read a plain file with; links are not followed and pipes not waited for.

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


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it; what is not there is fine."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):  # the second is macOS's and Windows's word
        if path.is_symlink() or not path.is_dir():
            raise
        for inner in sorted(path.iterdir()):
            remove(inner)
        remove_empty(path)


def remove_empty(path: Path) -> bool:
    """Remove a folder; False where it is not empty, or gone by now."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


@contextmanager
def _created(path: Path) -> Iterator[int]:
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
    except OSError as error:  # the system does not say of which file
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _last_byte(path: Path, size: int) -> bytes:
    with opened(path) as handle:
        os.lseek(handle, size - 1, os.SEEK_SET)
        return os.read(handle, 1)
