"""`cmtools handover`: a client goes to another manager, with open orders and all papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cmtools.agenda.answered_books import edited_books, find_edits, new_errors, reopen
from cmtools.agenda.folder_check import HANDOVER
from cmtools.agenda.handover import Handover, find_reason, find_taker, find_transfer, plan_handover
from cmtools.agenda.handover_book import build_handover
from cmtools.agenda.missing_papers import ClientFiles, find_missing_papers
from cmtools.agenda.rows import read_rows
from cmtools.books.client_search import find_client
from cmtools.books.loader import BookFile
from cmtools.books.register import REGISTER
from cmtools.changed_book import find_copy_path, save_all_changed
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.documents.catalog import CLIENT_TRANSFER
from cmtools.documents.context import DocumentSubject
from cmtools.documents.file_names import document_stem
from cmtools.documents.make import DocumentMaker, PreparedDocument
from cmtools.documents.storage import DocumentState, refuse_outside
from cmtools.documents.versions import save_papers
from cmtools.files import checksum
from cmtools.pricing.session import Session, price_books
from cmtools.problems import Problem, sort_problems
from cmtools.workspace import CLIENT_FOLDERS, DRAFT, find_workspace

WORKBOOK = "Передача клиента"


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverResult(Result):
    """What was handed over; without files the client was the taker's already."""

    handover: Handover
    states: Sequence[tuple[str, DocumentState]]

    def as_json(self) -> dict[str, Any]:
        handover = self.handover
        return {
            "client": handover.client.get("code"),
            "from": handover.giver,
            "to": handover.taker,
            "reason": handover.reason.value,
            "date": f"{handover.day}",
            "orders": [order.get("number") for order in handover.orders],
            "files": [{"path": path, "state": state.value} for path, state in self.states],
            "problems": problems_as_json(self.problems),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Papers:
    """The papers of a handover as they will be saved."""

    maker: DocumentMaker
    agreement: PreparedDocument
    folder: Path
    stem: str
    workbook: bytes


def handover(
    root: Path,
    code: str,
    *,
    to: str,
    reason: str | None = None,
    in_place: bool = False,
    today: date,
    now: datetime,
) -> HandoverResult:
    """Hand a client over: write drafts of the books, or `in_place` the books, and the papers.

    Problems are those that forbid it, and then nothing is written, or those of the agreement.

    Raises:
        UsageError: no such client, manager or reason.
        Unavailable: a book is open, was changed meanwhile, or cannot be changed without a loss.
        WorkspaceError: no workspace.
        OSError: no rights, no room.
    """
    before = {book.name: checksum(book.path) for book in find_workspace(root).books()}
    session = open_session(root, today)
    dataset = session.loaded.dataset
    client = find_client(dataset, code)
    taker = find_taker(dataset, to)
    plan = plan_handover(dataset, client, taker, find_reason(reason), today)
    edits = find_edits(dataset, plan.cells(), plan.rows(dataset))
    with edited_books(session, edits) as changed:
        after, errors = session, list[Problem]()
        if changed:
            books = reopen(session, changed, today)
            after, errors = price_books(books), new_errors(session, books)
        if errors:
            return HandoverResult(problems=sort_problems(errors), handover=plan, states=())
        papers = _prepare(after, plan)
        targets = [(book, changed[book.name]) for book in session.targets if book.name in changed]
        states = _save_books(
            session, targets, before, now if in_place else None, client.get("code")
        )
    problems = papers.agreement.problems if papers else ()
    states += _save_papers(session, papers) if papers else []
    return HandoverResult(
        problems=sort_problems(problems),
        files=tuple(path for path, _ in states),
        handover=plan,
        states=states,
    )


def _prepare(session: Session, plan: Handover) -> _Papers | None:
    """Make the papers out of the books as they will be; None where nothing was handed over."""
    transfer = find_transfer(session.loaded.dataset, plan)
    if transfer is None:
        return None
    maker, rows = DocumentMaker(session, plan.day), read_rows(session, plan.day)
    files = ClientFiles(session)
    code = transfer.client
    home = files.path(code)
    assert home is not None
    client = find_client(session.loaded.dataset, code)
    missing = {
        order: [kind.name for kind, _ in papers]
        for order, papers in find_missing_papers(session, rows, files).items()
    }
    return _Papers(
        maker=maker,
        agreement=maker.prepare(CLIENT_TRANSFER, DocumentSubject(client=client), transfer.row),
        folder=home / f"{HANDOVER} {plan.day:%Y-%m-%d}",
        stem=document_stem(code, WORKBOOK),
        workbook=build_handover(rows, client, transfer, missing),
    )


def _save_books(
    session: Session,
    books: Sequence[tuple[BookFile, Path]],
    before: dict[str, str | None],
    now: datetime | None,
    subject: str,
) -> list[tuple[str, DocumentState]]:
    """Save the changed books, the register last: until then the handover can be repeated."""
    books = sorted(books, key=lambda book: book[0].book is REGISTER)
    workspace = session.workspace
    same = [
        workspace.name(draft)
        for book, changed in books
        for draft in [find_copy_path(workspace, book.path, DRAFT, subject)]
        if checksum(draft) == checksum(changed)
    ]
    files = save_all_changed(
        workspace, books, suffix=DRAFT, before=before, now=now, subject=subject
    )
    return [
        (name, DocumentState.UNCHANGED if name in same else DocumentState.MADE) for name in files
    ]


def _save_papers(session: Session, papers: _Papers) -> list[tuple[str, DocumentState]]:
    workspace = session.workspace
    refuse_outside(papers.folder, workspace.path(CLIENT_FOLDERS))
    agreement = papers.maker.save(papers.agreement)
    made = [(agreement.path, agreement.state)] if agreement else []
    (path,), state = save_papers(papers.folder, papers.stem, {".xlsx": papers.workbook})
    if state is DocumentState.REFRESHED:
        state = DocumentState.MADE
    return [*made, (workspace.name(path), state)]
