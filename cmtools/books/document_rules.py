"""Which documents there are, as «Настройки» name them: the standard ones and the company's own."""

from __future__ import annotations

from collections.abc import Mapping

from cmtools.books.own_documents import OWN_DOCUMENTS
from cmtools.books.settings import STAGES
from cmtools.problems import Message
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_name

UNKNOWN_DOCUMENT = Message(
    "unknown-document", "документа «{name}» нет", "через запятую, из списка: {known}"
)
DOCUMENT_IS_STANDARD = Message(
    "document-is-standard",
    "документ «{name}» уже есть среди готовых",
    "готовому документу своя строка не нужна; для другого выберите другое название",
)

StandardDocuments = Mapping[str, str | None]
"""Name of each standard document → the id by which a stage asks for it, None where none may."""


def split_documents(cell: str | None) -> tuple[str, ...]:
    """Split a cell such as «contract, Памятка» into the documents that it names."""
    return tuple(filter(None, (part.strip().lower() for part in (cell or "").split(","))))


def check_documents(dataset: Dataset, standard: StandardDocuments) -> None:
    """Find stages that ask for unknown documents, and own documents that are standard ones."""
    ids = [id for id in standard.values() if id is not None]
    taken = {normalize_name(name) for name in (*ids, *standard)}
    own: dict[str, None] = {}
    for sheet in dataset.sheets(OWN_DOCUMENTS):
        own |= dict.fromkeys(filter(None, sheet.values["name"]))
        for index, name in list(sheet.sound_rows("name")):
            if name and normalize_name(name) in taken:
                sheet.add(index, "name", DOCUMENT_IS_STANDARD(name=name))
    names = [name for name, id in standard.items() if id is not None]
    askable = {normalize_name(name) for name in (*ids, *names, *own)}
    for stages in dataset.sheets(STAGES):
        for index, cell in list(stages.sound_rows("documents")):
            unknown = [
                name for name in split_documents(cell) if normalize_name(name) not in askable
            ]
            if unknown:
                known = ", ".join((*ids, *own))
                stages.add(index, "documents", UNKNOWN_DOCUMENT(name=unknown[0], known=known))
