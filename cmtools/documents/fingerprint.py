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

from cmtools.documents.template.docx_parts import BROKEN_ZIP, TYPES, pack

PROPERTY = "cmtools"

_CUSTOM = "docProps/custom.xml"
_RELATIONS = "_rels/.rels"
_KIND = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_MARK = re.compile(
    rf'name="{PROPERTY}"[^>]*>\s*<vt:lpwstr[^>]*>([0-9a-f]{{64}})</vt:lpwstr>'.encode()
)
_BLOCK = 1 << 20
_LEVEL = 4  # of compression: a report of 100 000 rows is a tenth larger, and thrice as fast


def add_stamp(content: bytes) -> bytes:
    """Store the checksum of its parts in a file; the same parts give the same bytes."""
    mark = fingerprint(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if _CUSTOM in parts:
        parts[_CUSTOM] = _with_property(parts[_CUSTOM], mark)
    else:
        parts[_CUSTOM] = _with_property(_EMPTY, mark)
        override = f'<Override PartName="/{_CUSTOM}" ContentType="{_KIND}"/>'
        parts[TYPES] = _append_property(parts[TYPES], b"Types", override)
        relation = (
            f'<Relationship Id="cmtools" Type="{_OFFICE}/relationships/custom-properties" '
            f'Target="{_CUSTOM}"/>'
        )
        parts[_RELATIONS] = _append_property(parts[_RELATIONS], b"Relationships", relation)
    return pack({name: parts[name] for name in sorted(parts)}, _LEVEL)


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
            if name in (TYPES, _RELATIONS) or name.startswith("docProps/"):
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
            custom = archive.read(_CUSTOM) if _CUSTOM in archive.namelist() else b""
        mark = _MARK.search(custom)
        if mark is None:
            return None, False
        made_with = mark[1].decode()
        return made_with, made_with == fingerprint(path)
    except BROKEN_ZIP:
        return None, False


_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
    "</Properties>"
).encode()


def _with_property(custom: bytes, mark: str) -> bytes:
    """Add the mark to the properties; a template may have some of its own."""
    own = re.compile(rf'<property\b[^>]*\bname="{PROPERTY}".*?</property>'.encode(), re.DOTALL)
    custom = own.sub(b"", custom)
    taken = [int(number) for number in re.findall(rb'\bpid="(\d+)"', custom)]
    added = (
        f'<property fmtid="{_FORMAT}" pid="{max(taken, default=1) + 1}" name="{PROPERTY}">'
        f'<vt:lpwstr xmlns:vt="{_OFFICE}/docPropsVTypes">{mark}</vt:lpwstr></property>'
    )
    return _append_property(custom, b"Properties", added)


def _append_property(xml: bytes, root: bytes, element: str) -> bytes:
    """Append an element to the root, under the root's own prefix."""
    return re.sub(rb"<%s\b([^>]*?)/>\s*$" % root, rb"<%s\1></%s>" % (root, root), xml).replace(
        b"</%s>" % root, element.encode() + b"</%s>" % root
    )
