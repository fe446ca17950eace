"""Whether a file has come whole, as far as it can tell that itself: a zip's index comes last."""

from __future__ import annotations

import zipfile
import zlib
from enum import StrEnum
from pathlib import Path

from cmtools.tables.reader.container import Limits
from cmtools.watch import durable_fs as disk

HEAD = 4


class Completeness(StrEnum):
    """What a file is as a vessel: whole, still without its end, or empty so far."""

    WHOLE = "whole"
    PARTIAL = "пришёл не целиком"
    EMPTY = "пустой"


def shape_of(path: Path, limits: Limits) -> Completeness:
    """How far a file has come.

    What is no zip cannot tell and counts as whole. So does a zip beyond the limits: it will be
    refused for that.

    Raises:
        OSError: it cannot be opened, or is no plain file.
    """
    with disk.opened(path) as handle, open(handle, "rb", closefd=False) as file:
        head = file.read(HEAD)
        if not head.strip(b"\0"):
            return Completeness.PARTIAL if head else Completeness.EMPTY
        if not head.startswith(b"PK"):
            return Completeness.WHOLE
        if file.seek(0, 2) > limits.file_bytes:
            return Completeness.WHOLE
        try:
            with zipfile.ZipFile(file) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > limits.unpacked_bytes:
                    return Completeness.WHOLE
                return Completeness.PARTIAL if archive.testzip() else Completeness.WHOLE
        except RuntimeError:  # encrypted: nothing more to learn
            return Completeness.WHOLE
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
            return Completeness.PARTIAL
