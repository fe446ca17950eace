"""What the work on a dropped file came to: values that travel and are written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """A book of the workspace to be replaced by the drop's own bytes.

    `target` is relative to the workspace; `was` is the checksum of what may be replaced, None
    where nothing stands there; `kept` names the replaced version in the result folder; `digest`
    is where the encoded digest of an order book was made aside, to be remembered.
    """

    target: str
    was: str | None
    kept: str
    digest: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeDocument:
    """A document: `folder` and `source` are relative to the workspace and to what is made aside.

    One that lies in its place already, unchanged, has no source.
    """

    source: str | None
    folder: str
    stem: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the work on a drop came to.

    verdict: the line of the record that says how it ended.
    accepted: whether it goes to Обработано; else to Ошибки.
    kind: the book that it is, None for what is none of ours.
    settings: a digest of all that the answer depends on beside the drop; None where the same drop
        might be answered otherwise the next time.
    hopeful: whether another book that was dropped with it might set it right.
    done, refused, remarks: lines of the record: what was done, what not and why, warnings.
    months: the months, as 2026-11, whose reports are to be refreshed.
    """

    verdict: str
    accepted: bool
    kind: str | None = None
    settings: str | None = None
    hopeful: bool = False
    done: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    replacement: Replacement | None = None
    papers: tuple[MadeDocument, ...] = ()
    months: tuple[str, ...] = ()
