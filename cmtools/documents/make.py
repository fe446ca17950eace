"""Make a document: check its rows, render its template, save its version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from cmtools.books.choices import SourceRow
from cmtools.books.orders import CONTRACTS, ORDERS
from cmtools.books.register import CLIENTS
from cmtools.books.settings import ORGANIZATION
from cmtools.documents.catalog import DocumentKind
from cmtools.documents.context import DocumentSubject, RowIndex
from cmtools.documents.data import OrderData
from cmtools.documents.file_names import distinct_code, document_stem
from cmtools.documents.requirements import DocumentChecker
from cmtools.documents.shipped_templates import give_new_templates
from cmtools.documents.storage import ClientFolders, DocumentState, first_day, save_version
from cmtools.documents.template.loader import Template, load
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.renderer import render
from cmtools.documents.template.schema import declared_fields
from cmtools.errors import UsageError
from cmtools.locks import hold_lock
from cmtools.pricing.agreed_book import LOCK, Agreement, agreements, prepare_edit
from cmtools.pricing.session import Session
from cmtools.problems import Message, Problem, Severity
from cmtools.tables.table import Entry, Table
from cmtools.workspace import CLIENT_FOLDERS, TEMPLATES

CASE_UNSURE = Message(
    "case-unsure",
    "«{text}»: падеж в документе «{document}» может быть неверным",
    "проверьте документ и впишите правильный падеж в этот столбец",
    Severity.WARNING,
)

OLDER_THAN_CONTRACT = Message(
    "older-than-contract",
    "документ «{document}» от {day:%d.%m.%Y} старше договора, на который ссылается",
    "проверьте дату договора и дату заказа",
    Severity.WARNING,
)

_NUMBERED_BY: dict[SourceRow, Table[Any]] = {
    SourceRow.ORDER: ORDERS,
    SourceRow.CLAIM: ORDERS,
    SourceRow.CONTRACT: CONTRACTS,
    SourceRow.CLIENT: CLIENTS,
    SourceRow.TRANSFER: CLIENTS,
}

SaveDocument = Callable[[Path, str, bytes, Path], tuple[Path, DocumentState]]
"""Folder, name without version, content, folder of all clients → path and state."""


class DocumentFile(NamedTuple):
    """A document that is there now: its kind, its path in the workspace, what was done."""

    kind: DocumentKind
    path: str
    state: DocumentState

    def as_json(self) -> dict[str, str]:
        """Return the document in the shape of the answer."""
        return {"kind": self.kind.id, "path": self.path, "state": self.state.value}


class PreparedDocument(NamedTuple):
    """A document as it will be saved; without content where `problems` forbid to make it.

    agreed: the prices that it promises to the client.
    """

    kind: DocumentKind
    problems: tuple[Problem, ...]
    folder: Path = Path()
    stem: str = ""
    content: bytes | None = None
    agreed: tuple[Agreement, ...] = ()


class DocumentMaker:
    """Makes documents from the books of a session; each template is compiled once.

    today: the day of a document whose rows have none.
    templates: those compiled before.
    save: keeps what is made.
    """

    def __init__(
        self,
        session: Session,
        today: date,
        *,
        templates: dict[DocumentKind, Template] | None = None,
        save: SaveDocument = save_version,
    ) -> None:
        give_new_templates(session.workspace)
        self.rows = RowIndex(session, today)
        self._workspace = session.workspace
        self._clients = session.workspace.path(CLIENT_FOLDERS)
        self._checker = DocumentChecker(self.rows)
        self._today = today
        self._templates = {} if templates is None else templates
        self._save = save
        self._folders: ClientFolders | None = None
        self._keys: dict[Table[Any], list[str]] = {}

    def prepare(
        self, kind: DocumentKind, subject: DocumentSubject, row: int | None = None
    ) -> PreparedDocument:
        """Check the rows and render the template.

        `row` is the number of a row of `kind.rows`; without it the latest one is taken.

        Raises:
            UsageError: there is no such row.
            OSError: no rights, no room, a client's folder that leads elsewhere.
        """
        entry = self.source_row(kind, subject, row)
        problems = self._checker.check(kind, subject, entry)
        if problems:
            return PreparedDocument(kind, tuple(problems))
        folder = self._folder(subject) / kind.folder.path
        stem = self._stem(kind, subject, entry)
        day = _day_of(kind, subject, entry) or first_day(folder, stem) or self._today
        data = self.rows.data(kind, subject, entry, day)
        try:
            rendered = render(self._template(kind), kind.fields(data), day)
        except BadTemplate as bad:
            path = self._workspace.path(TEMPLATES, kind.template)
            return PreparedDocument(kind, tuple(bad.problems(self._workspace.name(path))))
        warnings = [*self._case_warnings(kind, subject, rendered.unsure)]
        has_day = kind.rows is None or entry is not None  # an act before any shipment has none
        if kind.rests_on_contract and has_day:
            warnings += _compare_with_contract(kind, subject, day)
        if kind.warn and isinstance(data, OrderData):
            warnings += kind.warn(data)
        agreed: Iterable[Agreement] = ()
        if kind.agrees and subject.order and isinstance(data, OrderData):
            agreed = agreements(subject.order, kind.agrees(data), stem, self._today)
        return PreparedDocument(
            kind,
            problems=tuple(warnings),
            folder=folder,
            stem=stem,
            content=rendered.content,
            agreed=tuple(agreed),
        )

    def save(self, document: PreparedDocument) -> DocumentFile | None:
        """Save the version of a document; the prices that it promises must be safe before.

        Raises:
            OSError: no rights, no room, a client's folder that leads elsewhere.
        """
        if document.content is None:
            return None
        path, state = self._save(document.folder, document.stem, document.content, self._clients)
        return DocumentFile(document.kind, self._workspace.name(path), state)

    def save_all(self, documents: Sequence[PreparedDocument]) -> list[DocumentFile]:
        """Save documents; the prices that they promise are saved before them.

        Raises:
            OSError: see `save`; the book of agreed prices cannot be written.
            Unavailable: it is open.
        """
        agreed = [agreement for document in documents for agreement in document.agreed]
        with hold_lock(self._workspace.path(LOCK)) if agreed else nullcontext():
            if edit := prepare_edit(self._workspace, agreed):
                edit.save()
            return [file for document in documents if (file := self.save(document))]

    def source_row(
        self, kind: DocumentKind, subject: DocumentSubject, row: int | None
    ) -> Entry | None:
        """Return the row of `kind.rows` that a document is made of, None where there is none.

        Raises:
            UsageError: there is no such row.
        """
        rows = self.rows.source_rows(kind, subject)
        if row is None or kind.rows is None:
            return rows[-1] if rows else None
        for entry in rows:
            if entry.row == row:
                return entry
        known = ", ".join(str(entry.row) for entry in rows) or "нет ни одной"
        raise UsageError(f"документу «{kind.name}» строка {row} не подходит; подходят: {known}")

    def _template(self, kind: DocumentKind) -> Template:
        if kind not in self._templates:
            path = self._workspace.path(TEMPLATES, kind.template)
            self._templates[kind] = load(path, declared_fields(kind.record))
        return self._templates[kind]

    def _folder(self, subject: DocumentSubject) -> Path:
        """Return the client's folder."""
        assert subject.client is not None
        if self._folders is None:
            self._folders = ClientFolders(self._clients, self._codes(CLIENTS))
        return self._folders.of(subject.client.get("code"), subject.client.get("name"))

    def _stem(self, kind: DocumentKind, subject: DocumentSubject, entry: Entry | None) -> str:
        """Return the name of a document without the number of its version."""
        table = _NUMBERED_BY[kind.made_from]
        row = subject.entry(table)
        assert row is not None
        key = row.get(table.key.name)
        title = kind.name
        if kind.file_title and subject.order:
            title = kind.file_title(self.rows.order_data(subject.order, entry))
        return document_stem(distinct_code(key, self._codes(table)), title)

    def _codes(self, table: Table[Any]) -> Sequence[str]:
        """Return all keys of a table."""
        if table not in self._keys:
            values = (row.get(table.key.name) for row in self.rows.dataset.entries(table))
            self._keys[table] = [value for value in values if value is not None]
        return self._keys[table]

    def _case_warnings(
        self, kind: DocumentKind, subject: DocumentSubject, unsure: Sequence[tuple[str, str]]
    ) -> Iterator[Problem]:
        """Yield a warning for each name or post whose case was guessed."""
        seller = self.rows.dataset.entries(ORGANIZATION)[0]
        parties: tuple[tuple[Entry | None, Table[Any]], ...] = (
            (subject.client, CLIENTS),
            (seller, ORGANIZATION),
        )
        for row, table in parties:
            for text, case in unsure:
                name = _column_of(row, text, case) if row else None
                if row and name:
                    fault = CASE_UNSURE(text=text, document=kind.name)
                    yield table.problem(row, name, fault)


def _column_of(row: Entry, text: str, case: str) -> str | None:
    """Return the column that corrects a name, a post, or what the person acts on."""
    if text == row.get("acts_on"):
        return "acts_on"
    named = (row.get("head_name"), row.get("full_name"), row.get("name"))
    override = ""
    if text == row.get("head_post"):
        override = f"head_post_{case}"
    elif any(text in name for name in named if name):
        override = f"head_name_{case}"
    return override if override in CLIENTS.fields else None


def _compare_with_contract(
    kind: DocumentKind, subject: DocumentSubject, day: date
) -> Iterator[Problem]:
    """Warn of a document that is older than the contract of its order."""
    contract = subject.contract
    signed: date | None = contract.get("on") if contract else None
    if contract and signed and day < signed:
        fault = OLDER_THAN_CONTRACT(document=kind.name, day=day)
        yield CONTRACTS.problem(contract, "on", fault)


def _day_of(kind: DocumentKind, subject: DocumentSubject, row: Entry | None) -> date | None:
    """Return the day of the row that a document is made from; None where it has none."""
    source = row or subject.entry(_NUMBERED_BY[kind.made_from])
    days = (source.get(name) for name in kind.dated_by) if source else ()
    return next((day for day in days if day), None)
