"""Write drafts of letters into the clients' folders, each with the paper that goes with it."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cmtools.books.register import CLIENTS
from cmtools.books.settings import Organization
from cmtools.documents import pdf
from cmtools.documents.catalog import DocumentKind, find_form
from cmtools.documents.make import DocumentMaker
from cmtools.documents.shipped_templates import give_new_templates
from cmtools.documents.storage import ClientFolders, DocumentState, save_version
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.plain_text import TextTemplate, load_text, render_text
from cmtools.documents.template.schema import declared_fields
from cmtools.letters.catalog import LetterKind
from cmtools.letters.drafts import ENDING, FOLDER, MOST_BYTES, NO_SENDER, TOO_LARGE, Letter
from cmtools.letters.fields import LetterData
from cmtools.letters.message import Attachment, Draft, build_draft, is_untouched, parse_address
from cmtools.pricing.orders import PricedOrder, find_order
from cmtools.pricing.session import Session
from cmtools.problems import Place, Problem, problem_at
from cmtools.workspace import CLIENT_FOLDERS, LETTER_TEMPLATES, TEMPLATES, Workspace


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
            "date": f"{self.letter.duty.date}",
            "to": self.letter.to.addr_spec,
            "path": self.path,
            "state": self.state.value,
            "attached": list(self.attached),
        }


class LetterWriter:
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
        attached = self._make_attachment(paper, order) if paper and order else None
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
            path = self._workspace.path(TEMPLATES, LETTER_TEMPLATES, letter.kind.template)
            self.problems += bad.problems(self._workspace.name(path))
            return None
        if self._sender is None:
            self.problems.append(problem_at(self._seller.place("email"), NO_SENDER()))
        day = letter.duty.date if letter.kind.on_its_day else self._today
        draft = Draft(
            key=f"letter:{self._seller.inn}:{letter.kind.id}:{letter.duty.key}:{day}",
            sender=self._sender,
            to=letter.to,
            subject=subject,
            text=text,
            attachments=[Attachment(attached.name, attached.read_bytes())] if attached else [],
        )
        folder = self._folders.of(letter.client.code, letter.client.name) / FOLDER
        content = build_draft(draft)
        path, state = save_version(
            folder,
            letter.stem(day),
            content,
            self._home,
            ENDING,
            may_replace=partial(is_untouched, key=draft.key),
        )
        names = (self._workspace.name(attached),) if attached else ()
        return LetterFile(letter, self._workspace.name(path), state, names)

    def _make_attachment(self, kind: DocumentKind, order: PricedOrder) -> Path | None:
        """Make the document that goes with a letter; its PDF is taken where that is not older."""
        prepared = self._maker.prepare(kind, self._maker.rows.order_subject(order))
        self.problems += prepared.problems
        made = self._maker.save_all([prepared])
        if not made:
            return None
        path = _best_form(self._workspace.path(made[0].path))
        if path.stat().st_size <= MOST_BYTES:
            return path
        place = Place(file=self._workspace.name(path))
        self.problems.append(problem_at(place, TOO_LARGE(name=path.name)))
        return None


def _best_form(paper: Path) -> Path:
    """Return the PDF of a document where it was made of what stands there now."""
    printed = paper.with_suffix(pdf.ENDING)
    is_fresh = printed.is_file() and printed.stat().st_mtime >= paper.stat().st_mtime
    return printed if is_fresh else paper


def load_template(
    workspace: Workspace, kind: LetterKind
) -> tuple[TextTemplate | None, list[Problem]]:
    """Load a template, or say what is wrong with it."""
    give_new_templates(workspace)
    path = workspace.path(TEMPLATES, LETTER_TEMPLATES, kind.template)
    try:
        return load_text(path, declared_fields(kind.record)), []
    except BadTemplate as bad:
        return None, bad.problems(workspace.name(path))
