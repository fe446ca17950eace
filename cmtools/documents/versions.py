"""Save reports and plans: replaced until a person edits them, then followed by a new version.

A report is made anew whenever its books change, so most of the time its file is simply replaced.
An edit is detected by the stamp of the file; an edited file is never written again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cmtools.documents import file_names
from cmtools.documents.fingerprint import add_stamp, fingerprint, read_stamp
from cmtools.documents.storage import DocumentState, numbered_versions
from cmtools.files import atomic_write

Papers = Mapping[str, bytes]
"""Ending of the file's name, `.xlsx` → its content."""


def save_papers(
    folder: Path, stem: str, papers: Papers, same_as: Callable[[], Papers] | None = None
) -> tuple[list[Path], DocumentState]:
    """Save the files of a report or plan, all under the same name and version.

    Their newest version stays as it is while its content is that of `papers`, or, where a person
    touched it, of `same_as()`. Otherwise it is replaced, or followed by the next version where one
    of its files was touched.

    Raises:
        OSError: no rights, no room.
    """
    newest = max(numbered_versions(folder, stem, papers), default=None)
    paths = _paths(folder, stem, newest or 1, papers)
    state = _state(paths, papers, same_as) if newest else DocumentState.MADE
    if state is DocumentState.VERSION:
        assert newest is not None
        paths = _paths(folder, stem, newest + 1, papers)
    if state is not DocumentState.UNCHANGED:
        for ending, content in papers.items():
            with atomic_write(paths[ending]) as aside:
                aside.write_bytes(add_stamp(content))
    return list(paths.values()), state


def _state(
    paths: Mapping[str, Path], papers: Papers, same_as: Callable[[], Papers] | None
) -> DocumentState:
    """Decide what becomes of a version that is there, at least in part."""
    stamps = {ending: read_stamp(path) for ending, path in paths.items() if path.is_file()}

    def hold(contents: Papers) -> bool:
        return all(
            ending in stamps and stamps[ending][0] == fingerprint(content)
            for ending, content in contents.items()
        )

    if hold(papers):
        return DocumentState.UNCHANGED
    if all(untouched for _, untouched in stamps.values()):
        return DocumentState.REFRESHED
    return (
        DocumentState.UNCHANGED
        if same_as is not None and hold(same_as())
        else DocumentState.VERSION
    )


def _paths(folder: Path, stem: str, version: int, papers: Papers) -> dict[str, Path]:
    return {ending: folder / file_names.version_name(stem, version, ending) for ending in papers}
