"""«Повестка/YYYY-MM-DD Повестка.xlsx»: the one thing that a manager opens in the morning."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cmtools.agenda.duties import find_duties
from cmtools.agenda.duty import Duty
from cmtools.agenda.duty_form import ABOVE, DUTY_FORM, duty_rows
from cmtools.agenda.managers import duties_of, list_managers
from cmtools.agenda.missing_papers import ClientFiles, find_missing_papers
from cmtools.agenda.order_sheets import Overview
from cmtools.agenda.overview_sheets import overview_sheets
from cmtools.agenda.rows import AgendaRows, count_rows_in_error, read_rows
from cmtools.documents.catalog import STANDARD_DOCUMENTS
from cmtools.documents.file_names import safe_name
from cmtools.forms.form import PROPERTY, form_listing
from cmtools.forms.place import write_form
from cmtools.forms.proof import Mark, read_secret
from cmtools.pricing.session import Session, open_books, price_books
from cmtools.tables.reader.sandbox import Reader, WorkbookReader
from cmtools.tables.writer.listings import build_listings
from cmtools.workspace import AGENDAS, Workspace

LEFT_OUT = "Не учтены строки «Заказов» с ошибками: {count}. Исправьте их: cmtools validate."


@dataclass(frozen=True, kw_only=True, slots=True)
class Agenda:
    """All that the agendas of a day are made of, whosever they are.

    missing, folders: see `Overview`. left_out: the orders whose rows have errors.
    """

    workspace: Workspace
    rows: AgendaRows
    duties: Sequence[Duty]
    missing: Mapping[str, Sequence[str]]
    folders: Mapping[str, str]
    left_out: int


def read_agenda(session: Session, today: date) -> Agenda:
    """Gather what the agendas of a day are made of."""
    rows = read_rows(session, today)
    files = ClientFiles(session)
    return Agenda(
        workspace=session.workspace,
        rows=rows,
        duties=find_duties(rows),
        missing={
            order: [kind.name for kind, _ in papers]
            for order, papers in find_missing_papers(session, rows, files).items()
        },
        folders=_folders(session, rows, files),
        left_out=count_rows_in_error(session),
    )


def write_agendas(
    root: Path, today: date, on_file: Callable[[str], None] = lambda name: None
) -> list[str]:
    """Write the agendas of everybody and of each manager, from books that are read once.

    Return the names of the files; `on_file` is called before each. One that cannot be written does
    not hold up the others.

    Raises:
        Unavailable: see `open_books`.
        OSError: one of them cannot be written.
    """
    session = price_books(open_books(root, (), today, STANDARD_DOCUMENTS))
    agenda = read_agenda(session, today)
    names: list[str] = []
    failures: list[OSError] = []
    with Reader(session.workspace.limits()) as reader:
        for manager in (None, *list_managers(agenda.rows)):
            on_file(manager or DUTY_FORM.name)
            try:
                names.append(session.workspace.name(write_agenda(agenda, manager, reader)))
            except OSError as error:
                failures.append(error)
    if failures:
        raise failures[0]
    return names


def write_agenda(agenda: Agenda, manager: str | None, reader: WorkbookReader) -> Path:
    """Write the agenda of one manager or of all; return its path.

    One that a person has filled stays, and the new one stands beside it.

    Raises:
        OSError: no rights, no room.
    """
    name = f"{agenda.rows.today:%Y-%m-%d} {DUTY_FORM.name}" + (f" — {manager}" if manager else "")
    path = agenda.workspace.path(AGENDAS, f"{safe_name(name)}.xlsx")
    content, mark = build_agenda(agenda, manager), agenda_mark(agenda.rows.today, manager)
    return write_form(agenda.workspace.root, path, content, DUTY_FORM, mark, reader)


def agenda_mark(today: date, manager: str | None) -> Mark:
    """Return the mark of the agenda of one manager or of all."""
    return Mark(form=DUTY_FORM.name, subject=(f"{today}", *([manager] if manager else ())))


def build_agenda(agenda: Agenda, manager: str | None) -> bytes:
    """Return the bytes of an agenda: «Сегодня», which comes back filled, and five overviews."""
    rows = agenda.rows
    duties = duties_of(rows, agenda.duties, manager)
    secret = read_secret(agenda.workspace.root)
    mark = agenda_mark(rows.today, manager)
    overview = Overview(
        rows=rows,
        duties=duties,
        manager=manager,
        missing=agenda.missing,
        folders=agenda.folders,
    )
    late = sum(duty.date < rows.today for duty in duties)
    heading = f"Повестка на {rows.today:%d.%m.%Y}: дел {len(duties)}, просрочено {late}"
    left_out = (LEFT_OUT.format(count=agenda.left_out),) if agenda.left_out else ()
    first = form_listing(
        DUTY_FORM,
        mark,
        duty_rows(rows, duties, manager),
        secret,
        heading=heading,
        above=(*ABOVE, *left_out),
    )
    sheets = [first, *overview_sheets(overview)]
    return build_listings(sheets, {PROPERTY: mark.sign(secret)})


def _folders(session: Session, rows: AgendaRows, files: ClientFiles) -> dict[str, str]:
    home = session.workspace.path(AGENDAS)
    clients = {found.order.client for found in rows.orders if found.is_open}
    paths = ((client, files.folder(client)) for client in clients)
    return {
        client: f"{Path(os.path.relpath(path, home)).as_posix()}/" for client, path in paths if path
    }
