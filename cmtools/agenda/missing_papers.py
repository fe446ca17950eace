"""What lies in clients' folders, and which papers the stages of orders ask for in vain."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from cmtools.agenda.rows import AgendaRows
from cmtools.books.choices import SourceRow
from cmtools.documents.catalog import CONTRACT, DocumentKind
from cmtools.documents.client_folders import client_names
from cmtools.documents.context import RowIndex
from cmtools.documents.file_names import document_stem, safe_name
from cmtools.documents.stage import kinds_of_stage
from cmtools.documents.storage import ClientFolders
from cmtools.files import comparable_name
from cmtools.pricing.session import Session
from cmtools.workspace import CLIENT_FOLDERS


class ClientFiles:
    """The names of the files in clients' folders, each folder listed when it is first asked for.

    clients: code → name. folders: the folders of all clients.
    """

    def __init__(self, session: Session) -> None:
        self.clients = client_names(session.loaded.dataset)
        self.folders = ClientFolders(session.workspace.path(CLIENT_FOLDERS), self.clients)
        self._names: dict[tuple[str, str], list[str]] = {}

    def folder(self, client: str) -> Path | None:
        """Return the folder of a client; None where there is none."""
        path = self.path(client)
        return path if path and path.is_dir() else None

    def path(self, client: str) -> Path | None:
        """Return where the folder of a client is, or is to be; None for an unknown client."""
        name = self.clients.get(client)
        return None if name is None else self.folders.of(client, name)

    def has_paper(self, client: str, kind: DocumentKind, number: str) -> bool:
        """Tell whether a paper lies in the client's folder, in any version."""
        stem = comparable_name(document_stem(number, kind.name))
        return any(name.startswith(stem) for name in self._list(client, kind))

    def has_contract(self, client: str, number: str, others: Sequence[DocumentKind]) -> bool:
        """Tell whether a contract lies there, made or scanned: a file named by its number.

        others: the kinds of other papers that bear the number of a contract.
        """
        named = re.compile(rf"(?<!\w){re.escape(comparable_name(safe_name(number)))}(?!\w|-\w)")
        stems = tuple(comparable_name(document_stem(number, kind.name)) for kind in others)
        names = self._list(client, CONTRACT)
        return any(named.search(name) and not name.startswith(stems) for name in names)

    def _list(self, client: str, kind: DocumentKind) -> Sequence[str]:
        """Return the names of the files where papers of a kind go, folders in it included."""
        place = (client, kind.folder.path)
        if place not in self._names:
            home = self.path(client)
            below = None if kind.folder.path else 1  # what else is in it has kinds of its own
            walked = islice(os.walk(home / kind.folder.path), below) if home else ()
            self._names[place] = [comparable_name(n) for _, _, names in walked for n in names]
        return self._names[place]


def find_missing_papers(
    session: Session, rows: AgendaRows, files: ClientFiles
) -> Mapping[str, Sequence[tuple[DocumentKind, str]]]:
    """Return № заказа → the papers that its stage asks for and that are not made.

    A paper is its kind and the number that its name begins with.
    """
    index = RowIndex(session, rows.today)
    missing: dict[str, list[tuple[DocumentKind, str]]] = {}
    for found in rows.orders:
        order = found.order
        if not found.is_open:
            continue
        numbers = {SourceRow.ORDER: order.number, SourceRow.CONTRACT: order.contract}
        for kind in kinds_of_stage(found.priced, index)[0]:
            number = numbers.get(kind.made_from)
            if number and not files.has_paper(order.client, kind, number):
                missing.setdefault(order.number, []).append((kind, number))
    return missing
