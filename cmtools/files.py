"""Files that appear whole or not at all: written aside, flushed to the disk, moved into place."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def placed(path: Path, *, fresh: bool = False) -> Iterator[Path]:
    """A path to write to, in the folder of `path`; it becomes `path` once the block has ended well.

    Raises:
        FileExistsError: a `fresh` file was asked for, and another one stands there by now.
        OSError: no rights, no room; then `path` is as it was before.
    """
    aside = path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".~", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        aside = Path(name)
        try:
            yield aside
            aside.chmod(0o666 & ~_umask())
            with aside.open("rb+") as file:
                os.fsync(file.fileno())
            _take_place(aside, path) if fresh else aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        if error.filename in (None, str(aside)):  # tell of the file that the person knows
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    _flush_folder(path.parent)


def _take_place(aside: Path, path: Path) -> None:
    """Move a file to where none may stand: two programs cannot both believe that they did it."""
    try:
        os.link(aside, path)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
    except OSError:  # a file system without links; on Windows a rename refuses by itself
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        aside.rename(path)


def copy(source: Path, target: Path) -> None:
    """Copy a file's bytes and times, whole or not at all."""
    with placed(target) as aside:
        shutil.copy2(source, aside)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    """Make the move itself last through a power loss, where the system knows how.

    The file is in its place by now: a share that cannot flush a folder is no failure.
    """
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
