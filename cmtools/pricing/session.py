"""The workspace's books, read, checked and priced: where the commands begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.books.agreed import orphan_problems
from cmtools.books.copies import copy_problems
from cmtools.books.document_rules import StandardDocuments
from cmtools.books.loader import BookFile, LoadedBooks, load_books
from cmtools.books.orders import ORDER_BOOK, ORDERS
from cmtools.errors import Unavailable, explain_os_error
from cmtools.files import describe_kind
from cmtools.merge.newest import find_older_versions
from cmtools.merge.open_conflicts import open_conflict_problems
from cmtools.pricing.order_problems import check_prices
from cmtools.pricing.orders import PricedOrders, price_orders
from cmtools.problems import Place, Problem, problem_at, sort_problems
from cmtools.tables import messages
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import Workspace, find_workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenBooks:
    """Books that were read, linked and checked, but not priced yet.

    targets: the files that the command is about, of those that exist.
    asked: the names of the files that the command is about.
    problems: what is wrong with all of the books, unpriced.
    """

    workspace: Workspace
    loaded: LoadedBooks
    targets: Sequence[BookFile]
    asked: Set[str]
    problems: Sequence[Problem]


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Books that were read, linked, checked and priced.

    targets: the files that the command is about, of those that exist.
    problems: what is wrong with the files that the command is about, prices included.
    all_problems: what is wrong with any of the books.
    """

    workspace: Workspace
    loaded: LoadedBooks
    prices: PricedOrders
    targets: Sequence[BookFile]
    problems: tuple[Problem, ...]
    all_problems: tuple[Problem, ...]


def open_books(
    root: Path, files: Sequence[Path], today: date, documents: StandardDocuments
) -> OpenBooks:
    """Read the workspace's books; with `files`, the command is about these alone.

    A file of the workspace is read with all its siblings; another one takes the place of the
    workspace's books of its kind. `documents`: see `load_books`.

    Raises:
        WorkspaceError: no workspace.
        Unavailable: a file cannot be opened.
    """
    workspace = find_workspace(root)
    books = workspace.books()
    own = [book for book in books if book.path.is_file()]
    by_path = {book.path.resolve(): book for book in own}
    targets = [
        by_path.get(path.resolve()) or BookFile(path=path, name=workspace.name(path))
        for path in (existing_path(workspace, file) for file in files)
    ]
    foreign = [target for target in targets if target.book is None]
    with Reader(workspace.limits()) as reader:
        try:
            loaded = load_books(foreign, own, reader, today, documents)
            counted = [book for book in own if book.name in loaded.books]
            merges = [
                *find_older_versions(workspace.root, own, reader),
                *open_conflict_problems(workspace.root, counted, loaded.dataset, reader),
            ]
        except OSError as error:
            raise Unavailable(explain_os_error(error)) from error
    missing = [book.name for book in books if book not in own]
    copies = workspace.foreign_copies()
    return OpenBooks(
        workspace=workspace,
        loaded=loaded,
        targets=targets if files else own,
        asked={book.name for book in targets} if files else {*(b.name for b in books), *copies},
        problems=[
            *loaded.problems,
            *merges,
            *(problem_at(Place(file=name), messages.FILE_MISSING()) for name in missing),
            *copy_problems(copies),
            *_orphan_prices(loaded, own),
        ],
    )


def _orphan_prices(loaded: LoadedBooks, own: Sequence[BookFile]) -> Iterable[Problem]:
    """Find agreed prices without an order, where all books of orders of the workspace count."""
    counted = {sheet.source.file for sheet in loaded.dataset.sheets(ORDERS)}
    is_whole = {book.name for book in own if book.book is ORDER_BOOK} == counted
    return orphan_problems(loaded.dataset) if is_whole else ()


def price_books(
    books: OpenBooks, other_days: Mapping[str, Sequence[date]] | None = None
) -> Session:
    """Price all orders of the books; `other_days`: see `price_orders`."""
    dataset = books.loaded.dataset
    prices = price_orders(dataset, other_days)
    problems = sort_problems([*books.problems, *check_prices(dataset, prices)])
    return Session(
        workspace=books.workspace,
        loaded=books.loaded,
        prices=prices,
        targets=books.targets,
        problems=tuple(problem for problem in problems if problem.place.file in books.asked),
        all_problems=problems,
    )


def existing_path(workspace: Workspace, file: Path) -> Path:
    """Return a file as a person named it: from the current folder, else from the workspace."""
    paths = (file, workspace.root / file)
    for path in paths:
        if path.is_file():
            return path
    raise Unavailable(f"{_describe_absence(paths)}: {file}")


def _describe_absence(paths: Iterable[Path]) -> str:
    """Say what is there in place of a file."""
    for path in paths:
        if path.is_dir():
            return "это папка, а не книга; назовите книги в ней"
        if path.exists():
            return f"это {describe_kind(path.stat().st_mode)}, а не файл"
        if path.is_symlink():
            return "это ссылка, а файла, на который она указывает, нет"
    return "нет такого файла"
