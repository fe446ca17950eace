"""«Повестка/YYYY-MM-DD Повестка.xlsx»: the one thing that a manager opens in the morning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cmtools.agenda.duty import Duty
from cmtools.agenda.duty_form import ABOVE, DUTY_FORM, duty_rows
from cmtools.agenda.missing_papers import ClientFiles, find_missing_papers
from cmtools.agenda.order_sheets import Overview
from cmtools.agenda.overview_sheets import overview_sheets
from cmtools.agenda.rows import AgendaRows
from cmtools.forms.form import PROPERTY, form_listing
from cmtools.forms.place import write_form
from cmtools.forms.proof import Mark, read_secret
from cmtools.pricing.session import Session
from cmtools.tables.reader.sandbox import Reader
from cmtools.tables.writer.listings import build_listings
from cmtools.workspace import AGENDAS


def write_agenda(
    session: Session, rows: AgendaRows, duties: Sequence[Duty], manager: str | None
) -> Path:
    """Write the agenda of a day, of one manager or of all; return its path.

    One that a person has filled stays, and the new one stands beside it.

    Raises:
        OSError: no rights, no room.
    """
    name = f"{rows.today:%Y-%m-%d} {DUTY_FORM.name}" + (f" — {manager}" if manager else "")
    path = session.workspace.path(AGENDAS, f"{name}.xlsx")
    content = build_agenda(session, rows, duties, manager)
    with Reader(session.workspace.limits()) as reader:
        return write_form(session.workspace.root, path, content, DUTY_FORM, reader)


def build_agenda(
    session: Session, rows: AgendaRows, duties: Sequence[Duty], manager: str | None
) -> bytes:
    """Return the bytes of an agenda: «Сегодня», which comes back filled, and five overviews."""
    secret = read_secret(session.workspace.root)
    subject = (f"{rows.today}", *([manager] if manager else ()))
    mark = Mark(form=DUTY_FORM.name, subject=subject)
    files = ClientFiles(session)
    overview = Overview(
        rows=rows,
        duties=duties,
        manager=manager,
        missing={
            order: [kind.name for kind, _ in papers]
            for order, papers in find_missing_papers(session, rows, files).items()
        },
        folders=_folders(session, rows, files),
    )
    late = sum(duty.date < rows.today for duty in duties)
    heading = f"Повестка на {rows.today:%d.%m.%Y}: дел {len(duties)}, просрочено {late}"
    first = form_listing(
        DUTY_FORM,
        mark,
        duty_rows(rows, duties, manager),
        secret,
        heading=heading,
        above=ABOVE,
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
