"""What stands between two tags: texts and numbers as XML and Excel write them."""

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
    """The text that is written so in a simple element.

    Raises:
        ValueError: it is no UTF-8, or names an entity that XML does not know.
    """
    return unescape_xml(content.decode())


def unescape_xml(text: str) -> str:
    """The same, of a text that is decoded already."""
    if "\r" in text:  # XML 1.0, 2.11
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    return unescape_excel(text)


def unescape_excel(text: str) -> str:
    """A text in which `_x000D_` and its like are the characters again (ECMA-376, 22.4.2.4)."""
    return _ESCAPE.sub(_escaped, text) if "_x" in text else text


def _escaped(escape: re.Match[str]) -> str:
    """The character; half of one, which no file could hold, stays as it is written."""
    code = int(escape[1], 16)
    return escape[0] if code in _SURROGATES else chr(code)


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def rich_text(element: Element) -> str:
    """The text of a shared or inline string, of all its runs; without the phonetic ones."""
    runs = (
        text
        for part in element
        for text in (part if local_name(part) == "r" else (part,))
        if local_name(text) == "t"
    )
    return unescape_excel("".join(run.text or "" for run in runs))


def parse_number(content: bytes) -> float:
    """The number that is written so, be it NaN or without end: whoever reads it will tell.

    Raises:
        ValueError: it is none.
    """
    if not _NUMBER.fullmatch(content):
        raise ValueError("no number")
    return float(content)


def _character(entity: re.Match[str]) -> str:
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
