"""Results by the content of the dropped file: one small file each, under its SHA-256.

    .cmtools/watch/seen/ab/abcd…    the first result of that content

All of it may be deleted at any time: then a content is processed once more, which changes nothing
that it has changed already.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cmtools.files import atomic_write


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstResult:
    """The first result of a content: its job, its folder and what `DropResult` says of it."""

    job: str
    folder: str
    book: str | None
    inputs_hash: str
    accepted: bool


class SeenIndex:
    """The first results that a workspace remembers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, sha256: str) -> FirstResult | None:
        """Find the first result of a content, if it is known."""
        try:
            return FirstResult(**json.loads(self._entry(sha256).read_bytes()))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            return None

    def remember(self, sha256: str, first: FirstResult) -> FirstResult:
        """Remember a first result; return the one of another job that was faster, if any.

        Raises:
            OSError: no rights, no room.
        """
        known = self.find(sha256)
        if known and known.job != first.job and known.inputs_hash == first.inputs_hash:
            return known
        try:
            with atomic_write(self._entry(sha256), replace=known is not None) as temporary:
                temporary.write_text(json.dumps(asdict(first)), "ascii")
        except FileExistsError:
            return self.find(sha256) or first
        return first

    def _entry(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256
