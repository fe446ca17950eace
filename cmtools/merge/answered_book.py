"""A book changed by what a person decided about its conflicts: files in, a file out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cmtools.files import name_with
from cmtools.forms.place import remove_unfilled, write_form
from cmtools.forms.proof import Mark, read_secret
from cmtools.merge.book_merge import Check, MergeInputs, find_new_errors, stamp
from cmtools.merge.book_records import read_book
from cmtools.merge.conflict import CellPlace
from cmtools.merge.conflict_book import CONFLICT_FORM, Answers, build_conflict_book
from cmtools.merge.decisions import decide, open_conflicts
from cmtools.merge.edits import edits_of
from cmtools.merge.records import BookRecords
from cmtools.merge.three_way import Merge
from cmtools.merge.versions import Versions
from cmtools.problems import Problem
from cmtools.tables.patch.book_edit import write_edits
from cmtools.tables.reader.sandbox import WorkbookReader


@dataclass(frozen=True, kw_only=True, slots=True)
class AnsweredMerge:
    """Decisions applied to files; `merge.conflicts` are still open.

    errors: those that the changed book has, and the book had not; then nothing is replaced.
    decided, refused: for `Versions.decide`, once the changed book has taken its place.
    records: what the changed book holds.
    """

    merge: Merge
    errors: tuple[Problem, ...]
    decided: Sequence[tuple[int, CellPlace]]
    refused: Sequence[tuple[CellPlace, str]]
    records: BookRecords


def merge_answers(
    inputs: MergeInputs,
    answers: Answers,
    reader: WorkbookReader,
    versions: Versions,
    check: Check,
    target: Path,
) -> AnsweredMerge:
    """Apply a person's decisions to their book; write it, with its stamp, to `target`.

    `inputs.copy` is the conflict book that came back.

    Raises:
        EditRefused: the book cannot be changed without a loss.
        OSError: no rights, no room.
    """
    ours = read_book(inputs.book, reader, inputs.company)
    found = decide(answers.answers, versions.conflicts(inputs.name), ours.records)
    errors: Sequence[Problem] = ()
    records = ours.records
    if not found.merge.is_empty:
        edits = edits_of(found.merge, ours.records)
        write_edits(inputs.book, edits, target, is_beside=not inputs.token)
        records = read_book(target, reader, inputs.company, like=ours).records
        errors = find_new_errors(check, target, [inputs.book])
        if inputs.token and not errors:
            stamp(target, target, versions.add_version(inputs.name, records))
    return AnsweredMerge(
        merge=found.merge,
        errors=tuple(errors),
        decided=found.decided,
        refused=found.refused,
        records=records,
    )


def conflict_path(root: Path, book: str) -> Path:
    """Return where the open conflicts of a book stand in the workspace."""
    return root / name_with(f"{CONFLICT_FORM.name} — {Path(book).stem}", ".xlsx")


def place_conflict_book(
    root: Path,
    book: str,
    ours: BookRecords,
    reader: WorkbookReader,
    versions: Versions,
    now: datetime,
) -> list[Path]:
    """Put the open conflicts of a book into the workspace as a form; without any it goes.

    One that a person has filled stays, and the new one stands beside it.

    Raises:
        OSError: no rights, no room.
    """
    path = conflict_path(root, book)
    mark = Mark(form=CONFLICT_FORM.name, subject=(book,))
    conflicts = open_conflicts(versions.conflicts(book), ours)
    if conflicts:
        content = build_conflict_book(book, conflicts, ours, read_secret(root), now)
        return [write_form(root, path, content, CONFLICT_FORM, mark, reader)]
    remove_unfilled(root, path, CONFLICT_FORM, mark, reader)
    return []


def remove_answered_book(root: Path, book: str, file: Path) -> None:
    """Remove a conflict book that was answered, if it is the one that stands in the workspace.

    Raises:
        OSError: no rights.
    """
    path = conflict_path(root, book)
    is_ours = file.resolve().parent == path.resolve().parent and file.stem.startswith(path.stem)
    if is_ours:
        file.unlink()
