"""`cmtools board`: the open orders by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.agenda.overview import OrderOnBoard, orders_by_stage
from cmtools.agenda.rows import count_rows_in_error, find_unread_sheets, read_rows
from cmtools.books.settings import Stage
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.json_values import money


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardResult(Result):
    """The stages in their order, each with its open orders.

    left_out: how many orders are left out since their rows have errors.
    """

    day: date
    stages: Sequence[tuple[Stage, Sequence[OrderOnBoard]]]
    left_out: int

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "date": f"{self.day}",
            "stages": [
                {
                    "code": stage.code,
                    "name": stage.name,
                    "norm": stage.norm,
                    "orders": [_order_as_json(entry) for entry in entries],
                }
                for stage, entries in self.stages
            ],
            "left_out": self.left_out,
        }
        if self.problems:
            answer["problems"] = problems_as_json(self.problems)
        return answer


def board(root: Path, *, today: date) -> BoardResult:
    """Put the open orders of the workspace on the stages of the settings.

    Raises:
        WorkspaceError, Unavailable: see `open_books`.
    """
    session = open_session(root, today)
    return BoardResult(
        problems=find_unread_sheets(session),
        day=today,
        stages=orders_by_stage(read_rows(session, today)),
        left_out=count_rows_in_error(session),
    )


def _order_as_json(entry: OrderOnBoard) -> dict[str, object]:
    rows, order = entry.rows, entry.rows.order
    return {
        "order": order.number,
        "client": order.client,
        "name": entry.name,
        "manager": order.manager,
        "days": entry.days,
        "over": entry.over,
        "due": order.delivery_due and f"{order.delivery_due}",
        "amount": None if rows.total is None else money(rows.total),
        "paid": money(rows.paid),
        "debt": None if rows.debt is None else money(rows.debt),
    }
