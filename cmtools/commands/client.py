"""`cmtools client`: a client's category at a day, why it is so, and when the client is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cmtools.books.orders import ORDERS, Order, Request
from cmtools.books.register import CLIENTS, Client, Status
from cmtools.books.settings import RULES, Rules, rules_of
from cmtools.commands.results import Outcome
from cmtools.errors import UsageError
from cmtools.pricing.category import Standing, losses, order_days, standing
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.problems import Problem
from cmtools.tables.dataset import Dataset
from cmtools.tables.suggestions import suggest_after
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
    "orders": "заказы по этот день, последние первыми: order, date, file, row и входит ли заказ "
    "в счёт категории (counts)",
    "last_order": "дата последнего заказа; null, если их не было",
    "loss_rule": "правило потери (rule), его значение (value), системный ли клиент после "
    "последнего заказа (system)",
    "lost_on": "последний день, когда заказ ещё спасает; со следующего клиент потерян",
    "lost": "потерян ли уже",
    "losses": "все потери до этого дня: on, last_order, system",
}
"""Key of the answer → what it says."""


def client(root: Path, code: str, *, as_of: date | None = None, today: date) -> Outcome:
    """What a client is at a day, today where none is given, with the orders and rules behind it.

    Problems are those of the client's row, of the orders and of the rules: they may change it.

    Raises:
        Misuse: there is no such client.
        WorkspaceError, Unavailable: see `open_books`.
    """
    opened = price_books(open_books(root, (), today))
    dataset = opened.loaded.dataset
    entry = _find(dataset, code)
    day = as_of or today
    rules = rules_of(dataset)
    own = [row for row in dataset.entries(ORDERS) if row.get("client") == entry.get("code")]
    found = standing(order_days(own).get(str(entry.get("code")), ()), day, rules)
    problems = _problems(opened, [entry, *own])
    answer = {
        **_who(entry),
        "as_of": f"{day}",
        "category": found.category.value,
        "orders": [_order(row, day, found) for row in _counted(own, day)],
        "category_rule": _category_rule(found, rules),
        "last_order": found.last_order and f"{found.last_order}",
        "loss_rule": _loss_rule(found),
        "lost_on": found.lost_on and f"{found.lost_on}",
        "lost": found.is_lost(day),
        "losses": [
            {"on": f"{loss.on}", "last_order": f"{loss.last_order}", "system": loss.was_system}
            for loss in losses(order_days(own).get(str(entry.get("code")), ()), rules)
            if loss.on < day
        ],
    }
    if problems:
        answer["problems"] = [problem.as_json() for problem in problems]
    return Outcome(
        problems=problems, data=answer, facts={"day": day, "why": _why(found, rules, day)}
    )


def _find(dataset: Dataset, code: str) -> Client | InvalidRow:
    same = CLIENTS.key.same
    known = {
        same(entry.get("code")): entry
        for entry in reversed(dataset.entries(CLIENTS))
        if entry.get("code") is not None
    }
    found = known.get(same(code))
    if found is not None:
        return found
    codes = (entry.get("code") for entry in known.values())
    raise UsageError(f"нет клиента «{code}»{suggest_after(code, codes)}")


def _who(entry: Client | InvalidRow) -> dict[str, object]:
    status = entry.get("status")
    return {
        "client": entry.get("code"),
        "name": entry.get("name"),
        "manager": entry.get("manager"),
        "status": status and status.value,
        "vip": status is Status.VIP,
    }


def _counted(rows: Sequence[Order | InvalidRow], day: date) -> list[Order | InvalidRow]:
    """The orders up to the day, the latest first."""
    known = [
        row
        for row in rows
        if row.get("request") is Request.FINAL and row.get("on") is not None
        if row.get("on") <= day
    ]
    return sorted(known, key=lambda row: row.get("on"), reverse=True)


def _order(row: Order | InvalidRow, day: date, found: Standing) -> dict[str, object]:
    return {
        "order": row.get("number"),
        "date": f"{row.get('on')}",
        "file": row.source.file,
        "row": row.row,
        "counts": found.since <= row.get("on") < day,
    }


def _category_rule(found: Standing, rules: Rules) -> dict[str, object]:
    return {
        "rule": RULES.fields["system_orders"].title,
        "value": rules.system_orders,
        "months": rules.system_months,
        "since": f"{found.since}",
        "orders": found.recent,
        "earlier": found.earlier - found.recent,
    }


def _loss_rule(found: Standing) -> dict[str, object] | None:
    """The rule by which the client will count as lost; there is none without an order."""
    if found.last_order is None:
        return None
    name = "lost_system_days" if found.system else "lost_other_days"
    return {"rule": RULES.fields[name].title, "value": found.limit, "system": found.system}


def _why(found: Standing, rules: Rules, day: date) -> list[str]:
    """The category and the loss in plain words."""
    if found.earlier:
        words = [
            f"заказов с {found.since:%d.%m.%Y} до этого дня: {found.recent}, всего раньше: "
            f"{found.earlier}; системный — от {rules.system_orders} "
            f"за {rules.system_months} мес. (лист «{RULES.title}»)"
        ]
    else:
        words = ["до этого дня заказов не было"]
    if found.last_order is not None and found.lost_on is not None:
        rule = _loss_rule(found)
        assert rule is not None
        state = "потерян: срок истёк" if found.is_lost(day) else "потеряется, если не закажет до"
        words.append(
            f"последний заказ {found.last_order:%d.%m.%Y}; {state} {found.lost_on:%d.%m.%Y} "
            f"({rule['rule']}: {rule['value']})"
        )
    return words


def _problems(opened: Session, rows: Sequence[Client | Order | InvalidRow]) -> tuple[Problem, ...]:
    """The errors of these rows, of a whole sheet that could hold more of them, and of the rules."""
    sheets = (CLIENTS.title, ORDERS.title)
    places: set[tuple[str, str | None, int | None]]
    places = {(row.source.file, row.source.sheet, row.row) for row in rows}
    places |= {(file, sheet, None) for file in opened.loaded.books for sheet in sheets}
    return tuple(
        problem
        for problem in opened.problems
        for place in [problem.place]
        if problem.is_error
        if place.sheet == RULES.title or (place.file, place.sheet, place.row) in places
    )
