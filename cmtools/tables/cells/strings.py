"""The texts that all sheets of a book share (ECMA-376, part 1, 18.4.9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import fromstring

from cmtools.tables.cells.text import local_name, read_text, rich_text
from cmtools.tables.markup import contains

_PLAIN = re.compile(rb'<si>\s*<t(?: xml:space="preserve")?>([^<]*)</t>\s*</si>')
_ANNOUNCED = re.compile(rb'<sst\b[^>]{0,999}?\buniqueCount="(\d{1,20})"')


def announced(xml: bytes) -> int:
    """How many texts the part says that it holds: readers that believe it run out of memory."""
    found = _ANNOUNCED.search(xml, 0, 1 << 12)
    return int(found[1]) if found else 0


def shared_texts(xml: bytes) -> Sequence[str]:
    """The shared texts of a part without prefixes, in their order.

    Raises:
        ValueError: they are not what this part may hold.
    """
    found = _PLAIN.findall(xml)
    if len(found) < xml.count(b"<si") or contains(xml, b"<!"):  # rich, or empty, or a comment
        return [rich_text(item) for item in fromstring(xml) if local_name(item) == "si"]
    if not found:
        return []
    texts = b"<".join(found).decode().split("<")  # the one sign that none of them has
    if b"\r" in xml:
        return [read_text(text) for text in texts]
    return [read_text(text) if "&" in text or "_x" in text else text for text in texts]
