"""Contents that were seen before, one small file each: nothing to tear, nothing to read through.

    .cmtools/watch/seen/ab/abcd…    the first result folder of that content
    .cmtools/watch/reports/2026-11  a report that is to be refreshed

All of it may be deleted at any time: then a content is worked on once more, which changes nothing
that it has changed already.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cmtools.watch import durable_fs as disk


@dataclass(frozen=True, kw_only=True, slots=True)
class First:
    """The first time that a content came.

    book: the book that it was; inputs_hash: see `inbox.inputs_hash`.
    """

    job: str
    folder: str
    book: str | None
    inputs_hash: str
    accepted: bool


class SeenIndex:
    """What `.cmtools/watch` keeps of contents and of reports that are due."""

    def __init__(self, folder: Path) -> None:
        self._seen = folder / "seen"
        self._reports = folder / "reports"

    def first(self, digest: str) -> First | None:
        """The first time that a content came, if it is known."""
        try:
            return First(**json.loads(self._entry(digest).read_bytes()))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            return None

    def remember(self, digest: str, first: First, aside: Path) -> First:
        """Note a content as ours; the one that was faster where there is one.

        `aside` is where the note is written before it is moved into place.
        """
        known = self.first(digest)
        if known is not None and known.job != first.job and known.inputs_hash == first.inputs_hash:
            return known
        disk.write(aside, json.dumps(asdict(first)).encode("ascii"), lasting=False)
        try:
            disk.deliver(aside, self._entry(digest), replace=known is not None)
        except FileExistsError:
            return self.first(digest) or first
        return first

    def ask_for_reports(self, months: tuple[str, ...]) -> None:
        """Note that the reports of these months are to be refreshed."""
        for month in months:
            disk.append(self._reports / month, b"")

    def reports(self) -> dict[str, int]:
        """The months whose reports are to be refreshed, and how often that was asked."""
        with suppress(FileNotFoundError):
            return {path.name: path.stat().st_size for path in sorted(self._reports.iterdir())}
        return {}

    def forget_report(self, month: str, asked: int) -> None:
        """Note that a month's report was refreshed, unless it was asked for again meanwhile."""
        if self.reports().get(month) == asked:
            disk.remove(self._reports / month)

    def _entry(self, digest: str) -> Path:
        return self._seen / digest[:2] / digest
