"""`cmtools letters`: drafts of letters to clients, after the duties of the day; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from cmtools.agenda.rows import AgendaRows, read_rows
from cmtools.books.register import CLIENTS
from cmtools.books.settings import ORGANIZATION, Organization
from cmtools.commands.docs import save_documents
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.documents import pdf
from cmtools.documents.catalog import DocumentKind, find_form
from cmtools.documents.make import DocumentMaker
from cmtools.documents.storage import ClientFolders, DocumentState, save_version
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.plain_text import TextTemplate, load_text, render_text
from cmtools.documents.template.schema import declared_fields
from cmtools.errors import UsageError
from cmtools.files import copy
from cmtools.letters.catalog import KINDS, LetterKind
from cmtools.letters.drafts import (
    ENDING,
    FOLDER,
    NO_SENDER,
    TOO_LARGE,
    Letter,
    find_letters,
    take_attachments,
)
from cmtools.letters.fields import LetterData
from cmtools.letters.message import Attachment, Draft, build_draft, parse_address
from cmtools.pricing.orders import PricedOrder, find_order
from cmtools.pricing.session import Session
from cmtools.problems import Place, Problem, problem_at, sort_problems
from cmtools.tables.parsers import normalize_name
from cmtools.tables.suggestions import suggest_in_refusal
from cmtools.workspace import (
    CLIENT_FOLDERS,
    LETTER_TEMPLATES,
    TEMPLATES,
    Workspace,
    bundled_folder,
)


class LetterFile(NamedTuple):
    """A draft that is there now."""

    letter: Letter
    path: str
    state: DocumentState
    attached: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the draft in the shape of the answer."""
        return {
            "kind": self.letter.kind.id,
            "client": self.letter.client.code,
            "order": self.letter.duty.order,
            "to": self.letter.to.addr_spec,
            "path": self.path,
            "state": self.state.value,
            "attached": list(self.attached),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class LettersResult(Result):
    """The drafts that are there now."""

    letters: tuple[LetterFile, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "files": [letter.as_json() for letter in self.letters],
            "problems": problems_as_json(self.problems),
        }


def letters(
    root: Path,
    kind: str,
    *,
    clients: Sequence[str] = (),
    orders: Sequence[str] = (),
    days: int | None = None,
    today: date,
) -> LettersResult:
    """Draft the letters of a kind after the duties of a day, in the clients' folders.

    Only of these clients and orders where some are named; greetings look so many days ahead.

    Raises:
        UsageError: there is no such kind, client or order.
        WorkspaceError, Unavailable: see `open_books`.
        OSError: no rights, no room, a client's folder that leads elsewhere.
    """
    letter_kind = find_form(KINDS, kind)
    session = open_session(root, today)
    rows = read_rows(session, today)
    codes = {_find_client(rows, code) for code in clients}
    numbers = {find_order(session.prices.orders, number).number for number in orders}
    (seller,) = session.loaded.dataset.entries(ORGANIZATION) or (None,)
    template, problems = _load_template(session.workspace, letter_kind)
    if template is None or not isinstance(seller, Organization):
        problems += [p for p in session.all_problems if p.place.sheet == ORGANIZATION.title]
        return LettersResult(problems=sort_problems(problems), letters=())
    found, no_address = find_letters(rows, letter_kind, days=days, clients=codes, orders=numbers)
    writer = _Writer(session, template, seller, today)
    files = [writer.write(letter) for letter in found]
    problems += [*no_address, *writer.problems]
    return LettersResult(
        problems=sort_problems(dict.fromkeys(problems)),
        files=tuple(file.path for file in files if file is not None),
        letters=tuple(file for file in files if file is not None),
    )


class _Writer:
    """Writes drafts from one template; `problems` are what was found wrong on the way."""

    def __init__(
        self, session: Session, template: TextTemplate, seller: Organization, today: date
    ) -> None:
        self._session, self._template, self._today = session, template, today
        self._workspace = session.workspace
        self._seller = seller
        self._sender = parse_address(seller.name or "", seller.email)
        self._maker = DocumentMaker(session, today)
        self._home = session.workspace.path(CLIENT_FOLDERS)
        known = (row.get("code") for row in session.loaded.dataset.entries(CLIENTS))
        self._folders = ClientFolders(self._home, filter(None, known))
        self.problems: list[Problem] = []

    def write(self, letter: Letter) -> LetterFile | None:
        """Write a draft with what goes with it; None where its template cannot be filled."""
        number = letter.duty.order
        order = find_order(self._session.prices.orders, number) if number else None
        paper = letter.kind.attaches and find_form(self._maker.rows.kinds, letter.kind.attaches)
        attached = [*self._attachments(paper, order)] if paper and order else []
        data = LetterData(
            today=self._today,
            duty=letter.duty,
            detail=letter.detail,
            client=letter.client,
            reader=letter.reader,
            seller=self._seller,
            order=self._maker.rows.order_data(order) if order else None,
            attachment=paper.name if paper and attached else "",
        )
        try:
            subject, text = render_text(self._template, letter.kind.fill(data))
        except BadTemplate as bad:
            self.problems += _template_problems(self._workspace, letter.kind, bad)
            return None
        if self._sender is None:
            self.problems.append(problem_at(self._seller.place("email"), NO_SENDER()))
        draft = Draft(
            key=f"letter:{self._seller.inn}:{letter.kind.id}:{letter.duty.key}:{self._today}",
            sender=self._sender,
            to=letter.to,
            subject=subject,
            text=text,
            attachments=[Attachment(path.name, path.read_bytes()) for path in attached],
        )
        folder = self._folders.of(letter.client.code, letter.client.name) / FOLDER
        stem = letter.stem(f"{self._today}")
        path, state = save_version(folder, stem, build_draft(draft), self._home, ENDING)
        names = tuple(map(self._workspace.name, attached))
        return LetterFile(letter, self._workspace.name(path), state, names)

    def _attachments(self, kind: DocumentKind, order: PricedOrder) -> Iterable[Path]:
        """Make the document that goes with a letter; its PDF is taken where that is not older."""
        prepared = self._maker.prepare(kind, self._maker.rows.order_subject(order))
        self.problems += prepared.problems
        made = save_documents(self._session, self._maker, [prepared])
        papers = [self._workspace.path(paper.path) for paper in made if paper.path is not None]
        for path, fits in take_attachments([_best_form(paper) for paper in papers]):
            if fits:
                yield path
            else:
                place = Place(file=self._workspace.name(path))
                self.problems.append(problem_at(place, TOO_LARGE(name=path.name)))


def _best_form(paper: Path) -> Path:
    """Return the PDF of a document where it was made of what stands there now."""
    printed = paper.with_suffix(pdf.ENDING)
    is_fresh = printed.is_file() and printed.stat().st_mtime >= paper.stat().st_mtime
    return printed if is_fresh else paper


def _load_template(
    workspace: Workspace, kind: LetterKind
) -> tuple[TextTemplate | None, list[Problem]]:
    """Load a template, or say what is wrong with it; a workspace without any gets ours."""
    folder = workspace.path(TEMPLATES, LETTER_TEMPLATES)
    if not folder.exists():
        for source in sorted((bundled_folder("templates") / LETTER_TEMPLATES).glob("*.txt")):
            copy(source, folder / source.name)
    try:
        return load_text(folder / kind.template, declared_fields(kind.record)), []
    except BadTemplate as bad:
        return None, _template_problems(workspace, kind, bad)


def _template_problems(workspace: Workspace, kind: LetterKind, bad: BadTemplate) -> list[Problem]:
    path = workspace.path(TEMPLATES, LETTER_TEMPLATES, kind.template)
    return [problem_at(Place(file=workspace.name(path)), fault) for fault in bad.faults]


def _find_client(rows: AgendaRows, typed: str) -> str:
    """Return a client's code as the register has it.

    Raises:
        UsageError: there is no such client, or its row has an error.
    """
    by_code = {normalize_name(code): code for code in rows.clients}
    code = by_code.get(normalize_name(typed))
    if code is None:
        raise UsageError(f"нет клиента «{typed}»{suggest_in_refusal(typed, rows.clients)}")
    return code
