"""What «да» in «Сегодня» writes into the books, one small function a kind of duty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cmtools.agenda.duty_case import NO_COLUMN, DutyCase
from cmtools.agenda.duty_form import DUE, MANAGER, NEXT, PERSON, TEXT
from cmtools.agenda.outcome import NewRow, Outcome, RowState
from cmtools.books.choices import Quality, TaskStatus, TouchKind
from cmtools.books.orders import DELIVERIES, ORDERS, PAPERS, Delivery, Paper
from cmtools.books.register import JOURNAL, Client
from cmtools.books.tasks import TASKS
from cmtools.tables.parsers import normalize_name, parse_date, squeeze
from cmtools.tables.table import Row

GREETINGS = ("birthday", "company-day", "holiday")
CONTACTS = ("touch", "repeat", "readiness", "prepayment", "balance", "director")
LOWEST_GOOD_MARK = 4
QUALITIES = {
    Quality.DEFECTIVE: re.compile(r"(?<!\bбез )(?<!\bнет )(?<!\bне )\bбрак(?!\w*\s+нет?\b)"),
    Quality.ACCEPTED: re.compile(r"(?<!\bне )\bпринято\b"),
}
"""How the result of an acceptance names each quality; neither «без брака» nor «не принято» does."""
NO_CLIENT = "клиента этого дела в реестре больше нет"


def _contact(case: DutyCase) -> Outcome:
    """Enter a contact into the journal, even if somebody has called meanwhile."""
    if case.client is None:
        return case.end(RowState.CHANGED, NO_CLIENT) if case.key else case.by_hand()
    return _enter(case, [case.client])


def _holiday(case: DutyCase) -> Outcome:
    """Enter a greeting for each client of the manager, or of everybody."""
    manager = normalize_name(case.row.text(MANAGER))
    clients = [
        client
        for client in case.rows.clients.values()
        if not manager or normalize_name(client.manager) == manager
    ]
    return _enter(case, clients)


def _enter(case: DutyCase, clients: Sequence[Client]) -> Outcome:
    content = case.result or case.row.text(TEXT)
    following = parse_date(case.row.filled.get(NEXT))
    if case.journal is None:
        return case.by_hand("в реестре нет листа «Журнал контактов»")
    rows = []
    for client in clients:
        if _is_entered(case, client, content):
            continue
        given: dict[str, Any] = {
            "on": case.day,
            "client": client.code,
            "kind": _touch_kind(case),
            "who": case.row.text(MANAGER) or client.manager,
            "whom": case.row.text(PERSON).split("\n")[0] or None,
            "content": content,
            "next": following,
        }
        values = {name: value for name, value in given.items() if value is not None}
        missing = next((name for name in values if name not in case.journal.columns), None)
        if missing is not None:
            title = JOURNAL.fields[missing].title
            return case.end(RowState.LISTED, NO_COLUMN.format(title=title))
        rows.append(NewRow(table=JOURNAL, source=case.journal, values=values))
    return case.end(RowState.DONE if rows else RowState.SAME, rows=tuple(rows))


def _is_entered(case: DutyCase, client: Client, content: str) -> bool:
    return any(
        touch.on == case.day and squeeze(touch.content) == squeeze(content)
        for touch in case.rows.touches.get(client.code, ())
    )


def _touch_kind(case: DutyCase) -> str:
    if case.kind in GREETINGS:
        return TouchKind.GREETING.value
    word = normalize_name((re.findall(r"\w+", case.result) or [""])[0])
    named = (kind.value for kind in TouchKind if normalize_name(kind.value) == word)
    return next(named, TouchKind.CALL.value)


def _task(case: DutyCase) -> Outcome:
    for task in case.rows.tasks:
        if squeeze(f"{task.on:%Y-%m-%d} {task.text} {task.doer}") == case.key:
            if task.status is TaskStatus.DONE:
                return case.end(RowState.SAME)
            if not case.is_as_shown:
                return case.leave_changed()
            return case.write(TASKS, task, status=TaskStatus.DONE.value, done=case.day)
    return case.leave_changed()


def _mark(case: DutyCase) -> Outcome:
    found = re.match(r"([1-5])(?!\d)[\s.,;:!()–—-]*", case.result)
    if found is None:
        return case.by_hand("оценка — цифра от 1 до 5 в начале «Результата», затем причина")
    mark, reason = int(found[1]), case.result[found.end() :].strip()
    if case.order is None:
        return case.leave_changed()
    order = case.order.order
    if order.mark == mark:
        return case.end(RowState.SAME)
    if not case.is_as_shown:
        return case.leave_changed()
    if mark >= LOWEST_GOOD_MARK:
        return case.write(ORDERS, order, mark=mark)
    if not reason and not order.dissatisfaction:
        return case.end(RowState.BAD, f"после оценки {mark} впишите причину недовольства")
    return case.write(ORDERS, order, mark=mark, **({"dissatisfaction": reason} if reason else {}))


def _paper(field: str) -> Callable[[DutyCase], Outcome]:
    """Return the writer of the day on which an original was received, or handed over."""

    def write(case: DutyCase) -> Outcome:
        paper = _source_row(case, case.rows.papers)
        if isinstance(paper, Paper) and case.is_as_shown:
            if field == "handed" and paper.received and paper.received > case.day:
                return case.leave_changed()
            return case.write(PAPERS, paper, **{field: case.day})
        title = case.row.text(TEXT)
        is_done = any(
            other.get(field) == case.day
            and case.key.startswith(f"{other.order or other.contract} ")
            and other.kind.value in title
            and (other.title or "") in title
            for other in case.rows.papers
        )
        return case.end(RowState.SAME) if is_done else case.leave_changed()

    return write


def _source_row(case: DutyCase, records: Iterable[Row]) -> Row | None:
    """Return the record that the duty follows from."""
    place = case.duty.source if case.duty else None
    return next(
        (
            record
            for record in records
            if place and (record.source.file, record.row) == (place.file, place.row)
        ),
        None,
    )


def _quality(case: DutyCase) -> Outcome:
    words = normalize_name(case.result)
    for quality, said in QUALITIES.items():
        if said.search(words):
            return _delivery(case, {"quality": quality.value})
    return case.by_hand("в «Результате» нужно «принято» или «брак»")


def _sample(case: DutyCase) -> Outcome:
    place = {"sample_place": case.result} if case.result else {}
    return _delivery(case, {"sample": "да", **place})


def _delivery(case: DutyCase, values: Mapping[str, str]) -> Outcome:
    """Write into the delivery that the duty is about."""
    deliveries = case.order.deliveries if case.order else ()
    found = _source_row(case, deliveries)
    if isinstance(found, Delivery) and case.is_as_shown:
        return case.write(DELIVERIES, found, **values)
    due = parse_date(case.row.shown[DUE])
    is_done = any(
        other.on == due and all(_cell_text(other.get(n)) == v for n, v in values.items())
        for other in deliveries
    )
    return case.end(RowState.SAME) if is_done else case.leave_changed()


def _cell_text(value: Any) -> str:
    return "да" if value is True else "" if value is None else str(value)


def _stage(case: DutyCase) -> Outcome:
    codes = sorted(case.rows.stages, key=len, reverse=True)
    typed = f"{normalize_name(case.result)} "
    code = next((c for c in codes if re.match(rf"{re.escape(normalize_name(c))}\W", typed)), None)
    if code is None:
        return case.by_hand("новая стадия — её код в начале «Результата»")
    if case.order is None:
        return case.leave_changed()
    order = case.order.order
    if order.stage == code and order.stage_since == case.day:
        return case.end(RowState.SAME)
    if not case.is_as_shown:
        return case.leave_changed()
    return case.write(ORDERS, order, stage=code, stage_since=case.day)


WRITERS: Mapping[str, Callable[[DutyCase], Outcome]] = {
    **dict.fromkeys(CONTACTS, _contact),
    "birthday": _contact,
    "company-day": _contact,
    "holiday": _holiday,
    "task": _task,
    "mark": _mark,
    "original": _paper("received"),
    "handover": _paper("handed"),
    "quality": _quality,
    "sample": _sample,
    "stage": _stage,
}
"""Kind of duty → what «да» writes; duties of other kinds are marked in the book by hand."""
