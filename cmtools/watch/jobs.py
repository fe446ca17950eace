"""A job: a claimed file, what is made from it, and the decision about it.

original/NAME     the dropped file under its own name, until it is moved into the result
staging/          our copy of it and all that is made from it
staging/result/   the folder that the manager will get
decision.json     the decision; once it is written, the job is only carried on, never begun again
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cmtools.files import checksum, flush_file, flush_folder
from cmtools.watch.durable_fs import copy_bytes, move_into_place, remove, remove_empty_folder
from cmtools.watch.lease import JOBS_FOLDER, Lease


@dataclass(frozen=True, slots=True)
class Job:
    """A job, known by its folder."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name, which stays the same when another watcher takes it over."""
        return self.folder.name

    @property
    def originals(self) -> Path:
        """The folder of the dropped file."""
        return self.folder / "original"

    @property
    def staging(self) -> Path:
        """The folder of all that is made."""
        return self.folder / "staging"

    @property
    def copy(self) -> Path:
        """Our own copy of the dropped bytes."""
        return self.staging / "copy.xlsx"

    @property
    def result(self) -> Path:
        """The result folder before it is moved into place."""
        return self.staging / "result"

    @property
    def decision(self) -> Path:
        """The file of the decision."""
        return self.folder / "decision.json"

    def original(self) -> Path | None:
        """Find the dropped file; None once it was moved into the result."""
        with suppress(FileNotFoundError), os.scandir(self.originals) as entries:
            return next((Path(entry.path) for entry in entries), None)
        return None

    def start_over(self) -> None:
        """Remove the decision, then all that was made."""
        remove(self.decision)
        remove(self.staging)
        self.result.mkdir(parents=True)

    def remove_finished(self) -> None:
        """Remove the job unless it still holds the dropped file."""
        if self.original() is None:
            remove(self.folder)


def claim(lease: Lease, path: Path) -> Job | None:
    """Claim a dropped file by a rename; None where it is gone or another watcher was faster.

    Raises:
        PermissionError: another program holds it open, or we have no rights.
        OSError: no rights, no room; then the file stays where it was.
    """
    job = Job(lease.new_job())
    job.originals.mkdir()
    try:
        try:
            path.replace(job.originals / path.name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _claim_on_foreign_fs(job, path)
    except FileNotFoundError:
        job.remove_finished()
        return None
    except OSError:
        job.remove_finished()
        raise
    return job


def release(job: Job, inbox: Path) -> None:
    """Return the file of an undecided job to the inbox, unless its name is taken there."""
    original = job.original()
    if original is None or job.decision.exists():
        return
    with suppress(OSError):  # then it waits here for the next start
        inbox.mkdir(parents=True, exist_ok=True)
        move_into_place(original, inbox / original.name, replace=False)
        job.remove_finished()


# An inbox on another file system: the claim is a rename inside it, then the bytes are copied


def foreign_claim_dir(job: Job, inbox: Path) -> Path:
    """Return the folder in an inbox on another file system that holds a job's file."""
    return inbox / JOBS_FOLDER / job.id


def _claim_on_foreign_fs(job: Job, path: Path) -> None:
    folder = foreign_claim_dir(job, path.parent)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path.replace(folder / path.name)
    except OSError:
        _remove_foreign_claim_dir(folder)
        raise


def finish_foreign_claim(job: Job, inbox: Path) -> None:
    """Copy a job's file from the inbox's file system, then remove it there; can be repeated."""
    folder = foreign_claim_dir(job, inbox)
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        target = job.originals / path.name
        if not os.path.lexists(target):
            copy = job.folder / "copied"
            remove(copy)
            if copy_bytes(path, copy) != checksum(path):
                raise OSError(errno.EAGAIN, "файл меняется", str(path))
            flush_file(copy)
            job.originals.mkdir(exist_ok=True)
            copy.replace(target)
            flush_folder(job.originals)
        remove(path)
    _remove_foreign_claim_dir(folder)


def _remove_foreign_claim_dir(folder: Path) -> None:
    with suppress(OSError):
        remove_empty_folder(folder)
        remove_empty_folder(folder.parent)
