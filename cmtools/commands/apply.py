"""`cmtools apply`: forms that a person has filled in, written into the books."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from cmtools.agenda.answered_books import find_edits, with_changed, write_answers
from cmtools.agenda.duties import find_duties
from cmtools.agenda.duty_answers import apply_duty_answers, without_clashes
from cmtools.agenda.duty_form import DUTY_FORM
from cmtools.agenda.outcome import Outcome, RowState
from cmtools.agenda.rows import read_rows
from cmtools.books.loader import load_books
from cmtools.books.register import JOURNAL
from cmtools.commands.result import ExitCode, Result, problems_as_json
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.errors import UsageError
from cmtools.files import checksum
from cmtools.forms.proof import read_secret
from cmtools.forms.reply import Reply, open_reply
from cmtools.pricing.session import Session, existing_path, open_books, price_books
from cmtools.problems import Fault, Place, Problem, has_errors, problem_at, sort_problems
from cmtools.tables.reader.sandbox import Reader
from cmtools.workspace import find_workspace

GOOD = (RowState.DONE, RowState.SAME, RowState.LISTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyResult(Result):
    """What became of each row that was filled in; `forms` are the marks of the files."""

    forms: tuple[str, ...]
    rows: tuple[Outcome, ...]

    @property
    def exit_code(self) -> ExitCode:
        """PROBLEMS also where a row is wrong, or its duty has changed."""
        is_good = all(row.state in GOOD for row in self.rows) and not has_errors(self.problems)
        return ExitCode.DONE if is_good else ExitCode.PROBLEMS

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.exit_code is ExitCode.DONE,
            "form": ", ".join(self.forms),
            "rows": [row.as_json() for row in self.rows],
            "files": list(self.files),
            "problems": problems_as_json(self.problems),
        }


def apply(
    root: Path,
    files: Sequence[Path],
    *,
    in_place: bool = False,
    today: date,
    now: datetime | None = None,
) -> ApplyResult:
    """Write the answers of forms into copies of the books, or, `in_place`, into the books.

    Raises:
        UsageError: no file is named.
        Unavailable: a book is open, was changed meanwhile, or cannot be changed without a loss.
        WorkspaceError: no workspace.
        OSError: no rights, no room.
    """
    if not files:
        raise UsageError("назовите файл с ответами")
    workspace = find_workspace(root)
    paths = [existing_path(workspace, file) for file in files]
    secret = read_secret(workspace.root)
    problems: list[Problem] = []
    replies: list[Reply] = []
    with Reader(workspace.limits()) as reader:
        for path in paths:
            reply = open_reply(reader.read_whole(path), DUTY_FORM, secret)
            if isinstance(reply, Fault):
                problems.append(problem_at(Place(file=workspace.name(path)), reply))
            else:
                replies.append(reply)
    before = {book.name: checksum(book.path) for book in workspace.books()}
    session = price_books(open_books(root, (), today, STANDARD_DOCUMENTS))
    outcomes = without_clashes([o for reply in replies for o in _answer(session, reply)])
    made: Sequence[str] = ()
    edits = find_edits(session.loaded.dataset, outcomes)
    if edits:
        moment = now or datetime.combine(today, time())
        made, errors = write_answers(
            session, edits, before, _check(session, today), moment if in_place else None
        )
        problems += errors
    return ApplyResult(
        problems=sort_problems(problems),
        files=tuple(made),
        forms=tuple(reply.mark.number for reply in replies),
        rows=tuple(outcomes),
    )


def _answer(session: Session, reply: Reply) -> list[Outcome]:
    """Say what becomes of the rows of a form, by the books on the day of the form."""
    rows = read_rows(session, date.fromisoformat(reply.mark.subject[0]))
    journals = session.loaded.dataset.sheets(JOURNAL)
    journal = journals[0].source if journals else None
    return apply_duty_answers(reply, rows, find_duties(rows), journal)


def _check(session: Session, today: date) -> Callable[[Mapping[str, Path]], Sequence[Problem]]:
    """Return the check of changed books: the errors that the books do not have now."""
    known = {_what(problem) for problem in session.loaded.problems}

    def check(changed: Mapping[str, Path]) -> Sequence[Problem]:
        books = with_changed(session.targets, changed)
        with Reader(session.workspace.limits()) as reader:
            problems = load_books([], books, reader, today, STANDARD_DOCUMENTS).problems
        return [p for p in problems if p.is_error and _what(p) not in known]

    return check


def _what(problem: Problem) -> tuple[object, ...]:
    """Return what a problem is, wherever its row stands."""
    return problem.code, problem.place.file, problem.place.sheet, problem.column, problem.value
