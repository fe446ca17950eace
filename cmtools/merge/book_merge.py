"""A copy of a book merged into it: files in, a file out, and what is to be remembered of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cmtools.books.register import CLIENTS
from cmtools.merge import reasons
from cmtools.merge.base import Base, choose_base, known_person
from cmtools.merge.book_records import VERSION_PROPERTY, BookRefused, ReadBook, read_book
from cmtools.merge.changes import find_changes
from cmtools.merge.damage import CopyDamaged, find_damage
from cmtools.merge.drops import NewDrop
from cmtools.merge.edits import edits_of
from cmtools.merge.records import BookRecords, RowPlace, place_of
from cmtools.merge.three_way import Caution, Merge, merge_books
from cmtools.merge.versions import Versions
from cmtools.problems import Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.annotated_copy import remove_annotation
from cmtools.tables.patch.book_edit import EditRefused, refuse_locked, write_edits
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.properties import set_properties
from cmtools.tables.reader.sandbox import WorkbookReader

MANAGER = "Менеджер"
Check = Callable[[Path], Sequence[Problem]]
"""The path of a version of the book → the errors that it would have in its place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeInputs:
    """A book of the workspace, by name and path, and a copy of it that is merged into it.

    title: the name of the copy's file, which stands for a person who is not known.
    base: a file that the copy was made from; without one it is found among the versions.
    company: the settings and the register.
    token: tells this copy from all others; empty where the book is not to be replaced.
    """

    name: str
    book: Path
    copy: Path
    title: str
    base: Path | None = None
    company: Dataset
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BookMerge:
    """A merge of files.

    is_plain: the copy stands on the book as it is; its own bytes may take the book's place.
    errors: those that the merged book has, and neither side had; then nothing is replaced.
    records: what the merged book holds.
    apart: the sheets whose new rows stand below something else than the others.
    absent: columns, by sheet and title, and whole sheets that the copy lacks; they stay in the
        book, unless the copy takes its place.
    drop: to be remembered by `Versions.add_drop` once the merged book has taken its place.
    """

    merge: Merge
    base: Base
    author: str
    is_plain: bool
    errors: tuple[Problem, ...]
    records: BookRecords
    apart: Sequence[str]
    absent: Sequence[tuple[str, str]]
    drop: NewDrop


