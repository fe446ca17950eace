"""«Сегодня», the first sheet of the agenda: a row a duty, filled in by a manager and given back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cmtools.agenda.duty import Duty, person_for
from cmtools.agenda.rows import AgendaRows
from cmtools.forms.form import Form, FormRow
from cmtools.problems import Place
from cmtools.tables.columns import DATE, MONEY, WHOLE
from cmtools.tables.writer.listings import Link, ListingColumn

DUE, LATE, TEXT, CLIENT, ORDER = "Срок", "Просрочено, дней", "Что сделать", "Клиент", "№ заказа"
AMOUNT, PERSON, MANAGER, SOURCE = "Сумма", "С кем, телефон", "Менеджер", "Откуда"
DONE, RESULT, NEXT = "Сделано", "Результат", "Следующий контакт"

DUTY_FORM = Form(
    name="Повестка",
    sheet="Сегодня",
    columns=(
        ListingColumn(title=DUE, kind=DATE, width=10),
        ListingColumn(title=LATE, kind=WHOLE, width=12, warns=True),
        ListingColumn(title=TEXT, width=23, wrap=True),
        ListingColumn(title=CLIENT, width=21, wrap=True),
        ListingColumn(title=ORDER, width=12),
        ListingColumn(title=AMOUNT, kind=MONEY, width=12),
        ListingColumn(title=PERSON, width=17, wrap=True),
        ListingColumn(title=MANAGER, width=12, wrap=True),
        ListingColumn(title=SOURCE, width=14, wrap=True),
        ListingColumn(title=DONE, width=8, filled=True, choices=("да",), hint="да, когда сделано"),
        ListingColumn(
            title=RESULT,
            width=15,
            wrap=True,
            filled=True,
            hint="О чём договорились; для оценки — цифра и причина, для стадии — её код, для "
            "приёмки — принято или брак, для образца — где лежит",
        ),
        ListingColumn(
            title=NEXT, kind=DATE, width=11, filled=True, hint="Когда связаться снова: 05.12.2026"
        ),
    ),
)
ABOVE = (
    "Сделали — напишите «да» и коротко результат в жёлтых столбцах. Сохраните и положите файл в "
    "папку «Входящие»: книги обновятся сами.",
)


def duty_rows(rows: AgendaRows, duties: Iterable[Duty], manager: str | None) -> Iterator[FormRow]:
    """Yield a row a duty; `manager` is whose agenda it is, None for everybody's."""
    for duty in duties:
        yield FormRow(name=f"{duty.kind} {duty.key}", values=duty_values(rows, duty, manager))


def duty_values(rows: AgendaRows, duty: Duty, manager: str | None) -> dict[str, object]:
    """Return what the columns show of a duty."""
    late = (rows.today - duty.date).days
    client = rows.clients.get(duty.client or "")
    return {
        DUE: duty.date,
        LATE: late if late > 0 else None,
        TEXT: duty.text,
        CLIENT: client.name if client else duty.client,
        ORDER: duty.order,
        AMOUNT: duty.amount,
        PERSON: person_line(*person_for(rows, duty)),
        MANAGER: duty.manager or manager,
        SOURCE: source_link(duty.source),
    }


def person_line(name: str | None, phone: str | None) -> str:
    """Write whom to call and the phone, or that there is none; empty without a person."""
    return f"{name}\n{phone or 'телефона нет'}" if name else ""


def source_link(place: Place) -> Link | None:
    """Return the link from the folder of agendas to a cell of a book; None without a place."""
    if not place.file:
        return None
    sheet, cell = place.sheet or "", place.cell or f"A{place.row or 1}"
    text = f"{sheet} {cell}".strip()
    return Link(text=text, path=f"../{place.file}", sheet=sheet, cell=cell)
