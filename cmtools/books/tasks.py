"""«Поручения»: what the director asked for, from all sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from cmtools.books.choices import TaskSource, TaskStatus
from cmtools.books.register import CLIENTS
from cmtools.problems import Fault, Message
from cmtools.tables import messages
from cmtools.tables.columns import CODE, Column
from cmtools.tables.table import Book, Row, Rule, Table

DUE_BEFORE_DATE = Message("due-before-date", "срок раньше даты поручения", "проверьте обе даты")


def due_after_date(on: date, due: date) -> Fault | None:
    """Refuse a task that is due before it was given."""
    return DUE_BEFORE_DATE() if due < on else None


def done_has_date(status: TaskStatus, done: date | None) -> Fault | None:
    """Require the day on which a task was done."""
    return messages.REQUIRED() if status is TaskStatus.DONE and done is None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task(Row):
    """One task: who asked whom for what, and by when."""

    on: Annotated[date, Column("Дата")]
    giver: Annotated[str, Column("От кого", width=24)]
    origin: Annotated[TaskSource, Column("Источник", width=20)]
    text: Annotated[str, Column("Поручение", width=60, wrap=True)]
    due: Annotated[date, Column("Срок")]
    doer: Annotated[str, Column("Исполнитель", width=24)]
    client: Annotated[str | None, Column("Код клиента", CODE, refers=CLIENTS)]
    status: Annotated[TaskStatus, Column("Статус")]
    done: Annotated[date | None, Column("Дата исполнения", hint="Когда статус «выполнено»")]


TASKS = Table(
    Task,
    "Поручения",
    purpose="Поручения директора: из плана месяца, протоколов совещаний, устные и письменные.",
    rules=(Rule("due", due_after_date), Rule("done", done_has_date)),
)

TASK_BOOK = Book(name="Поручения", purpose="Поручения директора и их сроки.", tables=(TASKS,))
