"""A checksum stored in an Office file when it is made: it shows whether a person has edited it.

The mark is a custom property of the document: Excel, Word and LibreOffice keep it when they save.
It holds a checksum of the parts as they were made, of all but what an Office file says of itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from hashlib import sha256
from pathlib import Path

from cmtools.documents.template.docx_parts import BROKEN_ZIP
from cmtools.tables.part_names import CONTENT_TYPES, PACKAGE_RELATIONS
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.properties import PART, set_properties

PROPERTY = "cmtools"

_MARK = re.compile(
    rf'name="{PROPERTY}"[^>]*>\s*<\w+:lpwstr[^>]*>([0-9a-f]{{64}})</\w+:lpwstr>'.encode()
)
_BLOCK = 1 << 20


def add_stamp(content: bytes) -> bytes:
    """Store the checksum of its parts in a file; the same parts give the same bytes."""
    package, stamped = Package(io.BytesIO(content)), io.BytesIO()
    set_properties(package, {PROPERTY: fingerprint(content)})
    package.save(stamped)
    return stamped.getvalue()


def fingerprint(content: bytes | Path) -> str:
    """Return the checksum of a file's parts, except its properties.

    Raises:
        OSError: the file cannot be read.
        zipfile.BadZipFile: it is no Office file.
    """
    found = sha256()
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    with zipfile.ZipFile(source) as archive:
        for name in sorted(archive.namelist()):
            if name in (CONTENT_TYPES, PACKAGE_RELATIONS) or name.startswith("docProps/"):
                continue
            found.update(f"{name}\0{archive.getinfo(name).file_size}\0".encode())
            with archive.open(name) as part:
                while block := part.read(_BLOCK):
                    found.update(block)
    return found.hexdigest()


def read_stamp(path: Path) -> tuple[str | None, bool]:
    """Return the checksum stored in a file, None where there is none, and whether it still holds.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            custom = archive.read(PART) if PART in archive.namelist() else b""
        mark = _MARK.search(custom)
        if mark is None:
            return None, False
        made_with = mark[1].decode()
        return made_with, made_with == fingerprint(path)
    except BROKEN_ZIP:
        return None, False
