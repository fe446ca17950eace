"""Parse the texts that all sheets of a workbook share (ECMA-376, part 1, 18.4.9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import fromstring

from cmtools.tables.reader.xml_text import local_name, rich_text, unescape_xml
from cmtools.tables.sheet_xml import contains_markup

_OPEN, _CLOSE = b"<si><t>", b"</t></si>"
_SPACED = b'<si><t xml:space="preserve">'
_TAGS = (_OPEN + _CLOSE).count(b"<")
_DECLARED_COUNT = re.compile(rb'<sst\b[^>]{0,999}?\buniqueCount="(\d{1,20})"')


def declared_count(xml: bytes) -> int:
    """Return how many texts the part claims to hold: programs that trust it run out of memory."""
    count = _DECLARED_COUNT.search(xml, 0, 1 << 12)
    return int(count[1]) if count else 0


def parse_shared_texts(xml: bytes) -> Sequence[str]:
    """Parse the shared texts of a part without prefixes, in their order.

    Raises:
        ValueError: they are not what this part may hold.
    """
    texts = _plain_texts(xml)
    if texts is None:  # rich ones, or empty, or a comment
        return [rich_text(item) for item in fromstring(xml) if local_name(item) == "si"]
    if b"\r" in xml:
        return [unescape_xml(text) for text in texts]
    if b"&" in xml or b"_x" in xml:
        return [unescape_xml(text) if "&" in text or "_x" in text else text for text in texts]
    return texts


def _plain_texts(xml: bytes) -> Sequence[str] | None:
    """Cut out the texts, still escaped; None if an item holds anything besides its text."""
    if b"<si" not in xml:
        return []
    items = xml[xml.find(b"<si>") : xml.rfind(_CLOSE) + len(_CLOSE)].replace(_SPACED, _OPEN)
    inside, between = items[len(_OPEN) : -len(_CLOSE)], _CLOSE + _OPEN
    count = inside.count(between) + 1
    is_plain = items.startswith(_OPEN) and items.count(b"<") == count * _TAGS
    is_all = xml.count(b"<si") == count and not contains_markup(xml, b"<!")
    return inside.decode().split(between.decode()) if is_plain and is_all else None
