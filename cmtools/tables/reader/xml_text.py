"""Decode texts and numbers as XML and Excel write them between two tags."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w{1,8}));|&")
_SURROGATES = range(0xD800, 0xE000)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(
    rb"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)\s*", re.IGNORECASE
)


def decode_text(content: bytes) -> str:
    """Decode the text of an element without children.

    Raises:
        ValueError: it is no UTF-8, or names an unknown entity.
    """
    return unescape_xml(content.decode())


def unescape_xml(text: str) -> str:
    """Resolve the line ends and entities of XML, and the escapes of Excel.

    Raises:
        ValueError: an unknown entity.
    """
    if "\r" in text:  # XML 1.0, 2.11
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_resolve_entity, text)
    return unescape_excel(text)


def unescape_excel(text: str) -> str:
    """Replace escapes like `_x000D_` by their characters (ECMA-376, 22.4.2.4)."""
    return _ESCAPE.sub(_unescape_code, text) if "_x" in text else text


def _unescape_code(escape: re.Match[str]) -> str:
    """Return the character; a surrogate, which no file can hold, stays escaped."""
    code = int(escape[1], 16)
    return escape[0] if code in _SURROGATES else chr(code)


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def rich_text(element: Element) -> str:
    """Join the runs of a shared or inline string, without the phonetic ones."""
    runs = (
        text
        for part in element
        for text in (part if local_name(part) == "r" else (part,))
        if local_name(text) == "t"
    )
    return unescape_excel("".join(run.text or "" for run in runs))


def parse_number(content: bytes) -> float:
    """Parse a number; NaN and infinity are left to the parser of the column.

    Raises:
        ValueError: it is no number.
    """
    if not _NUMBER.fullmatch(content):
        raise ValueError("no number")
    return float(content)


def _resolve_entity(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name:
        if name not in _NAMED:
            raise ValueError("no such entity")
        return _NAMED[name]
    if not (decimal or hexadecimal):
        raise ValueError("a bare ampersand")
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code == 0 or code in _SURROGATES:
        raise ValueError("no character")
    return chr(code)
