"""`cmtools approvals`: what waits for the director's decision, as a form to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.agenda.approvals import APPROVAL_FORM, build_approvals
from cmtools.agenda.rows import find_unread_sheets, read_rows
from cmtools.commands.result import Result, problems_as_json
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.documents.storage import DocumentState
from cmtools.forms.place import remove_unfilled, write_form
from cmtools.forms.proof import Mark, read_secret
from cmtools.pricing.session import open_books, price_books
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import AGENDAS


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalsResult(Result):
    """How much waits for the director; without any there is no file. `state` is the file's."""

    count: int
    state: DocumentState

    def as_json(self) -> dict[str, Any]:
        return {
            "files": [{"path": path, "state": self.state.value} for path in self.files],
            "problems": problems_as_json(self.problems),
        }


def approvals(root: Path, *, today: date) -> ApprovalsResult:
    """Write the form of all that waits for the director; one that was filled stays.

    One that nobody has filled goes once nothing waits any more.

    Raises:
        WorkspaceError, Unavailable: see `open_books`.
        OSError: no rights, no room.
    """
    session = price_books(open_books(root, (), today, STANDARD_DOCUMENTS))
    workspace = session.workspace
    secret = read_secret(workspace.root)
    mark = Mark(form=APPROVAL_FORM.name, subject=(f"{today}",))
    content, count = build_approvals(session, read_rows(session, today), mark, secret)
    path = workspace.path(AGENDAS, f"{APPROVAL_FORM.name} {today:%Y-%m-%d}.xlsx")
    before = {file: file.read_bytes() for file in path.parent.glob(f"{path.stem}*.xlsx")}
    files: tuple[str, ...] = ()
    state = DocumentState.MADE
    with Reader(workspace.limits()) as reader:
        if count:
            made = write_form(workspace.root, path, content, APPROVAL_FORM, mark, reader)
            files = (workspace.name(made),)
            if before.get(made) == content:
                state = DocumentState.UNCHANGED
            elif made != path:
                state = DocumentState.VERSION
        else:
            remove_unfilled(workspace.root, path, APPROVAL_FORM, mark, reader)
    problems = find_unread_sheets(session)
    return ApprovalsResult(problems=problems, files=files, count=count, state=state)
