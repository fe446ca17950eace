"""Managers by the names that the books know, and the duties that are theirs."""

from __future__ import annotations

from collections.abc import Iterable

from cmtools.agenda.client_duties import are_greeted
from cmtools.agenda.duty import Duty
from cmtools.agenda.rows import AgendaRows
from cmtools.errors import UsageError
from cmtools.tables.parsers import normalize_name
from cmtools.tables.suggestions import suggest_in_refusal


def list_managers(rows: AgendaRows) -> list[str]:
    """Return each manager of clients and of open orders once, as first written."""
    names = [client.manager for client in rows.clients.values()]
    names += [found.order.manager for found in rows.orders if found.is_open]
    by_name = {normalize_name(name): name for name in reversed(names)}
    return [*reversed(by_name.values())]


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


def duties_of(rows: AgendaRows, duties: Iterable[Duty], manager: str | None) -> list[Duty]:
    """Return a manager's duties and those that are everybody's; all of them for None.

    A holiday is everybody's until a manager has greeted all clients of his own.
    """
    if manager is None:
        return [*duties]
    whose = normalize_name(manager)
    own = [client for client in rows.clients.values() if normalize_name(client.manager) == whose]
    return [
        duty
        for duty in duties
        if duty.manager is None or normalize_name(duty.manager) == whose
        if duty.kind != "holiday" or not are_greeted(rows, own, duty.date)
    ]
