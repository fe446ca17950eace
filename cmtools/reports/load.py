"""Any number of books of orders and the workspace's other books, made into one set of figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from cmtools.books.loader import BookFile, Loaded, load
from cmtools.books.orders import ORDER_BOOK
from cmtools.digests.cluster import Cluster, NoCluster
from cmtools.digests.crew import Alone, Crew, LocalCrew
from cmtools.digests.memory import Memory
from cmtools.digests.request import Request
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.errors import Unavailable, explain_os_error
from cmtools.problems import Place, problem_at, sort_problems
from cmtools.progress import Progress, silent
from cmtools.reports.frames import Frames
from cmtools.reports.reading import Reading
from cmtools.reports.reference_data import Facts, facts_of
from cmtools.tables import messages
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import Workspace, find_workspace, is_copy

if TYPE_CHECKING:
    from cmtools.reports.linking import Linked
    from cmtools.reports.managers import Managers

LITTLE = 1 << 20  # bytes of books: reading them takes as long as starting more processes
FEW = 64  # digests: of more it pays to keep one instead


@dataclass(frozen=True, kw_only=True, slots=True)
class Consolidated:
    """All that a report is made of.

    `loaded` are the workspace's other books than of orders. `note` says why nothing could be
    remembered, if so.
    """

    workspace: Workspace
    loaded: Loaded
    facts: Facts
    linked: Linked
    managers: Managers
    frames: Frames
    note: str | None


def consolidate(
    root: Path,
    today: date,
    *,
    books: str | None = None,
    scheduler: str | None = None,
    processes: int | None = None,
    progress: Progress = silent,
) -> Consolidated:
    """Read the workspace's books, or for its books of orders those that the pattern `books` names.

    Reading is done by so many `processes`, by default one a core, or by the Dask cluster of a
    `scheduler`. What was read before is taken from the workspace's memory.

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
    if books is not None:
        orders = _matching(workspace, books)
    with Memory(workspace.root) as memory, Reader(limits) as reader:
        reading = Reading(orders, memory, Request(today=today, limits=limits))
        with _crew(scheduler, processes, reading, reader) as crew:
            reading.begin(crew)
            # meanwhile these import numpy, which takes about as long as some books
            from cmtools.reports.linking import link
            from cmtools.reports.managers import managers_of
            from cmtools.reports.merging import as_one, merge
            from cmtools.reports.period_rows import frames_of

            loaded = _load(others, reader, today)
            digests = reading.digests(progress)
        merged = merge([book.name for book in orders], digests)
        if len(digests) > FEW:
            reading.remember_as_one(as_one(merged))
        memory.forget_vanished()
    facts = facts_of(loaded.dataset)
    linked = link(merged, facts)
    managers = managers_of(merged, facts.clients)
    return Consolidated(
        workspace=workspace,
        loaded=loaded,
        facts=facts,
        linked=linked,
        managers=managers,
        frames=frames_of(linked, facts, managers, today),
        note=memory.trouble,
    )


def _matching(workspace: Workspace, pattern: str) -> list[BookFile]:
    """The files that a pattern names, from the current folder, else from the workspace."""
    for folder in (Path.cwd(), workspace.root):
        names = sorted(glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207 absolute too
        paths = [folder / name for name in names]
        found = _each_once([path for path in paths if path.is_file() and not is_copy(path)])
        if found:
            return [BookFile(path=path, name=workspace.name(path)) for path in found]
    raise Unavailable(f"по шаблону «{pattern}» не нашлось ни одной книги")


def _each_once(paths: Sequence[Path]) -> Collection[Path]:
    """The files without those that are others under another name; a folder is resolved once."""
    folders = {folder: folder.resolve() for folder in {path.parent for path in paths}}
    real = (
        path.resolve() if path.is_symlink() else folders[path.parent] / path.name for path in paths
    )
    return dict(zip(real, paths, strict=True)).values()


def _crew(scheduler: str | None, processes: int | None, reading: Reading, reader: Reader) -> Crew:
    """Who reads what is not remembered; of little a process that stands ready is done first."""
    if scheduler is not None:
        try:
            return Cluster(scheduler)
        except NoCluster as error:
            raise Unavailable(str(error)) from error
    if processes is None and reading.fresh_bytes <= LITTLE:
        return Alone(reader)
    return LocalCrew(reader.limits, processes)


def _load(others: Sequence[BookFile], reader: Reader, today: date) -> Loaded:
    """Read the other books; one that is missing is a problem."""
    here = [book for book in others if book.path.is_file()]
    try:
        loaded = load((), here, reader, today, STANDARD_DOCUMENTS)
    except OSError as error:
        raise Unavailable(explain_os_error(error)) from error
    missing = [
        problem_at(Place(file=book.name), messages.FILE_MISSING())
        for book in others
        if book not in here
    ]
    return replace(loaded, problems=sort_problems([*loaded.problems, *missing]))
