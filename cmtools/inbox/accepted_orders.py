"""The papers of an accepted order book: its priced copy, its documents, its rows for the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace
from datetime import date

from cmtools.books.diff import changed_orders
from cmtools.books.loader import LoadedBooks
from cmtools.documents.catalog import DocumentKind
from cmtools.documents.make import DocumentMaker
from cmtools.documents.stage import kinds_of_stage
from cmtools.documents.template.loader import Template
from cmtools.inbox import messages as texts
from cmtools.inbox.drop import Drop, DropResult, DropStage
from cmtools.inbox.inputs_hash import templates_hash
from cmtools.inbox.staging import StagedDocuments
from cmtools.pricing.agreed_book import Agreement
from cmtools.pricing.order_problems import PRICES_UNSOUND
from cmtools.pricing.priced_book import write_priced_copy
from cmtools.pricing.session import Session
from cmtools.problems import Problem
from cmtools.reports.book_rows import rows_of_sound
from cmtools.workspace import PRICED, Workspace, copy_path

ROWS = "rows.json"


class AcceptedOrders:
    """Makes the papers of accepted order books; templates compiled once serve all of them."""

    def __init__(self, workspace: Workspace, on_stage: Callable[[DropStage], None]) -> None:
        self._workspace, self._on_stage = workspace, on_stage
        self._templates: dict[DocumentKind, Template] = {}
        self._templates_hash = ""

    def add_papers(
        self,
        drop: Drop,
        session: Session,
        before: LoadedBooks | None,
        result: DropResult,
        today: date,
    ) -> DropResult:
        """Write the priced copy, the documents and the rows of a book; return the result with them.

        `before` is the book that it replaces.

        Raises:
            OSError: no rights, no room.
        """
        replacement = result.replacement
        assert replacement is not None
        staged = StagedDocuments(self._workspace, drop.staging)
        result = self._add_papers(drop, session, staged, result, today, None)
        if not session.prices.terms.sound:
            return replace(result, repeatable=False)
        dataset = session.loaded.dataset
        rows = drop.staging / ROWS
        rows.write_bytes(rows_of_sound(dataset, drop.name, today).dumps())
        is_same = replacement.expected == replacement.sha256
        changed = {} if is_same else changed_orders(before.dataset if before else None, dataset)
        return replace(
            result,
            months=_months(changed.values(), today),
            replacement=replace(replacement, rows=f"{drop.staging.name}/{rows.name}"),
        )

    def add_papers_of(
        self,
        books: Iterable[tuple[Drop, Session, Set[str]]],
        result: DropResult,
        today: date,
    ) -> DropResult:
        """Write the priced copies of books that a form has changed, the documents of its orders.

        They follow from the books as they are: a killed watcher makes them again.

        Raises:
            OSError: no rights, no room.
        """
        months = set[str]()
        staged: StagedDocuments | None = None
        for drop, session, orders in books:
            staged = staged or StagedDocuments(self._workspace, drop.staging)
            result = self._add_papers(drop, session, staged, result, today, orders)
            days = changed_orders(None, session.loaded.dataset)
            months.update(_months((days.get(order, ()) for order in orders), today))
        return replace(result, months=tuple(sorted(months)))

    def _add_papers(
        self,
        drop: Drop,
        session: Session,
        staged: StagedDocuments,
        result: DropResult,
        today: date,
        orders: Set[str] | None,
    ) -> DropResult:
        """Write the priced copy of a book and the documents of its orders, or of some of them."""
        if not session.prices.terms.sound:
            return replace(result, refusals=(*result.refusals, PRICES_UNSOUND.text))
        self._on_stage(DropStage.PRICE)
        priced = copy_path(drop.result / drop.name, PRICED)
        write_priced_copy(session, session.targets[0], priced)
        agreed: list[Agreement] = []
        problems = [*dict.fromkeys(self._make_documents(session, staged, agreed, today, orders))]
        errors = [problem for problem in problems if problem.is_error]
        warnings = [problem for problem in problems if not problem.is_error]
        actions = [*result.actions, f"копия с ценами: {priced.name} (в этой папке)"]
        if agreed:
            actions.append(texts.describe_agreed(agreed))
        return replace(
            result,
            actions=tuple(actions),
            refusals=(*result.refusals, *texts.describe_problems(errors, drop.name)),
            warnings=(*result.warnings, *texts.describe_problems(warnings, drop.name)),
            documents=tuple(staged.documents),
            agreed=(*result.agreed, *agreed),
        )

    def _make_documents(
        self,
        session: Session,
        staged: StagedDocuments,
        agreed: list[Agreement],
        today: date,
        orders: Set[str] | None,
    ) -> Iterator[Problem]:
        """Stage the documents that the stages of all or some orders ask for; yield the problems.

        The prices that they promise are added to `agreed`.
        """
        current = templates_hash(self._workspace)
        if current != self._templates_hash:
            self._templates, self._templates_hash = {}, current
        checked = replace(session, problems=session.all_problems)
        maker = DocumentMaker(checked, today, templates=self._templates, save=staged.save)
        for order in session.prices.orders:
            if orders is not None and order.entry.get("number") not in orders:
                continue
            self._on_stage(DropStage.DOCUMENTS)
            subject = maker.rows.order_subject(order)
            kinds, problems = kinds_of_stage(order, maker.rows)
            yield from problems
            for kind in kinds:
                document = maker.prepare(kind, subject)
                agreed += document.agreed
                yield from document.problems
                maker.save(document)


def _months(days: Iterable[Iterable[date]], today: date) -> tuple[str, ...]:
    """Return the months, as 2026-11, of the days that are not to come."""
    return tuple(sorted({f"{day:%Y-%m}" for some in days for day in some if day <= today}))
