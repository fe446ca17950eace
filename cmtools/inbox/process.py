"""Process a dropped book: recognise it, check it, accept or refuse it, make its documents.

All results are written into the folders of the drop; the watcher moves them into place at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.copies import book_of_copy, order_numbers
from cmtools.books.loader import BookFile, LoadedBooks, load_books
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.books.plan import PLAN_BOOK
from cmtools.books.register import REGISTER
from cmtools.books.settings import SETTINGS
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.files import checksum
from cmtools.inbox import messages as texts
from cmtools.inbox.accepted_orders import AcceptedOrders
from cmtools.inbox.applied_form import AppliedDrop, apply_dropped_form
from cmtools.inbox.destination import find_destination, find_incomplete_folders, order_book_name
from cmtools.inbox.drop import Drop, DropResult, DropStage
from cmtools.inbox.dropdowns import refresh_dropdowns
from cmtools.inbox.inputs_hash import inputs_hash
from cmtools.inbox.merged_book import (
    MergedBook,
    Target,
    apply_answers,
    find_answers,
    merge_beside,
    merge_drop,
)
from cmtools.inbox.older_copies import explain_older_copy, put_back, put_back_all
from cmtools.merge.book_records import BookRefused
from cmtools.merge.damage import CopyDamaged
from cmtools.merge.in_place import record_edits
from cmtools.merge.open_conflicts import conflict_problems
from cmtools.merge.origin import find_origin
from cmtools.merge.versions import Versions
from cmtools.pricing.session import OpenBooks, Session, price_books
from cmtools.problems import Fault, Problem, has_errors, problem_at
from cmtools.reports.other_books import OtherBooks
from cmtools.tables import messages
from cmtools.tables.dataset import Dataset
from cmtools.tables.patch.book_edit import EditRefused
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.table import Book
from cmtools.workspace import ANNOTATED, Workspace, copy_path

_NEVER_ACCEPTED = {
    SETTINGS: texts.SETTINGS_NOT_ACCEPTED,
    AGREED_BOOK: texts.AGREED_NOT_ACCEPTED,
}
BOOK_ENDINGS = (".xlsx", ".xlsm")
TRIES = 3
_COMPANY_BOOKS = (SETTINGS, REGISTER, AGREED_BOOK)


class InboxProcessor:
    """Processes the drops of a workspace, one after another; `on_stage` is called at each stage.

    The reading process, the compiled templates and the index of the other order books serve all
    drops.
    """

    def __init__(self, root: Path, on_stage: Callable[[DropStage], None]) -> None:
        self._workspace = Workspace(root)
        self._on_stage = on_stage
        self._reader = Reader(self._workspace.limits())
        self._other_books = OtherBooks(self._workspace, lambda: on_stage(DropStage.OTHER_BOOKS))
        self._accepted_orders = AcceptedOrders(self._workspace, on_stage)

    def close(self) -> None:
        """End the reading processes."""
        self._reader.close()
        self._other_books.close()

    def sync_other_books(self, today: date) -> tuple[str, ...]:
        """Bring the index, the versions and the drop-downs of the workspace's books up to date.

        Older copies in their places are put into the inbox; return lines about it.
        """
        lines = (*put_back_all(self._workspace, self._workspace.books(), self._reader),)
        self._other_books.sync(today)
        record_edits(self._workspace, self._workspace.books(), self._reader)
        refresh_dropdowns(self._workspace, self._reader, today)
        return lines

    def process(self, drop: Drop, today: date, *, annotate: bool) -> DropResult:
        """Process a drop; again where the settings or templates were changed meanwhile.

        Raises:
            OSError: no rights, no room.
        """
        for _ in range(TRIES):
            before = inputs_hash(self._workspace, ORDER_BOOK.name, today)
            result = self._process_once(drop, today, annotate=annotate)
            is_book = result.book is not None  # an applied form changes the inputs itself
            if not is_book or inputs_hash(self._workspace, ORDER_BOOK.name, today) == before:
                break
        result = explain_older_copy(drop, result)
        if not result.repeatable:
            return result
        day = None if result.accepted else today
        return replace(result, inputs_hash=inputs_hash(self._workspace, result.book, day))

    def _process_once(self, drop: Drop, today: date, *, annotate: bool) -> DropResult:
        self._on_stage(DropStage.READ)
        session = self._open(drop, today)
        book = session.loaded.books.get(drop.name)
        if book is None or has_errors(session.problems):  # an agenda has sheets of their names too
            applied = apply_dropped_form(self._workspace, drop, self._reader, today)
            if applied is not None:
                return self._follow_form(drop, applied, today)
        if book is None:
            return self._apply_answers(drop, today) or _foreign(drop, session)
        if not drop.name.lower().endswith(BOOK_ENDINGS):
            return replace(
                _not_accepted(texts.FOREIGN, book.name, texts.WRONG_ENDING), repeatable=True
            )
        if has_errors(session.problems):
            return self._refuse(drop, session, book, annotate=annotate)
        if book in _NEVER_ACCEPTED:
            return DropResult(
                verdict=texts.CHECKED,
                accepted=True,
                book=book.name,
                refusals=(_NEVER_ACCEPTED[book],),
                warnings=texts.describe_problems(session.problems, drop.name),
            )
        dataset = session.loaded.dataset
        name = self._order_book_name(drop, dataset, today) if book is ORDER_BOOK else drop.name
        origin = self._find_origin(drop) if book is PLAN_BOOK else ""
        path = find_destination(name, book, dataset, self._workspace, origin)
        if path is None:
            return _not_accepted(texts.REFUSED, book.name, texts.NO_MONTH)
        target = self._target(path)
        check = self._check(drop, today)
        macros = [p for p in session.problems if p.code == messages.MACROS.code]
        lock = " ".join(texts.describe_problems(macros, drop.name))
        if lock and target.sha256 is None:  # as an .xlsx no Excel would open it
            return _not_accepted(texts.REFUSED, book.name, lock)
        try:
            if lock:
                merged = merge_beside(drop, target, dataset, self._reader, check, lock=lock)
            else:
                merged = merge_drop(drop, target, dataset, self._reader, check)
        except CopyDamaged as error:
            damaged = replace(session, problems=(*session.problems, *error.problems))
            refused = self._refuse(drop, damaged, book, annotate=annotate)
            return replace(refused, repeatable=False)
        except (BookRefused, EditRefused) as error:
            return _not_accepted(texts.CONFLICT, book.name, *texts.not_merged(target.name, error))
        return self._take(drop, session, target, merged, today)

    def _follow_form(self, drop: Drop, applied: AppliedDrop, today: date) -> DropResult:
        """Make the papers of the orders into which the answers of a form were written."""
        books = []
        for name, orders in applied.orders.items():
            book = replace(drop, copy=self._workspace.path(name), name=name)
            books.append((book, self._open(book, today), orders))
        return self._accepted_orders.add_papers_of(books, applied.result, today)

    def _apply_answers(self, drop: Drop, today: date) -> DropResult | None:
        """Apply a person's decisions about conflicts; None where the drop holds none."""
        answers = find_answers(drop, self._workspace.root, self._reader)
        if answers is None:
            return None
        if isinstance(answers, Fault):
            return _not_accepted(texts.FOREIGN, None, f"{answers.message} — {answers.hint}")
        target = self._target(self._workspace.path(answers.book))
        if target.sha256 is None:
            return _not_accepted(texts.CONFLICT, None, texts.BOOK_GONE.format(book=target.name))
        session = self._open(replace(drop, copy=target.path, name=target.path.name), today)
        company, check = session.loaded.dataset, self._check(drop, today)
        try:
            merged = apply_answers(drop, answers, target, company, self._reader, check)
        except (BookRefused, EditRefused) as error:
            return _not_accepted(texts.CONFLICT, None, *texts.not_merged(target.name, error))
        result = self._take(drop, session, target, merged, today)
        wrong = texts.describe_problems(answers.problems, drop.name)
        return replace(result, refusals=(*wrong, *result.refusals))

    def _target(self, path: Path) -> Target:
        """Look at a book of the workspace, once it is the newest version.

        Raises:
            BookBusy: an older one is open in its place.
        """
        book = BookFile(path=path, name=self._workspace.name(path))
        with Versions(self._workspace.root) as versions:
            put_back(versions, self._workspace, book, self._reader)
        return Target.of(self._workspace, path)

    def _check(self, drop: Drop, today: date) -> Callable[[Path], Sequence[Problem]]:
        """Return the check of a version of the book that a drop is about."""
        return lambda path: self._open(replace(drop, copy=path), today).problems

    def _take(
        self, drop: Drop, session: Session, target: Target, merged: MergedBook, today: date
    ) -> DropResult:
        """Let a book take its place in the workspace, with its prices and documents."""
        if merged.lock:
            result = texts.describe_copy_beside(target, merged, drop)
            return replace(result, book=session.loaded.books[session.targets[0].name].name)
        if merged.is_drop:
            session = replace(session, targets=(replace(session.targets[0], path=merged.path),))
        else:
            drop = replace(drop, copy=merged.path, name=target.path.name)
            session = self._open(drop, today)
        book = session.loaded.books[drop.name]
        if merged.errors:
            lines = texts.describe_problems(merged.errors, drop.name)
            return _not_accepted(texts.CONFLICT, book.name, texts.BREAKS_RULES, *lines)
        result = texts.describe_taken_book(target, merged, session.problems, drop)
        result = replace(result, book=book.name)
        if book is REGISTER:
            folders = find_incomplete_folders(session.loaded.dataset, self._workspace)
            return replace(result, folders=folders)
        if book is not ORDER_BOOK or has_errors(session.problems):
            return result
        waiting = conflict_problems(drop.name, book, merged.conflicts, session.loaded.dataset)
        session = replace(session, problems=tuple(dict.fromkeys((*session.problems, *waiting))))
        is_new = target.sha256 is not None and checksum(merged.path) != target.sha256
        before = self._read_current(target.path, book, today) if is_new else None
        return self._accepted_orders.add_papers(drop, session, before, result, today)

    def _open(self, drop: Drop, today: date) -> Session:
        """Read, check and price the drop together with the workspace's settings and register."""
        target = BookFile(path=drop.copy, name=drop.name)
        loaded = load_books(
            [target], self._company_books(), self._reader, today, STANDARD_DOCUMENTS
        )
        history: Mapping[str, Sequence[date]] = {}
        repeats: list[Problem] = []
        if loaded.books.get(drop.name) is ORDER_BOOK:
            history, repeats = self._ask_other_books(drop, loaded.dataset, today)
        books = OpenBooks(
            workspace=self._workspace,
            loaded=loaded,
            targets=[target],
            asked={drop.name},
            problems=[*loaded.problems, *repeats],
        )
        return price_books(books, history)

    def _ask_other_books(
        self, drop: Drop, dataset: Dataset, today: date
    ) -> tuple[Mapping[str, Sequence[date]], list[Problem]]:
        """Find the days of the clients' other orders, and errors for numbers used elsewhere."""
        self._on_stage(DropStage.OTHER_BOOKS)
        orders = [order for order in dataset.entries(ORDERS) if order.get("number") is not None]
        others = self._other_books.find(
            {client for order in orders if (client := order.get("client")) is not None},
            {order.get("number") for order in orders},
            self._order_book_name(drop, dataset, today),
            today,
        )
        title = ORDERS.fields["number"].title
        repeats = [
            problem_at(
                order.place("number"),
                texts.ORDER_ELSEWHERE(file=others.books[number]),
                column=title,
                value=number,
            )
            for order in orders
            if (number := order.get("number")) in others.books
        ]
        return others.days, repeats

    def _order_book_name(self, drop: Drop, dataset: Dataset, today: date) -> str:
        """Name the order book that a drop is the next version of.

        The one book that has more than half of the drop's orders, whatever the drop is called;
        else the book that it was copied from, or that of the drop's own name.
        """
        numbers = order_numbers(dataset.sheets(ORDERS)).get(drop.name, set())
        name = book_of_copy(numbers, self._other_books.count_shared(numbers, today))
        return name or self._find_origin(drop, numbers) or order_book_name(drop.name)

    def _find_origin(self, drop: Drop, orders: Iterable[str] = ()) -> str:
        return find_origin(self._workspace, self._reader.read_whole(drop.copy), orders)

    def _company_books(self) -> list[BookFile]:
        paths = ((book, self._workspace.path(book.file_name)) for book in _COMPANY_BOOKS)
        return [BookFile(path=p, name=p.name, book=book) for book, p in paths if p.is_file()]

    def _read_current(self, path: Path, book: Book, today: date) -> LoadedBooks:
        """Read the version of the book that is in the workspace now."""
        file = BookFile(path=path, name=self._workspace.name(path), book=book)
        return load_books([file], self._company_books(), self._reader, today, STANDARD_DOCUMENTS)

    def _refuse(self, drop: Drop, session: Session, book: Book, *, annotate: bool) -> DropResult:
        """Refuse a book with errors, with an annotated copy of it."""
        problems = session.problems
        codes = {problem.code for problem in problems}
        action = self._annotate(drop, problems) if annotate else texts.NOT_ANNOTATED
        return DropResult(
            verdict=texts.REFUSED,
            accepted=False,
            book=book.name,
            repeatable=texts.ORDER_ELSEWHERE.code not in codes,
            may_become_valid=messages.UNKNOWN_REFERENCE.code in codes,
            actions=(action,),
            refusals=(*texts.describe_problems(problems, drop.name), texts.CORRECT_AND_RETRY),
        )

    def _annotate(self, drop: Drop, problems: Sequence[Problem]) -> str:
        from cmtools.tables.patch.annotated_copy import annotate

        self._on_stage(DropStage.ANNOTATE)
        copy = copy_path(drop.result / drop.name, ANNOTATED)
        annotate(drop.copy, copy, problems)
        return f"раскрашенная копия: {copy.name} (в этой папке)"


def _not_accepted(verdict: str, book: str | None, *reasons: str) -> DropResult:
    """Refuse a drop for what it is not alone to blame for: it may be accepted another time."""
    return DropResult(
        verdict=verdict, accepted=False, book=book, repeatable=False, refusals=reasons
    )


def _foreign(drop: Drop, session: Session) -> DropResult:
    """Refuse a file that is none of the program's books, or cannot be read."""
    codes = {problem.code for problem in session.problems}
    return DropResult(
        verdict=texts.FOREIGN,
        accepted=False,
        repeatable=messages.FILE_UNREADABLE.code not in codes,
        refusals=texts.describe_problems(session.problems, drop.name),
    )
