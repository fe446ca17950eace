"""Managers by the names that the books know."""

from __future__ import annotations

from collections.abc import Iterable

from cmtools.agenda.rows import AgendaRows
from cmtools.errors import UsageError
from cmtools.tables.parsers import normalize_name
from cmtools.tables.suggestions import suggest_in_refusal


def managers(rows: AgendaRows) -> list[str]:
    """Return the managers of clients and of open orders."""
    names = [client.manager for client in rows.clients.values()]
    return [*names, *(found.order.manager for found in rows.orders if found.is_open)]


def find_manager(typed: str, names: Iterable[str]) -> str:
    """Return a manager's name as the books have it.

    Raises:
        UsageError: nobody is called so.
    """
    by_name = {normalize_name(name): name for name in reversed([*names])}
    found = by_name.get(normalize_name(typed))
    if found is None:
        near = suggest_in_refusal(typed, by_name.values())
        raise UsageError(f"менеджера «{typed}» нет{near}")
    return found
