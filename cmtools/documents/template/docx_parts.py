"""Read a Word document as parts, within bounds; write it; parse its markup."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml import etree

from cmtools.documents.template.messages import (
    TEMPLATE_DAMAGED,
    TEMPLATE_MISSING,
    TEMPLATE_TOO_LARGE,
    BadTemplate,
)
from cmtools.tables.part_names import CONTENT_TYPES

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MIB = 1 << 20
FILE_BYTES = 20 * MIB
UNPACKED_BYTES = 50 * MIB
XML_BYTES = 3 * MIB  # of one part: a contract of a hundred pages has one
PARTS = 1000
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What `zipfile` raises when a file is no sound zip; RuntimeError: it is encrypted."""

_WRITTEN = re.compile(
    r"\.wordprocessingml\.(?:document\.main|header|footer|footnotes|endnotes)\+xml$"
)
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
)
_SHOWN = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}p": "\n",
    f"{W}noBreakHyphen": "\u2011",
}


def read_template(path: Path) -> dict[str, bytes]:
    """Read the parts of a template.

    Raises:
        BadTemplate: there is no such file; see `unpack`.
        OSError: the file cannot be read.
    """
    if not path.is_file():
        raise BadTemplate([TEMPLATE_MISSING()])
    if path.stat().st_size > FILE_BYTES:
        raise _too_large("файл", FILE_BYTES)
    return unpack(path.read_bytes())


def unpack(content: bytes) -> dict[str, bytes]:
    """Read the parts of a document by name.

    Raises:
        BadTemplate: it is damaged, or larger than the bounds above.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_large(entries)
            parts = {entry.filename: archive.read(entry) for entry in entries}
    except BROKEN_ZIP:
        raise _damage_error("это не документ .docx или файл повреждён") from None
    if CONTENT_TYPES not in parts or len({name.casefold() for name in parts}) < len(entries):
        raise _damage_error("это не документ .docx")
    return parts


def _refuse_large(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > PARTS:
        raise BadTemplate([TEMPLATE_TOO_LARGE(what=f"в нём больше {PARTS} частей")])
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise _too_large("всё вместе", UNPACKED_BYTES)
    for entry in entries:
        if is_xml(entry.filename) and entry.file_size > XML_BYTES:
            raise _too_large(entry.filename, XML_BYTES)


def pack(parts: Mapping[str, bytes], level: int | None = None, beside: bytes = b"") -> bytes:
    """Zip the parts, the list of content types first; the same parts give the same bytes.

    `level` is that of zlib, 1 to 9; None is its usual one. They follow the parts of the archive
    `beside`, which are not compressed again.
    """
    packed = io.BytesIO(beside)
    with zipfile.ZipFile(packed, "a") as archive:
        for name in sorted(parts, key=lambda name: name != CONTENT_TYPES):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, parts[name], zipfile.ZIP_DEFLATED, level)
    return packed.getvalue()


def is_xml(name: str) -> bool:
    """Whether a part is XML."""
    return name.lower().endswith((".xml", ".rels"))


def text_parts(parts: Mapping[str, bytes]) -> list[str]:
    """Return the names of the parts that hold text: the body, then headers, footers, notes.

    Raises:
        BadTemplate: there is no body, as in a document with macros or a .dotx.
    """
    found = []
    for override in parse_xml(parts[CONTENT_TYPES]):
        kind, name = override.get("ContentType", ""), override.get("PartName", "").lstrip("/")
        if _WRITTEN.search(kind) and name in parts:
            found.append((not kind.endswith("document.main+xml"), name))
    found.sort()
    if not found or found[0][0]:
        raise _damage_error("это не обычный документ .docx (без макросов)")
    return [name for _, name in found]


def parse_xml(content: bytes) -> etree._Element:
    """Parse a part.

    Raises:
        BadTemplate: it is no sound XML, or declares entities.
    """
    try:
        tree = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _damage_error(f"внутри нарушена разметка ({error.msg})") from None
    if tree.getroottree().docinfo.internalDTD is not None:
        raise _damage_error("внутри объявлены посторонние сущности XML")
    return tree


def text_of(content: bytes) -> str:
    """Return the text that a part shows; a line ends at a break and at a paragraph's end."""
    pieces = []
    for node in parse_xml(content).iter(f"{W}t", *_SHOWN):
        shown = _SHOWN.get(node.tag)
        if shown is None:  # a text; breaks in it are spaces, as Word shows them
            shown = (node.text or "").replace("\n", " ")
        pieces.append(shown)
    return "".join(pieces)


def _damage_error(detail: str) -> BadTemplate:
    return BadTemplate([TEMPLATE_DAMAGED(detail=detail)])


def _too_large(what: str, bound: int) -> BadTemplate:
    return BadTemplate([TEMPLATE_TOO_LARGE(what=f"{what} — больше {bound // MIB} МБ")])
