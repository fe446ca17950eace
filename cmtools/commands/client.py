"""`cmtools client`: a client's dossier, the category at a day and why it is so, the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cmtools.agenda.dossier import Dossier, read_dossier
from cmtools.books.choices import ClientStatus
from cmtools.books.client_search import find_client
from cmtools.books.orders import ORDERS, Order
from cmtools.books.register import CLIENTS, Client
from cmtools.books.settings import RULES, rules_of
from cmtools.commands.result import Result, problems_as_json
from cmtools.commands.session import open_session
from cmtools.pricing.category import (
    ClientState,
    Loss,
    client_state,
    counts_for_category,
    losses,
    order_days,
)
from cmtools.pricing.session import Session
from cmtools.problems import Problem
from cmtools.tables.table import InvalidRow

ANSWER = {
    "client": "код",
    "name": "краткое наименование",
    "manager": "менеджер",
    "status": "особый статус; null, если его нет",
    "vip": "VIP ли: для цен это отдельная категория",
    "as_of": "на какой день дан ответ",
    "category": "новый, повторный или системный",
    "category_rule": "правило «Системный: заказов не менее»: его значение (value), срок в месяцах "
    "(months), с какого дня он идёт (since), сколько в нём заказов (orders) и сколько раньше "
    "(earlier)",
    "orders": "заявки и заказы по этот день, последние первыми: order, date, file, row, входит ли "
    "заказ в счёт категории (counts), вид заявки (request), стадия (stage), дата закрытия "
    "(closed), сумма с доставкой (amount), оплачено (paid), долг (debt)",
    "last_order": "дата последнего заказа; null, если их не было",
    "loss_rule": "правило потери (rule), его значение (value), системный ли клиент после "
    "последнего заказа (system)",
    "lost_on": "последний день, когда заказ ещё спасает; со следующего клиент потерян",
    "lost": "потерян ли уже",
    "losses": "все потери до этого дня: on, last_order, system",
    "requisites": "реквизиты: form, full_name, inn, kpp, ogrn, адреса, банк, руководитель, phone, "
    "email",
    "people": "контактные лица: name, post, phone, email, birthday",
    "needs": "потребности: явные (open) и скрытые (hidden)",
    "debt": "долг по всем окончательным заказам",
    "claims": "претензии, последние первыми: date, order, amount, reason, decision, decided, "
    "met_amount",
    "contacts": "десять последних контактов любого сотрудника: date, kind, who, whom, content, "
    "next",
    "next": "следующий шаг: самое срочное из дел, а если их нет, следующий контакт; поля как у "
    "дел в today",
    "duties": "дела по клиенту на сегодня",
    "folder": "папка клиента; null, если её нет",
}
"""Key of the answer → what it says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientResult(Result):
    """A client at a day.

    orders: those up to the day, the latest first, preliminary requests too.
    losses: those before the day.
    """

    client: Client | InvalidRow
    day: date
    state: ClientState
    orders: tuple[Order | InvalidRow, ...]
    losses: tuple[Loss, ...]
    dossier: Dossier
    folder: str | None

    def as_json(self) -> dict[str, Any]:
        client, state = self.client, self.state
        status = client.get("status")
        answer = {
            "client": client.get("code"),
            "name": client.get("name"),
            "manager": client.get("manager"),
            "status": status and status.value,
            "vip": status is ClientStatus.VIP,
            "as_of": f"{self.day}",
            "category": state.category.value,
            "orders": [self._order_as_json(order) for order in self.orders],
            "category_rule": _category_rule_as_json(state),
            "last_order": state.last_order and f"{state.last_order}",
            "loss_rule": _loss_rule_as_json(state),
            "lost_on": state.lost_on and f"{state.lost_on}",
            "lost": state.is_lost,
            "losses": [
                {"on": f"{loss.on}", "last_order": f"{loss.last_order}", "system": loss.was_system}
                for loss in self.losses
            ],
            **self.dossier.as_json(),
            "folder": self.folder,
        }
        if self.problems:
            answer["problems"] = problems_as_json(self.problems)
        return answer

    def _order_as_json(self, order: Order | InvalidRow) -> dict[str, object]:
        return {
            "order": order.get("number"),
            "date": f"{order.get('on')}",
            "file": order.source.file,
            "row": order.row,
            "counts": self.counts(order),
            **self.dossier.order_as_json(order.get("number")),
        }

    def counts(self, order: Order | InvalidRow) -> bool:
        """Tell whether an order is one of those that make the category."""
        return counts_for_category(order) and self.state.includes(order.get("on"))


def client(root: Path, code: str, *, as_of: date | None = None, today: date) -> ClientResult:
    """Gather what is known of a client; explain the category and loss at a day, else of today.

    Problems are those of the client's row, of the orders and of the rules: they may change it.

    Raises:
        UsageError: there is no such client.
        WorkspaceError, Unavailable: see `open_books`.
    """
    session = open_session(root, today)
    dataset = session.loaded.dataset
    entry = find_client(dataset, code)
    day, rules = as_of or today, rules_of(dataset)
    own = [order for order in dataset.entries(ORDERS) if order.get("client") == entry.get("code")]
    days = order_days(own).get(str(entry.get("code")), ())
    orders = [order for order in own if (order.get("on") or date.max) <= day]
    dossier = read_dossier(session, entry, today)
    return ClientResult(
        problems=_problems(session, [entry, *own]),
        client=entry,
        day=day,
        state=client_state(days, day, rules),
        orders=tuple(sorted(orders, key=lambda order: order.get("on"), reverse=True)),
        losses=tuple(loss for loss in losses(days, rules) if loss.on < day),
        dossier=dossier,
        folder=session.workspace.name(dossier.folder) if dossier.folder else None,
    )


def _category_rule_as_json(state: ClientState) -> dict[str, object]:
    return {
        "rule": RULES.fields["system_orders"].title,
        "value": state.rules.system_orders,
        "months": state.rules.system_months,
        "since": f"{state.since}",
        "orders": state.recent,
        "earlier": state.earlier - state.recent,
    }


def _loss_rule_as_json(state: ClientState) -> dict[str, object] | None:
    if state.last_order is None:
        return None
    return {
        "rule": state.limit_title,
        "value": state.limit,
        "system": state.system,
    }


def _problems(session: Session, rows: Sequence[Client | Order | InvalidRow]) -> tuple[Problem, ...]:
    """Return the errors of rows, of whole sheets that could hold more such rows, and of rules."""
    sheets = (CLIENTS.title, ORDERS.title)
    places: set[tuple[str, str | None, int | None]]
    places = {(row.source.file, row.source.sheet, row.row) for row in rows}
    places |= {(file, sheet, None) for file in session.loaded.books for sheet in sheets}
    return tuple(
        problem
        for problem in session.problems
        for place in [problem.place]
        if problem.is_error
        if place.sheet == RULES.title or (place.file, place.sheet, place.row) in places
    )
