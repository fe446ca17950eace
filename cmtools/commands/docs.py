"""`cmtools docs`: the papers of an order, in its client's folder."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cmtools.books.orders import ORDERS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import DOCUMENTS, SETTINGS, STAGES, document_ids
from cmtools.commands.judging import errors_of_rows, material, refusals, row_of, stands_in
from cmtools.commands.opening import Opened, open_books
from cmtools.commands.outcome import Misuse, Outcome
from cmtools.commands.quoting import Quote, find_quote
from cmtools.documents import catalog, loading, naming, rendering, shelving
from cmtools.documents.catalog import Kind
from cmtools.documents.declaring import declared
from cmtools.documents.faults import BadTemplate
from cmtools.documents.loading import Template
from cmtools.problems import Place, Problem, at, in_order
from cmtools.tables.table import Partial, Row
from cmtools.workspace import CLIENT_FOLDERS, TEMPLATES


def docs(root: Path, order: str, *, kinds: Sequence[str] = (), today: date) -> Outcome:
    """Make documents of an order: the kinds asked for, else those of its stage.

    A document is judged by the rows that it is made from; errors there stop it, others do not.

    Raises:
        Misuse: there is no such order or kind of document.
        WorkspaceError, Unavailable: see `open_books`.
        OSError: no rights, no room, a client's folder that leads elsewhere.
    """
    asked = tuple(dict.fromkeys(_known_kind(kind) for kind in kinds))
    opened = open_books(root, (), today)
    quote = find_quote(opened.quotes.quotes, order)
    problems: list[Problem] = []
    later: list[str] = []
    if not kinds:
        wanted, problems = _kinds_of_stage(opened, quote)
        asked = tuple(catalog.BY_ID[name] for name in wanted if name in catalog.BY_ID)
        later = [DOCUMENTS[name] for name in wanted if name not in catalog.BY_ID]
    files: list[dict[str, str]] = []
    templates: dict[str, Template] = {}
    for kind in asked:
        made, refused = make(opened, quote, kind, templates)
        files += made
        problems += refused
    found = in_order(dict.fromkeys(problems))
    return Outcome(
        problems=found,
        data={"files": files, "problems": [problem.as_json() for problem in found]},
        facts={"order": quote.number, "later": later},
        files=tuple(file["path"] for file in files),
    )


def make(
    opened: Opened, quote: Quote, kind: Kind, templates: dict[str, Template]
) -> tuple[list[dict[str, str]], list[Problem]]:
    """Make one document of an order: its file, or the problems that stand against it.

    `templates` holds those that were compiled already, by kind; reading one takes most of the time.
    """
    problems = [*errors_of_rows(opened, quote, kind)] or [*refusals(opened, quote, kind)]
    if problems:
        return [], problems
    workspace = opened.workspace
    path = workspace.path(TEMPLATES, kind.template)
    used = material(opened, quote)
    try:
        if kind.id not in templates:
            templates[kind.id] = loading.load(path, declared(kind.record))
        content = rendering.render(templates[kind.id], kind.fill(used)).content
    except BadTemplate as bad:
        return [], [at(Place(file=workspace.name(path)), fault) for fault in bad.faults]
    clients = workspace.path(CLIENT_FOLDERS)
    dataset = opened.loaded.dataset
    folder = shelving.folder_of_client(
        clients, used.client.code, used.client.name, dataset.keys(CLIENTS).values()
    )
    number = naming.distinct(used.order.number, dataset.keys(ORDERS).values())
    file, state = shelving.shelve(
        folder / kind.folder.value, naming.document_stem(number, kind.name), content, clients
    )
    return [{"kind": kind.id, "path": workspace.name(file), "state": state.value}], []


def _known_kind(name: str) -> Kind:
    wanted = name.strip().lower()
    if wanted in catalog.BY_ID:
        return catalog.BY_ID[wanted]
    if wanted in DOCUMENTS:
        built = ", ".join(catalog.BY_ID)
        raise Misuse(f"документ «{wanted}» cmtools ещё не умеет; умеет: {built}")
    near = difflib.get_close_matches(wanted, DOCUMENTS, n=1, cutoff=0)
    raise Misuse(f"нет документа «{name}»; может быть, «{near[0]}»?")


def _kinds_of_stage(opened: Opened, quote: Quote) -> tuple[tuple[str, ...], list[Problem]]:
    """The documents that the order's stage asks for; problems where that cannot be known."""
    stage = row_of(opened.loaded.dataset, STAGES, quote.entry.get("stage"))
    if stage is None or isinstance(stage, Partial):
        rows = [row for row in (quote.entry, stage) if row is not None]
        return (), [p for p in opened.problems if p.is_error and _hides_stage(p, rows)]
    return document_ids(stage.documents), []


def _hides_stage(problem: Problem, rows: Sequence[Row | Partial]) -> bool:
    place = problem.place
    whole = place.file == SETTINGS.file_name and place.sheet in (None, STAGES.title)
    return stands_in(problem, rows) or (whole and place.row is None)
