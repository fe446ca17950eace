"""`cmtools letters`: drafts of letters to clients, after the duties of the day; nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.agenda.rows import count_rows_in_error, find_unread_sheets, read_rows
from cmtools.books.client_search import find_client
from cmtools.books.settings import ORGANIZATION, Organization
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.documents.catalog import find_form
from cmtools.letters.catalog import KINDS
from cmtools.letters.drafts import find_letters
from cmtools.letters.writer import LetterFile, LetterWriter, load_template
from cmtools.pricing.orders import find_order
from cmtools.problems import sort_problems


@dataclass(frozen=True, kw_only=True, slots=True)
class LettersResult(Result):
    """The drafts that are there now.

    left_out: how many orders are left out since their rows have errors.
    """

    letters: tuple[LetterFile, ...]
    left_out: int

    def as_json(self) -> dict[str, Any]:
        return {
            "files": [letter.as_json() for letter in self.letters],
            "left_out": self.left_out,
            "problems": problems_as_json(self.problems),
        }


def letters(
    root: Path,
    kind: str,
    *,
    clients: Sequence[str] = (),
    orders: Sequence[str] = (),
    days: int | None = None,
    today: date,
) -> LettersResult:
    """Draft the letters of a kind after the duties of a day, in the clients' folders.

    Only of these clients and orders where some are named; greetings look so many days ahead.

    Raises:
        UsageError: there is no such kind, client or order.
        WorkspaceError, Unavailable: see `open_books`.
        OSError: no rights, no room, a client's folder that leads elsewhere.
    """
    letter_kind = find_form(KINDS, kind, "вида писем")
    session = open_session(root, today)
    rows = read_rows(session, today)
    codes = {find_client(session.loaded.dataset, typed).get("code") for typed in clients}
    numbers = {find_order(session.prices.orders, number).number for number in orders}
    seller = next(iter(session.loaded.dataset.entries(ORGANIZATION)), None)
    template, problems = load_template(session.workspace, letter_kind)
    problems += find_unread_sheets(session)
    if template is None or not isinstance(seller, Organization):
        problems += [p for p in session.all_problems if p.place.sheet == ORGANIZATION.title]
        return LettersResult(problems=sort_problems(problems), letters=(), left_out=0)
    found, no_address = find_letters(rows, letter_kind, days=days, clients=codes, orders=numbers)
    writer = LetterWriter(session, template, seller, today)
    files = [writer.write(letter) for letter in found]
    problems += [*no_address, *writer.problems]
    return LettersResult(
        problems=sort_problems(dict.fromkeys(problems)),
        files=tuple(file.path for file in files if file is not None),
        letters=tuple(file for file in files if file is not None),
        left_out=count_rows_in_error(session),
    )
