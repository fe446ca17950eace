"""`cmtools losses`: which clients will be lost when, and who orders later than usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.agenda.losses import ClientAtRisk, find_clients_at_risk
from cmtools.agenda.rows import find_unread_sheets, read_rows
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.json_values import money


@dataclass(frozen=True, kw_only=True, slots=True)
class LossesResult(Result):
    """The clients at risk at a day, the soonest to be lost first."""

    day: date
    clients: tuple[ClientAtRisk, ...]

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "date": f"{self.day}",
            "clients": [
                {
                    "client": found.client.code,
                    "name": found.client.name,
                    "manager": found.client.manager,
                    "last": f"{found.last}",
                    "lost_on": f"{found.lost_on}",
                    "interval": found.interval,
                    "exceeded": found.exceeded,
                    "amount": money(found.amount),
                }
                for found in self.clients
            ],
        }
        if self.problems:
            answer["problems"] = problems_as_json(self.problems)
        return answer


def losses(root: Path, *, days: int, today: date) -> LossesResult:
    """Find the clients who will be lost within so many days, or order later than usual.

    Raises:
        WorkspaceError, Unavailable: see `open_books`.
    """
    session = open_session(root, today)
    clients = find_clients_at_risk(read_rows(session, today), days)
    return LossesResult(problems=find_unread_sheets(session), day=today, clients=tuple(clients))
