"""A job: the dropped file that was claimed, what is made from it, and what was decided.

original/NAME    the dropped file under its own name, until it is filed
aside/           our copy of it and all that is made; begun anew whenever the work is
aside/result/    the folder that the manager will get
plan.json        what was decided; from here on there is only forward
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cmtools.files import checksum, flush_file, flush_folder
from cmtools.watch import durable_fs as disk
from cmtools.watch.lease import FOLDER, Lease

ORIGINAL, ASIDE, RESULT, PLAN = "original", "aside", "result", "plan.json"


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its folder."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name, which it keeps whoever takes it over."""
        return self.folder.name

    @property
    def aside(self) -> Path:
        """Where things are made."""
        return self.folder / ASIDE

    @property
    def result(self) -> Path:
        """The result folder before it is moved into place."""
        return self.aside / RESULT

    @property
    def plan(self) -> Path:
        """Where the decisions are written down."""
        return self.folder / PLAN

    def original(self) -> Path | None:
        """The dropped file, unless it is filed already."""
        with suppress(FileNotFoundError), os.scandir(self.folder / ORIGINAL) as entries:
            return next((Path(entry.path) for entry in entries), None)
        return None

    def begin(self) -> None:
        """Clear away what an earlier try made, and the plan that it made first of all."""
        disk.remove(self.plan)
        disk.remove(self.aside)
        disk.make_folder(self.result)

    def discard(self) -> None:
        """Remove a job that holds no dropped file any more."""
        if self.original() is None:
            disk.remove(self.folder)


def claim(owner: Lease, path: Path) -> Job | None:
    """Make a dropped file ours by a rename; None where it is gone or another one's by now.

    Raises:
        PermissionError: it is held open by somebody, or we have no rights.
        OSError: no rights, no room; then it lies where it lay.
    """
    job = Job(owner.new_job())
    (job.folder / ORIGINAL).mkdir()
    try:
        try:
            disk.move(path, job.folder / ORIGINAL / path.name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _claim_abroad(job, path)
    except FileNotFoundError:
        job.discard()
        return None
    except OSError:
        job.discard()
        raise
    return job


def release(job: Job, inbox: Path) -> bool:
    """Give a job that was not begun back to the inbox; False where its name is taken there."""
    original = job.original()
    if original is None or job.plan.exists():
        return False
    try:
        disk.deliver(original, inbox / original.name, replace=False)
    except OSError:
        return False  # it waits here for the next start
    job.discard()
    return True


# An inbox on another file system: the claim is a rename inside it, then the bytes are carried over


def abroad(job: Job, inbox: Path) -> Path:
    """Where a job's file waits inside an inbox on another file system."""
    return inbox / FOLDER / job.id


def _claim_abroad(job: Job, path: Path) -> None:
    folder = abroad(job, path.parent)
    disk.make_folder(folder)
    try:
        disk.move(path, folder / path.name)
    except OSError:
        _leave_abroad(folder)
        raise


def carry_over(job: Job, inbox: Path) -> None:
    """Bring a job's file over from the inbox's file system; what was cut off is done again."""
    folder = abroad(job, inbox)
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        here = job.folder / ORIGINAL / path.name
        if not os.path.lexists(here):
            aside = job.folder / "carried"
            disk.remove(aside)
            if disk.copy(path, aside) != checksum(path):
                raise OSError(errno.EAGAIN, "файл меняется", str(path))
            flush_file(aside)
            disk.make_folder(here.parent)
            disk.move(aside, here)
            flush_folder(here.parent)
        disk.remove(path)
    _leave_abroad(folder)


def _leave_abroad(folder: Path) -> None:
    with suppress(OSError):
        disk.remove_empty(folder)
        disk.remove_empty(folder.parent)
