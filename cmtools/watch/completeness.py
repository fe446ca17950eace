"""Check whether a dropped file is complete: a zip archive ends with its directory."""

from __future__ import annotations

import zipfile
import zlib
from enum import StrEnum
from pathlib import Path

from cmtools.tables.reader.container import Limits
from cmtools.watch.durable_fs import open_regular

HEAD_BYTES = 4


class Completeness(StrEnum):
    """How much of a file is there, in words for the live view and the protocol."""

    COMPLETE = "complete"
    PARTIAL = "пришёл не целиком"
    EMPTY = "пустой"


def check_completeness(path: Path, limits: Limits) -> Completeness:
    """Check how much of a file is there.

    A file that is no zip archive counts as complete: its end cannot be recognised. So does an
    archive beyond the limits, which will be refused for that.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    with open_regular(path) as handle, open(handle, "rb", closefd=False) as file:
        head = file.read(HEAD_BYTES)
        if not head.strip(b"\0"):
            return Completeness.PARTIAL if head else Completeness.EMPTY
        if not head.startswith(b"PK"):
            return Completeness.COMPLETE
        if file.seek(0, 2) > limits.file_bytes:
            return Completeness.COMPLETE
        try:
            with zipfile.ZipFile(file) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > limits.unpacked_bytes:
                    return Completeness.COMPLETE
                return Completeness.PARTIAL if archive.testzip() else Completeness.COMPLETE
        except RuntimeError:  # encrypted: the parts cannot be tested
            return Completeness.COMPLETE
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
            return Completeness.PARTIAL
