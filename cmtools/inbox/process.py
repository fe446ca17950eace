"""What is done with a dropped book: recognised, checked, accepted or returned, with its papers.

Everything is made aside; the watcher moves it into place once all of it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cmtools import known_files
from cmtools.books.diff import changed_orders, differences
from cmtools.books.loader import BookFile, Loaded, load
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.digests.codec import encoded
from cmtools.digests.making import digest_of_sound
from cmtools.documents.make import DocumentMaker
from cmtools.documents.stage import kinds_of_stage
from cmtools.documents.template.loader import Template
from cmtools.files import checksum
from cmtools.inbox.destination import order_book_name, target_of
from cmtools.inbox.inputs_hash import InputsHash
from cmtools.inbox.messages import (
    ACCEPTED,
    AGAIN,
    CHECKED,
    FOREIGN,
    KEPT,
    REFUSED,
    conflict,
    sentences,
    stands,
)
from cmtools.inbox.result import Answer, Replacement
from cmtools.inbox.staging import StagedDocuments
from cmtools.pricing.order_problems import PRICES_UNSOUND
from cmtools.pricing.priced_book import write_priced_copy
from cmtools.pricing.session import OpenBooks, Session, price_books
from cmtools.problems import Message, Problem, at, has_errors
from cmtools.reports.other_books import OtherBooks
from cmtools.tables import messages
from cmtools.tables.reader.cached import CachedReader
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.table import Book
from cmtools.workspace import ANNOTATED, PRICED, Workspace, beside

ORDER_ELSEWHERE = Message(
    "order-elsewhere",
    "заказ с таким номером уже есть в книге «{file}»",
    "исправьте номер или уберите заказ из одной из книг",
)

DIGEST = "digest"
TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """A dropped file: where our copy of it lies, what it was called, its SHA-256.

    What is made from it goes to `aside`, what the manager gets with it to `result`.
    """

    copy: Path
    name: str
    digest: str
    aside: Path
    result: Path


class InboxProcessor:
    """Receives drops for a workspace, one after another; `beat` is called as the work goes on.

    The reading process, the compiled templates and what the neighbours say are kept between drops.
    """

    def __init__(self, root: Path, beat: Callable[[str], None]) -> None:
        self._workspace = Workspace(root)
        self._beat = beat
        self._reader = Reader(self._workspace.limits())
        company = (self._workspace.path(book.file_name) for book in (SETTINGS, REGISTER))
        self._keeping = CachedReader(self._reader, [*company])
        self._neighbours = OtherBooks(self._workspace, lambda: beat("compare"))
        self._surroundings = InputsHash(self._workspace)
        self._templates: dict[str, Template] = {}
        self._templates_of = ""

    def close(self) -> None:
        """End the reading processes."""
        self._reader.__exit__(None, None, None)
        self._neighbours.close()

    def compare(self, today: date) -> None:
        """Learn what was done to the workspace's order books by hand."""
        self._neighbours.look(today)

    def settings(self, kind: str | None, today: date, *, accepted: bool) -> str:
        """The digest of all that an answer about a book of that kind depends on."""
        return self._surroundings.digest(kind, None if accepted else today)

    def receive(self, drop: Drop, today: date, *, paint: bool) -> Answer:
        """Work on a drop; once more where the settings changed meanwhile.

        Raises:
            OSError: no rights, no room.
        """
        answer = Answer(verdict=FOREIGN, accepted=False)
        for _ in range(TRIES):
            before = self._surroundings.digest(ORDER_BOOK.name, today)
            answer = self._answer(drop, today, paint=paint)
            if self._surroundings.digest(ORDER_BOOK.name, today) == before:
                break
        if answer.settings is None:
            return answer
        settings = self.settings(answer.kind, today, accepted=answer.accepted)
        return replace(answer, settings=settings)

    def _answer(self, drop: Drop, today: date, *, paint: bool) -> Answer:
        self._beat("read")
        opened = self._open(drop, today)
        book = opened.loaded.books.get(drop.name)
        if book is None:
            unread = any(p.code == messages.FILE_UNREADABLE.code for p in opened.problems)
            return Answer(
                verdict=FOREIGN,
                accepted=False,
                settings=None if unread else "",
                refused=sentences(opened.problems, drop.name),
            )
        lines = sentences(opened.problems, drop.name)
        if has_errors(opened.problems):
            painted = self._paint(drop, opened) if paint else ("раскрашенная копия не сделана",)
            codes = {problem.code for problem in opened.problems}
            return Answer(
                verdict=REFUSED,
                accepted=False,
                kind=book.name,
                settings=None if ORDER_ELSEWHERE.code in codes else "",
                hopeful=messages.UNKNOWN_REFERENCE.code in codes,
                done=painted,
                refused=(*lines, AGAIN),
            )
        if book is SETTINGS:
            note = "настройки не приняты: цены решает директор, он кладёт эту книгу сам"
            return Answer(
                verdict=CHECKED,
                accepted=True,
                kind=book.name,
                settings="",
                refused=(note,),
                remarks=lines,
            )
        return self._accept(drop, opened, book, lines, today)

    def _open(self, drop: Drop, today: date) -> Session:
        """The drop read with the workspace's settings and register for company."""
        target = BookFile(path=drop.copy, name=drop.name)
        loaded = load([target], self._company(), self._keeping, today)
        dataset = loaded.dataset
        history: Mapping[str, Sequence[date]] = {}
        more: list[Problem] = []
        if loaded.books.get(drop.name) is ORDER_BOOK:
            self._beat("compare")
            orders = [o for o in dataset.entries(ORDERS) if o.get("number") is not None]
            said = self._neighbours.ask(
                {client for o in orders if (client := o.get("client")) is not None},
                {o.get("number") for o in orders},
                order_book_name(drop.name),
                today,
            )
            history = said.days
            for order in orders:
                if other := said.taken.get(order.get("number")):
                    fault = ORDER_ELSEWHERE(file=other)
                    place, title = order.place("number"), ORDERS.fields["number"].title
                    more.append(at(place, fault, column=title, value=order.get("number")))
        books = OpenBooks(
            workspace=self._workspace,
            loaded=loaded,
            targets=[target],
            asked={drop.name},
            problems=[*loaded.problems, *more],
        )
        return price_books(books, history)

    def _company(self) -> list[BookFile]:
        paths = ((book, self._workspace.path(book.file_name)) for book in (SETTINGS, REGISTER))
        return [BookFile(path=p, name=p.name, book=book) for book, p in paths if p.is_file()]

    def _paint(self, drop: Drop, opened: Session) -> tuple[str, ...]:
        from cmtools.tables.patch.annotated_copy import annotate

        self._beat("paint")
        copy = beside(drop.result / drop.name, ANNOTATED)
        try:
            annotate(drop.copy, copy, opened.problems)
        except OSError:
            raise
        except Exception:  # the library takes less than we do; the list of errors is all there
            return ("раскрашенную копию сделать не удалось",)
        return (f"раскрашенная копия: {copy.name} (в этой папке)",)

    def _accept(
        self, drop: Drop, opened: Session, book: Book, lines: tuple[str, ...], today: date
    ) -> Answer:
        target = target_of(drop.copy, drop.name, book, self._workspace, self._reader)
        if isinstance(target, str):
            return Answer(verdict=REFUSED, accepted=False, kind=book.name, refused=(target,))
        was = checksum(target)
        before = self._read_own(target, book, today) if was and was != drop.digest else None
        if was and was != drop.digest and not known_files.is_known(self._workspace.root, target):
            rows = differences(book, before.dataset, opened.loaded.dataset) if before else ()
            return conflict(book, self._workspace.name(target), rows, self._is_read(before, book))
        name = self._workspace.name(target)
        answer = Answer(
            verdict=ACCEPTED,
            accepted=True,
            kind=book.name,
            settings="",
            done=stands(name, target, was, same=was == drop.digest),
            remarks=lines,
            replacement=Replacement(
                target=name, was=was, kept=f"{target.stem} — {KEPT}{target.suffix}"
            ),
        )
        if book is not ORDER_BOOK:
            return answer
        return self._with_orders(drop, opened, before, answer, today)

    def _with_orders(
        self, drop: Drop, opened: Session, before: Loaded | None, answer: Answer, today: date
    ) -> Answer:
        if not opened.prices.terms.sound:
            return replace(answer, settings=None, refused=(f"{PRICES_UNSOUND.text}",))
        self._beat("price")
        priced = beside(drop.result / drop.name, PRICED)
        write_priced_copy(opened, opened.targets[0], priced)
        shelf = StagedDocuments(self._workspace, drop.aside)
        told = [*dict.fromkeys(self._papers(opened, shelf, today))]
        now = opened.loaded.dataset
        digest = drop.aside / DIGEST
        digest.write_bytes(encoded(digest_of_sound(now, drop.name, today)))
        assert answer.replacement is not None
        known = answer.replacement.was == drop.digest
        changed = {} if known else changed_orders(before.dataset if before else None, now)
        months = sorted({f"{d:%Y-%m}" for days in changed.values() for d in days if d <= today})
        return replace(
            answer,
            done=(*answer.done, f"копия с ценами: {priced.name} (в этой папке)"),
            refused=sentences((p for p in told if p.is_error), drop.name),
            remarks=(*answer.remarks, *sentences((p for p in told if not p.is_error), drop.name)),
            papers=tuple(shelf.papers),
            months=tuple(months),
            replacement=replace(answer.replacement, digest=f"{drop.aside.name}/{digest.name}"),
        )

    def _papers(self, opened: Session, shelf: StagedDocuments, today: date) -> Iterator[Problem]:
        """Make what the stages of the orders ask for; all that stands against it."""
        templates = self._surroundings.templates()
        if templates != self._templates_of:
            self._templates, self._templates_of = {}, templates
        judged = replace(opened, problems=opened.all_problems)
        desk = DocumentMaker(judged, today, templates=self._templates, shelve=shelf.keep)
        for quote in opened.prices.orders:
            self._beat("papers")
            subject = desk.rows.of_order(quote)
            kinds, problems = kinds_of_stage(judged, quote, desk.rows)
            yield from problems
            for kind in kinds:
                yield from desk.make(kind, subject).problems

    def _read_own(self, path: Path, book: Book, today: date) -> Loaded:
        file = BookFile(path=path, name=self._workspace.name(path), book=book)
        return load([file], self._company(), self._keeping, today)

    def _is_read(self, loaded: Loaded | None, book: Book) -> bool:
        return loaded is not None and book in loaded.books.values()
