"""The papers that the stages of orders ask for and that are not in their clients' folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cmtools.agenda.rows import AgendaRows
from cmtools.books.choices import SourceRow
from cmtools.documents.catalog import DocumentKind
from cmtools.documents.context import RowIndex
from cmtools.documents.file_names import document_stem
from cmtools.documents.stage import kinds_of_stage
from cmtools.documents.storage import ClientFolders
from cmtools.files import comparable_name
from cmtools.pricing.session import Session
from cmtools.workspace import CLIENT_FOLDERS


class ClientFiles:
    """The names of the files in clients' folders, each folder listed when it is first asked for."""

    def __init__(self, session: Session, rows: AgendaRows) -> None:
        home = session.workspace.path(CLIENT_FOLDERS)
        self._rows = rows
        self._folders = ClientFolders(home, rows.clients)
        self._names: dict[Path, list[str]] = {}

    def folder(self, client: str) -> Path | None:
        """Return the folder of a client; None where there is none."""
        if client not in self._rows.clients:
            return None
        path = self._folders.of(client, self._rows.clients[client].name)
        return path if path.is_dir() else None

    def has_paper(self, client: str, kind: DocumentKind, number: str) -> bool:
        """Tell whether a paper lies in the client's folder, in any version."""
        folder = self.folder(client)
        stem = document_stem(number, kind.name).casefold()
        names = self._list(folder / kind.folder.path) if folder else ()
        return any(name.startswith(stem) for name in names)

    def _list(self, folder: Path) -> Sequence[str]:
        if folder not in self._names:
            found = folder.iterdir() if folder.is_dir() else ()
            names = [comparable_name(path.name) for path in found]
            self._names[folder] = names
        return self._names[folder]


def find_missing_papers(
    session: Session, rows: AgendaRows, files: ClientFiles
) -> Mapping[str, Sequence[str]]:
    """Return № заказа → the names of the papers that its stage asks for and that are not made."""
    index = RowIndex(session, rows.today)
    missing: dict[str, list[str]] = {}
    for found in rows.orders:
        order = found.order
        if not found.is_open:
            continue
        numbers = {SourceRow.ORDER: order.number, SourceRow.CONTRACT: order.contract}
        for kind in kinds_of_stage(found.priced, index)[0]:
            number = numbers.get(kind.made_from)
            if number and not files.has_paper(order.client, kind, number):
                missing.setdefault(order.number, []).append(kind.name)
    return missing