def merge_copy(
    inputs: MergeInputs,
    reader: WorkbookReader,
    versions: Versions,
    check: Check,
    target: Path,
) -> BookMerge:
    """Merge a copy into its book, and write the merged book, with its stamp, to `target`.

    It is checked before: rows of the copy that give an error which neither side had are asked.

    Raises:
        BookRefused: the copy or the base cannot be read, or is another book.
        CopyDamaged: the copy is a part of the book, or its cells stand in wrong rows.
        EditRefused: the book cannot be changed without a loss.
        OSError: no rights, no room.
    """
    ours = read_book(inputs.book, reader, inputs.company)
    theirs = read_book(inputs.copy, reader, inputs.company, like=ours)
    if theirs.book is not ours.book:
        raise BookRefused(f"это не книга «{ours.book.name}»")
    newest = versions.newest_version(inputs.name)
    current = versions.add_version(inputs.name, ours.records, ours.stamp)
    person = known_person(theirs.modified_by, managers_of(inputs.company, ours.records))
    first_seen = current if current != newest else 0
    base = _base(inputs, theirs, person, reader, versions, first_seen)
    if damage := find_damage(inputs.title, base.records, ours, theirs):
        raise CopyDamaged(damage)
    author = person or theirs.modified_by or inputs.title
    merge_with = partial(merge_books, base.records, ours.records, theirs.records, author=author)
    merge = merge_with(caution=base.caution)
    absent = [*_absent_columns(base.records, ours, theirs)]
    is_plain = (
        base.state == current
        and not merge.conflicts
        and not any(_is_declared(ours, *column) for column in absent)
        and not Package(inputs.copy).macros()  # as an .xlsx no Excel would open its bytes
    )
    if is_plain:
        result = _Result(path=inputs.copy, book=theirs)
    else:
        write = partial(_write, inputs, ours, reader, check, target)
        result = write(merge)
        if result.errors:
            rows = _rows_with_new_errors(result.errors, result.book, ours, theirs)
            caution = replace(base.caution, rows={**base.caution.rows, **rows})
            merge = merge_with(caution=caution)
            result = write(merge)
    records = result.book.records
    if not result.errors:  # a book that only stands beside goes on from the workspace's own
        number = versions.add_version(inputs.name, records) if inputs.token else current
        stamp(result.path, target, number)
    return BookMerge(
        merge=merge,
        base=base,
        author=author,
        is_plain=is_plain,
        errors=result.errors,
        records=records,
        apart=result.apart,
        absent=absent,
        drop=NewDrop(
            token=inputs.token,
            book=inputs.name,
            records=theirs.records,
            version=base.version,
            state=base.state,
            is_guess=base.is_guess,
            author=person,
            conflicts=merge.conflicts,
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Result:
    """The file of a merged book, what it holds; for errors and apart see `BookMerge`."""

    path: Path
    book: ReadBook
    errors: tuple[Problem, ...] = ()
    apart: Sequence[str] = ()


def _write(
    inputs: MergeInputs,
    ours: ReadBook,
    reader: WorkbookReader,
    check: Check,
    target: Path,
    merge: Merge,
) -> _Result:
    """Write the merged book, read it and check it."""
    edits = edits_of(merge, ours.records)
    apart = write_edits(inputs.book, edits, target, is_beside=not inputs.token)
    return _Result(
        path=target,
        book=read_book(target, reader, inputs.company, like=ours),
        errors=tuple(find_new_errors(check, target, (inputs.book, inputs.copy))),
        apart=apart,
    )


def _absent_columns(
    base: BookRecords, ours: ReadBook, theirs: ReadBook
) -> Iterator[tuple[str, str]]:
    """Yield the columns, sheet and title, that a copy lacks and the book has filled.

    A person's own only where the copy was made from it; of a sheet that is not there no title.
    """
    for sheet, records in ours.records.items():
        known = base.get(sheet)
        if sheet not in theirs.records:
            if records.rows and known and known.rows:
                yield sheet, ""
            continue
        for title in records.columns:
            if title in theirs.records[sheet].columns:
                continue
            is_expected = _is_declared(ours, sheet, title) or (known and title in known.columns)
            if is_expected and any(title in row.meanings for row in records.rows):
                yield sheet, title


def _is_declared(book: ReadBook, sheet: str, title: str) -> bool:
    return sheet in book.sources and title in book.sources[sheet].fields.values()


def stamp(source: Path, target: Path, number: int) -> None:
    """Write a book with the number of its version in it; one that allows no change as it is.

    What `annotate` put into a copy that was corrected since is taken off.

    Raises:
        OSError: no rights, no room.
    """
    package = Package(source)
    try:
        refuse_locked(package)
    except EditRefused:
        if source != target:
            shutil.copyfile(source, target)
        return
    remove_annotation(package)
    set_properties(package, {VERSION_PROPERTY: str(number)})
    package.save(target)


def _base(
    inputs: MergeInputs,
    theirs: ReadBook,
    person: str,
    reader: WorkbookReader,
    versions: Versions,
    first_seen: int,
) -> Base:
    if inputs.base is None:
        return choose_base(
            versions,
            inputs.name,
            theirs.records,
            stamp=theirs.stamp,
            person=person,
            first_seen=first_seen,
        )
    given = read_book(inputs.base, reader, inputs.company)
    if given.book is not theirs.book:
        raise BookRefused(f"«{inputs.base.name}» — другая книга: копия сделана не из неё")
    known = versions.versions_of_stamp(inputs.name, given.stamp or 0)
    same = [n for n in known if not find_changes(versions.records(n), given.records)]
    if known and not same:
        raise BookRefused(
            f"«{inputs.base.name}» называет себя версией {given.stamp}, но её уже меняли: "
            "из неё нельзя понять, что изменено в копии"
        )
    number = same[-1] if same else versions.add_version(inputs.name, given.records)
    return Base(
        records=given.records,
        version=number,
        state=number,
        caution=Caution(refused=versions.refused_values(inputs.name)),
    )


def find_new_errors(check: Check, merged: Path, before: Iterable[Path]) -> list[Problem]:
    """Return the errors of a merged book that none of the books has that it was made of."""
    errors = [problem for problem in check(merged) if problem.is_error]
    if not errors:
        return []
    known = {_what(problem) for path in before for problem in check(path)}
    return [problem for problem in errors if _what(problem) not in known]


def _what(problem: Problem) -> tuple[object, ...]:
    """Return what a problem is, wherever its row stands."""
    return problem.code, problem.place.sheet, problem.column, problem.value


def _rows_with_new_errors(
    errors: Iterable[Problem], merged: ReadBook, ours: ReadBook, theirs: ReadBook
) -> dict[RowPlace, str]:
    """Return the rows that errors are in, and those that they name: a contract that is gone."""
    rows = {
        (title, row.row): place_of(row)
        for title, sheet in merged.records.items()
        for row in sheet.rows
    }
    blamed: dict[RowPlace, str] = {}
    for problem in errors:
        reason = reasons.BREAKS_RULES.format(problem=problem.message)
        sheet = problem.place.sheet or ""
        if (sheet, problem.place.row or 0) in rows:
            blamed[sheet, rows[sheet, problem.place.row or 0]] = reason
        named = normalize_name(problem.value or "")
        for book in (ours, theirs):
            for title, records in book.records.items():
                if any(row.key == named for row in records.rows):
                    blamed[title, named] = reason
    return blamed


def managers_of(company: Dataset, records: BookRecords) -> set[str]:
    """Return everybody who is a manager in the register or in a book."""
    registered = (name for sheet in company.sheets(CLIENTS) for name in sheet.values["manager"])
    own = (row.cells.get(MANAGER) for sheet in records.values() for row in sheet.rows)
    return {name for name in (*registered, *own) if isinstance(name, str)}
