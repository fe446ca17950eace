"""A dropped file and the result of processing it: plain values for the watcher and its worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cmtools.pricing.agreed_book import Agreement


class DropStage(StrEnum):
    """The part of the work that a drop is in."""

    READ = "read"
    OTHER_BOOKS = "other books"
    ANNOTATE = "annotate"
    PRICE = "price"
    DOCUMENTS = "documents"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """A dropped file: the path of our copy of it, its name when it was dropped, its SHA-256.

    What the manager gets is written into `result`, what goes into the workspace into `staging`.
    """

    copy: Path
    name: str
    sha256: str
    staging: Path
    result: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """A book of the workspace to be replaced.

    target: its path relative to the workspace.
    source, sha256: the new file, relative to the job's folder, and its SHA-256.
    expected: the SHA-256 of the file that may be replaced, None where there is none.
    kept_as: the name of the replaced version in the result folder.
    rows: where the rows of an order book were written, relative to the job's folder.
    """

    target: str
    source: str
    sha256: str
    expected: str | None
    kept_as: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StagedDocument:
    """A document to be moved into its client's folder.

    source: its path relative to the job's folder; None where the newest version is unchanged.
    folder: the folder relative to the workspace.
    """

    source: str | None
    folder: str
    stem: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DropResult:
    """The result of processing a dropped file.

    verdict: the line of the protocol that says how it ended.
    accepted: whether it goes to «Обработано»; else to «Ошибки».
    book: the name of the book that it is, None for a foreign file.
    repeatable: whether the same file would get the same result while its inputs are the same.
    inputs_hash: the hash of all other inputs of a repeatable result, see `inbox.inputs_hash`.
    may_become_valid: whether a book that was dropped with it might remove its errors.
    actions, refusals, warnings: lines of the protocol.
    changes: lines of the protocol: each value that came into the book.
    questions: lines of the protocol: what a person has to decide.
    memory: what is to be remembered of a merge, a file relative to the job's folder.
    agreed: the prices that the documents promise to the clients.
    folders: the clients' folders to be made with their subfolders, relative to the workspace.
    months: the months, as 2026-11, whose reports are to be refreshed.
    renews_agenda: whether the day's agendas are to be made anew.
    """

    verdict: str
    accepted: bool
    book: str | None = None
    repeatable: bool = True
    inputs_hash: str | None = None
    may_become_valid: bool = False
    actions: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    memory: str | None = None
    replacement: Replacement | None = None
    documents: tuple[StagedDocument, ...] = ()
    agreed: tuple[Agreement, ...] = ()
    folders: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    renews_agenda: bool = False
