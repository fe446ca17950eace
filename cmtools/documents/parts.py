"""A Word document as its parts: unpacked, looked through, packed again the same for the same."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from lxml import etree

from cmtools.documents.faults import TEMPLATE_DAMAGED, TEMPLATE_EXTERNAL, BadTemplate

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
UNPACKED_BYTES = 100 << 20

_TYPES = "[Content_Types].xml"
_WRITTEN = re.compile(
    r"\.wordprocessingml\.(?:document\.main|header|footer|footnotes|endnotes)\+xml$"
)
_REACHING = re.compile(r"^\s*(?:INCLUDE\w+|DDE\w*|LINK|IMPORT|RD|DATABASE)\b", re.I)
_BREAKS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def unpack(content: bytes) -> dict[str, bytes]:
    """The parts of a document by name.

    Raises:
        BadTemplate: it is no sound zip, or unfolds to more than `UNPACKED_BYTES`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
                raise _damaged("он слишком велик")
            parts = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise _damaged("это не документ .docx или файл повреждён") from None
    if _TYPES not in parts or len(parts) < len(entries):
        raise _damaged("это не документ .docx")
    return parts


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A document of parts; the same parts give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(parts, key=lambda name: (name != _TYPES, name)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, parts[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def written_parts(parts: Mapping[str, bytes]) -> list[str]:
    """The names of the parts that hold text: the body first, then headers, footers, notes.

    Raises:
        BadTemplate: there is no body, as in a document with macros or a .dotx.
    """
    found = []
    for override in element(parts[_TYPES]):
        kind, name = override.get("ContentType", ""), override.get("PartName", "").lstrip("/")
        if _WRITTEN.search(kind) and name in parts:
            found.append((not kind.endswith("document.main+xml"), name))
    found.sort()
    if not found or found[0][0]:
        raise _damaged("это не обычный документ .docx (без макросов)")
    return [name for _, name in found]


def refuse_reaching_out(parts: Mapping[str, bytes]) -> None:
    """See that opening the document reaches for nothing outside of it.

    Raises:
        BadTemplate: an external relation, or a Word field that fetches.
    """
    targets = []
    for name, content in parts.items():
        if name.endswith(".rels"):
            relations = element(content)
            targets += [r.get("Target", "") for r in relations if r.get("TargetMode") == "External"]
        elif name.endswith(".xml") and b"instr" in content:
            tree = element(content)
            codes = [node.text or "" for node in tree.iter(f"{W}instrText")]
            codes += [node.get(f"{W}instr", "") for node in tree.iter(f"{W}fldSimple")]
            targets += [code.strip() for code in codes if _REACHING.match(code)]
    if targets:
        raise BadTemplate([TEMPLATE_EXTERNAL(target=target[:100]) for target in targets])


def element(content: bytes) -> etree._Element:
    """A part as a tree.

    Raises:
        BadTemplate: it is no sound XML, or declares entities.
    """
    try:
        tree = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _damaged(f"внутри нарушена разметка ({error.msg})") from None
    if b"<!DOCTYPE" in content:
        raise _damaged("внутри объявлены посторонние сущности XML")
    return tree


def text_of(content: bytes) -> str:
    """All that a part shows, in one string; a line ends at a break and at a paragraph's end."""
    pieces = []
    for node in element(content).iter(f"{W}t", f"{W}br", f"{W}cr", f"{W}tab", f"{W}p"):
        match etree.QName(node).localname:
            case "t":
                pieces.append((node.text or "").replace("\n", " "))  # as Word shows it
            case "tab":
                pieces.append("\t")
            case _:
                pieces.append("\n")
    return "".join(pieces)


def paragraphs(content: bytes) -> list[str]:
    """The text of each paragraph, without that of paragraphs inside of it."""
    tree = element(content)
    return [
        "".join(t.text or "" for t in node.iter(f"{W}t") if next(t.iterancestors(f"{W}p")) is node)
        for node in tree.iter(f"{W}p")
    ]


def clean(text: str) -> str:
    """A text as a document can hold it: line breaks kept, control characters dropped."""
    text = _UNPRINTABLE.sub("", _BREAKS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", text)


def _damaged(detail: str) -> BadTemplate:
    return BadTemplate([TEMPLATE_DAMAGED(detail=detail)])


def load(path: Path) -> dict[str, bytes]:
    """The parts of a template that may be used.

    Raises:
        BadTemplate: see `unpack` and `refuse_reaching_out`.
        OSError: the file cannot be read.
    """
    parts = unpack(path.read_bytes())
    refuse_reaching_out(parts)
    return parts
