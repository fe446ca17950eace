"""What is amiss in the folders of clients; nothing in them is deleted, moved or renamed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cmtools.agenda import paper_duties
from cmtools.agenda.missing_papers import ClientFiles, find_missing_papers
from cmtools.agenda.rows import AgendaRows
from cmtools.books.choices import ClientFolder, SourceRow
from cmtools.books.register import CLIENTS
from cmtools.documents.catalog import CONTRACT
from cmtools.documents.client_folders import SUBFOLDERS, missing_subfolders
from cmtools.documents.file_names import document_stem, version_name
from cmtools.documents.own_kinds import kinds_of
from cmtools.files import comparable_name
from cmtools.pricing.session import Session
from cmtools.workspace import CLIENT_FOLDERS

HANDOVER = "Передача"
"""Begins the names of the folders that `cmtools handover` makes, a day follows."""

_HANDOVER_FOLDER = re.compile(rf"{HANDOVER.casefold()} \d{{4}}-\d\d-\d\d")
_SERVICE = ("thumbs.db", "desktop.ini")
_AGREED = {comparable_name(name) for name in SUBFOLDERS}


class FolderFinding(StrEnum):
    """What may be amiss, as the answer names it."""

    NO_FOLDER = "no-folder"
    BLOCKED = "blocked"
    RENAMED = "renamed"
    SECOND_FOLDER = "second-folder"
    NO_CLIENT = "no-client"
    NO_CONTRACT = "no-contract"
    NO_PAPER = "no-paper"
    ORIGINAL = "original"
    STRAY = "stray"


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderItem:
    """Something amiss: what it is, of which client, where, and in words."""

    kind: FolderFinding
    client: str | None
    path: Path
    text: str


def check_folders(session: Session, rows: AgendaRows, files: ClientFiles) -> list[FolderItem]:
    """Find all that is amiss, by kind and client."""
    home = session.workspace.path(CLIENT_FOLDERS)
    found = [
        *_folders(files),
        *_contracts(session, rows, files),
        *_papers(session, rows, files),
        *_originals(rows, files, home),
        *_strays(session, files),
    ]
    if session.loaded.dataset.sheets(CLIENTS):  # else every folder would have no client
        found += _without_client(files, home)
    order = [*FolderFinding]
    return sorted(found, key=lambda item: (order.index(item.kind), item.client or "", item.path))


def _folders(files: ClientFiles) -> Iterator[FolderItem]:
    """Find folders that are not there or incomplete, of an earlier name, or one of several."""
    for client, name in files.clients.items():
        path, fresh = files.folders.of(client, name), files.folders.fresh(client, name)
        missing = missing_subfolders(path)
        if missing:
            text = f"нет папок: {', '.join(missing)}" if path.is_dir() else "нет папки клиента"
            yield FolderItem(kind=FolderFinding.NO_FOLDER, client=client, path=path, text=text)
        if path.is_dir() and comparable_name(path.name) != comparable_name(fresh.name):
            yield FolderItem(
                kind=FolderFinding.RENAMED,
                client=client,
                path=path,
                text=f"клиент теперь {name}: папку можно назвать «{fresh.name}»",
            )
        for other in files.folders.existing(client):
            if other != path:
                yield FolderItem(
                    kind=FolderFinding.SECOND_FOLDER,
                    client=client,
                    path=other,
                    text=f"вторая папка клиента: документы идут в «{path.name}»",
                )


def _contracts(session: Session, rows: AgendaRows, files: ClientFiles) -> Iterator[FolderItem]:
    """Find contracts of which no copy is in «Договор»."""
    kinds = kinds_of(session.loaded.dataset)
    others = [k for k in kinds if k.made_from is SourceRow.CONTRACT and k is not CONTRACT]
    for contract in rows.contracts.values():
        folder = files.path(contract.client)
        if folder and not files.has_contract(contract.client, contract.number, others):
            yield FolderItem(
                kind=FolderFinding.NO_CONTRACT,
                client=contract.client,
                path=folder / CONTRACT.folder.path,
                text=f"нет копии договора {contract.number} от {contract.on:%d.%m.%Y}",
            )


def _papers(session: Session, rows: AgendaRows, files: ClientFiles) -> Iterator[FolderItem]:
    """Find the papers that stages ask for; orders of one contract ask for the same ones."""
    told = set()
    for number, papers in find_missing_papers(session, rows, files).items():
        found = rows.order_by_number[number]
        folder = files.path(found.order.client)
        for kind, made_from in papers:
            if folder is None or kind is CONTRACT:
                continue
            path = folder / kind.folder.path / version_name(document_stem(made_from, kind.name), 1)
            if path not in told:
                told.add(path)
                yield FolderItem(
                    kind=FolderFinding.NO_PAPER,
                    client=found.order.client,
                    path=path,
                    text=f"{number} на стадии {found.order.stage}, а документа нет: {kind.name}",
                )


def _originals(rows: AgendaRows, files: ClientFiles, home: Path) -> Iterator[FolderItem]:
    """Find originals whose day is past."""
    for duty in paper_duties.original(rows):
        if duty.date < rows.today:
            days = (rows.today - duty.date).days
            yield FolderItem(
                kind=FolderFinding.ORIGINAL,
                client=duty.client,
                path=files.path(duty.client or "") or home,
                text=f"{duty.title}: ждём с {duty.date:%d.%m.%Y}, дней: {days}",
            )


def _strays(session: Session, files: ClientFiles) -> Iterator[FolderItem]:
    """Find files that lie in no agreed subfolder; a folder of such files is one finding."""
    own = [k for k in kinds_of(session.loaded.dataset) if k.folder is ClientFolder.OWN]
    for client in files.clients:
        stems = tuple(comparable_name(document_stem(client, kind.name)) for kind in own)
        for folder in files.folders.existing(client):
            for path in _entries(folder):
                name = comparable_name(path.name)
                if path.is_dir():
                    if name in _AGREED or _HANDOVER_FOLDER.fullmatch(name):
                        continue
                    count = sum(len(names) for _, _, names in os.walk(path))
                    text = f"папка вне принятых, файлов: {count}"
                elif name.startswith(stems):
                    continue
                else:
                    count, text = 1, "файл вне папок клиента"
                if count:
                    yield FolderItem(kind=FolderFinding.STRAY, client=client, path=path, text=text)


def _without_client(files: ClientFiles, home: Path) -> Iterator[FolderItem]:
    """Find what lies among the clients' folders and is none of them."""
    known = {folder for client in files.clients for folder in files.folders.existing(client)}
    for path in _entries(home):
        if path.is_dir() and path not in known:
            kind, text = FolderFinding.NO_CLIENT, "в реестре нет клиента с таким кодом"
        elif path.is_dir():
            continue
        else:
            kind, text = FolderFinding.STRAY, "файл вне папок клиентов"
        yield FolderItem(kind=kind, client=None, path=path, text=text)


def _entries(folder: Path) -> Iterable[Path]:
    """Return what a person has put into a folder."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        path
        for path in paths
        if not path.name.startswith((".", "~$")) and path.name.casefold() not in _SERVICE
    ]
