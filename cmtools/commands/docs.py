"""`cmtools docs`: the papers of orders, of a contract or of a client, in the client's folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.books.orders import CONTRACTS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import DOCUMENTS
from cmtools.commands.results import Outcome
from cmtools.documents import pdf
from cmtools.documents.catalog import BY_ID, KINDS, DocumentKind, SourceRow
from cmtools.documents.context import DocumentSubject, RowIndex
from cmtools.documents.make import DocumentMaker, Made
from cmtools.documents.stage import kinds_of_stage
from cmtools.documents.storage import DocumentState
from cmtools.errors import UsageError
from cmtools.files import first_free
from cmtools.pricing.orders import find_order
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.problems import Problem, sort_problems
from cmtools.progress import Progress, silent
from cmtools.tables.suggestions import suggest_after
from cmtools.tables.table import InvalidRow, R, Table

_OF_ORDERS = (SourceRow.ORDER, SourceRow.CLAIM)
_OF_CLIENTS = (SourceRow.CLIENT, SourceRow.TRANSFER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Whose documents: of some orders or of every one, of a contract, or of a client."""

    orders: Sequence[str] = ()
    every: bool = False
    contract: str | None = None
    client: str | None = None


def docs(
    root: Path,
    asked: Asked,
    *,
    kinds: Sequence[str] = (),
    row: int | None = None,
    as_pdf: bool = False,
    today: date,
    progress: Progress = silent,
) -> Outcome:
    """Make the kinds asked for; else those of an order's stage, or all of a contract or client.

    A document is judged by the rows that it is made from; errors there stop it, others do not.
    `row` is the sheet's row of a claim or handover, instead of the latest.

    Raises:
        Misuse: there is no such order, contract, client, row or kind, or it is of something else.
        WorkspaceError, Unavailable: see `open_books`.
        OSError: no rights, no room, a client's folder that leads elsewhere.
    """
    if sum(map(bool, (asked.orders, asked.every, asked.contract, asked.client))) != 1:
        raise UsageError("укажите что-то одно: --order, --all, --contract или --client")
    named = tuple(dict.fromkeys(_known_kind(kind) for kind in kinds))
    _refuse_strangers(asked, named)
    opened = price_books(open_books(root, (), today))
    desk = DocumentMaker(opened, today)
    subjects = _subjects(desk.rows, asked)
    tasks = [task for subject in subjects for task in _tasks(desk, subject, named)]
    for subject, wanted in tasks:  # a wrong call makes nothing
        if isinstance(wanted, DocumentKind):
            desk.row_of(wanted, subject, row)
    problems: list[Problem] = []
    made: list[Made] = []
    for subject, wanted in tasks:
        if isinstance(wanted, Problem):
            problems.append(wanted)
            continue
        done = desk.make(wanted, subject, row)
        problems += done.problems
        made.append(done)
        progress(len(made), len(tasks))
    files = [
        {"kind": done.kind.id, "path": done.path, "state": done.state.value}
        for done in made
        if done.path and done.state
    ]
    trouble = ""
    if as_pdf:
        pages, trouble = _as_pdf(opened, made)
        files += pages
    return _outcome(files, sort_problems(dict.fromkeys(problems)), trouble)


def _outcome(
    files: Sequence[dict[str, str]], problems: tuple[Problem, ...], trouble: str
) -> Outcome:
    data: dict[str, Any] = {
        "files": files,
        "problems": [problem.as_json() for problem in problems],
    }
    if trouble:
        data = {"ok": False, "error": trouble, **data}
    return Outcome(
        problems=problems,
        data=data,
        files=tuple(file["path"] for file in files),
        trouble=trouble,
    )


def _refuse_strangers(asked: Asked, kinds: Sequence[DocumentKind]) -> None:
    """A document of an order cannot be made of a contract, nor one of a contract of a client."""
    for kind in kinds:
        of_order = kind.made_from in _OF_ORDERS
        if of_order and (asked.contract or asked.client):
            raise UsageError(f"документ «{kind.name}» делают из заказа: укажите --order")
        if asked.client and not of_order and kind.made_from not in _OF_CLIENTS:
            raise UsageError(f"документ «{kind.name}» делают из договора: укажите --contract")


def _subjects(rows: RowIndex, asked: Asked) -> Iterator[DocumentSubject]:
    quotes = rows.opened.prices.orders
    if asked.contract:
        yield rows.of_contract(_found(rows, CONTRACTS, asked.contract, "договора"))
    elif asked.client:
        yield DocumentSubject(client=_found(rows, CLIENTS, asked.client, "клиента"))
    else:
        found = quotes if asked.every else [find_order(quotes, n) for n in asked.orders]
        distinct = {quote.number: quote for quote in reversed(found)}
        yield from (rows.of_order(quote) for quote in reversed(distinct.values()))


def _found(rows: RowIndex, table: Table[R], key: str, what: str) -> R | InvalidRow:
    """The row of a key, or the nearest one named."""
    found = rows.one(table, key)
    if found is not None:
        return found
    known = [row.get(table.key.name) for row in rows.dataset.entries(table)]
    raise UsageError(f"нет {what} «{key}»{suggest_after(key, filter(None, known))}")


def _known_kind(name: str) -> DocumentKind:
    wanted = name.strip().lower()
    if wanted in BY_ID:
        return BY_ID[wanted]
    raise UsageError(f"нет документа «{name}»{suggest_after(name, DOCUMENTS)}")


def _tasks(
    desk: DocumentMaker, subject: DocumentSubject, named: Sequence[DocumentKind]
) -> list[tuple[DocumentSubject, DocumentKind | Problem]]:
    """The documents to make of a subject; problems where its stage cannot be known."""
    wanted: list[DocumentKind | Problem]
    if named:
        wanted = list(named)
    elif subject.quote:
        kinds, problems = kinds_of_stage(desk.rows.opened, subject.quote, desk.rows)
        wanted = [*kinds, *problems]
    elif subject.contract:
        wanted = [kind for kind in KINDS if kind.made_from is SourceRow.CONTRACT]
    else:
        wanted = [
            kind
            for kind in KINDS
            if kind.made_from is SourceRow.CLIENT
            or (kind.made_from is SourceRow.TRANSFER and desk.rows_to_choose(kind, subject))
        ]
    return [(subject, found) for found in wanted]


def _as_pdf(opened: Session, made: Sequence[Made]) -> tuple[list[dict[str, str]], str]:
    """The same documents as PDF beside them; what the environment lacks, in one line.

    A PDF that lies there already is left alone: it may be the scan of what was signed.
    """
    workspace = opened.workspace
    papers = {workspace.path(done.path): done for done in made if done.path}
    pages: dict[Path, Path] = {}
    fresh: dict[Path, Path] = {}
    for path, done in papers.items():
        pages[path] = path.with_suffix(pdf.ENDING)
        if done.state is not DocumentState.UNCHANGED or not pages[path].exists():
            pages[path] = fresh[path] = first_free(path.parent, path.stem, pdf.ENDING)
    try:
        pdf.convert(fresh)
    except pdf.OfficeError as error:
        return [], str(error)
    return [
        {
            "kind": done.kind.id,
            "path": workspace.name(pages[path]),
            "state": (DocumentState.MADE if path in fresh else DocumentState.UNCHANGED).value,
        }
        for path, done in papers.items()
    ], ""
