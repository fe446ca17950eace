"""The papers of an accepted order book: its priced copy, its documents, its rows for the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        assert result.replacement is not None
        if not session.prices.terms.sound:
            return replace(result, repeatable=False, refusals=(PRICES_UNSOUND.text,))
        self._on_stage(DropStage.PRICE)
        priced = copy_path(drop.result / drop.name, PRICED)
        write_priced_copy(session, session.targets[0], priced)
        staged = StagedDocuments(self._workspace, drop.staging)
        agreed: list[Agreement] = []
        problems = [*dict.fromkeys(self._make_documents(session, staged, agreed, today))]
        errors = [problem for problem in problems if problem.is_error]
        warnings = [problem for problem in problems if not problem.is_error]
        dataset = session.loaded.dataset
        rows = drop.staging / ROWS
        rows.write_bytes(rows_of_sound(dataset, drop.name, today).dumps())
        is_same = result.replacement.expected == result.replacement.sha256
        changed = {} if is_same else changed_orders(before.dataset if before else None, dataset)
        months = {f"{day:%Y-%m}" for days in changed.values() for day in days if day <= today}
        actions = [*result.actions, f"копия с ценами: {priced.name} (в этой папке)"]
        if agreed:
            actions.append(texts.describe_agreed(agreed))
        return replace(
            result,
            actions=tuple(actions),
            refusals=(*result.refusals, *texts.describe_problems(errors, drop.name)),
            warnings=(*result.warnings, *texts.describe_problems(warnings, drop.name)),
            documents=tuple(staged.documents),
            agreed=tuple(agreed),
            months=tuple(sorted(months)),
            replacement=replace(result.replacement, rows=f"{drop.staging.name}/{rows.name}"),
        )

    def _make_documents(
        self, session: Session, staged: StagedDocuments, agreed: list[Agreement], today: date
    ) -> Iterator[Problem]:
        """Stage the documents that the orders' stages ask for; yield the problems.

        The prices that they promise are added to `agreed`.
        """
        current = templates_hash(self._workspace)
        if current != self._templates_hash:
            self._templates, self._templates_hash = {}, current
        checked = replace(session, problems=session.all_problems)
        maker = DocumentMaker(checked, today, templates=self._templates, save=staged.save)
        for order in session.prices.orders:
            self._on_stage(DropStage.DOCUMENTS)
            subject = maker.rows.order_subject(order)
            kinds, problems = kinds_of_stage(order, maker.rows)
            yield from problems
            for kind in kinds:
                document = maker.prepare(kind, subject)
                agreed += document.agreed
                yield from maker.save(document).problems
