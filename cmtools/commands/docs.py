"""`cmtools docs`: the papers of orders, of a contract or of a client, in the client's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.commands.result import ExitCode, Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.documents import pdf
from cmtools.documents.make import DocumentFile, DocumentMaker, PreparedDocument
from cmtools.documents.selection import Selection, find_tasks
from cmtools.documents.storage import DocumentState
from cmtools.files import first_free
from cmtools.pricing.session import Session
from cmtools.problems import has_errors, sort_problems
from cmtools.progress import Progress, silent

BATCH = 200  # documents that are held in memory until their prices are safe


@dataclass(frozen=True, kw_only=True, slots=True)
class DocsResult(Result):
    """The documents that are there now; the warning says why no PDF could be made."""

    documents: tuple[DocumentFile, ...]

    @property
    def exit_code(self) -> ExitCode:
        """ENVIRONMENT where no PDF could be made, else PROBLEMS where there are errors."""
        if self.warning:
            return ExitCode.ENVIRONMENT
        return ExitCode.PROBLEMS if has_errors(self.problems) else ExitCode.DONE

    def as_json(self) -> dict[str, Any]:
        failure = {"ok": False, "error": self.warning} if self.warning else {}
        return {
            **failure,
            "files": [document.as_json() for document in self.documents],
            "problems": problems_as_json(self.problems),
        }


def docs(
    root: Path,
    selection: Selection,
    *,
    kinds: Sequence[str] = (),
    row: int | None = None,
    as_pdf: bool = False,
    today: date,
    progress: Progress = silent,
) -> DocsResult:
    """Make the kinds named; else those of an order's stage, or all of a contract or client.

    A document is judged by the rows that it is made from; errors there stop it, others do not.
    `row` is the sheet's row of a claim or handover, instead of the latest.

    Raises:
        UsageError: see `find_tasks`; there is no such row of a claim or handover.
        WorkspaceError, Unavailable: see `open_books`; the book of agreed prices is open.
        OSError: no rights, no room, a client's folder that leads elsewhere.
    """
    session = open_session(root, today)
    maker = DocumentMaker(session, today)
    tasks, problems = find_tasks(maker.rows, selection, kinds)
    for kind, subject in tasks:  # a wrong call makes nothing
        maker.source_row(kind, subject, row)
    documents: list[DocumentFile] = []
    for start in range(0, len(tasks), BATCH):
        prepared: list[PreparedDocument] = []
        for kind, subject in tasks[start : start + BATCH]:
            prepared.append(maker.prepare(kind, subject, row))
            problems += prepared[-1].problems
            progress(start + len(prepared), len(tasks))
        documents += maker.save_all(prepared)
    pdfs, warning = _make_pdfs(session, documents) if as_pdf else ([], "")
    documents += pdfs
    return DocsResult(
        problems=sort_problems(dict.fromkeys(problems)),
        files=tuple(document.path for document in documents),
        warning=warning,
        documents=tuple(documents),
    )


def _make_pdfs(
    session: Session, documents: Sequence[DocumentFile]
) -> tuple[list[DocumentFile], str]:
    """Convert documents to PDF beside them; return the PDFs, or in one line why there are none.

    A PDF of an unchanged document is left alone: it may be the scan of what was signed.
    """
    workspace = session.workspace
    to_convert: dict[Path, Path] = {}
    pdfs = []
    for document in documents:
        path = workspace.path(document.path)
        target, state = path.with_suffix(pdf.ENDING), DocumentState.UNCHANGED
        if document.state is not DocumentState.UNCHANGED or not target.exists():
            target, state = first_free(target.parent, target.stem, pdf.ENDING), DocumentState.MADE
            to_convert[path] = target
        pdfs.append(DocumentFile(document.kind, workspace.name(target), state))
    try:
        pdf.convert(to_convert)
    except pdf.OfficeError as error:
        return [], str(error)
    return pdfs, ""
