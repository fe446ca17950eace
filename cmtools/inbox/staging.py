"""Documents made of a drop: kept aside until all of it is there."""

from __future__ import annotations

from pathlib import Path

from cmtools.documents.file_names import version_name
from cmtools.documents.storage import DocumentState, next_version
from cmtools.inbox.result import MadeDocument
from cmtools.workspace import Workspace


class StagedDocuments:
    """Keeps documents aside instead of in their folders."""

    def __init__(self, workspace: Workspace, aside: Path) -> None:
        self._workspace = workspace
        self._aside = aside
        self._kept: dict[tuple[Path, str], bytes] = {}
        self.papers: list[MadeDocument] = []

    def keep(
        self, folder: Path, stem: str, content: bytes, home: Path
    ) -> tuple[Path, DocumentState]:
        """Keep one; the same one twice is kept once."""
        version, is_unchanged = next_version(folder, stem, content, home)
        path = folder / version_name(stem, version)
        state = (
            DocumentState.UNCHANGED
            if is_unchanged
            else DocumentState.MADE
            if version == 1
            else DocumentState.VERSION
        )
        if self._kept.get((folder, stem)) == content:
            return path, state
        self._kept[folder, stem] = content
        source = None
        if not is_unchanged:
            aside = self._aside / f"{len(self.papers)}.docx"
            aside.write_bytes(content)  # flushed with all the others once it is decided
            source = f"{self._aside.name}/{aside.name}"
        name = self._workspace.name(folder)
        self.papers.append(MadeDocument(source=source, folder=name, stem=stem, version=version))
        return path, state
