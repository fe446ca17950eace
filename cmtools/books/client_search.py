"""The client that a person means by a code or a part of a name."""

from __future__ import annotations

from cmtools.books.register import CLIENTS, Client
from cmtools.errors import UsageError
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name, quote_names
from cmtools.tables.suggestions import suggest_in_refusal
from cmtools.tables.table import InvalidRow

MOST_NAMED = 5


def find_client(dataset: Dataset, typed: str) -> Client | InvalidRow:
    """Return the client of a code or name, or the only one whose name has what was typed.

    Raises:
        UsageError: there is none, or several; the message names the nearest, or up to five.
    """
    entries = [entry for entry in dataset.entries(CLIENTS) if entry.get("code") is not None]
    wanted = normalize_name(typed)
    for field in ("code", "name"):
        same = [entry for entry in entries if normalize_name(entry.get(field) or "") == wanted]
        if len(same) == 1 or (same and field == "code"):
            return same[0]
    named = [entry for entry in entries if wanted in normalize_name(entry.get("name") or "")]
    if len(named) == 1:
        return named[0]
    if named and wanted:
        names = quote_names(f"{one.get('code')} {one.get('name')}" for one in named[:MOST_NAMED])
        more = f" и ещё {len(named) - MOST_NAMED}" if len(named) > MOST_NAMED else ""
        raise UsageError(f"«{typed}» — не один клиент: {names}{more}; укажите код")
    known = [entry.get(field) for entry in entries for field in ("code", "name")]
    raise UsageError(f"нет клиента «{typed}»{suggest_in_refusal(typed, filter(None, known))}")
