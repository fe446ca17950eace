"""Conflicts that nobody has decided yet, as warnings at the cells of the books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from cmtools.books.loader import BookFile
from cmtools.merge.book_records import BookRefused, read_book, sheet_places
from cmtools.merge.conflict import Conflict
from cmtools.merge.decisions import open_conflicts
from cmtools.merge.protocol import describe_sides
from cmtools.merge.versions import FILE, Versions
from cmtools.problems import Message, Place, Problem, Severity, problem_at
from cmtools.tables.dataset import Dataset
from cmtools.tables.reader.sandbox import WorkbookReader
from cmtools.tables.table import Book

MERGE_OPEN = Message(
    "merge-open",
    "расхождение книги и копии ждёт решения: {sides}",
    "решите его в книге «Слияние — …» и положите её во «Входящие»",
    Severity.WARNING,
)


def open_conflict_problems(
    root: Path, books: Iterable[BookFile], dataset: Dataset, reader: WorkbookReader
) -> list[Problem]:
    """Return a warning for each conflict that is remembered of these books and is still one.

    Raises:
        OSError: a book, or what is remembered of it, cannot be read.
    """
    if not (root / FILE).is_file():
        return []
    problems: list[Problem] = []
    with Versions(root) as versions:
        for file in books:
            if file.book is None or not (asked := versions.conflicts(file.name)):
                continue
            try:
                ours = read_book(file.path, reader, dataset).records
            except BookRefused:
                continue  # the reading of the books has told why
            conflicts = open_conflicts(asked, ours)
            problems += conflict_problems(file.name, file.book, conflicts, dataset)
    return problems


def conflict_problems(
    file: str, book: Book, conflicts: Iterable[Conflict], dataset: Dataset
) -> Iterator[Problem]:
    """Yield a warning for each conflict of a book, at its cell in a file that was read."""
    for conflict in conflicts:
        place = _place(file, book, conflict, dataset)
        yield problem_at(place, MERGE_OPEN(sides=describe_sides(conflict)), column=conflict.column)


def _place(file: str, book: Book, conflict: Conflict, dataset: Dataset) -> Place:
    """Return the cell of a conflict, or the sheet where its row or column is not there."""
    place = Place(file=file, sheet=conflict.sheet)
    for table in book.tables:
        sheets = [sheet for sheet in dataset.sheets(table) if sheet.source.file == file]
        if table.title != conflict.sheet or not sheets:
            continue
        rows = [row for key, row in sheet_places(sheets[0]) if key == conflict.place[1]]
        names = [n for n, field in table.fields.items() if field.title == conflict.column]
        name = names[0] if names else next(iter(table.fields))
        place = sheets[0].source.place(rows[0], name) if rows else place
    return place
