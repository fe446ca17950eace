"""`cmtools docs`: the papers of orders, of a contract or of a client, in the client's folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from cmtools.books.choices import SourceRow
from cmtools.books.orders import CONTRACTS
from cmtools.books.register import CLIENTS
from cmtools.commands.result import ExitCode, Result, problems_as_json
from cmtools.documents import pdf
from cmtools.documents.catalog import STANDARD_DOCUMENTS, DocumentKind, find_kind
from cmtools.documents.context import DocumentSubject, RowIndex
from cmtools.documents.make import DocumentMaker, DocumentResult
from cmtools.documents.stage import kinds_of_stage
from cmtools.documents.storage import DocumentState
from cmtools.errors import UsageError
from cmtools.files import first_free
from cmtools.pricing.orders import find_order
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.problems import Problem, has_errors, sort_problems
from cmtools.progress import Progress, silent
from cmtools.tables.suggestions import suggest_in_refusal
from cmtools.tables.table import InvalidRow, R, Table

_OF_ORDERS = (SourceRow.ORDER, SourceRow.CLAIM)
_OF_CLIENTS = (SourceRow.CLIENT, SourceRow.TRANSFER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Whose documents: of some orders or of every one, of a contract, or of a client."""

    orders: Sequence[str] = ()
    every: bool = False
    contract: str | None = None
    client: str | None = None


class DocumentFile(NamedTuple):
    """A document that is there now: its kind, its path in the workspace, what was done."""

    kind: DocumentKind
    path: str
    state: DocumentState

    def as_json(self) -> dict[str, str]:
        """Return the document in the shape of the answer."""
        return {"kind": self.kind.id, "path": self.path, "state": self.state.value}


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
    """Make the kinds asked for; else those of an order's stage, or all of a contract or client.

    A document is judged by the rows that it is made from; errors there stop it, others do not.
    `row` is the sheet's row of a claim or handover, instead of the latest.

    Raises:
        Misuse: there is no such order, contract, client, row or kind, or it is of something else.
        WorkspaceError, Unavailable: see `open_books`.
        OSError: no rights, no room, a client's folder that leads elsewhere.
    """
    session = price_books(open_books(root, (), today, STANDARD_DOCUMENTS))
    maker = DocumentMaker(session, today)
    named = _named_kinds(maker.rows.kinds, selection, kinds)
    tasks = [
        task
        for subject in _subjects(maker.rows, selection)
        for task in _tasks(maker, subject, named)
    ]
    for subject, kind in tasks:  # a wrong call makes nothing
        if isinstance(kind, DocumentKind):
            maker.source_row(kind, subject, row)
    problems: list[Problem] = []
    made: list[DocumentResult] = []
    for subject, kind in tasks:
        if isinstance(kind, Problem):
            problems.append(kind)
            continue
        made.append(maker.make(kind, subject, row))
        problems += made[-1].problems
        progress(len(made), len(tasks))
    documents = [
        DocumentFile(one.kind, one.path, one.state) for one in made if one.path and one.state
    ]
    pdfs, warning = _make_pdfs(session, documents) if as_pdf else ([], "")
    return DocsResult(
        problems=sort_problems(dict.fromkeys(problems)),
        files=tuple(document.path for document in (*documents, *pdfs)),
        warning=warning,
        documents=(*documents, *pdfs),
    )


def _named_kinds(
    known: tuple[DocumentKind, ...], selection: Selection, names: Sequence[str]
) -> tuple[DocumentKind, ...]:
    """Return the kinds named on the command line; refuse those that the selection cannot have."""
    given = (selection.orders, selection.every, selection.contract, selection.client)
    if sum(map(bool, given)) != 1:
        raise UsageError("укажите что-то одно: --order, --all, --contract или --client")
    kinds = tuple(dict.fromkeys(_find_kind(known, name) for name in names))
    for kind in kinds:
        of_order = kind.made_from in _OF_ORDERS
        if of_order and (selection.contract or selection.client):
            raise UsageError(f"документ «{kind.name}» делают из заказа: укажите --order")
        if selection.client and not of_order and kind.made_from not in _OF_CLIENTS:
            raise UsageError(f"документ «{kind.name}» делают из договора: укажите --contract")
    return kinds


def _subjects(rows: RowIndex, selection: Selection) -> Iterator[DocumentSubject]:
    orders = rows.session.prices.orders
    if selection.contract:
        yield rows.contract_subject(_find_row(rows, CONTRACTS, selection.contract, "договора"))
    elif selection.client:
        yield DocumentSubject(client=_find_row(rows, CLIENTS, selection.client, "клиента"))
    else:
        if not selection.every:
            orders = tuple(find_order(orders, number) for number in selection.orders)
        by_number = {order.number: order for order in reversed(orders)}
        yield from (rows.order_subject(order) for order in reversed(by_number.values()))


def _find_row(rows: RowIndex, table: Table[R], key: str, what: str) -> R | InvalidRow:
    """Return the row of a key.

    Raises:
        UsageError: there is none; the message names the nearest one.
    """
    row = rows.first(table, key)
    if row is None:
        keys = (row.get(table.key.name) for row in rows.dataset.entries(table))
        raise UsageError(f"нет {what} «{key}»{suggest_in_refusal(key, filter(None, keys))}")
    return row


def _find_kind(known: tuple[DocumentKind, ...], name: str) -> DocumentKind:
    kind = find_kind(known, name)
    if kind is None:
        ids = [kind.id for kind in known]
        raise UsageError(f"нет документа «{name}»{suggest_in_refusal(name, ids)}")
    return kind


def _tasks(
    maker: DocumentMaker, subject: DocumentSubject, named: Sequence[DocumentKind]
) -> list[tuple[DocumentSubject, DocumentKind | Problem]]:
    """Return the documents to make of a subject; problems where its stage cannot be known."""
    wanted: list[DocumentKind | Problem]
    if named:
        wanted = list(named)
    elif subject.order:
        kinds, problems = kinds_of_stage(subject.order, maker.rows)
        wanted = [*kinds, *problems]
    elif subject.contract:
        wanted = [kind for kind in maker.rows.kinds if kind.made_from is SourceRow.CONTRACT]
    else:
        wanted = [
            kind
            for kind in maker.rows.kinds
            if kind.made_from is SourceRow.CLIENT
            or (kind.made_from is SourceRow.TRANSFER and maker.rows.source_rows(kind, subject))
        ]
    return [(subject, found) for found in wanted]


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
