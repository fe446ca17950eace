"""`cmtools docs`: the papers of orders, of a contract or of a client, in the client's folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.books.orders import CONTRACTS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import DOCUMENTS, SETTINGS, STAGES, document_ids
from cmtools.commands.desk import Desk, Made
from cmtools.commands.gathering import Rows, Subject
from cmtools.commands.opening import Opened, open_books
from cmtools.commands.outcome import Misuse, Outcome, Progress, perhaps, silent
from cmtools.commands.quoting import Quote, find_quote
from cmtools.documents import pdf, shelving
from cmtools.documents.catalog import BY_ID, KINDS, Kind, MadeFrom
from cmtools.documents.shelving import State
from cmtools.problems import Problem, in_order
from cmtools.tables.table import Partial, R, Row, Table

_OF_ORDERS = (MadeFrom.ORDER, MadeFrom.CLAIM)
_OF_CLIENTS = (MadeFrom.CLIENT, MadeFrom.TRANSFER)


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
        raise Misuse("укажите что-то одно: --order, --all, --contract или --client")
    named = tuple(dict.fromkeys(_known_kind(kind) for kind in kinds))
    _refuse_strangers(asked, named)
    opened = open_books(root, (), today)
    desk = Desk(opened, today)
    subjects = _subjects(desk.rows, asked)
    tasks = [task for subject in subjects for task in _tasks(desk, subject, named)]
    for subject, wanted in tasks:  # a wrong call makes nothing
        if isinstance(wanted, Kind):
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
    return _outcome(files, in_order(dict.fromkeys(problems)), trouble)


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


def _refuse_strangers(asked: Asked, kinds: Sequence[Kind]) -> None:
    """A document of an order cannot be made of a contract, nor one of a contract of a client."""
    for kind in kinds:
        of_order = kind.made_from in _OF_ORDERS
        if of_order and (asked.contract or asked.client):
            raise Misuse(f"документ «{kind.name}» делают из заказа: укажите --order")
        if asked.client and not of_order and kind.made_from not in _OF_CLIENTS:
            raise Misuse(f"документ «{kind.name}» делают из договора: укажите --contract")


def _subjects(rows: Rows, asked: Asked) -> Iterator[Subject]:
    quotes = rows.opened.quotes.quotes
    if asked.contract:
        yield rows.of_contract(_found(rows, CONTRACTS, asked.contract, "договора"))
    elif asked.client:
        yield Subject(client=_found(rows, CLIENTS, asked.client, "клиента"))
    else:
        found = quotes if asked.every else [find_quote(quotes, n) for n in asked.orders]
        distinct = {quote.number: quote for quote in reversed(found)}
        yield from (rows.of_order(quote) for quote in reversed(distinct.values()))


def _found(rows: Rows, table: Table[R], key: str, what: str) -> R | Partial:
    """The row of a key, or the nearest one named."""
    found = rows.one(table, key)
    if found is not None:
        return found
    known = [row.get(table.key.name) for row in rows.dataset.entries(table)]
    raise Misuse(f"нет {what} «{key}»{perhaps(key, filter(None, known))}")


def _known_kind(name: str) -> Kind:
    wanted = name.strip().lower()
    if wanted in BY_ID:
        return BY_ID[wanted]
    raise Misuse(f"нет документа «{name}»{perhaps(name, DOCUMENTS)}")


def _tasks(
    desk: Desk, subject: Subject, named: Sequence[Kind]
) -> list[tuple[Subject, Kind | Problem]]:
    """The documents to make of a subject; problems where its stage cannot be known."""
    wanted: list[Kind | Problem]
    if named:
        wanted = list(named)
    elif subject.quote:
        kinds, problems = kinds_of_stage(desk.rows.opened, subject.quote, desk.rows)
        wanted = [*kinds, *problems]
    elif subject.contract:
        wanted = [kind for kind in KINDS if kind.made_from is MadeFrom.CONTRACT]
    else:
        wanted = [
            kind
            for kind in KINDS
            if kind.made_from is MadeFrom.CLIENT
            or (kind.made_from is MadeFrom.TRANSFER and desk.rows_to_choose(kind, subject))
        ]
    return [(subject, found) for found in wanted]


def kinds_of_stage(opened: Opened, quote: Quote, rows: Rows) -> tuple[list[Kind], list[Problem]]:
    """The documents that the order's stage asks for; problems where that cannot be known."""
    stage = rows.one(STAGES, quote.entry.get("stage"))
    if stage is None or isinstance(stage, Partial):
        hiding = [row for row in (quote.entry, stage) if row is not None]
        return [], [p for p in opened.problems if p.is_error and _hides_stage(p, hiding)]
    return [BY_ID[name] for name in document_ids(stage.documents)], []


def _hides_stage(problem: Problem, rows: Sequence[Row | Partial]) -> bool:
    place = problem.place
    if place.file == SETTINGS.file_name and place.row is None:
        return place.sheet in (None, STAGES.title)
    return any(
        (row.source.file, row.source.sheet) == (place.file, place.sheet)
        and place.row in (None, row.row)
        for row in rows
    )


def _as_pdf(opened: Opened, made: Sequence[Made]) -> tuple[list[dict[str, str]], str]:
    """The same documents as PDF beside them; what the environment lacks, in one line.

    A PDF that lies there already is left alone: it may be the scan of what was signed.
    """
    workspace = opened.workspace
    papers = {workspace.path(done.path): done for done in made if done.path}
    pages: dict[Path, Path] = {}
    fresh: dict[Path, Path] = {}
    for path, done in papers.items():
        pages[path] = path.with_suffix(pdf.ENDING)
        if done.state is not State.UNCHANGED or not pages[path].exists():
            pages[path] = fresh[path] = shelving.free(pages[path])
    try:
        pdf.convert(fresh)
    except pdf.OfficeError as error:
        return [], str(error)
    return [
        {
            "kind": done.kind.id,
            "path": workspace.name(pages[path]),
            "state": (State.MADE if path in fresh else State.UNCHANGED).value,
        }
        for path, done in papers.items()
    ], ""
