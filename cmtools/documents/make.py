"""The desk at which documents are made: rows judged, the template filled, the paper shelved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from cmtools.books.orders import CONTRACTS, ORDERS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import ORGANIZATION
from cmtools.documents import file_names as naming
from cmtools.documents import storage as shelving
from cmtools.documents.catalog import DocumentKind, SourceRow
from cmtools.documents.context import DocumentSubject, Entry, RowIndex
from cmtools.documents.requirements import DocumentChecker
from cmtools.documents.storage import DocumentState
from cmtools.documents.template import loader as loading
from cmtools.documents.template import renderer as rendering
from cmtools.documents.template.loader import Template
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.schema import declared
from cmtools.errors import UsageError
from cmtools.pricing.session import Session
from cmtools.problems import Message, Place, Problem, Severity, problem_at
from cmtools.tables.table import Table
from cmtools.workspace import CLIENT_FOLDERS, TEMPLATES

CASE_UNSURE = Message(
    "case-unsure",
    "«{text}»: падеж в документе «{document}» может быть неверным",
    "проверьте документ и впишите родительный падеж в этот столбец",
    Severity.WARNING,
)


_NUMBERED: dict[SourceRow, Table[Any]] = {
    SourceRow.ORDER: ORDERS,
    SourceRow.CLAIM: ORDERS,
    SourceRow.CONTRACT: CONTRACTS,
    SourceRow.CLIENT: CLIENTS,
    SourceRow.TRANSFER: CLIENTS,
}


Shelve = Callable[[Path, str, bytes, Path], tuple[Path, DocumentState]]


class Made(NamedTuple):
    """A document that was made, or why it was not; a warning stands beside the file."""

    kind: DocumentKind
    path: str | None
    state: DocumentState | None
    problems: tuple[Problem, ...]


class DocumentMaker:
    """Makes documents from the opened books; each template is compiled once.

    `today` is the day of a document whose rows have none. `templates` are those compiled before,
    by the id of their kind; `shelve` keeps what is made.
    """

    def __init__(
        self,
        opened: Session,
        today: date,
        *,
        templates: dict[str, Template] | None = None,
        shelve: Shelve = shelving.shelve,
    ) -> None:
        self.rows = RowIndex(opened, today)
        self._opened = opened
        self._judge = DocumentChecker(self.rows)
        self._today = today
        self._templates = {} if templates is None else templates
        self._shelve = shelve
        self._folders: shelving.ClientFolders | None = None
        self._keys: dict[Table[Any], list[str]] = {}

    def make(self, kind: DocumentKind, subject: DocumentSubject, row: int | None = None) -> Made:
        """Make one document, or tell all that stands against it.

        `row` is the sheet's row of the claim or handover; without it the latest one is taken.

        Raises:
            Misuse: there is no such row.
            OSError: no rights, no room, a client's folder that leads elsewhere.
        """
        entry = self.row_of(kind, subject, row)
        problems = [*self._judge.errors(kind, subject, entry)] or [
            *self._judge.refusals(kind, subject, entry)
        ]
        if problems:
            return Made(kind, None, None, tuple(problems))
        workspace = self._opened.workspace
        clients = workspace.path(CLIENT_FOLDERS)
        folder = self._folder(subject) / kind.folder.value
        stem = self._stem(kind, subject)
        day = _day_of(kind, subject, entry) or shelving.first_day(folder, stem) or self._today
        used = self.rows.material(kind, subject, entry, day)
        try:
            made = rendering.render(self._template(kind), kind.fill(used), day)
        except BadTemplate as bad:
            place = Place(file=workspace.name(workspace.path(TEMPLATES, kind.template)))
            return Made(kind, None, None, tuple(problem_at(place, fault) for fault in bad.faults))
        file, state = self._shelve(folder, stem, made.content, clients)
        unsure = tuple(self._unsure(kind, subject, made.unsure))
        return Made(kind, workspace.name(file), state, unsure)

    def rows_to_choose(self, kind: DocumentKind, subject: DocumentSubject) -> Sequence[Entry]:
        """The claims or handovers that a document of the kind can be made of, the latest last."""
        if kind.made_from is SourceRow.CLAIM and subject.quote:
            return self.rows.claims_of(subject.quote)
        if kind.made_from is SourceRow.TRANSFER and subject.client:
            return self.rows.transfers_of(subject.client)
        return ()

    def row_of(self, kind: DocumentKind, subject: DocumentSubject, row: int | None) -> Entry | None:
        """The claim or handover that a document is made of, None where there is none.

        Raises:
            Misuse: there is no such row.
        """
        rows = self.rows_to_choose(kind, subject)
        if row is None or kind.made_from not in (SourceRow.CLAIM, SourceRow.TRANSFER):
            return rows[-1] if rows else None
        found = next((entry for entry in rows if entry.row == row), None)
        if found is None:
            known = ", ".join(str(entry.row) for entry in rows) or "нет ни одной"
            raise UsageError(f"документу «{kind.name}» строка {row} не подходит; подходят: {known}")
        return found

    def _template(self, kind: DocumentKind) -> Template:
        if kind.id not in self._templates:
            path = self._opened.workspace.path(TEMPLATES, kind.template)
            self._templates[kind.id] = loading.load(path, declared(kind.record))
        return self._templates[kind.id]

    def _folder(self, subject: DocumentSubject) -> Path:
        """The folder of the client."""
        client = subject.client
        assert client is not None
        if self._folders is None:
            home = self._opened.workspace.path(CLIENT_FOLDERS)
            self._folders = shelving.ClientFolders(home, self._codes(CLIENTS))
        return self._folders.of(client.get("code"), client.get("name"))

    def _stem(self, kind: DocumentKind, subject: DocumentSubject) -> str:
        """The name of a document without the number of its version."""
        table = _NUMBERED[kind.made_from]
        row = subject.entry(table)
        assert row is not None
        key = row.get(table.key.name)
        return naming.document_stem(naming.distinct(key, self._codes(table)), kind.name)

    def _codes(self, table: Table[Any]) -> Sequence[str]:
        """All keys of a table."""
        if table not in self._keys:
            values = (row.get(table.key.name) for row in self.rows.dataset.entries(table))
            self._keys[table] = [value for value in values if value is not None]
        return self._keys[table]

    def _unsure(
        self, kind: DocumentKind, subject: DocumentSubject, names: Sequence[str]
    ) -> Iterator[Problem]:
        """A warning for each name or post whose case was guessed, at the column that decides."""
        seller = self.rows.dataset.entries(ORGANIZATION)[0]
        sides: tuple[tuple[Entry | None, Table[Any]], ...] = (
            (subject.client, CLIENTS),
            (seller, ORGANIZATION),
        )
        for row, table in sides:
            for name in ("head_name", "head_post"):
                value = row.get(name) if row else None
                if row and value in names:
                    decides = f"{name}_genitive"
                    place = row.place(decides)
                    fault = CASE_UNSURE(text=value, document=kind.name)
                    yield problem_at(place, fault, column=table.fields[decides].title)


def _day_of(kind: DocumentKind, subject: DocumentSubject, row: Entry | None) -> date | None:
    """The day of the row that a document is made from; a card of a client has none."""
    if kind.made_from is SourceRow.CLIENT:
        return None
    source = row or subject.entry(_NUMBERED[kind.made_from])
    day: date | None = source.get("on") if source else None
    return day
