"""Stage the documents of a drop until the watcher moves all of them into the clients' folders."""

from __future__ import annotations

from pathlib import Path

from cmtools.documents.file_names import version_name
from cmtools.documents.storage import DocumentState, next_version
from cmtools.inbox.drop import StagedDocument
from cmtools.workspace import Workspace


class StagedDocuments:
    """Writes documents to a staging folder instead of their clients' folders."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace = workspace
        self._folder = folder
        self._contents: dict[tuple[Path, str], bytes] = {}
        self.documents: list[StagedDocument] = []

    def save(
        self, folder: Path, stem: str, content: bytes, home: Path
    ) -> tuple[Path, DocumentState]:
        """Stage a document for its client's folder; see `documents.storage`."""
        version, is_unchanged = next_version(folder, stem, content, home)
        path = folder / version_name(stem, version)
        if is_unchanged:
            state = DocumentState.UNCHANGED
        else:
            state = DocumentState.VERSION if version > 1 else DocumentState.MADE
        if self._contents.get((folder, stem)) == content:
            return path, state  # two stages may ask for the same document
        self._contents[folder, stem] = content
        source = None
        if not is_unchanged:
            staged = self._folder / f"{len(self.documents)}.docx"
            staged.write_bytes(content)  # flushed with all the others once it is decided
            source = f"{self._folder.name}/{staged.name}"
        self.documents.append(
            StagedDocument(
                source=source, folder=self._workspace.name(folder), stem=stem, version=version
            )
        )
        return path, state
