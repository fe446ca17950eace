"""The answers in «Сегодня» as changes of the books; nothing is read or written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cmtools.agenda.duty import Duty
from cmtools.agenda.duty_case import DutyCase
from cmtools.agenda.duty_form import DONE, DUE, NEXT, ORDER, RESULT, TEXT
from cmtools.agenda.duty_writers import CONTACTS, GREETINGS, WRITERS
from cmtools.agenda.outcome import Outcome, RowState
from cmtools.agenda.rows import AgendaRows
from cmtools.forms.reply import Reply, parse_answer
from cmtools.problems import Fault, Message
from cmtools.tables.parsers import parse_date, squeeze
from cmtools.tables.table import Source

TAKEN_BY = {
    RESULT: (*CONTACTS, *GREETINGS, "mark", "quality", "sample", "stage"),
    NEXT: (*CONTACTS, *GREETINGS),
}
"""Columns that a person fills in → the kinds of duties that write them into a book."""
NO_ROOM = "для «{titles}» в книге нет места: не записано"
SAY_YES = "поставьте «да» в столбце «Сделано», если дело сделано"
TOO_EARLY = Message("contact-too-early", "раньше дня повестки", "проверьте год")


def apply_duty_answers(
    reply: Reply, rows: AgendaRows, duties: Sequence[Duty], journal: Source | None
) -> list[Outcome]:
    """Say what becomes of each row that was filled in.

    rows, duties: of the books as they are now, on the day of the form. journal: where contacts are
    entered; None where the register has no such sheet.
    """
    by_key = {(duty.kind, squeeze(duty.key)): duty for duty in duties}
    by_content: dict[object, list[Duty]] = {}
    for duty in duties:
        content = (duty.kind, duty.order or "", squeeze(duty.text), duty.date)
        by_content.setdefault(content, []).append(duty)
    outcomes = []
    for row in reply.rows:
        kind, _, key = row.name.partition(" ")
        due = parse_date(row.shown[DUE])
        alike = by_content.get((kind, row.text(ORDER), squeeze(row.text(TEXT)), due), [])
        same_key = by_key.get((kind, key))
        # by its content where its row was moved in the book
        found = alike[0] if len(alike) == 1 else same_key
        case = DutyCase(
            row=row,
            kind=kind,
            key=key,
            duty=found,
            day=rows.today,
            rows=rows,
            journal=journal,
        )
        outcomes.append(_outcome(case))
    return outcomes


def _outcome(case: DutyCase) -> Outcome:
    row = case.row
    if row.fault is not None:
        return case.end(RowState.BAD, f"{row.fault.message}; {row.fault.hint}")
    answer = parse_answer(row.filled.get(DONE))
    if isinstance(answer, Fault):
        return case.end(RowState.BAD, row.describe(DONE, answer))
    if not answer:
        return case.end(RowState.LISTED, SAY_YES)
    following = parse_date(row.filled.get(NEXT))
    if following is not None and not isinstance(following, Fault) and following < case.day:
        following = TOO_EARLY()
    if isinstance(following, Fault):
        return case.end(RowState.BAD, row.describe(NEXT, following))
    writer = WRITERS.get(case.kind)
    outcome = writer(case) if writer else case.by_hand()
    left = [t for t, kinds in TAKEN_BY.items() if t in row.filled and case.kind not in kinds]
    if outcome.state is not RowState.DONE or not left:
        return outcome
    return replace(outcome, message=NO_ROOM.format(titles="», «".join(left)))
