"""Read the books that a report is made of, and check and price what they say together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from glob import glob
from pathlib import Path

from cmtools.books.agreed import AGREED_BOOK
from cmtools.books.copies import (
    books_with_same_orders,
    copy_problems,
    is_named_as_copy,
    same_orders_problems,
)
from cmtools.books.loader import BookFile, LoadedBooks, load_books
from cmtools.books.orders import ORDER_BOOK, ORDERS, POSITIONS
from cmtools.books.plan import PLAN_BOOK
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.errors import Unavailable, explain_os_error
from cmtools.problems import Place, Problem, problem_at, sort_problems
from cmtools.progress import Progress, silent
from cmtools.reports.book_rows import COUNTED
from cmtools.reports.cluster import Cluster
from cmtools.reports.exclusions import Reason, reason_of, reasons_of_rows
from cmtools.reports.facts import FactCollector, Facts, manager_spellings
from cmtools.reports.linked_books import LinkedBooks
from cmtools.reports.pool import Pool, process_pool
from cmtools.reports.priced_parts import price_parts
from cmtools.reports.store import Store
from cmtools.reports.stored_books import StoredBooks
from cmtools.tables import messages
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import Workspace, find_workspace, is_copy


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportInputs:
    """All that a report is made of.

    `loaded` are the workspace's other books than of orders, `plans` the files of plans; `copies`
    say which books of orders do not count because they are copies or hold the same orders;
    `reasons` are why rows and books of orders do not count. `managers` are their spellings, see
    `manager_spellings`. `note` says why nothing could be kept in the store, if so.
    """

    workspace: Workspace
    loaded: LoadedBooks
    plans: Sequence[BookFile]
    copies: Sequence[Problem]
    reasons: Sequence[Reason]
    managers: Mapping[str, str]
    facts: Facts
    note: str | None


def load_inputs(
    root: Path,
    today: date,
    *,
    books: str | None = None,
    scheduler: str | None = None,
    processes: int | None = None,
    progress: Progress = silent,
) -> ReportInputs:
    """Read the workspace's books, or for its books of orders those that the pattern `books` names.

    Reading is done by so many `processes`, by default one a core, or by the Dask cluster of a
    `scheduler`. What was read before is taken from the workspace's store.

    Raises:
        WorkspaceError: no workspace.
        Unavailable: no book matches, the cluster is out of reach, a book that is not of orders
            cannot be opened.
    """
    workspace = find_workspace(root)
    limits = workspace.limits()
    own = workspace.books()
    others = [book for book in own if book.book is not ORDER_BOOK]
    orders = [book for book in own if book.book is ORDER_BOOK]
    copies = workspace.foreign_copies()
    if books is not None:
        orders, copies = _matching(workspace, books)
        others = [book for book in others if book.book is not AGREED_BOOK]
        others += _agreed_beside(workspace, orders)
    with Store(workspace.root) as store, Reader(limits) as reader:
        stored = StoredBooks(orders, store, today, limits)
        with _pool(scheduler, processes, limits) as pool:
            stored.begin(pool)
            loaded = _load(others, reader, today)
            rows = stored.finish(progress)
            named = {book.name: of_book for book, of_book in zip(orders, rows, strict=True)}
            numbers = {name: book.orders([ORDERS]) for name, book in named.items()}
            doubled = books_with_same_orders(numbers)
            problems = [*copy_problems(copies), *same_orders_problems(doubled)]
            counted = {name: book for name, book in named.items() if name not in doubled}
            linked = LinkedBooks(loaded.dataset, counted)
            others_rows = linked.without_positions
            managers = manager_spellings(others_rows)
            collector = FactCollector(others_rows, managers, today)
            reasons = [reason_of(problem) for problem in problems]
            reasons += reasons_of_rows(others_rows, [t for t in COUNTED if t is not POSITIONS])
            for part in price_parts(linked, store, pool):
                collector.add(part)
                reasons += part.reasons
        store.forget_vanished()
        note = store.trouble
    return ReportInputs(
        workspace=workspace,
        loaded=loaded,
        plans=[book for book in others if book.book is PLAN_BOOK and book.path.is_file()],
        copies=problems,
        reasons=reasons,
        managers=managers,
        facts=collector.collect(),
        note=note,
    )


def _matching(workspace: Workspace, pattern: str) -> tuple[list[BookFile], list[str]]:
    """The files that a pattern names, from the current folder, else from the workspace.

    Those that are named as copies are not read; their names come apart.
    """
    for folder in (Path.cwd(), workspace.root):
        names = sorted(glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207 absolute too
        paths = [folder / name for name in names]
        found = _each_once([path for path in paths if path.is_file() and not is_copy(path)])
        if found:
            files = [BookFile(path=path, name=workspace.name(path)) for path in found]
            copies = [file for file in files if is_named_as_copy(file.path.stem)]
            return [file for file in files if file not in copies], [file.name for file in copies]
    raise Unavailable(f"по шаблону «{pattern}» не нашлось ни одной книги")


def _agreed_beside(workspace: Workspace, orders: Iterable[BookFile]) -> list[BookFile]:
    """Return the books of agreed prices in the folders of books of orders."""
    folders = dict.fromkeys(book.path.parent for book in orders)
    paths = [folder / AGREED_BOOK.file_name for folder in folders]
    return [
        BookFile(path=path, name=workspace.name(path), book=AGREED_BOOK)
        for path in paths
        if path.is_file()
    ]


def _each_once(paths: Sequence[Path]) -> Collection[Path]:
    """The files without those that are others under another name; a folder is resolved once."""
    folders = {folder: folder.resolve() for folder in {path.parent for path in paths}}
    real = (
        path.resolve() if path.is_symlink() else folders[path.parent] / path.name for path in paths
    )
    return dict(zip(real, paths, strict=True)).values()


def _pool(scheduler: str | None, processes: int | None, limits: Limits) -> Pool:
    if scheduler is not None:
        return Cluster(scheduler, limits)
    return process_pool(limits, processes)


def _load(others: Sequence[BookFile], reader: Reader, today: date) -> LoadedBooks:
    """Read the other books; one that is missing is a problem."""
    here = [book for book in others if book.path.is_file()]
    try:
        loaded = load_books((), here, reader, today, STANDARD_DOCUMENTS)
    except OSError as error:
        raise Unavailable(explain_os_error(error)) from error
    missing = [
        problem_at(Place(file=book.name), messages.FILE_MISSING())
        for book in others
        if book not in here
    ]
    return replace(loaded, problems=sort_problems([*loaded.problems, *missing]))
