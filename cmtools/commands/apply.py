"""`cmtools apply`: forms that a person has filled in, written into the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from cmtools.agenda.applied_forms import apply_forms
from cmtools.agenda.outcome import Outcome, RowState
from cmtools.books.loader import BookFile
from cmtools.changed_book import save_all_changed
from cmtools.commands.result import ExitCode, Result, problems_as_json
from cmtools.errors import UsageError
from cmtools.pricing.session import existing_path
from cmtools.problems import has_errors, sort_problems
from cmtools.workspace import ANSWERED, find_workspace

GOOD = (RowState.DONE, RowState.SAME, RowState.LISTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyResult(Result):
    """What became of each row that was filled in; `forms` are the marks of the files."""

    forms: tuple[str, ...]
    rows: tuple[Outcome, ...]

    @property
    def exit_code(self) -> ExitCode:
        """PROBLEMS also where a row is wrong, or its duty has changed."""
        is_good = all(row.state in GOOD for row in self.rows) and not has_errors(self.problems)
        return ExitCode.DONE if is_good else ExitCode.PROBLEMS

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.exit_code is ExitCode.DONE,
            "form": ", ".join(self.forms),
            "rows": [row.as_json() for row in self.rows],
            "files": list(self.files),
            "problems": problems_as_json(self.problems),
        }


def apply(
    root: Path,
    files: Sequence[Path],
    *,
    in_place: bool = False,
    today: date,
    now: datetime | None = None,
) -> ApplyResult:
    """Write the answers of forms into copies of the books, or, `in_place`, into the books.

    Raises:
        UsageError: no file is named.
        Unavailable: a book is open, was changed meanwhile, or cannot be changed without a loss.
        WorkspaceError: no workspace.
        OSError: no rights, no room.
    """
    if not files:
        raise UsageError("назовите файл с ответами")
    workspace = find_workspace(root)
    paths = [existing_path(workspace, file) for file in files]
    moment = (now or datetime.combine(today, time())) if in_place else None

    def save(
        books: Sequence[tuple[BookFile, Path]], before: Mapping[str, str | None]
    ) -> Sequence[str]:
        return save_all_changed(workspace, books, suffix=ANSWERED, before=before, now=moment)

    done = apply_forms(workspace, paths, save, today)
    return ApplyResult(
        problems=sort_problems(done.problems),
        files=done.files,
        forms=done.forms,
        rows=done.rows,
    )
